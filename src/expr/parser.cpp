#include "expr/parser.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/limits.h"
#include "expr/function.h"
#include "expr/macros.h"

namespace lockstep::expr {
namespace {

/// Operators applied one to another count as depth too, because evaluation recurses into them.
constexpr int depth_max = 2 * limits::nesting_depth_max;

struct BinaryOperator {
    std::string_view symbol;
    int precedence;
    Operator op;
};

constexpr int relation_precedence = 1;
constexpr int sum_precedence = 2;
constexpr int product_precedence = 3;

constexpr std::array<BinaryOperator, 11> binary_operators = {{
    {"==", relation_precedence, Operator::equal},
    {"!=", relation_precedence, Operator::not_equal},
    {"<", relation_precedence, Operator::less},
    {"<=", relation_precedence, Operator::less_equal},
    {">", relation_precedence, Operator::greater},
    {">=", relation_precedence, Operator::greater_equal},
    {"+", sum_precedence, Operator::add},
    {"-", sum_precedence, Operator::subtract},
    {"*", product_precedence, Operator::multiply},
    {"/", product_precedence, Operator::divide},
    {"%", product_precedence, Operator::remainder},
}};

// https://github.com/google/cel-spec/blob/master/doc/langdef.md#syntax: RESERVED
constexpr std::array<std::string_view, 17> reserved_words = {"as",        "break",  "const",  "continue", "else", "for",
                                                             "function",  "if",     "import", "let",      "loop", "package",
                                                             "namespace", "return", "var",    "void",     "while"};

bool is_literal_word(std::string_view word) { return word == "true" || word == "false" || word == "null"; }

class Parser {
public:
    Parser(std::string_view text, const CompileOptions& options, SyntaxError& error) : text_(text), options_(options), error_(error) {}

    NodePtr run() {
        if (!tokenize(text_, tokens_, error_)) return nullptr;
        NodePtr root = expression();
        if (root && peek().kind != Token::Kind::end) root = refuse(peek(), "unexpected `" + std::string(peek().source) + "`");
        if (root) root->slots = slots_;
        return root;
    }

private:
    // --- tokens ---------------------------------------------------------------------------------------------------
    const Token& peek(std::size_t ahead = 0) const { return tokens_[std::min(at_ + ahead, tokens_.size() - 1)]; }
    const Token& take() { return tokens_[at_ < tokens_.size() - 1 ? at_++ : at_]; }
    bool accept(std::string_view symbol) {
        if (!peek().is(symbol)) return false;
        take();
        return true;
    }
    bool expect(std::string_view symbol) {
        if (accept(symbol)) return true;
        const std::string found = peek().kind == Token::Kind::end ? "the end" : "`" + std::string(peek().source) + "`";
        refuse(peek(), "expected `" + std::string(symbol) + "`, found " + found);
        return false;
    }

    NodePtr refuse(const Token& token, std::string message) {
        error_ = {token.offset, std::move(message)};
        return nullptr;
    }

    // --- nodes ----------------------------------------------------------------------------------------------------
    NodePtr make(Node::Kind kind, const Token& token) const {
        auto node = std::make_unique<Node>();
        node->kind = kind;
        node->offset = token.offset;
        return node;
    }
    NodePtr literal(const Token& token, Value value) const {
        NodePtr node = make(Node::Kind::literal, token);
        node->value = std::move(value);
        return node;
    }
    /// Adds a child; returns false if the child is missing or the tree becomes too deep.
    bool adopt(Node& parent, NodePtr child) {
        if (!child) return false;
        parent.depth = std::max(parent.depth, child->depth + 1);
        parent.children.push_back(std::move(child));
        if (parent.depth <= depth_max) return true;
        error_ = {parent.offset, "the expression is nested too deeply: more than " + std::to_string(depth_max) + " levels"};
        return false;
    }

