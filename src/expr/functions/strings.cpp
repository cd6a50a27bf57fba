// CEL's strings: the standard functions and the strings extension. Positions count code points.
#include <algorithm>

#include "expr/code_points.h"
#include "expr/evaluation.h"
#include "expr/functions/families.h"
#include "value/encoding.h"

namespace lockstep::expr::functions {
namespace {

const std::string& text(const Call& call, std::size_t index = 0) { return call[index].as_string(); }

Unexpected out_of_range(std::int64_t index, std::size_t size) {
    return failed("index out of range: " + std::to_string(index) + ", length " + std::to_string(size));
}

/// Reads an index argument. Errors: outside 0 … size.
Result<std::size_t> position(const Value& value, std::size_t size) {
    const std::int64_t index = value.as_int();
    if (index < 0 || static_cast<std::uint64_t>(index) > size) return out_of_range(index, size);
    return static_cast<std::size_t>(index);
}

Result<Value> contains(const Call& call) {
    LS_TRY(call.evaluation.charge_bytes(text(call).size()));
    return Value(text(call).find(text(call, 1)) != std::string::npos);
}
Result<Value> starts_with(const Call& call) { return Value(text(call).starts_with(text(call, 1))); }
Result<Value> ends_with(const Call& call) { return Value(text(call).ends_with(text(call, 1))); }

Result<Value> char_at(const Call& call) {
    LS_TRY(call.evaluation.charge_bytes(text(call).size()));
    const CodePoints points(text(call));
    LS_TRY_ASSIGN(const std::size_t index, position(call[1], points.size()));
    return index == points.size() ? Value("") : Value(points.at(index));
}

Result<Value> found(std::size_t at) { return Value(at == CodePoints::npos ? std::int64_t{-1} : static_cast<std::int64_t>(at)); }

Result<Value> index_of(const Call& call) {
    LS_TRY(call.evaluation.charge_bytes(text(call).size()));
    const CodePoints points(text(call));
    std::size_t from = 0;
    if (call.size() > 2) { LS_TRY_ASSIGN(from, position(call[2], points.size())); }
    return found(points.find(text(call, 1), from));
}

Result<Value> last_index_of(const Call& call) {
    LS_TRY(call.evaluation.charge_bytes(text(call).size()));
    const CodePoints points(text(call));
    std::size_t from = points.size();
    if (call.size() > 2) { LS_TRY_ASSIGN(from, position(call[2], points.size())); }
    return found(points.find_last(text(call, 1), from));
}

Result<Value> join(const Call& call) {
    const std::string separator = call.size() > 1 ? text(call, 1) : "";
    std::string joined;
    bool first = true;
    for (const Value& element : call[0].as_list()) {
        if (!element.is_string()) return failed("join needs texts only, not " + std::string(name_of_type(element)));
        LS_TRY(call.evaluation.charge_bytes(element.as_string().size() + separator.size()));
        if (!first) joined += separator;
        joined += element.as_string();
        first = false;
    }
    return Value(std::move(joined));
}

template <int (*convert)(int)>
Result<Value> ascii_case(const Call& call) {
    LS_TRY(call.evaluation.charge_bytes(text(call).size()));
    std::string result = text(call);
    for (char& c : result) {
        if (static_cast<unsigned char>(c) < 0x80) c = static_cast<char>(convert(c));
    }
    return Value(std::move(result));
}
int lower(int c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; }
int upper(int c) { return c >= 'a' && c <= 'z' ? c - 32 : c; }

/// The places at which `wanted` (empty: every code point boundary) occurs, at most `limit`; below 0: all.
std::vector<std::size_t> occurrences(const std::string& subject, const std::string& wanted, std::int64_t limit) {
    std::vector<std::size_t> places;
    std::size_t at = 0;
    while (limit < 0 || places.size() < static_cast<std::size_t>(limit)) {
        at = subject.find(wanted, at);
        if (at == std::string::npos) break;
        places.push_back(at);
        if (wanted.empty() && at == subject.size()) break;
        at += wanted.empty() ? encoding::utf8_prefix(std::string_view(subject).substr(at), 1).size() : wanted.size();
    }
    return places;
}

Result<Value> replace(const Call& call) {
    const std::string& subject = text(call);
    const std::string& wanted = text(call, 1);
    const std::string& replacement = text(call, 2);
    LS_TRY(call.evaluation.charge_bytes(subject.size()));
    const auto places = occurrences(subject, wanted, call.size() > 3 ? call[3].as_int() : -1);
    LS_TRY(call.evaluation.charge_bytes(places.size() * replacement.size()));
    std::string result;
    std::size_t copied = 0;
    for (std::size_t place : places) {
        result.append(subject, copied, place - copied).append(replacement);
        copied = place + wanted.size();
    }
    return Value(result.append(subject, copied));
}

List split_characters(const std::string& subject, std::int64_t limit) {
    const CodePoints points(subject);
    List parts;
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (limit > 0 && parts.size() + 1 == static_cast<std::size_t>(limit)) {
            parts.emplace_back(points.slice(i, points.size()));
            break;
        }
        parts.emplace_back(points.at(i));
    }
    return parts;
}

Result<Value> split(const Call& call) {
    const std::string& subject = text(call);
    const std::string& separator = text(call, 1);
    const std::int64_t limit = call.size() > 2 ? call[2].as_int() : -1;
    LS_TRY(call.evaluation.charge(subject.size() + 1));
    if (limit == 0) return Value(List{});
    if (separator.empty()) return Value(split_characters(subject, limit));
    List parts;
    std::size_t start = 0;
    for (std::size_t place : occurrences(subject, separator, limit < 0 ? -1 : limit - 1)) {
        parts.emplace_back(subject.substr(start, place - start));
        start = place + separator.size();
    }
    parts.emplace_back(subject.substr(start));
    return Value(std::move(parts));
}

Result<Value> substring(const Call& call) {
    LS_TRY(call.evaluation.charge_bytes(text(call).size()));
    const CodePoints points(text(call));
    LS_TRY_ASSIGN(const std::size_t start, position(call[1], points.size()));
    std::size_t end = points.size();
    if (call.size() > 2) { LS_TRY_ASSIGN(end, position(call[2], points.size())); }
    if (start > end) return failed("the substring ends before it starts: " + std::to_string(start) + " to " + std::to_string(end));
    return Value(points.slice(start, end));
}

Result<Value> trim(const Call& call) {
    LS_TRY(call.evaluation.charge_bytes(text(call).size()));
    const CodePoints points(text(call));
    std::size_t start = 0;
    std::size_t end = points.size();
    while (start < end && is_white_space(decode(points.at(start)))) ++start;
    while (end > start && is_white_space(decode(points.at(end - 1)))) --end;
    return Value(points.slice(start, end));
}

Result<Value> reverse(const Call& call) {
    LS_TRY(call.evaluation.charge_bytes(text(call).size()));
    const CodePoints points(text(call));
    std::string result;
    for (std::size_t i = points.size(); i > 0; --i) result += points.at(i - 1);
    return Value(std::move(result));
}

Result<Value> quote(const Call& call) {
    LS_TRY(call.evaluation.charge_bytes(text(call).size()));
    constexpr std::string_view special = "\a\b\f\n\r\t\v\\\"";
    constexpr std::string_view letters = "abfnrtv\\\"";
    std::string result = "\"";
    for (char c : text(call)) {
        const std::size_t at = special.find(c);
        if (at != std::string_view::npos) result += '\\';
        result += at == std::string_view::npos ? c : letters[at];
    }
    return Value(result + "\"");
}

constexpr auto S = Type::string;
constexpr auto I = Type::integer;

}  // namespace

