#pragma once

#include <string>
#include <vector>

namespace lockstep::config {

/// A flow file that is part of the program.
struct BuiltinFlow {
    std::string file;
    std::string text;
};
/// All of `flows/`; made by the build.
const std::vector<BuiltinFlow>& builtin_flows();
/// Whether one of them names the connector. Without, its connection is one that a deployment may do without.
bool is_used_by_builtin_flows(const std::string& connector);

}  // namespace lockstep::config