    // --- grammar --------------------------------------------------------------------------------------------------
    NodePtr expression() {
        if (nesting_ >= limits::nesting_depth_max) {
            return refuse(peek(),
                          "the expression is nested too deeply: more than " + std::to_string(limits::nesting_depth_max) + " levels");
        }
        ++nesting_;
        NodePtr node = conditional();
        --nesting_;
        return node;
    }

    NodePtr conditional() {
        NodePtr test = logical(Node::Kind::any_of);
        if (!test || !peek().is("?")) return test;
        NodePtr node = make(Node::Kind::conditional, take());
        const bool complete =
            adopt(*node, std::move(test)) && adopt(*node, logical(Node::Kind::any_of)) && expect(":") && adopt(*node, expression());
        return complete ? std::move(node) : nullptr;
    }

    /// `a || b || c` is one node, and `a && b && c` another below it.
    NodePtr logical(Node::Kind kind) {
        const bool either = kind == Node::Kind::any_of;
        const auto operand = [&] { return either ? logical(Node::Kind::all_of) : binary(relation_precedence); };
        const std::string_view symbol = either ? "||" : "&&";
        NodePtr first = operand();
        if (!first || !peek().is(symbol)) return first;
        NodePtr node = make(kind, peek());
        if (!adopt(*node, std::move(first))) return nullptr;
        while (accept(symbol)) {
            if (!adopt(*node, operand())) return nullptr;
        }
        return node;
    }

    const BinaryOperator* operator_ahead(int precedence) const {
        static constexpr BinaryOperator in = {"in", relation_precedence, Operator::in};
        if (precedence == relation_precedence && peek().is_word("in")) return &in;
        if (peek().kind != Token::Kind::symbol) return nullptr;
        for (const BinaryOperator& candidate : binary_operators) {
            if (candidate.precedence == precedence && candidate.symbol == peek().source) return &candidate;
        }
        return nullptr;
    }

    NodePtr binary(int precedence) {
        if (precedence > product_precedence) return unary();
        NodePtr left = binary(precedence + 1);
        while (left) {
            const BinaryOperator* found = operator_ahead(precedence);
            if (!found) return left;
            NodePtr node = make(Node::Kind::binary, take());
            node->op = found->op;
            if (!adopt(*node, std::move(left)) || !adopt(*node, binary(precedence + 1))) return nullptr;
            left = std::move(node);
        }
        return nullptr;
    }

    NodePtr unary() {
        std::vector<const Token*> operators;
        while (peek().is("!") || peek().is("-")) operators.push_back(&take());
        const bool negative_literal = !operators.empty() && operators.back()->is("-") && is_number(peek());
        if (negative_literal) operators.pop_back();
        NodePtr node = negative_literal ? postfix(number(take(), true)) : postfix(primary());
        for (auto it = operators.rbegin(); node && it != operators.rend(); ++it) {
            NodePtr outer = make(Node::Kind::unary, **it);
            outer->op = (*it)->is("-") ? Operator::negate : Operator::not_;
            if (!adopt(*outer, std::move(node))) return nullptr;
            node = std::move(outer);
        }
        return node;
    }

    NodePtr postfix(NodePtr node) {
        while (node) {
            if (peek().is(".")) {
                node = member(std::move(node));
            } else if (peek().is("[")) {
                node = index(std::move(node));
            } else if (peek().is("{") && (node->kind == Node::Kind::variable || node->kind == Node::Kind::select)) {
                return refuse(peek(), "messages cannot be made here: write a map, `{'name': value}`");
            } else {
                return node;
            }
        }
        return nullptr;
    }

    NodePtr index(NodePtr operand) {
        NodePtr node = make(Node::Kind::index, take());
        node->optional = accept("?");
        if (!adopt(*node, std::move(operand)) || !adopt(*node, expression()) || !expect("]")) return nullptr;
        return node;
    }