std::vector<Function> strings() {
    return {
        {.name = "charAt",
         .style = Style::member,
         .signature = "string.charAt(int) -> string",
         .summary = "The code point at a position, counted from 0; empty at the end.",
         .examples = {{"'tacocat'.charAt(3)", "'o'"}},
         .overloads = {{{S, I}, char_at}}},
        {.name = "contains",
         .style = Style::member,
         .signature = "string.contains(string) -> bool",
         .summary = "Whether a text is part of another.",
         .examples = {{"'Berlin'.contains('erl')", "true"}},
         .overloads = {{{S, S}, contains}}},
        {.name = "endsWith",
         .style = Style::member,
         .signature = "string.endsWith(string) -> bool",
         .summary = "Whether a text ends with another.",
         .examples = {{"'Berlin'.endsWith('in')", "true"}},
         .overloads = {{{S, S}, ends_with}}},
        {.name = "indexOf",
         .style = Style::member,
         .signature = "string.indexOf(string, [int from]) -> int",
         .summary = "Where a text first occurs, -1 if it does not.",
         .examples = {{"'tacocat'.indexOf('a')", "1"}, {"'tacocat'.indexOf('a', 2)", "5"}},
         .overloads = {{{S, S}, index_of}, {{S, S, I}, index_of}}},
        {.name = "join",
         .style = Style::member,
         .signature = "list.join([string separator]) -> string",
         .summary = "The texts of a list one behind the other.",
         .examples = {{"['a', 'b'].join(', ')", "'a, b'"}},
         .overloads = {{{Type::list}, join}, {{Type::list, S}, join}}},
        {.name = "lastIndexOf",
         .style = Style::member,
         .signature = "string.lastIndexOf(string, [int from]) -> int",
         .summary = "Where a text last occurs, at or before a position; -1 if it does not.",
         .examples = {{"'tacocat'.lastIndexOf('a')", "5"}},
         .overloads = {{{S, S}, last_index_of}, {{S, S, I}, last_index_of}}},
        {.name = "lowerAscii",
         .style = Style::member,
         .signature = "string.lowerAscii() -> string",
         .summary = "A to Z in lower case; everything else stays.",
         .examples = {{"'ABC'.lowerAscii()", "'abc'"}},
         .overloads = {{{S}, ascii_case<lower>}}},
        {.name = "replace",
         .style = Style::member,
         .signature = "string.replace(string, string, [int times]) -> string",
         .summary = "Replaces a text wherever it occurs, or so many times.",
         .examples = {{"'a-b-c'.replace('-', '+')", "'a+b+c'"}, {"'a-b-c'.replace('-', '+', 1)", "'a+b-c'"}},
         .overloads = {{{S, S, S}, replace}, {{S, S, S, I}, replace}}},
        {.name = "reverse",
         .style = Style::member,
         .signature = "string.reverse() -> string",
         .summary = "The code points in reverse order.",
         .examples = {{"'abc'.reverse()", "'cba'"}},
         .overloads = {{{S}, reverse}}},
        {.name = "split",
         .style = Style::member,
         .signature = "string.split(string separator, [int limit]) -> list",
         .summary = "The parts between separators, at most `limit`.",
         .examples = {{"'a,b,c'.split(',')", "['a', 'b', 'c']"}, {"'a,b,c'.split(',', 2)", "['a', 'b,c']"}},
         .overloads = {{{S, S}, split}, {{S, S, I}, split}}},
        {.name = "startsWith",
         .style = Style::member,
         .signature = "string.startsWith(string) -> bool",
         .summary = "Whether a text starts with another.",
         .examples = {{"'Berlin'.startsWith('Ber')", "true"}},
         .overloads = {{{S, S}, starts_with}}},
        {.name = "strings.quote",
         .signature = "strings.quote(string) -> string",
         .summary = "The text in double quotes, with escapes.",
         .examples = {{"strings.quote('a\\nb')", "'\"a\\\\nb\"'"}},
         .overloads = {{{S}, quote}}},
        {.name = "substring",
         .style = Style::member,
         .signature = "string.substring(int start, [int end]) -> string",
         .summary = "The code points from start to before end; positions outside the text are an error (see `slice`).",
         .examples = {{"'tacocat'.substring(4)", "'cat'"}, {"'tacocat'.substring(0, 4)", "'taco'"}},
         .overloads = {{{S, I}, substring}, {{S, I, I}, substring}}},
        {.name = "trim",
         .style = Style::member,
         .signature = "string.trim() -> string",
         .summary = "Without white space at both ends.",
         .examples = {{"'  a b '.trim()", "'a b'"}},
         .overloads = {{{S}, trim}}},
        {.name = "upperAscii",
         .style = Style::member,
         .signature = "string.upperAscii() -> string",
         .summary = "a to z in upper case; everything else stays.",
         .examples = {{"'abc'.upperAscii()", "'ABC'"}},
         .overloads = {{{S}, ascii_case<upper>}}},
    };
}

}  // namespace lockstep::expr::functions
