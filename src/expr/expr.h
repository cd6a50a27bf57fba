#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "value/value.h"
#include "value/yaml.h"

/// The expression language: CEL with exact decimals in place of doubles.
namespace lockstep::expr {

/// Where an expression stands in a file, for messages. Line and column from 1; 0: unknown.
struct Source {
    std::string file;
    int line = 0;
    int column = 0;
};

/// What an expression can see while it is evaluated.
class Environment {
public:
    virtual ~Environment() = default;
    /// Returns the value of a variable, or nullptr if there is none of that name.
    virtual const Value* find(std::string_view name) const = 0;
    /// What `now()` and `today(zone)` are based on: fixed once a run.
    virtual Timestamp now() const = 0;
};

/// Variables in a map.
class MapEnvironment : public Environment {
public:
    explicit MapEnvironment(Map variables, Timestamp now = {}) : variables_(std::move(variables)), now_(now) {}
    const Value* find(std::string_view name) const override { return variables_.find(name); }
    Timestamp now() const override { return now_; }
    Map& variables() { return variables_; }

private:
    Map variables_;
    Timestamp now_;
};

struct Node;

/// A parsed expression; immutable, shared by threads.
class Program {
public:
    Program() = default;
    explicit Program(std::shared_ptr<const Node> root, std::string text, Source source)
        : root_(std::move(root)), text_(std::move(text)), source_(std::move(source)) {}
    const std::shared_ptr<const Node>& root() const { return root_; }
    const std::string& text() const { return text_; }
    const Source& source() const { return source_; }

private:
    std::shared_ptr<const Node> root_;
    std::string text_;
    Source source_;
};

struct CompileOptions {
    Source source;
    std::string container;  ///< CEL name container
    bool disable_macros = false;
    /// Whether variables may have dots in their names, as CEL allows; Lockstep's own never do. A container implies it.
    bool dotted_names = false;
    /// Whether an unknown function is an error of `compile`; otherwise it is one of `evaluate`, as CEL has it.
    bool check_functions = true;
};

/// Parses. Errors: `expression_syntax`; the message is `file:line:column: what: in \`expression\``; an unknown function
/// names the nearest known one.
Result<Program> compile(std::string_view text, const CompileOptions& options = {});
/// Evaluates with the cost bound of `limits::expression_cost_max`.
/// Errors: `expression_failed` with file, line, column and expression; `decimal_overflow`.
Result<Value> evaluate(const Program& program, const Environment& environment);

/// A reference from an expression to the outside: the free variable and the field names selected from it.
struct Reference {
    std::string variable;           ///< `deal`
    std::vector<std::string> path;  ///< `Account`, `Name`
    Source source;
};
/// Lists the free variables (not those of macros), for checking a flow before it runs.
std::vector<Reference> references(const Program& program);

/// A YAML value with `${ … }` in it. A scalar that is one whole `${ … }` keeps the expression's type; otherwise the
/// text is interpolated (null becomes empty text; lists and maps are an error). `$${` stands for a literal `${`. A map
/// with exactly the keys `each`, `value` and optionally `as` (default `item`) and `if` repeats `value` over a list. A
/// key whose value renders to an absent optional (`${ x.?y }`) is left out of its map.
class Template {
public:
    Template() = default;
    /// Errors: `expression_syntax` with the place in the file.
    static Result<Template> compile(const yaml::Node& node, const std::string& file);
    /// Errors: as `evaluate`.
    Result<Value> render(const Environment& environment) const;
    std::vector<Reference> references() const;
    /// Whether nothing in it needs evaluating.
    bool is_constant() const;

    struct Part;  ///< of the implementation

private:
    std::shared_ptr<const Part> root_;
};

/// Makes the text form that interpolation and `string()` use; errors for lists and maps.
Result<std::string> to_text(const Value& value);

/// Documentation of one function: name, signature, sentence and examples that run as tests.
struct FunctionDoc {
    std::string name, signature, summary;
    std::vector<std::pair<std::string, std::string>> examples;
};
const std::vector<FunctionDoc>& function_docs();

/// Judges one line of the conformance format (see `lockstep cel --jsonl`): in and out one JSON text.
std::string evaluate_jsonl_line(std::string_view line);

}  // namespace lockstep::expr
