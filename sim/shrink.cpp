#include "sim/shrink.h"

namespace lockstep::sim {
namespace {

/// The first of the smaller ones that fails too.
bool step(Scenario& failing, const std::function<bool(const Scenario&)>& fails, int& tries) {
    for (auto& smaller : failing.smaller()) {
        if (tries-- <= 0) return false;
        if (!fails(smaller)) continue;
        failing = std::move(smaller);
        return true;
    }
    return false;
}

}  // namespace

Scenario shrunk(Scenario failing, const std::function<bool(const Scenario&)>& fails, int tries) {
    while (step(failing, fails, tries)) {}
    return failing;
}

}  // namespace lockstep::sim
