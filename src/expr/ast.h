#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "value/value.h"

namespace lockstep::expr {

struct Function;

enum class Operator : std::uint8_t {
    add,
    subtract,
    multiply,
    divide,
    remainder,
    equal,
    not_equal,
    less,
    less_equal,
    greater,
    greater_equal,
    in,
    negate,
    not_
};

/// What a macro does with the elements of its list or map.
enum class Macro : std::uint8_t { all, exists, exists_one, map, filter, transform_map, transform_map_entry, group_by };

struct Node;
using NodePtr = std::unique_ptr<Node>;

/// One node of a parsed expression. `children` by kind:
/// select, unary: operand · index: operand, index · binary: left, right · logical: two or more · conditional: test,
/// then, otherwise · call: arguments, the receiver first · list: elements · map: key, value, key, value … · bind:
/// value, body · comprehension: range, body, filter (where there is one) · optional_map: operand, body.
struct Node {
    /// The first five can point at a value that exists already; the others make one.
    enum class Kind : std::uint8_t {
        literal,
        local,
        variable,
        select,
        index,
        unary,
        binary,
        all_of,
        any_of,
        conditional,
        call,
        list,
        map,
        bind,
        comprehension,
        optional_map
    };

    Kind kind = Kind::literal;
    Operator op = Operator::add;
    Macro macro = Macro::all;
    bool optional = false;     ///< select `.?`, index `[?`; optional_map: the body is an optional itself (optFlatMap)
    bool presence = false;     ///< select inside `has()`
    bool member = false;       ///< call with a receiver
    bool rooted = false;       ///< variable with a leading dot: no container
    std::uint32_t offset = 0;  ///< in the text of the expression, for messages
    int depth = 1;
    int slot = -1;                               ///< local, bind, comprehension, optional_map: where the variable is kept
    int slots = 0;                               ///< of the root: how many slots there are
    int second_slot = -1;                        ///< comprehension with two variables
    const Function* function = nullptr;          ///< call; null: unknown, fails when evaluated
    Value value;                                 ///< literal; variable: the type it denotes if no variable has the name
    std::string name;                            ///< variable, select, call, local
    std::vector<std::string> candidates;         ///< variable with dots or in a container: full names, longest first
    std::vector<int> candidate_selects;          ///< how many of `path`'s last names are fields for each candidate
    std::vector<std::string> path;               ///< variable with dots: its names
    std::vector<std::uint8_t> optional_entries;  ///< list, map: which entries have a `?`
    std::vector<NodePtr> children;
};

}  // namespace lockstep::expr
