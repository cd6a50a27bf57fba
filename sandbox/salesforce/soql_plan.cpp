#include "sandbox/salesforce/soql_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "sandbox/salesforce/record_id.h"
#include "sandbox/salesforce/refusal.h"
#include "sandbox/salesforce/text_fold.h"

namespace lockstep::sandbox::salesforce::soql {
namespace {

constexpr std::array<std::string_view, 6> aggregate_functions = {"COUNT", "COUNT_DISTINCT", "SUM", "AVG", "MIN", "MAX"};
constexpr std::string_view wsdl = "Please reference your WSDL or the describe call for the appropriate names.";

bool is_like(Operator op) { return op == Operator::like; }
bool is_choosing(Operator op) { return op == Operator::includes || op == Operator::excludes; }
bool is_ordering(Operator op) {
    return op != Operator::equal && op != Operator::not_equal && op != Operator::in && op != Operator::not_in && !is_choosing(op);
}

// The type that the vendor's messages name.
std::string_view criterion_type(const Field& field) {
    if (field.is_text()) return "string";
    if (field.type == FieldType::datetime) return "dateTime";
    return to_string(field.type);
}

class Planner {
public:
    explicit Planner(const PlanInput& input) : input_(input) {}

    Result<std::shared_ptr<const Plan>> plan(const Query& query, const Object* parent) {
        auto plan = std::make_shared<Plan>();
        LS_TRY_ASSIGN(plan->object, from(query, parent));
        object_ = plan->object;
        alias_ = query.alias.empty() ? lower(query.from) : lower(query.alias);
        plan->counts_only = query.counts_only();
        plan->with_deleted = input_.with_deleted;
        plan->limit = query.limit;
        plan->offset = query.offset;
        if (query.offset && *query.offset > 2000) return refuse("NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000");
        LS_TRY(select(query, *plan));
        if (query.where) { LS_TRY_ASSIGN(plan->where, test(*query.where, false)); }
        if (query.having) { LS_TRY_ASSIGN(plan->having, test(*query.having, true)); }
        for (const Ordering& order : query.order_by) {
            LS_TRY_ASSIGN(SortKey key, sort_key(order));
            plan->order.push_back(std::move(key));
        }
        return std::shared_ptr<const Plan>(std::move(plan));
    }

private:
    Unexpected error(std::string_view code, std::size_t position, std::string message) const {
        return query_error(code, input_.text, position, std::move(message));
    }

    Result<const Object*> from(const Query& query, const Object* parent) const {
        if (parent == nullptr) {
            const Object* object = Schema::instance().find(query.from);
            if (object == nullptr)
                return error(
                    "INVALID_TYPE", query.from_position,
                    fmt::format("sObject type '{}' is not supported. If you are attempting to use a custom object, be sure to append the "
                                "'__c' after the entity name. {}",
                                query.from, wsdl));
            return object;
        }
        const Child* child = parent->child(query.from);
        if (child == nullptr)
            return error(
                "INVALID_TYPE", query.from_position,
                fmt::format("Didn't understand relationship '{}' in FROM part of query call. If you are attempting to use a custom "
                            "relationship, be sure to append the '__r' after the custom relationship name. {}",
                            query.from, wsdl));
        return Schema::instance().find(child->object);
    }

    Result<Way> way(const Path& path) const {
        Way out;
        out.object = object_;
        std::size_t part =
            path.parts.size() > 1 && lower(path.parts[0]) == alias_ && object_->relationship_index(path.parts[0]) < 0 ? 1 : 0;
        if (path.parts.size() - part > 6) return error("INVALID_FIELD", path.position, "a relationship path may go up at most 5 levels");
        for (; part + 1 < path.parts.size(); ++part) {
            const int hop = out.object->relationship_index(path.parts[part]);
            if (hop < 0)
                return error(
                    "INVALID_FIELD", path.position,
                    fmt::format("Didn't understand relationship '{}' in field path. If you are attempting to use a custom relationship, be "
                                "sure to append the '__r' after the custom relationship name. {}",
                                path.parts[part], wsdl));
            out.hops.push_back(hop);
            out.object = Schema::instance().find(out.object->fields[static_cast<std::size_t>(hop)].reference_to);
        }
        out.field = out.object->field_index(path.parts[part]);
        if (out.field < 0)
            return error(
                "INVALID_FIELD", path.position,
                fmt::format("No such column '{}' on entity '{}'. If you are attempting to use a custom field, be sure to append the '__c' "
                            "after the custom field name. {}",
                            path.parts[part], out.object->table.name, wsdl));
        return out;
    }

