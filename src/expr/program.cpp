#include "expr/evaluation.h"
#include "expr/expr.h"
#include "expr/parser.h"
#include "expr/place.h"

namespace lockstep::expr {
namespace {

/// Collects the free variables with the fields selected from them.
class References {
public:
    explicit References(const Program& program) : program_(program) {}

    std::vector<Reference> collect() && {
        if (program_.root()) visit(*program_.root());
        return std::move(found_);
    }

private:
    /// Follows selections down to a variable; returns false if the chain starts with anything else.
    bool follow(const Node& node, std::vector<std::string>& path) {
        if (node.kind == Node::Kind::variable) {
            if (!node.value.is_null()) return true;  // the name of a type
            if (node.path.size() > 1) path.insert(path.begin(), node.path.begin() + 1, node.path.end());
            found_.push_back(
                {node.path.empty() ? node.name : node.path[0], std::move(path), place_in(program_.source(), program_.text(), node.offset)});
            return true;
        }
        const bool field = node.kind == Node::Kind::select;
        const bool constant_key =
            node.kind == Node::Kind::index && node.children[1]->kind == Node::Kind::literal && node.children[1]->value.is_string();
        if (!field && !constant_key) return false;
        path.insert(path.begin(), field ? node.name : node.children[1]->value.as_string());
        return follow(*node.children[0], path);
    }

    void visit(const Node& node) {
        std::vector<std::string> path;
        if (follow(node, path)) return;
        for (const NodePtr& child : node.children) visit(*child);
    }

    const Program& program_;
    std::vector<Reference> found_;
};

}  // namespace

Result<Program> compile(std::string_view text, const CompileOptions& options) {
    SyntaxError error;
    NodePtr root = parse(text, options, error);
    if (!root) return fail(ErrorCode::expression_syntax, describe(options.source, text, error.offset, error.message));
    return Program(std::shared_ptr<const Node>(std::move(root)), std::string(text), options.source);
}

Result<Value> evaluate(const Program& program, const Environment& environment) {
    LS_ASSERT(program.root() != nullptr);
    Evaluation evaluation(environment, program.root()->slots);
    auto result = evaluation.evaluate(*program.root());
    auto checked = result ? evaluation.check_result(*program.root(), *result) : Result<void>();
    if (result && checked) return result;
    Error error = result ? std::move(checked).error() : std::move(result).error();
    error.message = describe(program.source(), program.text(), evaluation.error_offset(), error.message);
    const bool own = error.code == ErrorCode::expression_failed || error.code == ErrorCode::decimal_overflow;
    if (!own) error.code = ErrorCode::expression_failed;
    return fail(std::move(error));
}

std::vector<Reference> references(const Program& program) { return References(program).collect(); }

}  // namespace lockstep::expr
