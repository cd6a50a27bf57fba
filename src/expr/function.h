#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "expr/expr.h"
#include "expr/opaque.h"

namespace lockstep::expr {

class Evaluation;

/// The arguments of a function call; a receiver is the first.
struct Call {
    Evaluation& evaluation;
    std::span<const Value> arguments;
    const Value& operator[](std::size_t index) const { return arguments[index]; }
    std::size_t size() const { return arguments.size(); }
};

/// What a parameter accepts. `whole`: int or uint; `number`: those and decimals; `map`: maps with any keys.
enum class Type : std::uint8_t {
    any,
    null,
    boolean,
    integer,
    unsigned_integer,
    whole,
    decimal,
    number,
    string,
    bytes,
    timestamp,
    date,
    duration,
    list,
    map,
    optional,
    type
};

bool accepts(Type type, const Value& value);

using Code = Result<Value> (*)(const Call& call);

struct Overload {
    std::vector<Type> parameters;
    Code code;
    bool variadic = false;  ///< the last parameter may be repeated
};

enum class Style : std::uint8_t { global, member, both };

/// A function of the language with all that belongs to it.
struct Function {
    std::string name;
    Style style = Style::global;
    std::string signature;
    std::string summary;
    std::vector<std::pair<std::string, std::string>> examples;
    std::vector<Overload> overloads;
    /// Answers from the receiver alone if it can, so that the arguments need not be evaluated (`orValue`).
    std::optional<Value> (*shortcut)(const Value& receiver) = nullptr;

    bool callable_as(bool member) const { return style == Style::both || member == (style == Style::member); }
    bool takes(std::size_t count) const;
};

/// Every function of `functions/`, by name.
const std::vector<Function>& all_functions();
/// Returns nullptr if there is none of that name and style.
const Function* find_function(std::string_view name, bool member);
/// Returns ` (did you mean `x`?)` or an empty text.
std::string nearest_function(std::string_view name, bool member);

/// Calls the overload that accepts the arguments. Errors: `expression_failed` if there is none, and the function's own.
Result<Value> invoke(const Function& function, const Call& call);

inline Unexpected failed(std::string message) { return fail(ErrorCode::expression_failed, std::move(message)); }
/// `no such overload: name(int, string)`.
Unexpected no_overload(std::string_view name, std::span<const Value> arguments);

}  // namespace lockstep::expr
