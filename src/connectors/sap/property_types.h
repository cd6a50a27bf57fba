#pragma once

#include <cstdint>
#include <string_view>

namespace lockstep::connectors::sap {

/// The OData V2 type of a property, as far as it decides how its values are written.
enum class EdmType : std::uint8_t { text, boolean, decimal, integer, date_time, date_time_offset, time, guid };

/// Returns the type by the property's name alone: in the services that Lockstep knows a name has one type everywhere.
/// `text` also for names that are in none of them (a company's own fields).
EdmType edm_type(std::string_view property);

}  // namespace lockstep::connectors::sap
