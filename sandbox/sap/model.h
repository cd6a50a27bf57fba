#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <unordered_map>

/// What the emulated SAP services are made of: entity sets, properties with their types and flags, navigations.
/// The tables hold the facts of SAP's own `$metadata` documents, for the sets that are emulated.
namespace lockstep::sandbox::sap {

enum class Edm : std::uint8_t { string, boolean, decimal, date_time, date_time_offset, time, guid, float64, byte, int16, int32 };

/// Flags of a property.
enum Flag : std::uint16_t {
    key = 1,
    not_null = 2,
    no_create = 4,    ///< sap:creatable="false"
    no_update = 8,    ///< sap:updatable="false"
    upper = 16,       ///< sap:display-format="UpperCase": SAP stores it in upper case
    numeric = 32,     ///< sap:display-format="NonNegative": digits only
    date_only = 64,   ///< sap:display-format="Date"
    etag = 128,       ///< ConcurrencyMode="Fixed"
    no_filter = 256,  ///< sap:filterable="false"
    no_sort = 512,    ///< sap:sortable="false"
    alpha = 1024,     ///< numbers are stored with leading zeros and shown without: both forms are taken
    read_only = no_create | no_update,
};

struct Property {
    std::string_view name;
    Edm type = Edm::string;
    std::uint16_t length = 0;  ///< MaxLength of a text, precision of a number or a time
    std::uint8_t scale = 0;
    std::uint16_t flags = 0;
    std::string_view unit = {};  ///< sap:unit: the property that holds the unit or the currency

    bool has(Flag flag) const { return (flags & flag) != 0; }
};

struct Navigation {
    std::string_view name;
    std::string_view target;  ///< an entity set
    bool to_many = false;
    /// Properties that carry the same name on both sides and join them, separated by commas.
    std::string_view join;
    /// A property that separates two navigations to one set: `PhoneNumberType=3`.
    std::string_view fixed = {};
};

/// Flags of an entity set.
enum SetFlag : std::uint8_t { not_creatable = 1, not_updatable = 2, not_deletable = 4 };

struct EntityType {
    std::string_view set;      ///< `A_SalesOrder`; the type's name has `Type` appended
    std::string_view service;  ///< `API_SALES_ORDER_SRV`
    std::span<const Property> properties;
    std::span<const Navigation> navigations;
    std::uint8_t set_flags = 0;
    /// Properties with an index of their own beside the key, separated by blanks; several joined by commas.
    std::string_view indexes = {};
    /// The positions of the properties by name; set in `entity_types`.
    const std::unordered_map<std::string_view, int>* positions = nullptr;

    /// Returns the index of a property, or -1.
    int find(std::string_view name) const;
    const Navigation* navigation(std::string_view name) const;
    bool allows(SetFlag flag) const { return (set_flags & flag) == 0; }
};

/// All entity sets of the four services.
std::span<const EntityType> entity_types();
/// Returns the entity set, or nullptr.
const EntityType* entity_type(std::string_view set);
bool is_service(std::string_view name);
std::span<const std::string_view> services();

std::span<const EntityType> business_partner_types();
std::span<const EntityType> partner_part_types();
std::span<const EntityType> sales_order_types();
std::span<const EntityType> product_types();
std::span<const EntityType> stock_types();

}  // namespace lockstep::sandbox::sap
