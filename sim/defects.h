#pragma once

#include <string_view>
#include <vector>

#include "sim/scenario.h"

namespace lockstep::sim {

/// Something done wrong on purpose: a switch `LS_DEFECT(name)` in the sources of the program, or a change of the
/// scenario. Every one of them must be seen.
struct Defect {
    std::string_view name;
    std::string_view promise;  ///< what it breaks
    void (*spoil)(Scenario&) = nullptr;
};
const std::vector<Defect>& defects();

}  // namespace lockstep::sim