    NodePtr member(NodePtr operand) {
        take();
        const bool optional = accept("?");
        const Token& name = take();
        if (name.kind != Token::Kind::identifier && name.kind != Token::Kind::quoted_identifier) {
            return refuse(name, "a name is expected behind the dot");
        }
        if (is_literal_word(name.source) || name.source == "in") {
            return refuse(name, "`" + std::string(name.source) + "` is not a name: write it in backquotes");
        }
        if (!optional && name.kind == Token::Kind::identifier && peek().is("(")) return method(std::move(operand), name);
        return select(std::move(operand), name, optional);
    }

    NodePtr select(NodePtr operand, const Token& name, bool optional) {
        const std::string field = name.kind == Token::Kind::quoted_identifier ? name.text : std::string(name.source);
        if (!optional && name.kind == Token::Kind::identifier && dotted(*operand)) {
            operand->path.push_back(field);
            operand->name += "." + field;
            set_candidates(*operand);
            return operand;
        }
        NodePtr node = make(Node::Kind::select, name);
        node->name = field;
        node->optional = optional;
        if (!adopt(*node, std::move(operand))) return nullptr;
        return as_type_name(std::move(node));
    }

    /// Whether a dot behind this node may belong to the name of a variable.
    bool dotted(const Node& node) const {
        return node.kind == Node::Kind::variable && (options_.dotted_names || !options_.container.empty());
    }

    /// Names such as `google.protobuf.Timestamp` denote types even where variables have no dots.
    NodePtr as_type_name(NodePtr node) const {
        const std::string name = qualified_name(*node);
        if (!name.starts_with("google.protobuf.")) return node;
        Value type = type_named(name);
        if (type.is_null()) return node;
        NodePtr variable = std::make_unique<Node>();
        variable->kind = Node::Kind::variable;
        variable->offset = node->offset;
        variable->name = name;
        variable->value = std::move(type);
        return variable;
    }

    /// `math.greatest` of a chain of names; empty if it is anything else.
    static std::string qualified_name(const Node& node) {
        if (node.kind == Node::Kind::variable) return node.name;
        if (node.kind != Node::Kind::select || node.optional) return {};
        const std::string inner = qualified_name(*node.children[0]);
        return inner.empty() ? inner : inner + "." + node.name;
    }

    /// All names a dotted chain can mean: the longest variable first, the innermost container first.
    void set_candidates(Node& node) const {
        node.candidates.clear();
        node.candidate_selects.clear();
        for (std::size_t length = node.path.size(); length > 0; --length) {
            std::string name = node.path[0];
            for (std::size_t i = 1; i < length; ++i) name += "." + node.path[i];
            std::string container = node.rooted ? "" : options_.container;
            while (true) {
                node.candidates.push_back(container.empty() ? name : container + "." + name);
                node.candidate_selects.push_back(static_cast<int>(node.path.size() - length));
                if (container.empty()) break;
                const std::size_t dot = container.rfind('.');
                container = dot == std::string::npos ? "" : container.substr(0, dot);
            }
        }
    }

    // --- calls ----------------------------------------------------------------------------------------------------
    /// Counts the arguments of the call whose `(` is next, without parsing them.
    std::size_t count_arguments() const {
        int open = 0;
        std::size_t commas = 0;
        for (std::size_t i = at_; i < tokens_.size(); ++i) {
            const Token& token = tokens_[i];
            if (token.is("(") || token.is("[") || token.is("{")) ++open;
            if (token.is(")") || token.is("]") || token.is("}")) --open;
            if (token.is(",") && open == 1) ++commas;
            if (open == 0) return i == at_ + 1 ? 0 : commas + 1;
        }
        return 0;
    }

    NodePtr method(NodePtr operand, const Token& name) {
        const std::size_t count = count_arguments();
        const std::string qualifier = qualified_name(*operand);
        if (!options_.disable_macros) {
            if (qualifier == "cel" && name.source == "bind" && count == 3) return bind(name);
            if (const MacroForm* form = find_macro(name.source, count)) return macro(*form, std::move(operand), name);
        }
        const std::string full = qualifier + "." + std::string(name.source);
        if (!qualifier.empty() && find_function(full, false)) return call(make_call(name, full), nullptr, false);
        return call(make_call(name, std::string(name.source)), std::move(operand), true);
    }

