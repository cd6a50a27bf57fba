#include "sandbox/sap/filter.h"

#include <algorithm>
#include <cctype>

namespace lockstep::sandbox::sap {

namespace {

using Kind = FilterNode::Kind;

Scalar evaluate(const EntityType& type, const Record& record, const FilterNode& node);

Scalar boolean(bool value) { return Scalar{.kind = Scalar::Kind::boolean, .boolean = value}; }
Scalar text(std::string value) { return Scalar{.kind = Scalar::Kind::text, .text = std::move(value)}; }
Scalar number(std::int64_t value) { return Scalar{.kind = Scalar::Kind::number, .number = Decimal(value)}; }

std::string mapped(std::string value, int (*map)(int)) {
    for (char& c : value)
        if (static_cast<unsigned char>(c) < 128) c = static_cast<char>(map(static_cast<unsigned char>(c)));
    return value;
}

std::string trimmed(const std::string& value) {
    const std::size_t first = value.find_first_not_of(' ');
    if (first == std::string::npos) return {};
    return value.substr(first, value.find_last_not_of(' ') - first + 1);
}

std::string cut(const std::string& value, const std::vector<Scalar>& arguments) {
    auto position = [&](std::size_t index, std::size_t otherwise) {
        if (index >= arguments.size()) return otherwise;
        auto parsed = arguments[index].number.to_int64();
        return parsed && *parsed >= 0 ? static_cast<std::size_t>(*parsed) : std::size_t{0};
    };
    const std::size_t start = std::min(position(1, 0), value.size());
    return value.substr(start, position(2, std::string::npos));
}

Scalar call(const std::string& name, const std::vector<Scalar>& arguments) {
    const std::string& first = arguments[0].text;
    if (name == "substringof") return boolean(arguments[1].text.find(first) != std::string::npos);
    if (name == "startswith") return boolean(first.starts_with(arguments[1].text));
    if (name == "endswith") return boolean(first.ends_with(arguments[1].text));
    if (name == "length") return number(static_cast<std::int64_t>(first.size()));
    if (name == "tolower") return text(mapped(first, std::tolower));
    if (name == "toupper") return text(mapped(first, std::toupper));
    if (name == "trim") return text(trimmed(first));
    if (name == "concat") return text(first + arguments[1].text);
    if (name == "substring") return text(cut(first, arguments));
    const std::size_t at = first.find(arguments[1].text);  // indexof
    return number(at == std::string::npos ? -1 : static_cast<std::int64_t>(at));
}

bool holds(Kind kind, const Scalar& left, const Scalar& right) {
    const auto order = compare(left, right);
    if (!order) return kind == Kind::not_equal;
    switch (kind) {
        case Kind::equal:
            return *order == 0;
        case Kind::not_equal:
            return *order != 0;
        case Kind::less:
            return *order < 0;
        case Kind::less_equal:
            return *order <= 0;
        case Kind::greater:
            return *order > 0;
        default:
            return *order >= 0;
    }
}

/// The text of functions is that of the property as it is shown, so only comparisons see leading zeros.
Scalar argument(const EntityType& type, const Record& record, const FilterNode& node) {
    if (node.kind == Kind::property && type.properties[static_cast<std::size_t>(node.property)].has(alpha))
        return text(std::string(record.text(node.property)));
    return evaluate(type, record, node);
}

Scalar evaluate(const EntityType& type, const Record& record, const FilterNode& node) {
    switch (node.kind) {
        case Kind::literal:
            return node.literal;
        case Kind::property:
            return scalar_of(type.properties[static_cast<std::size_t>(node.property)], record.text(node.property));
        case Kind::function: {
            std::vector<Scalar> arguments;
            for (const FilterNode& child : node.children) arguments.push_back(argument(type, record, child));
            return call(node.function, arguments);
        }
        case Kind::both:
            for (const FilterNode& child : node.children)
                if (!matches(type, record, child)) return boolean(false);
            return boolean(true);
        case Kind::either:
            for (const FilterNode& child : node.children)
                if (matches(type, record, child)) return boolean(true);
            return boolean(false);
        case Kind::negation:
            return boolean(!matches(type, record, node.children[0]));
        default:
            return boolean(holds(node.kind, evaluate(type, record, node.children[0]), evaluate(type, record, node.children[1])));
    }
}

std::optional<std::vector<Row>> equal_rows(const Table& table, const FilterNode& node) {
    const bool turned = node.children[0].kind == Kind::literal;
    const FilterNode& property = node.children[turned ? 1 : 0];
    const FilterNode& literal = node.children[turned ? 0 : 1];
    if (property.kind != Kind::property || literal.kind != Kind::literal || literal.literal.kind != Scalar::Kind::text) return std::nullopt;
    const std::vector<int> wanted = {property.property};
    if (wanted == table.key_properties()) {
        auto row = table.find_by({literal.literal.text});
        return row ? std::vector<Row>{*row} : std::vector<Row>{};
    }
    const std::vector<Row>* rows = table.lookup(wanted, {literal.literal.text});
    if (rows == nullptr) return std::nullopt;
    return *rows;
}

}  // namespace

bool matches(const EntityType& type, const Record& record, const FilterNode& filter) { return evaluate(type, record, filter).boolean; }

std::optional<std::vector<Row>> candidates(const Table& table, const FilterNode& filter) {
    std::optional<std::vector<Row>> best;
    switch (filter.kind) {
        case Kind::equal:
            return equal_rows(table, filter);
        case Kind::both:
            for (const FilterNode& child : filter.children) {
                auto rows = candidates(table, child);
                if (rows && (!best || rows->size() < best->size())) best = std::move(rows);
            }
            return best;
        case Kind::either:
            best.emplace();
            for (const FilterNode& child : filter.children) {
                auto rows = candidates(table, child);
                if (!rows) return std::nullopt;
                best->insert(best->end(), rows->begin(), rows->end());
            }
            std::sort(best->begin(), best->end());
            best->erase(std::unique(best->begin(), best->end()), best->end());
            return best;
        default:
            return std::nullopt;
    }
}

}  // namespace lockstep::sandbox::sap
