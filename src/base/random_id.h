#pragma once

#include <string>

#include "base/runtime.h"

namespace lockstep {

/// Makes a 26-character id whose text order is time order (48 bits of milliseconds, 80 random bits, Crockford base32,
/// as ULID). Used for runs and events.
std::string make_sortable_id(Runtime& runtime);

}  // namespace lockstep