    NodePtr make_call(const Token& token, std::string name) const {
        NodePtr node = make(Node::Kind::call, token);
        node->name = std::move(name);
        return node;
    }

    NodePtr call(NodePtr node, NodePtr receiver, bool member) {
        node->member = member;
        if (receiver && !adopt(*node, std::move(receiver))) return nullptr;
        if (!expect("(")) return nullptr;
        while (!peek().is(")")) {
            if (!adopt(*node, expression())) return nullptr;
            if (!accept(",")) break;
            if (peek().is(")")) return refuse(peek(), "an argument is missing behind the comma");
        }
        if (!expect(")")) return nullptr;
        return resolve(std::move(node));
    }

    NodePtr resolve(NodePtr node) {
        node->function = find_function(node->name, node->member);
        if (!options_.check_functions) {
            if (node->function && !node->function->takes(node->children.size())) node->function = nullptr;
            return node;
        }
        if (!node->function) {
            error_ = {node->offset, "no such function: " + node->name + nearest_function(node->name, node->member)};
            return nullptr;
        }
        if (node->function->takes(node->children.size())) return node;
        error_ = {node->offset, "wrong number of arguments: " + node->function->signature};
        return nullptr;
    }

    // --- macros ---------------------------------------------------------------------------------------------------
    /// Takes the name of a macro's variable and brings it into scope; -1 if there is none.
    int declare() {
        const Token& name = take();
        const bool usable = name.kind == Token::Kind::identifier && !is_literal_word(name.source) && !is_reserved(name.source);
        if (!usable) {
            refuse(name, "the macro needs the name of a variable here");
            return -1;
        }
        scope_.push_back(name.source);
        slots_ = std::max(slots_, static_cast<int>(scope_.size()));
        return static_cast<int>(scope_.size()) - 1;
    }

    NodePtr macro(const MacroForm& form, NodePtr operand, const Token& name) {
        NodePtr node = make(form.kind, name);
        node->name = std::string(name.source);
        node->macro = form.macro;
        node->optional = form.optional;
        if (!adopt(*node, std::move(operand)) || !expect("(")) return nullptr;
        const std::size_t outer = scope_.size();
        const bool complete = macro_arguments(form, *node);
        scope_.resize(outer);
        return complete && expect(")") ? std::move(node) : nullptr;
    }

    bool macro_arguments(const MacroForm& form, Node& node) {
        node.slot = declare();
        if (node.slot < 0 || !expect(",")) return false;
        if (form.variables == 2) {
            const std::string_view first = scope_.back();
            const Token& second = peek();
            node.second_slot = declare();
            if (node.second_slot < 0) return false;
            if (scope_.back() == first)
                return refuse(second, "the macro's two variables have the same name: " + std::string(first)) != nullptr;
            if (!expect(",")) return false;
        }
        if (!form.filtered) return adopt(node, expression());
        NodePtr filter = expression();
        const bool filter_only = form.macro == Macro::filter;
        if (!filter || (!filter_only && !expect(","))) return false;
        NodePtr body = filter_only ? literal(peek(), Value(true)) : expression();
        return adopt(node, std::move(body)) && adopt(node, std::move(filter));
    }

    /// `cel.bind(name, value, body)`; the name is not in scope in the value.
    NodePtr bind(const Token& name) {
        NodePtr node = make(Node::Kind::bind, name);
        if (!expect("(")) return nullptr;
        const std::size_t outer = scope_.size();
        const int slot = declare();
        if (slot < 0 || !expect(",")) return nullptr;
        const std::string_view variable = scope_.back();
        scope_.back() = {};
        node->slot = slot;
        if (!adopt(*node, expression()) || !expect(",")) return nullptr;
        scope_.back() = variable;
        const bool complete = adopt(*node, expression());
        scope_.resize(outer);
        return complete && expect(")") ? std::move(node) : nullptr;
    }

