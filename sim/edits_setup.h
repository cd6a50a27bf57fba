#pragma once

#include <string>

#include "sim/program.h"

namespace lockstep::sim {

/// The program with the accounts' sync alone, of one pair of policies; read once each. `unguarded`: it writes without guards.
const Setup& sync_setup(const std::string& conflict, const std::string& deletion, bool unguarded);

}  // namespace lockstep::sim
