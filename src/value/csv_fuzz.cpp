#include "tests/fuzz/target.h"
#include "value/csv.h"

using namespace lockstep;

namespace {

void check(std::string_view text, char delimiter, std::string_view line_end) {
    const auto rows = csv::parse(text, delimiter);
    if (!rows) {
        LS_ASSERT(rows.error().code == ErrorCode::csv_syntax);
        return;
    }
    std::string written;
    for (const auto& row : *rows) written += csv::write_row(row, delimiter, line_end);
    const auto again = csv::parse(written, delimiter);
    LS_ASSERT(again && *again == *rows);
}

}  // namespace

/// Rows that were read are written so that they read the same, whatever the delimiter and the ends of lines.
FUZZ(csv) {
    check(data, ',', "\n");
    check(data, ';', "\r\n");
    check(data, '\t', "\n");
}