    NodePtr has(const Token& name) {
        if (!expect("(")) return nullptr;
        NodePtr node = expression();
        if (!node || !expect(")")) return nullptr;
        if (node->kind == Node::Kind::variable && node->path.size() > 1) node = split_last(std::move(node));
        if (node->kind != Node::Kind::select) return refuse(name, "has() needs a field: has(record.field)");
        node->presence = true;
        node->optional = false;
        return node;
    }

    /// Turns a dotted variable back into the selection of its last name.
    NodePtr split_last(NodePtr variable) const {
        auto node = std::make_unique<Node>();
        node->kind = Node::Kind::select;
        node->offset = variable->offset;
        node->name = variable->path.back();
        variable->path.pop_back();
        variable->name.resize(variable->name.size() - node->name.size() - 1);
        set_candidates(*variable);
        node->depth = variable->depth + 1;
        node->children.push_back(std::move(variable));
        return node;
    }

    // --- primaries ------------------------------------------------------------------------------------------------
    static bool is_number(const Token& token) {
        return token.kind == Token::Kind::integer || token.kind == Token::Kind::unsigned_integer || token.kind == Token::Kind::real;
    }
    static bool is_reserved(std::string_view word) {
        return word == "in" || std::find(reserved_words.begin(), reserved_words.end(), word) != reserved_words.end();
    }

    NodePtr primary() {
        const Token& token = take();
        switch (token.kind) {
            case Token::Kind::integer:
            case Token::Kind::unsigned_integer:
            case Token::Kind::real:
                return number(token, false);
            case Token::Kind::string:
                return literal(token, Value(token.text));
            case Token::Kind::bytes:
                return literal(token, Value(Value::Bytes{token.text}));
            case Token::Kind::identifier:
                return name(token, false);
            case Token::Kind::end:
                return refuse(token, "the expression ends too early");
            case Token::Kind::quoted_identifier:
                return refuse(token, "a name in backquotes can only follow a dot");
            case Token::Kind::symbol:
                break;
        }
        if (token.is("(")) return parenthesised();
        if (token.is("[")) return list(token);
        if (token.is("{")) return map(token);
        if (token.is(".") && peek().kind == Token::Kind::identifier) return name(take(), true);
        return refuse(token, "unexpected `" + std::string(token.source) + "`");
    }

    NodePtr parenthesised() {
        NodePtr node = expression();
        return node && expect(")") ? std::move(node) : nullptr;
    }

    NodePtr name(const Token& token, bool rooted) {
        if (token.source == "true" || token.source == "false") return literal(token, Value(token.source == "true"));
        if (token.source == "null") return literal(token, Value());
        if (is_reserved(token.source)) return refuse(token, "`" + std::string(token.source) + "` is a reserved word");
        if (peek().is("(")) {
            if (token.source == "has" && !options_.disable_macros && count_arguments() == 1) return has(token);
            return call(make_call(token, std::string(token.source)), nullptr, false);
        }
        return variable(token, rooted);
    }

    NodePtr variable(const Token& token, bool rooted) const {
        const auto found = rooted ? scope_.rend() : std::find(scope_.rbegin(), scope_.rend(), token.source);
        NodePtr node = make(found == scope_.rend() ? Node::Kind::variable : Node::Kind::local, token);
        node->name = std::string(token.source);
        if (found != scope_.rend()) {
            node->slot = static_cast<int>(scope_.rend() - found) - 1;
            return node;
        }
        node->rooted = rooted;
        node->path = {node->name};
        node->value = type_named(node->name);
        if (options_.dotted_names || !options_.container.empty()) set_candidates(*node);
        return node;
    }

