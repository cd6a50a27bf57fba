#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sandbox/sap/query.h"
#include "sandbox/sap/table.h"
#include "value/value.h"

namespace lockstep::sandbox::sap {

/// An entity as a client sends it, with everything below it (deep insert), before SAP's rules have seen it.
struct Draft {
    explicit Draft(const EntityType& entity_type) : type(&entity_type) {}

    const EntityType* type;
    Record record;
    std::vector<std::pair<const Navigation*, std::vector<Draft>>> children;

    std::string_view text(std::string_view property) const { return record.text(type->find(property)); }
    void set(std::string_view property, std::string_view text) { record.set(type->find(property), text); }
    /// Sets the property unless it has a value.
    void propose(std::string_view property, std::string_view text);
    std::vector<Draft>* find(std::string_view navigation);
    const std::vector<Draft>* find(std::string_view navigation) const;
    /// Returns the list of that navigation, made if it is absent.
    std::vector<Draft>& list(std::string_view navigation);
};

enum class DraftMode {
    create,  ///< a client's POST: read-only properties are refused
    load,    ///< the sandbox's own data: everything may be set, numbers may be JSON numbers
};

/// Reads a body: unknown properties, wrong types and texts that are too long are refused. To-many navigations may be bare
/// arrays or `{"results":[…]}`. Errors: `vendor_rejected`.
Result<Draft> read_draft(const EntityType& type, const Value& body, DraftMode mode);
/// Stores the draft and all below it; the keys of the upper entity are handed down.
Row store_draft(Tables& tables, Draft& draft);
/// What the answer to a deep insert shows: the navigations that were sent are expanded.
Shape shape_of(const Draft& draft);

}  // namespace lockstep::sandbox::sap
