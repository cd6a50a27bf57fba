#include <fmt/format.h>

#include <map>

#include "sync/sync.h"
#include "value/json.h"

namespace lockstep::sync {
namespace {

/// What a vendor calls the id in what it tells: of a Salesforce Outbound Message `Id`, of Zoho CRM `id`.
constexpr std::string_view id_of_notification = "notification[?'Id'].or(notification[?'id']).orValue('')";

std::string quoted(std::string_view text) { return json::write(Value(text)); }

std::string names(const std::vector<std::string>& fields) {
    List list;
    for (const auto& field : fields) list.push_back(field);
    return json::write(Value(std::move(list)));
}

/// Salesforce's ids of 15 and 18 characters are the same record.
std::string one_form(const Sync& sync) {
    std::string form = "key";
    for (const Side side : {Side::left, Side::right})
        if (sync.half(side).connector == "salesforce")
            form = fmt::format("key.matches('^{0}:[A-Za-z0-9]{{15}}$') ? '{0}:' + recordId(key.slice({1}, size(key))) : {2}",
                               to_string(side), to_string(side).size() + 1, form);
    return form == "key" ? "" : fmt::format("  as: \"${{ {} }}\"\n", form);
}

/// Sweeps find what was changed since the sync began, nothing older: records that both sides had before are for
/// `lockstep plan` and `lockstep backfill`.
std::string triggers_of(const Sync& sync, Side side) {
    const Half& half = sync.half(side);
    std::string text;
    for (const auto& trigger : half.triggers)
        text += fmt::format("  - {{ {}: {}, connection: {}, key: \"{}:${{ {} }}\" }}\n", trigger, quoted(half.object),
                            quoted(half.connection), to_string(side), id_of_notification);
    for (const char* what : {"changes", "deletions"}) {
        const bool paged = std::string_view(what) == "changes";
        text += fmt::format(
            "  - sweep: {}\n"
            "    name: {}_{}\n"
            "    uses: {}.record_{}\n"
            "    connection: {}\n"
            "    with: {{ entity: {}, since: \"${{ string(since < began ? began : since) }}\"{} }}\n"
            "    key: \"{}:${{ row.id }}\"\n"
            "    position: ${{ row.at }}\n"
            "    overlap: 10m\n{}",
            sync.sweep_every == "off" ? "5m" : sync.sweep_every, to_string(side), what, half.connector, what, quoted(half.connection),
            quoted(half.object), paged ? ", after: \"${ after }\", limit: 200" : "", to_string(side),
            paged ? "    page_rows: 200\n    budget: 50\n" : "");
    }
    return text;
}

// The flow, in parts. `@word@` is filled in; a part with `@side@` is there once for each side.

constexpr std::string_view beginning = R"(flow: @name@
summary: @summary@
key:
  must: ${ key.matches('^(left|right):[A-Za-z0-9_.-]{1,64}$') }
@key_as@  says: "`left:` and an id of @left.records@, or `right:` and an id of @right.records@"
on:
)";

/// What is asked for: which record of which side, and what is known of its partner.
constexpr std::string_view question = R"(steps:
  - id: asked
    uses: set
    with: { side: "${ key.startsWith('left:') ? 'left' : 'right' }", id: "${ key.slice(key.indexOf(':') + 1, size(key)) }" }
  - id: known
    uses: find_link
    with: { entity: "${ asked.side == 'left' ? '@left.links@' : '@right.links@' }", id: "${ asked.id }" }
)";

/// The record is read for the first time: it may name its partner, or others that had one may have been merged into it.
constexpr std::string_view first_read = R"(  - id: first_@side@
    uses: @connector@.record_read
    connection: @connection@
    if: ${ known == null && asked.side == '@side@' }
    with: { entity: @object@, id: "${ asked.id }", fields: [@link_field@], former: true }
  - id: former_@side@
    uses: find_link
    if: "${ first_@side@ != null && size(first_@side@.?merged_from.orValue([])) > 0 }"
    for_each: ${ first_@side@.merged_from }
    as: former
    with: { entity: @links@, id: "${ former }" }
)";

