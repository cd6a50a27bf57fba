#pragma once

#include <string>
#include <string_view>

#include "base/secret.h"

namespace lockstep::connector {

/// HMAC-SHA256 of a text, as lower-case hexadecimal digits. Source: RFC 2104.
std::string hmac_sha256_hex(const Secret& key, std::string_view text);

/// Compares without telling by the time it takes how much was right.
bool same_secret(std::string_view given, std::string_view wanted);

}  // namespace lockstep::connector
