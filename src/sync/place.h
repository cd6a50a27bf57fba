#pragma once

#include <string>
#include <string_view>

namespace lockstep::sync {

/// A city as it compares: without postal code and what follows its name (`Frankfurt am Main`), under its own name where
/// it has others (`Munich` is `munchen`).
std::string city_key(std::string_view city);
/// A country as two letters (ISO 3166), from its code or name in some languages; empty if it is not known.
std::string country_key(std::string_view country);

}  // namespace lockstep::sync