    Result<Term> term(const Operand& operand) const {
        Term out;
        out.function = operand.function == "TOLABEL" ? "" : operand.function;
        if (operand.path.parts.empty()) return out;
        LS_TRY_ASSIGN(out.way, way(operand.path));
        const Field& column = out.way.column();
        const bool adds = out.function == "SUM" || out.function == "AVG";
        if (adds && !column.is_number())
            return error("MALFORMED_QUERY", operand.path.position,
                         fmt::format("field {} does not support aggregate operator {}", column.name, out.function));
        const bool dated = !out.function.empty() && !out.aggregate();
        if (dated && column.type != FieldType::date && column.type != FieldType::datetime)
            return error("MALFORMED_QUERY", operand.path.position,
                         fmt::format("Date function applied to a field that is no date: {}", column.name));
        return out;
    }

    // Columns.

    Result<void> select(const Query& query, Plan& plan) {
        plan.shape.object = plan.object;
        if (plan.counts_only) return {};
        const bool aggregated = !query.group_by.empty() || std::ranges::any_of(query.select, [](const Selected& item) {
            return std::ranges::find(aggregate_functions, item.operand.function) != aggregate_functions.end();
        });
        if (aggregated) return select_aggregates(query, plan);
        std::set<std::string> seen;
        for (const Selected& item : query.select) {
            if (item.subquery) {
                LS_TRY(select_children(*item.subquery, plan));
                continue;
            }
            if (item.operand.function == "FIELDS") {
                LS_TRY(select_all(item, query, plan));
                continue;
            }
            if (!item.alias.empty())
                return error("MALFORMED_QUERY", item.operand.path.position, "only aggregate expressions use field aliasing");
            LS_TRY_ASSIGN(const Way to, way(item.operand.path));
            if (!seen.insert(lower(item.operand.path.text())).second)
                return error("INVALID_FIELD", item.operand.path.position,
                             fmt::format("duplicate field selected: {}", item.operand.path.text()));
            if (!item.operand.function.empty() && item.operand.function != "TOLABEL")
                return error("MALFORMED_QUERY", item.operand.path.position, fmt::format("unexpected token: '{}'", item.operand.function));
            add_field(plan.shape, to);
        }
        return {};
    }

    static void add_field(Shape& shape, const Way& to) {
        Shape* at = &shape;
        for (const int hop : to.hops) {
            auto found = std::ranges::find_if(
                at->items, [&](const Shape::Item& item) { return item.kind == Shape::Item::Kind::parent && item.field == hop; });
            if (found == at->items.end()) {
                const Field& reference = at->object->fields[static_cast<std::size_t>(hop)];
                Shape::Item item{Shape::Item::Kind::parent, hop, reference.relationship, std::make_unique<Shape>(), nullptr};
                item.parent->object = Schema::instance().find(reference.reference_to);
                at->items.push_back(std::move(item));
                found = std::prev(at->items.end());
            }
            at = found->parent.get();
        }
        at->items.push_back(
            {Shape::Item::Kind::field, to.field, at->object->fields[static_cast<std::size_t>(to.field)].name, nullptr, nullptr});
    }

    Result<void> select_children(const Query& inner, Plan& plan) {
        LS_TRY_ASSIGN(auto children, Planner(input_).plan(inner, plan.object));
        const Child* child = plan.object->child(inner.from);
        if (children->aggregated() || children->counts_only)
            return error("MALFORMED_QUERY", inner.from_position, "Only root queries support aggregate expressions");
        const int reference = children->object->field_index(child->field);
        plan.shape.items.push_back({Shape::Item::Kind::children, reference, child->relationship, nullptr, std::move(children)});
        return {};
    }

    Result<void> select_all(const Selected& item, const Query& query, Plan& plan) {
        const std::string which = lower(item.operand.path.text());
        if (which != "all" && which != "standard" && which != "custom")
            return error("MALFORMED_QUERY", item.operand.path.position, fmt::format("unexpected token: '{}'", item.operand.path.text()));
        if (which != "standard" && (!query.limit || *query.limit > 200))
            return error("MALFORMED_QUERY", item.operand.path.position, "The SOQL FIELDS function must have a LIMIT of at most 200");
        for (std::size_t i = 0; i < plan.object->fields.size(); ++i) {
            const bool custom = plan.object->fields[i].name.ends_with("__c");
            if (which == "all" || custom == (which == "custom")) add_field(plan.shape, Way{{}, plan.object, static_cast<int>(i)});
        }
        return {};
    }