/// The two ids, locked; then what was agreed on. From `link` on everything is done anew when a guard refuses.
constexpr std::string_view lock = R"(  - id: told
    uses: set
    if: ${ known == null }
    with:
      partner: >-
        ${ cel.bind(stored, asked.side == 'left' ? first_left.?fields[?'@left.link_name@'].orValue(null) : first_right.?fields[?'@right.link_name@'].orValue(null),
        cel.bind(former, asked.side == 'left' ? former_left : former_right,
        body.?partner.orValue(null) != null ? body.partner : stored != null ? stored : former == null ? null
        : former.filter(its, its != null).map(its, asked.side == 'left' ? its.right : its.left)[?0].orValue(null))) }
      former: "${ asked.side == 'left' ? first_left.?merged_from.orValue([]) : first_right.?merged_from.orValue([]) }"
  - id: pair
    uses: set
    with:
      left: "${ known != null ? known.left : asked.side == 'left' ? asked.id : told.partner }"
      right: "${ known != null ? known.right : asked.side == 'right' ? asked.id : told.partner }"
  - id: alone
    uses: lock
    with: { names: "${ (pair.left == null ? [] : ['@name@/left/' + pair.left]) + (pair.right == null ? [] : ['@name@/right/' + pair.right]) }" }
  - id: link
    uses: find_link
    with: { entity: "${ pair.left != null ? '@left.links@' : '@right.links@' }", id: "${ pair.left != null ? pair.left : pair.right }" }
  - id: ids
    uses: set
    with: { left: "${ link != null && pair.left == null ? link.left : pair.left }", right: "${ link != null && pair.right == null ? link.right : pair.right }" }
)";

constexpr std::string_view read = R"(  - id: @side@
    uses: @connector@.record_read
    connection: @connection@
    needs: [ids]
    if: ${ ids.@side@ != null }
    with: { entity: @object@, id: "${ ids.@side@ }", fields: @fields@ }
)";

constexpr std::string_view decision = R"(  - id: gone_to
    uses: find_link
    if: ${ (left != null && left.?merged_into.orValue(null) != null) || (right != null && right.?merged_into.orValue(null) != null) }
    with:
      entity: "${ left != null && left.?merged_into.orValue(null) != null ? '@left.links@' : '@right.links@' }"
      id: "${ left != null && left.?merged_into.orValue(null) != null ? left.merged_into : right.merged_into }"
  - id: merged
    uses: merge
    on_conflict: known
    with:
      side: ${ asked.side }
      id: ${ asked.id }
      partner: "${ asked.side == 'left' ? ids.right : ids.left }"
      link: ${ link }
      left: ${ left }
      right: ${ right }
      moved: ${ gone_to }
      decisions: ${ body.?decisions.orValue(null) }
      former: "${ told == null ? [] : told.former }"
  - id: has_work
    uses: require
    with: { that: "${ merged.nothing == null }", otherwise: skip, because: "${ merged.nothing.default('') }" }
  - id: is_clear
    uses: require
    with: { that: "${ merged.stop == null }", because: "${ merged.stop.default('') }" }
)";

constexpr std::string_view write = R"(  - id: write_@side@
    uses: @connector@.record_update
    connection: @connection@
    if: ${ merged.to_@side@ != null }
    on_conflict: link
    with: { entity: @object@, id: "${ merged.to_@side@.id }", version: "${ merged.to_@side@.version }", fields: "${ merged.to_@side@.fields }" }
  - id: delete_@side@
    uses: @connector@.record_delete
    connection: @connection@
    if: ${ merged.delete != null && merged.delete.side == '@side@' }
    with: { entity: @object@, id: "${ merged.delete.id }" }
)";

/// The side's record is made, and the one that it was made of names it. One that was there already is read and merged.
constexpr std::string_view create = R"(  - id: create_@side@
    uses: @connector@.record_create
    connection: @connection@
    if: ${ merged.create != null && merged.create.side == '@side@' }
    with: { entity: @object@, unique: "${ merged.create.unique }", fields: "${ merged.create.fields }" }
  - id: name_@side@
    uses: @other.connector@.record_update
    connection: @other.connection@
    if: ${ create_@side@ != null }
    on_conflict: link
    with: { entity: @other.object@, id: "${ ids.@other.side@ }", version: "${ @other.side@.version }", fields: { @other.link_field@: "${ create_@side@.id }" } }
  - id: linked_@side@
    uses: link
    if: ${ create_@side@ != null }
    with:
      entity: @left.links@
      id: ${ @new.left@ }
      value: { left: "${ @new.left@ }", right: "${ @new.right@ }", base: "${ create_@side@.created ? merged.base : null }" }
  - id: linked_@side@_too
    uses: link
    if: ${ create_@side@ != null }
    with: { entity: @right.links@, id: "${ @new.right@ }", value: { left: "${ @new.left@ }", right: "${ @new.right@ }" } }
  - id: adopted_@side@
    uses: read_again
    if: ${ create_@side@ != null && !create_@side@.created }
    on_conflict: link
    with: { because: it was there already }
)";