    NodePtr number(const Token& token, bool negative) {
        const std::string text = (negative ? "-" : "") + std::string(token.source);
        if (token.kind == Token::Kind::real) {
            auto decimal = Decimal::parse(text);
            return decimal ? literal(token, Value(*decimal)) : refuse(token, "this number needs more than 38 digits: " + text);
        }
        return whole_number(token, negative);
    }

    NodePtr whole_number(const Token& token, bool negative) {
        std::string_view digits = token.source;
        const bool is_unsigned = token.kind == Token::Kind::unsigned_integer;
        if (is_unsigned) digits.remove_suffix(1);
        const bool hex = digits.size() > 2 && (digits[1] == 'x' || digits[1] == 'X');
        if (hex) digits.remove_prefix(2);
        std::uint64_t magnitude = 0;
        const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), magnitude, hex ? 16 : 10);
        const std::uint64_t limit = is_unsigned ? UINT64_MAX : negative ? std::uint64_t{1} << 63 : INT64_MAX;
        if (problem != std::errc() || magnitude > limit) {
            return refuse(token, "this number does not fit 64 bits: " + std::string(token.source));
        }
        if (is_unsigned && negative) return refuse(token, "an unsigned number cannot be negative: " + std::string(token.source));
        if (is_unsigned) return literal(token, Value(Value::Unsigned{magnitude}));
        return literal(token, Value(static_cast<std::int64_t>(negative ? 0 - magnitude : magnitude)));
    }

    NodePtr list(const Token& open) {
        NodePtr node = make(Node::Kind::list, open);
        while (!peek().is("]")) {
            node->optional_entries.push_back(accept("?") ? 1 : 0);
            if (!adopt(*node, expression())) return nullptr;
            if (!accept(",")) break;
        }
        return expect("]") ? folded(std::move(node)) : nullptr;
    }

    NodePtr map(const Token& open) {
        NodePtr node = make(Node::Kind::map, open);
        while (!peek().is("}")) {
            node->optional_entries.push_back(accept("?") ? 1 : 0);
            if (!adopt(*node, expression()) || !expect(":") || !adopt(*node, expression())) return nullptr;
            if (!accept(",")) break;
        }
        return expect("}") ? folded(std::move(node)) : nullptr;
    }

    /// Makes a list of constants once, not at every evaluation.
    NodePtr folded(NodePtr node) const {
        const auto constant = [](const NodePtr& child) { return child->kind == Node::Kind::literal; };
        const auto plain = [](std::uint8_t optional) { return optional == 0; };
        if (!std::all_of(node->children.begin(), node->children.end(), constant) ||
            !std::all_of(node->optional_entries.begin(), node->optional_entries.end(), plain)) {
            return node;
        }
        return node->kind == Node::Kind::list ? folded_list(std::move(node)) : folded_map(std::move(node));
    }

    static NodePtr as_literal(const Node& node, Value value) {
        auto result = std::make_unique<Node>();
        result->offset = node.offset;
        result->value = std::move(value);
        return result;
    }

    static NodePtr folded_list(NodePtr node) {
        List list;
        for (const NodePtr& child : node->children) list.push_back(child->value);
        return as_literal(*node, Value(std::move(list)));
    }

    /// A map with a wrong or repeated key stays as it is and fails when evaluated.
    static NodePtr folded_map(NodePtr node) {
        MapBuilder builder;
        for (std::size_t i = 0; i < node->children.size(); i += 2) {
            if (!builder.add(node->children[i]->value, node->children[i + 1]->value)) return node;
        }
        return as_literal(*node, std::move(builder).build());
    }

    std::string_view text_;
    const CompileOptions& options_;
    SyntaxError& error_;
    std::vector<Token> tokens_;
    std::vector<std::string_view> scope_;  // names of the macros' variables, by slot
    std::size_t at_ = 0;
    int nesting_ = 0;
    int slots_ = 0;
};

}  // namespace

NodePtr parse(std::string_view text, const CompileOptions& options, SyntaxError& error) { return Parser(text, options, error).run(); }

}  // namespace lockstep::expr