    Result<void> select_aggregates(const Query& query, Plan& plan) {
        for (const Operand& by : query.group_by) {
            LS_TRY_ASSIGN(Term grouped, term(by));
            plan.group_by.push_back(std::move(grouped));
        }
        int unnamed = 0;
        for (const Selected& item : query.select) {
            if (item.subquery) return error("MALFORMED_QUERY", query.from_position, "Aggregate queries cannot have subqueries");
            Aggregate column;
            LS_TRY_ASSIGN(column.term, term(item.operand));
            for (std::size_t i = 0; i < plan.group_by.size(); ++i)
                if (same(plan.group_by[i], column.term)) column.group = static_cast<int>(i);
            if (column.group < 0 && !column.term.aggregate())
                return error("MALFORMED_QUERY", item.operand.path.position,
                             fmt::format("Field must be grouped or aggregated: {}", item.operand.path.text()));
            const bool plain = item.operand.function.empty();
            column.name = !item.alias.empty() ? item.alias
                          : plain             ? std::string(column.term.way.column().name)
                                              : fmt::format("expr{}", unnamed++);
            plan.aggregates.push_back(std::move(column));
        }
        return {};
    }

    static bool same(const Term& a, const Term& b) {
        return a.function == b.function && a.way.object == b.way.object && a.way.field == b.way.field && a.way.hops == b.way.hops;
    }

    Result<SortKey> sort_key(const Ordering& order) const {
        SortKey out;
        LS_TRY_ASSIGN(out.term, term(order.operand));
        out.descending = order.descending;
        // Source: SOQL and SOSL Reference, "ORDER BY": nulls come first unless the query says otherwise, descending too.
        out.nulls_first = order.nulls_first.value_or(true);
        return out;
    }

    // Conditions.

    Result<Test> test(const Condition& condition, bool having) {
        Test out;
        out.kind = condition.kind;
        for (const Condition& child : condition.children) {
            LS_TRY_ASSIGN(Test inner, test(child, having));
            out.children.push_back(std::move(inner));
        }
        if (condition.kind != Condition::Kind::comparison) return out;
        LS_TRY_ASSIGN(out.term, term(condition.operand));
        out.op = condition.op;
        if (out.term.aggregate() != having && (!having || !out.term.way.object))
            return error("MALFORMED_QUERY", condition.operand.path.position,
                         fmt::format("unexpected aggregate: {}", condition.operand.function));
        if (condition.semi_join) return semi_join(condition, std::move(out));
        if (out.term.aggregate() || !out.term.function.empty()) return number_test(condition, std::move(out));
        LS_TRY(check_operator(condition, out.term.way.column()));
        for (const Literal& literal : condition.literals) LS_TRY(add_literal(condition, literal, out));
        return out;
    }

    Result<void> check_operator(const Condition& condition, const Field& column) const {
        const std::size_t at = condition.operand.path.position;
        const bool id = column.type == FieldType::id || column.type == FieldType::reference;
        if (column.has(not_filterable))
            return error("INVALID_FIELD", at, fmt::format("field '{}' can not be filtered in a query call", column.name));
        if (is_like(condition.op) && id) return error("INVALID_QUERY_FILTER_OPERATOR", at, "invalid operator on id field");
        if (is_like(condition.op) && !column.is_text())
            return error("INVALID_QUERY_FILTER_OPERATOR", at, fmt::format("invalid operator on {} field", to_string(column.type)));
        const bool chosen = column.type == FieldType::multipicklist;
        if (is_choosing(condition.op) ? !chosen : chosen && (is_ordering(condition.op) || condition.op == Operator::in))
            return error("INVALID_QUERY_FILTER_OPERATOR", at, fmt::format("invalid operator on {} field", to_string(column.type)));
        if (is_ordering(condition.op) && column.type == FieldType::boolean)
            return error("INVALID_QUERY_FILTER_OPERATOR", at, "invalid operator on boolean field");
        return {};
    }

    Result<Test> number_test(const Condition& condition, Test out) const {
        for (const Literal& literal : condition.literals) {
            const bool day = out.term.function == "DAY_ONLY" && literal.kind == Literal::Kind::date;
            const bool extreme = (out.term.function == "MIN" || out.term.function == "MAX") && literal.kind != Literal::Kind::date_range;
            if (literal.kind != Literal::Kind::number && !day && !extreme)
                return error("MALFORMED_QUERY", literal.position,
                             fmt::format("value of filter criterion for {} must be a number", condition.operand.function));
            out.values.push_back(literal.value);
        }
        return out;
    }

