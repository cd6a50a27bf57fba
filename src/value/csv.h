#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace lockstep::csv {

using Row = std::vector<std::string>;
/// Reads RFC 4180 (quotes doubled, LF or CRLF, a BOM is skipped). Errors: `csv_syntax` with the line.
Result<std::vector<Row>> parse(std::string_view text, char delimiter = ',');
/// Writes one row with CRLF or LF, quoting where needed.
std::string write_row(const Row& row, char delimiter = ',', std::string_view line_end = "\n");

}  // namespace lockstep::csv
