#pragma once

#include <string>
#include <vector>

#include "connectors/sap/odata_filter.h"
#include "connectors/sap/totals.h"

/// The `with:` of SAP's actions, read and checked before anything is sent.
namespace lockstep::connectors::sap {

/// Returns `entity`. Errors: `value_invalid`.
Result<Entity> entity_of(const Value& input);

/// A read: which records, and what of them.
struct ReadInput {
    Entity entity;
    QueryOptions options;
    TotalsInput totals;
};
/// Reads `entity`, `filter`, `select`, `expand`, `orderby`, `top`, `group_by`, `sum`. Errors: `value_invalid`.
Result<ReadInput> read_input(const Value& input);

/// A record that must exist once.
struct UniqueInput {
    Entity entity;
    Map unique;   ///< property and value: how the record is found
    Value match;  ///< more conditions of the look-up; null: none
    std::vector<std::string> expand;
    Map body;  ///< what to create, with `unique` put in
    bool read_back = false;
};
/// Reads `entity`, `unique`, `match`, `expand`, `read_back` and the body under `body_name`. Errors: `value_invalid`
/// also where a value of `unique` is empty, or the body holds another value there: such a record would never be found
/// again.
Result<UniqueInput> unique_input(const Value& input, std::string_view body_name);

/// Returns `unique` alone, for a look-up. Errors: `value_invalid`.
Result<Map> unique_of(const Value& input);

}  // namespace lockstep::connectors::sap
