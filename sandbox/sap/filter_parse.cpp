#include <array>
#include <cctype>
#include <utility>

#include "base/limits.h"
#include "sandbox/sap/filter_functions.h"
#include "sandbox/sap/refusal.h"

namespace lockstep::sandbox::sap {

namespace {

using Kind = FilterNode::Kind;

constexpr std::array<std::pair<std::string_view, Kind>, 6> comparisons = {{
    {"eq", Kind::equal},
    {"ne", Kind::not_equal},
    {"lt", Kind::less},
    {"le", Kind::less_equal},
    {"gt", Kind::greater},
    {"ge", Kind::greater_equal},
}};

enum class Sort { text, number, boolean, instant, any };

Sort sort_of(Scalar::Kind kind) {
    switch (kind) {
        case Scalar::Kind::text:
            return Sort::text;
        case Scalar::Kind::number:
            return Sort::number;
        case Scalar::Kind::boolean:
            return Sort::boolean;
        case Scalar::Kind::instant:
            return Sort::instant;
        case Scalar::Kind::null:
            break;
    }
    return Sort::any;
}

class Parser {
public:
    Parser(const EntityType& type, std::string_view text) : type_(type), text_(text) {}

    Result<FilterNode> parse() {
        LS_TRY_ASSIGN(FilterNode node, either());
        skip_blanks();
        if (at_ != text_.size()) return unexpected();
        if (sort(node) != Sort::boolean) return refuse(syntax_error, "Invalid filter expression: no condition");
        return node;
    }

private:
    Unexpected unexpected() { return refuse(syntax_error, "Invalid token detected at position " + std::to_string(at_) + " of the filter"); }

    void skip_blanks() {
        while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    }

    static bool is_word_character(char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '/' || c == '.' || c == '-' || c == '+' || c == ':';
    }

    /// The next word without taking it; a quoted literal belongs to its prefix.
    std::string_view peek() {
        skip_blanks();
        std::size_t end = at_;
        while (end < text_.size() && is_word_character(text_[end])) ++end;
        return text_.substr(at_, end - at_);
    }

    bool take_word(std::string_view word) {
        if (peek() != word) return false;
        at_ += word.size();
        return true;
    }

    bool take(char c) {
        skip_blanks();
        if (at_ >= text_.size() || text_[at_] != c) return false;
        ++at_;
        return true;
    }

    Result<FilterNode> either() {
        LS_TRY_ASSIGN(FilterNode left, both());
        while (take_word("or")) {
            LS_TRY_ASSIGN(FilterNode right, both());
            LS_TRY_ASSIGN(left, connect(Kind::either, std::move(left), std::move(right)));
        }
        return left;
    }

    Result<FilterNode> both() {
        LS_TRY_ASSIGN(FilterNode left, negation());
        while (take_word("and")) {
            LS_TRY_ASSIGN(FilterNode right, negation());
            LS_TRY_ASSIGN(left, connect(Kind::both, std::move(left), std::move(right)));
        }
        return left;
    }

    /// Chains of one operator stay flat, so that long ones do not nest.
    Result<FilterNode> connect(Kind kind, FilterNode left, FilterNode right) {
        if (sort(left) != Sort::boolean || sort(right) != Sort::boolean) return unexpected();
        if (left.kind != kind) left = FilterNode{.kind = kind, .children = {std::move(left)}};
        left.children.push_back(std::move(right));
        return left;
    }

    Result<FilterNode> negation() {
        if (!take_word("not")) return comparison();
        LS_TRY_ASSIGN(FilterNode inner, negation());
        if (sort(inner) != Sort::boolean) return unexpected();
        return FilterNode{.kind = Kind::negation, .children = {std::move(inner)}};
    }

    Result<FilterNode> comparison() {
        LS_TRY_ASSIGN(FilterNode left, operand());
        for (const auto& [word, kind] : comparisons) {
            if (!take_word(word)) continue;
            LS_TRY_ASSIGN(FilterNode right, operand());
            return compared(kind, std::move(left), std::move(right));
        }
        return left;
    }

    Result<FilterNode> compared(Kind kind, FilterNode left, FilterNode right) {
        const Sort a = sort(left), b = sort(right);
        if (a != b && a != Sort::any && b != Sort::any)
            return refuse(syntax_error, "Invalid operand types in a comparison" + named(left) + named(right));
        normalise(left, right);
        normalise(right, left);
        return FilterNode{.kind = kind, .children = {std::move(left), std::move(right)}};
    }

    std::string named(const FilterNode& node) const {
        if (node.kind != Kind::property) return {};
        return " of property '" + std::string(type_.properties[static_cast<std::size_t>(node.property)].name) + "'";
    }

