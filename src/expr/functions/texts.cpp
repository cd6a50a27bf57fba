// Lockstep's own functions on text: what fields of limited length need. Lengths count code points.
#include <algorithm>

#include "expr/code_points.h"
#include "expr/evaluation.h"
#include "expr/functions/families.h"

namespace lockstep::expr::functions {
namespace {

const std::string& text(const Call& call) { return call[0].as_string(); }

std::size_t clamped(const Value& position, std::size_t size) {
    const std::int64_t index = position.as_int();
    return index < 0 ? 0 : std::min(static_cast<std::size_t>(index), size);
}

Result<Value> slice(const Call& call) {
    LS_TRY(call.evaluation.charge_bytes(text(call).size()));
    const CodePoints points(text(call));
    const std::size_t end = call.size() > 2 ? clamped(call[2], points.size()) : points.size();
    const std::size_t start = std::min(clamped(call[1], points.size()), end);
    return Value(points.slice(start, end));
}

Result<Value> slice_list(const Call& call) {
    const List& list = call[0].as_list();
    LS_TRY(call.evaluation.charge(list.size()));
    const std::size_t end = call.size() > 2 ? clamped(call[2], list.size()) : list.size();
    const std::size_t start = std::min(clamped(call[1], list.size()), end);
    return Value(List(list.begin() + static_cast<std::ptrdiff_t>(start), list.begin() + static_cast<std::ptrdiff_t>(end)));
}

Result<Value> truncate(const Call& call) {
    LS_TRY(call.evaluation.charge_bytes(text(call).size()));
    const CodePoints points(text(call));
    return Value(points.slice(0, clamped(call[1], points.size())));
}

bool is_space(const CodePoints& points, std::size_t index) { return is_white_space(decode(points.at(index))); }

/// Where the part that starts at `start` ends: before the last space that fits, or after `limit` code points.
std::size_t chunk_end(const CodePoints& points, std::size_t start, std::size_t limit) {
    if (points.size() - start <= limit) return points.size();
    for (std::size_t i = start + limit; i > start; --i) {
        if (is_space(points, i)) return i;
    }
    return start + limit;
}

Result<Value> chunks(const Call& call) {
    const std::int64_t limit = call[1].as_int();
    if (limit < 1) return failed("chunks needs a length of at least 1: " + std::to_string(limit));
    LS_TRY(call.evaluation.charge(text(call).size() + 1));
    const CodePoints points(text(call));
    List parts;
    std::size_t at = 0;
    while (true) {
        while (at < points.size() && is_space(points, at)) ++at;
        if (at == points.size()) break;
        const std::size_t next = chunk_end(points, at, static_cast<std::size_t>(limit));
        std::size_t end = next;
        while (end > at && is_space(points, end - 1)) --end;
        parts.emplace_back(points.slice(at, end));
        at = next;
    }
    return Value(std::move(parts));
}

Result<Value> chunks_of_list(const Call& call) {
    const std::int64_t limit = call[1].as_int();
    if (limit < 1) return failed("chunks needs a length of at least 1: " + std::to_string(limit));
    const List& list = call[0].as_list();
    LS_TRY(call.evaluation.charge(list.size() + 1));
    List parts;
    for (std::size_t at = 0; at < list.size();) {
        const std::size_t count = std::min(static_cast<std::size_t>(limit), list.size() - at);
        const auto begin = list.begin() + static_cast<std::ptrdiff_t>(at);
        parts.emplace_back(List(begin, begin + static_cast<std::ptrdiff_t>(count)));
        at += count;
    }
    return Value(std::move(parts));
}

Result<Value> lines(const Call& call) {
    LS_TRY(call.evaluation.charge(text(call).size() + 1));
    List result;
    std::string_view rest = text(call);
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        std::string_view line = rest.substr(0, end);
        if (line.ends_with('\r')) line.remove_suffix(1);
        result.emplace_back(line);
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return Value(std::move(result));
}

Result<Value> digits(const Call& call) {
    LS_TRY(call.evaluation.charge_bytes(text(call).size()));
    std::string result;
    for (char c : text(call)) {
        if (c >= '0' && c <= '9') result += c;
    }
    return Value(std::move(result));
}

bool is_atom(char c) {
    const bool letter_or_digit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return letter_or_digit || (static_cast<unsigned char>(c) >= 0x80) ||
           std::string_view("!#$%&'*+/=?^_`{|}~-").find(c) != std::string_view::npos;
}

/// Parts of at least one character each, separated by single dots.
bool is_dotted(std::string_view name, bool (*allowed)(char)) {
    if (name.empty() || name.starts_with('.') || name.ends_with('.') || name.find("..") != std::string_view::npos) return false;
    return std::all_of(name.begin(), name.end(), [&](char c) { return c == '.' || allowed(c); });
}

bool is_host_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || static_cast<unsigned char>(c) >= 0x80;
}

/// One `@`, a dotted name before it and a host name with a dot behind it; at most 254 bytes (RFC 5321, 4.5.3.1.3).
Result<Value> is_email(const Call& call) {
    const std::string& address = text(call);
    const std::size_t at = address.rfind('@');
    if (at == std::string::npos || address.size() > 254 || at > 64) return Value(false);
    const std::string_view local = std::string_view(address).substr(0, at);
    const std::string_view host = std::string_view(address).substr(at + 1);
    return Value(is_dotted(local, is_atom) && is_dotted(host, is_host_letter) && host.find('.') != std::string_view::npos);
}
Result<Value> is_not_email(const Call&) { return Value(false); }

constexpr auto S = Type::string;
constexpr auto I = Type::integer;

}  // namespace