    Result<Test> semi_join(const Condition& condition, Test out) {
        const Field& column = out.term.way.column();
        if (column.type != FieldType::id && column.type != FieldType::reference)
            return error("MALFORMED_QUERY", condition.operand.path.position,
                         "semi join sub-selects can only be applied to id and reference fields");
        LS_TRY_ASSIGN(auto inner, Planner(input_).plan(*condition.semi_join, nullptr));
        const bool one = inner->shape.items.size() == 1 && inner->shape.items[0].kind == Shape::Item::Kind::field;
        if (!one)
            return error("MALFORMED_QUERY", condition.semi_join->from_position, "semi join sub-selects must select exactly one field");
        out.ids = std::make_shared<std::unordered_set<std::string>>();
        const Table& table = input_.database.table(*inner->object);
        for (const Row row : select_rows(input_.database, *inner)) {
            const Value& id = table.at(row).get(inner->shape.items[0].field);
            if (id.is_string()) out.ids->insert(id.as_string());
        }
        return out;
    }

    Unexpected wrong_literal(const Field& column, const Literal& literal) const {
        const bool text = column.is_text() || column.type == FieldType::id || column.type == FieldType::reference;
        return error("INVALID_FIELD", literal.position,
                     fmt::format("value of filter criterion for field '{}' must be of type {} and should {}be enclosed in quotes",
                                 column.name, criterion_type(column), text ? "" : "not "));
    }

    Result<void> add_literal(const Condition& condition, const Literal& literal, Test& out) const {
        const Field& column = out.term.way.column();
        using Kind = Literal::Kind;
        if (literal.kind == Kind::null) {
            if (is_ordering(condition.op))
                return error("INVALID_QUERY_FILTER_OPERATOR", literal.position, "null cannot be compared for order");
            out.values.emplace_back();
            return {};
        }
        if (column.is_text()) {
            if (literal.kind != Kind::string) return wrong_literal(column, literal);
            const std::string text = is_like(condition.op) ? literal.value.as_string() : unescaped(literal.value.as_string());
            out.values.push_back(text.empty() ? Value() : Value(column.has(case_sensitive) ? text : fold(text)));
            return {};
        }
        if (column.is_number() && literal.kind == Kind::number) return push(out, literal.value);
        if (column.type == FieldType::boolean && literal.kind == Kind::boolean) return push(out, literal.value);
        if (column.type == FieldType::date && literal.kind == Kind::date) return push(out, literal.value);
        if (column.type == FieldType::datetime && literal.kind == Kind::datetime) return push(out, literal.value);
        const bool dated = column.type == FieldType::date || column.type == FieldType::datetime;
        if (dated && literal.kind == Kind::date_range) return add_range(condition, literal, out);
        if (column.type != FieldType::id && column.type != FieldType::reference) return wrong_literal(column, literal);
        if (literal.kind != Kind::string) return wrong_literal(column, literal);
        auto id = canonical_id(literal.value.as_string());
        if (!id && !literal.value.as_string().empty())
            return error("INVALID_QUERY_FILTER_OPERATOR", literal.position, fmt::format("invalid ID field: {}", literal.value.as_string()));
        return push(out, id ? Value(*id) : Value());
    }

    static Result<void> push(Test& out, Value value) {
        out.values.push_back(std::move(value));
        return {};
    }

    Result<void> add_range(const Condition& condition, const Literal& literal, Test& out) const {
        if (condition.literals.size() > 1)
            return error("INVALID_QUERY_FILTER_OPERATOR", literal.position, "a date literal cannot stand in a list");
        auto today = date_in(input_.now, "UTC");
        if (!today) return fail(today.error());
        const auto [first, after] = date_range(literal.range, literal.count, *today);
        out.range = true;
        const bool day = out.term.way.column().type == FieldType::date;
        for (const Date& date : {first, after})
            out.values.push_back(day ? Value(date) : Value(Timestamp{days_from_epoch(date) * 86400, 0}));
        return {};
    }

    const PlanInput& input_;
    const Object* object_ = nullptr;
    std::string alias_;
};

}  // namespace

bool Term::aggregate() const { return std::ranges::find(aggregate_functions, function) != aggregate_functions.end(); }

bool Plan::has_children() const {
    return std::ranges::any_of(shape.items, [](const Shape::Item& item) { return item.kind == Shape::Item::Kind::children; });
}

Result<std::shared_ptr<const Plan>> make_plan(const Query& query, const PlanInput& input) { return Planner(input).plan(query, nullptr); }

}  // namespace lockstep::sandbox::salesforce::soql
