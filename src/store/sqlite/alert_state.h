#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "store/store.h"

namespace lockstep::store::sqlite {

/// The states as the table `alerts` holds them, in the order of the enumerators.
inline constexpr std::array<std::string_view, 4> alert_state_names = {"pending", "sending", "sent", "failed"};

inline std::string_view name_of(AlertState state) { return alert_state_names[static_cast<std::size_t>(state)]; }

}  // namespace lockstep::store::sqlite
