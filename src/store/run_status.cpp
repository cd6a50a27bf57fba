#include <array>
#include <cstddef>

#include "store/store.h"

namespace lockstep::store {

namespace {

/// In the order of the enumerators; `0001_initial.sql` allows exactly these.
constexpr std::array<std::string_view, 6> names = {"waiting", "running", "succeeded", "skipped", "parked", "dropped"};

}  // namespace

std::string_view to_string(RunStatus status) {
    const auto index = static_cast<std::size_t>(status);
    LS_ASSERT(index < names.size());
    return names[index];
}

std::optional<RunStatus> run_status_from(std::string_view name) {
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (names[i] == name) return static_cast<RunStatus>(i);
    }
    return std::nullopt;
}

}  // namespace lockstep::store
