#pragma once

#include <string>
#include <vector>

#include "bench/options.h"

namespace lockstep::bench {

/// The columns of one line for each request.
using Ids = std::vector<std::vector<std::string>>;

Ids split_ids(std::string_view text);
/// The deals that are won and not synced, or the customer payments, that a sandbox's control API shows.
/// Errors: `file_unreadable`, those of the HTTP client, `vendor_protocol`.
Result<Ids> read_ids(const Options& options);
/// The whole of a file; `-`: standard input. Errors: `file_unreadable`.
Result<std::string> read_file(const std::string& path);

}  // namespace lockstep::bench
