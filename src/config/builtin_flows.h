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

}  // namespace lockstep::config
