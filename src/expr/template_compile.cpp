// From YAML nodes to template parts.
#include <algorithm>
#include <array>

#include "base/nearest.h"
#include "expr/lexer.h"
#include "expr/place.h"
#include "expr/template_part.h"
#include "value/encoding.h"

namespace lockstep::expr {
namespace {

using Part = Template::Part;

constexpr std::string_view opening = "${";
constexpr std::string_view escaped_opening = "$${";
constexpr std::string_view default_variable = "item";
constexpr std::array<std::string_view, 4> each_keys = {"each", "value", "as", "if"};

Source source_of(const yaml::Node& node, const std::string& file) { return {file, node.place.line, node.place.column}; }

/// Where a byte of a scalar's text stands in the file. Exact for texts of one line; for block texts the line only.
Source source_at(const yaml::Node& node, const std::string& file, std::size_t offset) {
    const std::string_view before = std::string_view(node.text).substr(0, offset);
    if (node.text.find('\n') == std::string::npos) {
        const auto column = static_cast<int>(encoding::utf8_length(before)) + (node.quoted ? 1 : 0);
        return {file, node.place.line, node.place.column + column};
    }
    const auto lines = static_cast<int>(std::count(before.begin(), before.end(), '\n'));
    return {file, node.place.line + lines + (node.quoted ? 1 : 0), 1};
}

Unexpected refuse(const Source& place, std::string_view what) { return fail(ErrorCode::expression_syntax, describe(place, what)); }

/// Compiles what stands between `${` (at `start`) and the `}` before `end`.
Result<Program> compile_between(const yaml::Node& node, const std::string& file, std::size_t start, std::size_t end) {
    std::string_view text = std::string_view(node.text).substr(start + 2, end - 1 - start - 2);
    const std::size_t blank = std::min(text.find_first_not_of(" \t\n\r"), text.size());
    text.remove_prefix(blank);
    text = text.substr(0, text.find_last_not_of(" \t\n\r") + 1);
    CompileOptions options;
    options.source = source_at(node, file, start + 2 + blank);
    if (text.empty()) return refuse(options.source, "the expression is empty");
    return compile(text, options);
}

/// Splits a scalar at its `${ … }`.
Result<std::vector<TextPiece>> split(const yaml::Node& node, const std::string& file) {
    const std::string& text = node.text;
    std::vector<TextPiece> pieces;
    std::string literal;
    const auto finish_literal = [&] {
        if (!literal.empty()) pieces.push_back({std::move(literal), {}});
        literal.clear();
    };
    for (std::size_t at = 0; at < text.size();) {
        const std::string_view rest = std::string_view(text).substr(at);
        if (rest.starts_with(escaped_opening)) {
            literal += opening;
            at += escaped_opening.size();
        } else if (rest.starts_with(opening)) {
            const std::size_t end = find_expression_end(text, at + opening.size());
            if (end == std::string::npos) return refuse(source_at(node, file, at), "`${` is not closed by `}`");
            finish_literal();
            LS_TRY_ASSIGN(Program program, compile_between(node, file, at, end));
            pieces.push_back({{}, std::move(program)});
            at = end;
        } else {
            literal += text[at++];
        }
    }
    finish_literal();
    return pieces;
}

bool has_expression(const std::vector<TextPiece>& pieces) {
    return std::any_of(pieces.begin(), pieces.end(), [](const TextPiece& piece) { return piece.program.root() != nullptr; });
}

Part constant(Value value, Source source) {
    Part part;
    part.value = std::move(value);
    part.source = std::move(source);
    return part;
}

bool is_each(const yaml::Node& node) { return node.find("each") != nullptr && node.find("value") != nullptr; }

bool is_name(std::string_view text) {
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
    if (text.empty() || !letter(text[0])) return false;
    return std::all_of(text.begin(), text.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

}  // namespace

Result<Part> Part::compile(const yaml::Node& node, const std::string& file) {
    switch (node.kind) {
        case yaml::Node::Kind::null:
            return constant({}, source_of(node, file));
        case yaml::Node::Kind::scalar:
            return compile_scalar(node, file);
        case yaml::Node::Kind::list:
            return compile_list(node, file);
        case yaml::Node::Kind::map:
            return is_each(node) ? compile_each(node, file) : compile_map(node, file);
    }
    return refuse(source_of(node, file), "this is no YAML value");
}

Result<Part> Part::compile_scalar(const yaml::Node& node, const std::string& file) {
    if (node.text.find(opening) == std::string::npos) return constant(node.to_value(), source_of(node, file));
    LS_TRY_ASSIGN(std::vector<TextPiece> pieces, split(node, file));
    if (!has_expression(pieces)) return constant(pieces.empty() ? Value("") : Value(pieces[0].text), source_of(node, file));
    Part part;
    part.source = source_of(node, file);
    if (pieces.size() == 1) {
        part.kind = Kind::expression;
        part.program = std::move(pieces[0].program);
        return part;
    }
    part.kind = Kind::text;
    part.pieces = std::move(pieces);
    return part;
}

Result<Part> Part::compile_list(const yaml::Node& node, const std::string& file) {
    Part part;
    part.kind = Kind::list;
    part.source = source_of(node, file);
    bool all_constant = true;
    for (const yaml::Node& item : node.items) {
        LS_TRY_ASSIGN(Part compiled, compile(item, file));
        all_constant = all_constant && compiled.is_constant();
        part.items.push_back(std::move(compiled));
    }
    if (!all_constant) return part;
    List values;
    for (const Part& item : part.items) values.push_back(item.value);
    return constant(Value(std::move(values)), part.source);
}

Result<Part> Part::compile_map(const yaml::Node& node, const std::string& file) {
    Part part;
    part.kind = Kind::map;
    part.source = source_of(node, file);
    bool all_constant = true;
    for (const auto& [key, value] : node.entries) {
        if (key.text.find(opening) != std::string::npos) {
            return refuse(source_of(key, file), "a key cannot hold an expression: " + key.text);
        }
        LS_TRY_ASSIGN(Part compiled, compile(value, file));
        all_constant = all_constant && compiled.is_constant();
        part.entries.push_back({key.text, std::move(compiled)});
    }
    if (!all_constant) return part;
    Map values;
    for (const Entry& entry : part.entries) values.set(entry.key, entry.part.value);
    return constant(Value(std::move(values)), part.source);
}

Result<Part> Part::compile_each(const yaml::Node& node, const std::string& file) {
    for (const auto& [key, value] : node.entries) {
        if (std::find(each_keys.begin(), each_keys.end(), key.text) != each_keys.end()) continue;
        return refuse(source_of(key, file), "a map with `each` has only `each`, `as`, `if` and `value`: " + key.text);
    }
    Part part;
    part.kind = Kind::each;
    part.source = source_of(node, file);
    part.variable = default_variable;
    if (const yaml::Node* name = node.find("as")) {
        if (!is_name(name->text)) return refuse(source_of(*name, file), "`as` needs the name of a variable: " + name->text);
        part.variable = name->text;
    }
    LS_TRY_ASSIGN(Part list, compile(*node.find("each"), file));
    part.list = std::make_shared<const Part>(std::move(list));
    if (const yaml::Node* test = node.find("if")) {
        LS_TRY_ASSIGN(Part condition, compile(*test, file));
        part.condition = std::make_shared<const Part>(std::move(condition));
    }
    LS_TRY_ASSIGN(Part value, compile(*node.find("value"), file));
    part.items.push_back(std::move(value));
    return part;
}

Result<Template> Template::compile(const yaml::Node& node, const std::string& file) {
    LS_TRY_ASSIGN(Part part, Part::compile(node, file));
    Template result;
    result.root_ = std::make_shared<const Part>(std::move(part));
    return result;
}

}  // namespace lockstep::expr
