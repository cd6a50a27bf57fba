#pragma once

#include "sync/sync.h"

namespace lockstep::sync {

/// The name under which flows use `merge`, and its inputs.
schema::Action merge_action();

/// The name and input of what sends a run back to read both sides again: `because`.
schema::Action read_again_action();
Result<Value> read_again(const Value& with);

/// Decides what two records need to say the same: the three-way merge. Pure.
///
/// `with`: {side, id} of the event; `link` as it was stored, or null: {left, right, base: {left: {…}, right: {…}}, gone};
/// `left` and `right` as `record_read` gave them, or null; `moved`, the link of the record that the deleted one was merged
/// into, or null; `decisions`, what a person decided: {FIELD: {take: left | right | value, value, left, right}};
/// `former`, ids of the records that were merged into the one of the event.
///
/// Gives a map:
/// - `to_left`, `to_right`: null, or {id, version, fields}: what is written there;
/// - `create`: null, or {side, unique, fields}: a record that is made there;
/// - `delete`: null, or {side, id};
/// - `links`: list of {entity, id, value}: what is remembered, as far as it is known before a record is made;
/// - `base`: what both sides agree on once all is written;
/// - `changes`: list of {side, field, from, to, by, at}: what is written where, who changed it on the other side and when;
/// - `conflicts`: list of {field, right_field, base, left, right, left_at, right_at, left_by, right_by, rule, taken, open};
/// - `problems`: list of {field, side, code, message}: values that cannot go over;
/// - `nothing`: why there is nothing to be done, or null;
/// - `stop`: why a person must look before anything is done, or null.
///
/// Errors: `precondition_failed` if a record that was thought to have no partner names one by now: its partner must be
/// looked for again. `expression_failed` of a transform is a problem of its field, no error.
Result<Value> merge(const Sync& sync, const Value& with);

/// Whether two values of a field are the same: white space at the ends, line ends, and the difference between empty and
/// null do not count; numbers compare by value, times as instants.
bool same(const Value& a, const Value& b);
/// A value as it is compared and remembered.
Value settled(const Value& value);

}  // namespace lockstep::sync
