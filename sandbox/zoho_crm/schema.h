#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "value/value.h"

namespace lockstep::sandbox::zoho_crm {

enum class Type : std::uint8_t {
    text,
    textarea,
    website,
    email,
    phone,
    integer,
    bigint,
    currency,
    decimal,
    boolean,
    picklist,
    multiselectpicklist,
    date,
    datetime,
    lookup,
    ownerlookup,
    tags
};

/// Where a value comes from.
enum class Source : std::uint8_t { kept, id, created_time, modified_time, created_by, modified_by, full_name };

struct Field {
    std::string api_name, label;
    Type type = Type::text;
    int length = 0;
    bool mandatory = false, unique = false, custom = false;
    Source source = Source::kept;
    std::vector<std::string> picklist;
    std::string lookup_module;
    std::string id;

    bool read_only() const { return source != Source::kept; }
    bool is_text() const { return type <= Type::phone; }
};

/// The names that `settings/fields` has for a type.
struct TypeNames {
    std::string_view data_type, json_type;
};
TypeNames names_of(Type type);
std::optional<Type> type_of(std::string_view data_type);

/// A module with its fields: what is known of it follows from this.
struct Module {
    std::string api_name, singular, plural, id;
    std::string name_field;   ///< what stands for the record in lookups and in the recycle bin
    std::string check_field;  ///< what an upsert looks at where it names no fields
    std::vector<Field> fields;

    /// The position of a field, by its API name; -1: there is none.
    int position(std::string_view api_name) const;
    const Field* field(std::string_view api_name) const;
    /// Adds a custom field. Errors: `request_invalid`.
    Result<void> add(Field field);
};

/// `Accounts` and `Contacts` as an organisation has them when it is new, with the custom field `Salesforce_Id`.
const std::vector<Module>& standard_modules();
/// A custom field as the control API names it: `api_name`, `data_type`, `length`, `mandatory`, `unique`, `pick_list_values`,
/// `lookup`. Errors: `request_invalid`.
Result<Field> read_custom_field(const Value& given);

/// The entry of a field in `settings/fields`, and of a module in `settings/modules`.
Value field_value(const Field& field, const std::vector<Module>& modules);
Value module_value(const Module& module);

}  // namespace lockstep::sandbox::zoho_crm
