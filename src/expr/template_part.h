#pragma once

#include <memory>
#include <string>
#include <vector>

#include "expr/expr.h"

namespace lockstep::expr {

/// A piece of an interpolated text: literal text, or an expression.
struct TextPiece {
    std::string text;
    Program program;  ///< root is null for literal text
};

/// One node of a compiled template.
struct Template::Part {
    enum class Kind { constant, expression, text, list, map, each };
    struct Entry;

    Kind kind = Kind::constant;
    Value value;                            ///< constant
    Program program;                        ///< expression
    std::vector<TextPiece> pieces;          ///< text
    std::vector<Part> items;                ///< list; each: the repeated value
    std::vector<Entry> entries;             ///< map
    std::shared_ptr<const Part> list;       ///< each: what it goes over
    std::shared_ptr<const Part> condition;  ///< each: `if`, may be null
    std::string variable;                   ///< each: `as`
    Source source;

    static Result<Part> compile(const yaml::Node& node, const std::string& file);
    static Result<Part> compile_scalar(const yaml::Node& node, const std::string& file);
    static Result<Part> compile_list(const yaml::Node& node, const std::string& file);
    static Result<Part> compile_map(const yaml::Node& node, const std::string& file);
    static Result<Part> compile_each(const yaml::Node& node, const std::string& file);

    /// An absent optional means: nothing here, leave the entry out.
    Result<Value> render(const Environment& environment) const;
    Result<Value> render_text(const Environment& environment) const;
    Result<Value> render_list(const Environment& environment) const;
    Result<Value> render_map(const Environment& environment) const;
    Result<Value> render_each(const Environment& environment) const;
    Result<bool> wanted(const Environment& environment) const;

    void collect(std::vector<Reference>& references, std::vector<std::string>& bound) const;
    bool is_constant() const { return kind == Kind::constant; }
};

struct Template::Part::Entry {
    std::string key;
    Part part;
};

}  // namespace lockstep::expr