std::vector<Function> texts() {
    return {
        {.name = "chunks",
         .style = Style::member,
         .signature = "string.chunks(int) -> list",
         .summary =
             "The text in parts of at most so many code points, broken at spaces where possible; a list in lists of so many elements.",
         .examples = {{"'Sun and Moon Ltd'.chunks(8)", "['Sun and', 'Moon Ltd']"},
                      {"'abcdef'.chunks(4)", "['abcd', 'ef']"},
                      {"[1, 2, 3].chunks(2)", "[[1, 2], [3]]"}},
         .overloads = {{{S, I}, chunks}, {{Type::list, I}, chunks_of_list}}},
        {.name = "digits",
         .style = Style::member,
         .signature = "string.digits() -> string",
         .summary = "Only the digits 0 to 9 of a text.",
         .examples = {{"'+49 (30) 123'.digits()", "'4930123'"}},
         .overloads = {{{S}, digits}}},
        {.name = "isEmail",
         .style = Style::both,
         .signature = "isEmail(string) -> bool",
         .summary = "Whether a text has the form of an email address; false for null.",
         .examples = {{"isEmail('ann@example.com')", "true"}, {"isEmail('ann@localhost')", "false"}, {"isEmail(null)", "false"}},
         .overloads = {{{S}, is_email}, {{Type::null}, is_not_email}}},
        {.name = "lines",
         .style = Style::both,
         .signature = "lines(string) -> list",
         .summary = "The lines of a text without their line ends.",
         .examples = {{"lines('a\\r\\nb\\n')", "['a', 'b']"}},
         .overloads = {{{S}, lines}}},
        {.name = "slice",
         .style = Style::member,
         .signature = "string.slice(int start, [int end]) -> string",
         .summary = "The code points (or elements of a list) from start to before end, as far as there are any.",
         .examples = {{"'Müller'.slice(0, 2)", "'Mü'"}, {"'ab'.slice(0, 40)", "'ab'"}, {"[1, 2, 3].slice(1)", "[2, 3]"}},
         .overloads = {{{S, I}, slice}, {{S, I, I}, slice}, {{Type::list, I}, slice_list}, {{Type::list, I, I}, slice_list}}},
        {.name = "truncate",
         .style = Style::member,
         .signature = "string.truncate(int) -> string",
         .summary = "The first so many code points.",
         .examples = {{"'Müller'.truncate(2)", "'Mü'"}},
         .overloads = {{{S, I}, truncate}}},
    };
}

}  // namespace lockstep::expr::functions
