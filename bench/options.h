#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace lockstep::bench {

/// What the command line says.
struct Options {
    std::string url, method, kind, body_template, content_type = "application/json";
    std::vector<std::string> headers;  ///< `Name: value`
    std::string ids_file, ids_from;
    bool repeat_ids = false;
    int connections = 16;
    double rate = 0;                     ///< requests a second; 0: closed loop
    std::optional<std::uint64_t> count;  ///< requests
    double duration_s = 0;               ///< 0: until `count`
    double timeout_s = 30;
    bool json = false;
};

/// A webhook that Lockstep has, with what is sent to it.
struct Kind {
    std::string_view name, path, body;
    std::string_view state;  ///< where the sandbox's control API shows the records
};
const Kind* find_kind(std::string_view name);
std::vector<std::string> kind_names();

/// What the command line asks for: options, or nothing but this text (`--help`).
struct CommandLine {
    std::optional<Options> options;
    std::string text;
};
/// Errors: `config_invalid` saying which option is wrong and why.
Result<CommandLine> read_command_line(const std::vector<std::string>& arguments);

}  // namespace lockstep::bench
