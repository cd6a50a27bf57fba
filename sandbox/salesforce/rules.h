#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "sandbox/salesforce/schema.h"
#include "value/value.h"

/// Rules of its own that an organisation has for its records, as an administrator sets them up.
namespace lockstep::sandbox::salesforce {

/// Refuses records in which a field is empty, in the administrator's words.
struct ValidationRule {
    std::string name, message;
    const Object* object = nullptr;
    int field = 0;
};

/// Refuses new records that are like another: all of the fields are the same, whatever the case of letters.
struct DuplicateRule {
    std::string name;
    const Object* object = nullptr;
    std::vector<int> fields;
};

struct Rules {
    std::vector<ValidationRule> validations;
    std::vector<DuplicateRule> duplicates;

    /// Sets rules up, replacing those of the same name; `"IsActive":false` takes one away. Errors: `request_invalid`.
    Result<void> set_validations(const List& rules);
    Result<void> set_duplicates(const List& rules);
};

}  // namespace lockstep::sandbox::salesforce