/// Both sides were looked at anew, so whatever an earlier run of the two waited for is known to this one: `supersedes`.
constexpr std::string_view ending = R"(  - id: remember
    uses: link
    for_each: ${ merged.links }
    as: row
    with: { entity: "${ row.entity }", id: "${ row.id }", value: "${ row.value }" }
  - id: values_fit
    uses: require
    with: { that: "${ size(merged.problems) == 0 }", because: "${ merged.problems.map(its, its.message).join('; ') }" }
  - id: conflicts_decided
    uses: require
    with:
      that: ${ !merged.conflicts.exists(its, its.open) }
      because: "both sides changed ${ merged.conflicts.filter(its, its.open).map(its, its.field).join(', ') }: decide which holds"
supersedes: { parked: true, keys: "${ ids == null ? [] : [ids.left == null ? '' : 'left:' + ids.left, ids.right == null ? '' : 'right:' + ids.right] }" }
report:
  left: "${ ids == null ? null : create_left != null ? create_left.id : ids.left }"
  right: "${ ids == null ? null : create_right != null ? create_right.id : ids.right }"
  created: "${ create_left != null ? 'left' : create_right != null ? 'right' : null }"
  changed_left: "${ merged == null ? [] : merged.changes.filter(its, its.side == 'left').map(its, its.field) }"
  changed_right: "${ merged == null ? [] : merged.changes.filter(its, its.side == 'right').map(its, its.field) }"
  conflicts: "${ merged == null ? [] : merged.conflicts.map(its, its.field) }"
)";

using Words = std::map<std::string, std::string, std::less<>>;

/// Puts the words in. Every `@word@` of a part is known (LS_ASSERT).
std::string filled(std::string_view part, const Words& words) {
    std::string text;
    for (std::size_t at = 0;;) {
        const std::size_t open = part.find('@', at), close = part.find('@', open + 1);
        text += part.substr(at, open == std::string_view::npos ? open : open - at);
        if (open == std::string_view::npos) return text;
        const auto word = words.find(part.substr(open + 1, close - open - 1));
        LS_ASSERT(word != words.end());
        text += word->second;
        at = close + 1;
    }
}

/// What there is to say of a side, with its name in front: `left.links`.
void add_words(Words& words, const std::string& front, const Sync& sync, Side side) {
    const Half& half = sync.half(side);
    words[front + "side"] = to_string(side);
    words[front + "connector"] = half.connector;
    words[front + "connection"] = quoted(half.connection);
    words[front + "object"] = quoted(half.object);
    words[front + "records"] = half.connection + " " + half.object;
    words[front + "link_field"] = quoted(half.link_field);
    words[front + "link_name"] = half.link_field;
    words[front + "links"] = link_entity(sync, side);
    words[front + "fields"] = names(half.fields);
}

Words words_of(const Sync& sync, Side side) {
    Words words{{"name", sync.name},
                {"summary", quoted(sync.summary.empty() ? "Keeps two record types in step." : sync.summary)},
                {"key_as", one_form(sync)},
                {"new.left", side == Side::left ? "create_left.id" : "ids.left"},
                {"new.right", side == Side::left ? "ids.right" : "create_right.id"}};
    add_words(words, "left.", sync, Side::left);
    add_words(words, "right.", sync, Side::right);
    add_words(words, "", sync, side);
    add_words(words, "other.", sync, other(side));
    return words;
}

}  // namespace

std::string link_entity(const Sync& sync, Side side) { return sync.half(side).connection + "/sync/" + sync.name; }

std::string flow_text(const Sync& sync) {
    const Words left = words_of(sync, Side::left), right = words_of(sync, Side::right);
    const auto both = [&](std::string_view part) { return filled(part, left) + filled(part, right); };
    // What comes from the left is written to the right: it goes first.
    const auto right_first = [&](std::string_view part) { return filled(part, right) + filled(part, left); };
    return filled(beginning, left) + triggers_of(sync, Side::left) + triggers_of(sync, Side::right) + filled(question, left) +
           both(first_read) + filled(lock, left) + both(read) + filled(decision, left) + right_first(write) + right_first(create) +
           filled(ending, left);
}

}  // namespace lockstep::sync
