#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

/// The emulated organisation's objects and fields, as tables.
namespace lockstep::sandbox::salesforce {

/// The vendor's field types, with the names that describe and the error messages use.
enum class FieldType : std::uint8_t {
    id,
    reference,
    string,
    textarea,
    picklist,
    boolean,
    currency,
    number,
    percent,
    integer,
    date,
    datetime,
    email,
    phone,
    url,
    address,
    multipicklist
};
/// The name describe gives (`double`, `currency`, …).
std::string_view to_string(FieldType type);

enum Flag : std::uint16_t {
    required = 1,     ///< must be given on insert and may not become null
    read_only = 2,    ///< never written by a client
    create_only = 4,  ///< given on insert, fixed afterwards
    defaulted = 8,    ///< the vendor fills it on insert
    external_id = 16,
    unique = 32,
    restricted = 64,  ///< only the values of the picklist
    indexed = 128,    ///< looked up by value (references, external ids)
    computed = 256,   ///< not stored: made from other records when it is read
    not_filterable = 512,
    name_field = 1024,
    case_sensitive = 2048,  ///< of a unique text: values that differ in the case of letters only are two
};

/// One column of an object.
struct Field {
    std::string_view name, label;
    FieldType type = FieldType::string;
    std::uint16_t flags = 0;
    std::int16_t length = 0;             ///< of texts
    std::int8_t precision = 0;           ///< of numbers: all digits
    std::int8_t scale = 0;               ///< of numbers: digits after the point
    std::string_view reference_to = {};  ///< object a reference points to
    std::string_view relationship = {};  ///< name of the way to the parent (`Account`)
    std::span<const std::string_view> picklist = {};

    bool has(Flag flag) const { return (flags & flag) != 0; }
    bool is_text() const;
    bool is_number() const;
};

/// The way from a parent to its children.
struct Child {
    std::string_view relationship, object, field;
    bool cascades = false;  ///< the children are deleted with the parent, though they could be without one
};

/// An object as its table says it (without the system fields).
struct ObjectTable {
    std::string_view name, label, plural, key_prefix;
    std::span<const Field> fields;
    std::span<const Child> children;
    bool writable = true;  ///< clients may create, update and delete
};
/// All tables. Each stands in its `schema_*.cpp`.
std::span<const ObjectTable* const> object_tables();
extern const ObjectTable account_table, contact_table, opportunity_table, line_item_table, contact_role_table, product_table,
    pricebook_table, pricebook_entry_table, user_table, organization_table;

// Positions of the system fields, the same in every object.
inline constexpr int id_field = 0, is_deleted_field = 1, created_date_field = 2, created_by_field = 3, last_modified_date_field = 4,
                     last_modified_by_field = 5, system_modstamp_field = 6;

/// An object with its system fields and look-ups by name (names compare without case, as the vendor's do).
struct Object {
    explicit Object(const ObjectTable& from);
    /// Returns the position, or -1.
    int field_index(std::string_view name) const;
    /// Returns the position of the reference field behind a parent relationship name, or -1.
    int relationship_index(std::string_view name) const;
    const Child* child(std::string_view relationship) const;

    const ObjectTable& table;
    std::vector<Field> fields;

private:
    std::unordered_map<std::string, int> by_name_, by_relationship_;
};

/// All objects of the organisation, in the order of `object_tables`.
class Schema {
public:
    static const Schema& instance();
    const Object* find(std::string_view name) const;
    const Object* find_by_prefix(std::string_view key_prefix) const;
    std::size_t position(const Object& object) const { return static_cast<std::size_t>(&object - objects_.data()); }
    const std::vector<Object>& objects() const { return objects_; }

private:
    Schema();
    std::vector<Object> objects_;
    std::unordered_map<std::string, const Object*> by_name_;
};

/// ASCII lower case.
std::string lower(std::string_view text);

/// A sales stage and what it means for its opportunity.
struct Stage {
    std::string_view name, forecast_category;
    bool closed, won;
    int probability;
};
std::span<const Stage> stages();
const Stage* find_stage(std::string_view name);

}  // namespace lockstep::sandbox::salesforce
