// Numbers of materials, which are written in several ways.
#include <algorithm>

#include "expr/code_points.h"
#include "expr/evaluation.h"
#include "expr/functions/families.h"

namespace lockstep::expr::functions {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

std::string trimmed(const std::string& text) {
    const CodePoints points(text);
    std::size_t start = 0;
    std::size_t end = points.size();
    while (start < end && is_white_space(decode(points.at(start)))) ++start;
    while (end > start && is_white_space(decode(points.at(end - 1)))) --end;
    return std::string(points.slice(start, end));
}

/// SAP keeps a number that has digits only with zeros in front and shows it without (conversion exit MATN1).
std::string without_leading_zeros(std::string number) {
    if (number.empty() || !std::all_of(number.begin(), number.end(), is_digit)) return number;
    number.erase(0, std::min(number.find_first_not_of('0'), number.size() - 1));
    return number;
}

Result<Value> material_number(const Call& call) {
    LS_TRY(call.evaluation.charge_bytes(call[0].text().size()));
    std::string number = trimmed(call[0].text());
    std::transform(number.begin(), number.end(), number.begin(), upper);
    return Value(without_leading_zeros(std::move(number)));
}

}  // namespace

std::vector<Function> materials() {
    return {{.name = "materialNumber",
             .style = Style::global,
             .signature = "materialNumber(string) -> string",
             .summary = "A product code or material number as they are compared: in capitals, without white space at its ends, and without "
                        "leading zeros if it has digits only.",
             .examples = {{"materialNumber(' pmp-1001 ')", "'PMP-1001'"},
                          {"materialNumber('000000000000004711')", "'4711'"},
                          {"materialNumber('00A1')", "'00A1'"},
                          {"materialNumber('000')", "'0'"}},
             .overloads = {{{Type::string}, material_number}, {{Type::integer}, material_number}}}};
}

}  // namespace lockstep::expr::functions
