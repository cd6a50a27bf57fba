#include "value/csv.h"

#include <fmt/format.h>

namespace lockstep::csv {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

class Parser {
public:
    Parser(std::string_view text, char delimiter) : rest_(text), delimiter_(delimiter) {}

    Result<std::vector<Row>> parse() {
        std::vector<Row> rows;
        while (!rest_.empty()) {
            if (take_line_end()) continue;  // an empty line is no row
            LS_TRY_ASSIGN(auto row, read_row());
            rows.push_back(std::move(row));
        }
        return rows;
    }

private:
    Result<Row> read_row() {
        Row row;
        while (true) {
            LS_TRY_ASSIGN(auto field, rest_.starts_with('"') ? read_quoted() : read_plain());
            row.push_back(std::move(field));
            if (rest_.empty() || take_line_end()) return row;
            if (rest_.front() != delimiter_) return failure("text after a closing quote");
            rest_.remove_prefix(1);
        }
    }

    Result<std::string> read_plain() {
        std::size_t end = 0;
        while (end < rest_.size() && rest_[end] != delimiter_ && !at_line_end(end)) {
            if (rest_[end] == '"') return failure("quote inside a field that does not begin with one");
            ++end;
        }
        std::string field(rest_.substr(0, end));
        rest_.remove_prefix(end);
        return field;
    }

    Result<std::string> read_quoted() {
        int opened_on = line_;
        rest_.remove_prefix(1);
        std::string field;
        while (!rest_.empty()) {
            char c = rest_.front();
            rest_.remove_prefix(1);
            if (c == '"' && !rest_.starts_with('"')) return field;
            if (c == '"') rest_.remove_prefix(1);
            if (c == '\n') ++line_;
            field += c;
        }
        line_ = opened_on;
        return failure("quote is not closed");
    }

    bool at_line_end(std::size_t i) const { return rest_[i] == '\n' || (rest_[i] == '\r' && i + 1 < rest_.size() && rest_[i + 1] == '\n'); }
    bool take_line_end() {
        if (rest_.empty() || !at_line_end(0)) return false;
        rest_.remove_prefix(rest_.front() == '\r' ? 2 : 1);
        ++line_;
        return true;
    }
    Unexpected failure(std::string_view what) const { return fail(ErrorCode::csv_syntax, fmt::format("{}: line {}", what, line_)); }

    std::string_view rest_;
    char delimiter_;
    int line_ = 1;
};

/// A byte order mark that is text must not stand bare: at the beginning of a file it would be skipped.
bool needs_quotes(std::string_view field, char delimiter) {
    return field.starts_with(byte_order_mark) || field.find_first_of("\"\r\n") != std::string_view::npos ||
           field.find(delimiter) != std::string_view::npos;
}

void append_field(std::string& out, std::string_view field, bool quoted) {
    if (!quoted) {
        out += field;
        return;
    }
    out += '"';
    for (char c : field) {
        if (c == '"') out += '"';
        out += c;
    }
    out += '"';
}

}  // namespace

Result<std::vector<Row>> parse(std::string_view text, char delimiter) {
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    return Parser(text, delimiter).parse();
}

std::string write_row(const Row& row, char delimiter, std::string_view line_end) {
    std::string out;
    bool looks_empty = row.size() == 1 && row.front().empty();  // bare, it would be an empty line
    for (std::size_t i = 0; i < row.size(); ++i) {
        if (i > 0) out += delimiter;
        append_field(out, row[i], looks_empty || needs_quotes(row[i], delimiter));
    }
    out += line_end;
    return out;
}

}  // namespace lockstep::csv
