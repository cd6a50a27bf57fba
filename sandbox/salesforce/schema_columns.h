#pragma once

#include "sandbox/salesforce/schema.h"

/// Short ways to write the columns of the tables.
namespace lockstep::sandbox::salesforce::columns {

constexpr std::uint16_t flag_bits(auto... flags) { return static_cast<std::uint16_t>((0 | ... | static_cast<int>(flags))); }

constexpr Field text(std::string_view name, std::string_view label, int length, auto... flags) {
    return {name, label, FieldType::string, flag_bits(flags...), static_cast<std::int16_t>(length)};
}
constexpr Field area(std::string_view name, std::string_view label, int length, auto... flags) {
    return {name, label, FieldType::textarea, flag_bits(flags...), static_cast<std::int16_t>(length)};
}
constexpr Field of_type(FieldType type, std::string_view name, std::string_view label, int length, auto... flags) {
    return {name, label, type, flag_bits(flags...), static_cast<std::int16_t>(length)};
}
constexpr Field numeric(FieldType type, std::string_view name, std::string_view label, int precision, int scale, auto... flags) {
    return {name, label, type, flag_bits(flags...), 0, static_cast<std::int8_t>(precision), static_cast<std::int8_t>(scale)};
}
constexpr Field money(std::string_view name, std::string_view label, auto... flags) {
    return numeric(FieldType::currency, name, label, 18, 2, flags...);
}
constexpr Field flag(std::string_view name, std::string_view label, auto... flags) {
    return {name, label, FieldType::boolean, flag_bits(defaulted, flags...)};
}
constexpr Field date(std::string_view name, std::string_view label, auto... flags) {
    return {name, label, FieldType::date, flag_bits(flags...)};
}
constexpr Field datetime(std::string_view name, std::string_view label, auto... flags) {
    return {name, label, FieldType::datetime, flag_bits(flags...)};
}
constexpr Field reference(std::string_view name, std::string_view label, std::string_view to, std::string_view relationship,
                          auto... flags) {
    return {name, label, FieldType::reference, flag_bits(indexed, flags...), 18, 0, 0, to, relationship};
}
constexpr Field choice(std::string_view name, std::string_view label, std::span<const std::string_view> values, auto... flags) {
    return {name, label, FieldType::picklist, flag_bits(flags...), 255, 0, 0, {}, {}, values};
}
/// A picklist of which several values can be chosen: stored as a text with semicolons, in the order of the list.
constexpr Field choices(std::string_view name, std::string_view label, std::span<const std::string_view> values, auto... flags) {
    return {name, label, FieldType::multipicklist, flag_bits(flags...), 4099, 0, 0, {}, {}, values};
}

inline constexpr std::string_view currencies[] = {"EUR", "USD", "GBP", "CHF", "JPY", "SEK", "PLN"};
/// `CurrencyIsoCode`, which every object of a multi-currency organisation has.
inline constexpr Field currency_code = {
    "CurrencyIsoCode", "Currency ISO Code", FieldType::picklist, flag_bits(restricted, defaulted), 3, 0, 0, {}, {}, currencies};
inline constexpr Field owner = reference("OwnerId", "Owner ID", "User", "Owner", defaulted);

}  // namespace lockstep::sandbox::salesforce::columns
