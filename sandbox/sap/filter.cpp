#include "sandbox/sap/filter.h"

#include <algorithm>

#include "sandbox/sap/filter_functions.h"

namespace lockstep::sandbox::sap {

namespace {

using Kind = FilterNode::Kind;

Scalar evaluate(const EntityType& type, const Record& record, const FilterNode& node);

Scalar boolean(bool value) { return Scalar{.kind = Scalar::Kind::boolean, .boolean = value}; }
Scalar text(std::string value) { return Scalar{.kind = Scalar::Kind::text, .text = std::move(value)}; }

/// A function of a date that is not there gives nothing, and nothing is like no value.
Scalar call(const FilterFunction& function, const std::vector<Scalar>& arguments) {
    for (const Scalar& argument : arguments)
        if (argument.kind == Scalar::Kind::null) return Scalar{};
    return function.call(arguments);
}

bool agrees(Kind kind, int order) {
    switch (kind) {
        case Kind::equal:
            return order == 0;
        case Kind::not_equal:
            return order != 0;
        case Kind::less:
            return order < 0;
        case Kind::less_equal:
            return order <= 0;
        case Kind::greater:
            return order > 0;
        default:
            return order >= 0;
    }
}

/// Texts are compared where they lie, without a copy: most filters hold one property of many entities to one text.
std::optional<int> text_order(const EntityType& type, const Record& record, const FilterNode& node) {
    const FilterNode &left = node.children[0], &right = node.children[1];
    if (left.kind != Kind::property || right.kind != Kind::literal || right.literal.kind != Scalar::Kind::text) return std::nullopt;
    const Property& property = type.properties[static_cast<std::size_t>(left.property)];
    if (property.type != Edm::string || property.has(alpha)) return std::nullopt;
    return record.text(left.property).compare(right.literal.text);
}

bool holds(Kind kind, const Scalar& left, const Scalar& right) {
    const auto order = compare(left, right);
    return order ? agrees(kind, *order) : kind == Kind::not_equal;
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
            return call(*node.function, arguments);
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
            if (const auto order = text_order(type, record, node)) return boolean(agrees(node.kind, *order));
            return boolean(holds(node.kind, evaluate(type, record, node.children[0]), evaluate(type, record, node.children[1])));
    }
}

/// Where an equality leads: the rows of an index, or of a key.
struct Hits {
    const std::vector<Row>* rows = nullptr;
    std::optional<Row> row;

    std::size_t size() const { return rows != nullptr ? rows->size() : static_cast<std::size_t>(row.has_value()); }
    std::vector<Row> copy() const {
        if (rows != nullptr) return *rows;
        return row ? std::vector<Row>{*row} : std::vector<Row>{};
    }
};

std::optional<Hits> hits(const Table& table, const FilterNode& node) {
    const bool turned = node.children[0].kind == Kind::literal;
    const FilterNode& property = node.children[turned ? 1 : 0];
    const FilterNode& literal = node.children[turned ? 0 : 1];
    if (property.kind != Kind::property || literal.kind != Kind::literal || literal.literal.kind != Scalar::Kind::text) return std::nullopt;
    const std::vector<int> wanted = {property.property};
    if (wanted == table.key_properties()) return Hits{.row = table.find_by({literal.literal.text})};
    const std::vector<Row>* rows = table.lookup(wanted, {literal.literal.text});
    if (rows == nullptr) return std::nullopt;
    return Hits{.rows = rows};
}

/// How many rows `candidates` would give; nullopt: all.
std::optional<std::size_t> candidate_count(const Table& table, const FilterNode& filter) {
    std::optional<std::size_t> count;
    if (filter.kind == Kind::equal) {
        if (const auto found = hits(table, filter)) count = found->size();
    } else if (filter.kind == Kind::both) {
        for (const FilterNode& child : filter.children) {
            const auto rows = candidate_count(table, child);
            if (rows) count = std::min(count.value_or(*rows), *rows);
        }
    } else if (filter.kind == Kind::either) {
        count = 0;
        for (const FilterNode& child : filter.children) {
            const auto rows = candidate_count(table, child);
            if (!rows) return std::nullopt;
            *count += *rows;
        }
    }
    return count;
}

}  // namespace

bool matches(const EntityType& type, const Record& record, const FilterNode& filter) { return evaluate(type, record, filter).boolean; }

std::optional<std::vector<Row>> candidates(const Table& table, const FilterNode& filter) {
    const auto count = candidate_count(table, filter);
    if (!count) return std::nullopt;
    if (filter.kind == Kind::equal) return hits(table, filter)->copy();
    if (filter.kind == Kind::both) {
        for (const FilterNode& child : filter.children)
            if (candidate_count(table, child) == count) return candidates(table, child);
    }
    std::vector<Row> rows;
    for (const FilterNode& child : filter.children) {
        const auto some = candidates(table, child);
        rows.insert(rows.end(), some->begin(), some->end());
    }
    std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    return rows;
}

}  // namespace lockstep::sandbox::sap
