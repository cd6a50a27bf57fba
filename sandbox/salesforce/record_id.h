#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Record ids: 15 characters that tell case apart, or 18 with a checksum of the cases.
namespace lockstep::sandbox::salesforce {

/// Makes the id of the `serial`-th record of an object, 18 characters.
std::string make_record_id(std::string_view key_prefix, std::uint64_t serial);
/// Returns the 18-character form of a 15- or 18-character id; nullopt for anything else, a false checksum included.
std::optional<std::string> canonical_id(std::string_view text);
/// Returns the three checksum characters of a 15-character id.
std::string id_checksum(std::string_view id15);

}  // namespace lockstep::sandbox::salesforce