    /// A literal beside a property with leading zeros gets them too.
    void normalise(const FilterNode& property, FilterNode& literal) {
        if (property.kind != Kind::property || literal.kind != Kind::literal) return;
        if (literal.literal.kind != Scalar::Kind::text) return;
        literal.literal.text = padded(type_.properties[static_cast<std::size_t>(property.property)], literal.literal.text);
    }

    Result<FilterNode> operand() {
        if (++depth_ > limits::nesting_depth_max) return refuse(syntax_error, "The filter is nested too deeply");
        auto node = operand_inside();
        --depth_;
        return node;
    }

    Result<FilterNode> operand_inside() {
        if (take('(')) {
            LS_TRY_ASSIGN(FilterNode inner, either());
            if (!take(')')) return unexpected();
            return inner;
        }
        const std::string_view word = peek();
        const std::size_t after = at_ + word.size();
        if (after < text_.size() && text_[after] == '\'') return quoted(after);
        if (word.empty()) return unexpected();
        if (after < text_.size() && text_[after] == '(') return function(word);
        at_ = after;
        if (std::isalpha(static_cast<unsigned char>(word[0])) != 0 && word != "null" && word != "true" && word != "false")
            return property(word);
        LS_TRY_ASSIGN(Scalar value, parse_literal(word));
        return FilterNode{.kind = Kind::literal, .literal = std::move(value)};
    }

    /// A quoted literal from `at_`, whose quote is at `open`.
    Result<FilterNode> quoted(std::size_t open) {
        std::size_t close = open + 1;
        while (close < text_.size()) {
            if (text_[close] != '\'') {
                ++close;
                continue;
            }
            if (close + 1 < text_.size() && text_[close + 1] == '\'') {
                close += 2;
                continue;
            }
            break;
        }
        if (close >= text_.size()) return refuse(syntax_error, "Invalid filter: a quotation mark is not closed");
        LS_TRY_ASSIGN(Scalar value, parse_literal(text_.substr(at_, close + 1 - at_)));
        at_ = close + 1;
        return FilterNode{.kind = Kind::literal, .literal = std::move(value)};
    }

    Result<FilterNode> property(std::string_view name) {
        const int found = type_.find(name);
        if (found < 0)
            return refuse(property_error,
                          "Property " + std::string(name) + " not found in type " + std::string(type_.service) + "." +
                              std::string(type_.set) + "Type",
                          std::string(name));
        if (type_.properties[static_cast<std::size_t>(found)].has(no_filter))
            return refuse(property_error, "Property " + std::string(name) + " is not filterable", std::string(name));
        return FilterNode{.kind = Kind::property, .property = found};
    }

    Result<FilterNode> function(std::string_view name) {
        const FilterFunction* known = filter_function(name);
        if (known == nullptr) return refuse(syntax_error, "Invalid filter: unknown function '" + std::string(name) + "'");
        at_ += name.size();
        FilterNode node{.kind = Kind::function, .function = known};
        if (!take('(')) return unexpected();
        do {
            LS_TRY_ASSIGN(FilterNode argument, either());
            node.children.push_back(std::move(argument));
        } while (take(','));
        if (!take(')')) return unexpected();
        LS_TRY(check_arguments(node));
        return node;
    }

    Result<void> check_arguments(const FilterNode& node) const {
        const FilterFunction& known = *node.function;
        const std::string name(known.name);
        if (node.children.size() < known.arguments_min || node.children.size() > known.arguments.size())
            return refuse(syntax_error, "Invalid filter: wrong number of arguments of '" + name + "'");
        for (std::size_t i = 0; i < node.children.size(); ++i)
            if (sort(node.children[i]) != sort_of(known.arguments[i]))
                return refuse(syntax_error, "Invalid filter: wrong argument type of '" + name + "'");
        return {};
    }

    Sort sort(const FilterNode& node) const {
        switch (node.kind) {
            case Kind::literal:
                return sort_of(node.literal.kind);
            case Kind::property:
                return sort_of(scalar_of(type_.properties[static_cast<std::size_t>(node.property)], "0").kind);
            case Kind::function:
                return sort_of(node.function->result);
            default:
                return Sort::boolean;
        }
    }

    const EntityType& type_;
    std::string_view text_;
    std::size_t at_ = 0;
    int depth_ = 0;
};

}  // namespace

Result<FilterNode> parse_filter(const EntityType& type, std::string_view text) { return Parser(type, text).parse(); }

}  // namespace lockstep::sandbox::sap
