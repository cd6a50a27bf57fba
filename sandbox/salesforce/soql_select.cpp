// Evaluation: which rows a plan selects, and in what order.
#include <algorithm>
#include <optional>

#include "sandbox/salesforce/soql_plan.h"
#include "sandbox/salesforce/text_fold.h"

namespace lockstep::sandbox::salesforce::soql {
namespace {

Value date_part(const Value& value, std::string_view function) {
    if (value.is_null()) return {};
    Date day;
    if (value.kind() == Value::Kind::date)
        day = value.as_date();
    else if (auto in_utc = date_in(value.as_timestamp(), "UTC"))
        day = *in_utc;
    if (function == "CALENDAR_YEAR") return day.year;
    if (function == "CALENDAR_QUARTER") return (day.month - 1) / 3 + 1;
    if (function == "CALENDAR_MONTH") return static_cast<int>(day.month);
    if (function == "DAY_IN_MONTH") return static_cast<int>(day.day);
    return day;
}

template <class T>
int three_way(const T& a, const T& b) {
    return a < b ? -1 : b < a ? 1 : 0;
}

bool in_range(const Value& value, const Test& test) {
    if (value.is_null()) return test.op == Operator::not_equal || test.op == Operator::not_in;
    const bool before = compare_values(value, test.values[0]) < 0, after = compare_values(value, test.values[1]) >= 0;
    switch (test.op) {
        case Operator::less:
            return before;
        case Operator::less_or_equal:
            return !after;
        case Operator::greater:
            return after;
        case Operator::greater_or_equal:
            return !before;
        case Operator::not_equal:
        case Operator::not_in:
            return before || after;
        default:
            return !before && !after;
    }
}

bool has_choice(std::string_view chosen, std::string_view wanted) {
    while (!chosen.empty()) {
        const std::string_view one = chosen.substr(0, chosen.find(';'));
        if (one == wanted) return true;
        chosen.remove_prefix(std::min(chosen.size(), one.size() + 1));
    }
    return false;
}

// Source: SOQL and SOSL Reference, "Querying Multi-Select Picklists": `;` within a value is AND, `,` between values OR.
bool includes(const Value& value, const Value& wanted) {
    if (!wanted.is_string()) return value.is_null();
    if (!value.is_string()) return false;
    std::string_view rest = wanted.as_string();
    while (!rest.empty()) {
        const std::string_view one = rest.substr(0, rest.find(';'));
        if (!has_choice(value.as_string(), one)) return false;
        rest.remove_prefix(std::min(rest.size(), one.size() + 1));
    }
    return true;
}

// How rows can be found without looking at all of them, the best first.
enum class Access : std::uint8_t { key, time, none };

Access access_of(const Test& test, bool with_deleted) {
    if (test.kind != Condition::Kind::comparison || !test.term.function.empty() || !test.term.way.hops.empty()) return Access::none;
    const Field& column = test.term.way.column();
    const bool equality = test.op == Operator::equal || test.op == Operator::in;
    if (test.term.way.field == system_modstamp_field)
        return !test.ids && (equality || test.op == Operator::greater || test.op == Operator::greater_or_equal) ? Access::time
                                                                                                                : Access::none;
    // The indexes but that of ids hold the living records only.
    const bool indexed_here = column.type == FieldType::id || (column.has(indexed) && !with_deleted);
    if (!equality || test.range || !indexed_here) return Access::none;
    return std::ranges::any_of(test.values, [](const Value& value) { return value.is_null(); }) ? Access::none : Access::key;
}

void add_indexed(const Table& table, const Test& test, const std::string& value, Rows& out) {
    if (test.term.way.column().type != FieldType::id) {
        const Rows& rows = table.with(test.term.way.field, value);
        out.insert(out.end(), rows.begin(), rows.end());
    } else if (const auto row = table.find(value)) {
        out.push_back(*row);
    }
}

Rows rows_of(const Table& table, const Test& test, Access access) {
    Rows out;
    if (access == Access::time) {
        const Value* first = nullptr;
        for (const Value& value : test.values)
            if (first == nullptr || compare_values(value, *first) < 0) first = &value;
        if (first == nullptr || first->is_null()) return table.modified_since({});
        Timestamp time = first->as_timestamp();
        if (test.op == Operator::greater && !test.range) ++time.nanos;  // stored times are whole seconds
        return table.modified_since(time);
    }
    if (test.ids)
        for (const std::string& id : *test.ids) add_indexed(table, test, id, out);
    for (const Value& value : test.values) add_indexed(table, test, value.as_string(), out);
    return out;
}

// Rows among which are all that can fulfil the test; nullopt: no index helps.
std::optional<std::pair<Access, Rows>> candidates(const Table& table, const Test& test, bool with_deleted) {
    std::optional<std::pair<Access, Rows>> best;
    switch (test.kind) {
        case Condition::Kind::comparison: {
            const Access access = access_of(test, with_deleted);
            if (access != Access::none) best.emplace(access, rows_of(table, test, access));
            return best;
        }
        case Condition::Kind::conjunction:
            for (const Test& child : test.children) {
                // Where a key narrows, walking back in time would only cost.
                if (best && best->first == Access::key && access_of(child, with_deleted) == Access::time) continue;
                auto found = candidates(table, child, with_deleted);
                if (found && (!best || found->second.size() < best->second.size())) best = std::move(found);
            }
            return best;
        case Condition::Kind::disjunction:
            for (const Test& child : test.children) {
                auto found = candidates(table, child, with_deleted);
                if (!found) return std::nullopt;
                if (!best) best.emplace(Access::key, Rows{});
                best->first = std::max(best->first, found->first);
                best->second.insert(best->second.end(), found->second.begin(), found->second.end());
            }
            return best;
        case Condition::Kind::negation:
            break;
    }
    return std::nullopt;
}

void keep_matches(const Database& database, const Plan& plan, Rows& rows) {
    const Table& table = database.table(*plan.object);
    database.rows_read += rows.size();
    std::erase_if(rows, [&](Row row) {
        const Record& record = table.at(row);
        // A row whose creation was undone has not even an id.
        if (record.deleted && (!plan.with_deleted || record.get(id_field).is_null())) return true;
        return plan.where && !matches(database, *plan.object, record, *plan.where);
    });
}

void sort_rows(const Database& database, const Plan& plan, Rows& rows) {
    if (plan.order.empty() || plan.aggregated()) return;
    const Table& table = database.table(*plan.object);
    struct Keyed {
        Row row;
        std::vector<Value> keys;
    };
    std::vector<Keyed> keyed;
    keyed.reserve(rows.size());
    for (const Row row : rows) {
        Keyed one{row, {}};
        for (const SortKey& key : plan.order) {
            Value scratch;
            const Value& value = term_value(database, *plan.object, table.at(row), key.term, scratch);
            const bool text = value.is_string() && key.term.way.column().is_text();
            one.keys.push_back(text ? Value(fold(value.as_string())) : value);
        }
        keyed.push_back(std::move(one));
    }
    const auto before = [&](const Keyed& a, const Keyed& b) {
        for (std::size_t i = 0; i < plan.order.size(); ++i) {
            const SortKey& key = plan.order[i];
            const bool a_null = a.keys[i].is_null(), b_null = b.keys[i].is_null();
            if (a_null != b_null) return a_null == key.nulls_first;
            const int order = compare_values(a.keys[i], b.keys[i]);
            if (order != 0) return key.descending ? order > 0 : order < 0;
        }
        return a.row < b.row;
    };
    // Of a long list often only the beginning is asked for.
    const std::size_t wanted = plan.limit ? static_cast<std::size_t>(*plan.limit + plan.offset.value_or(0)) : keyed.size();
    if (wanted < keyed.size())
        std::partial_sort(keyed.begin(), keyed.begin() + static_cast<std::ptrdiff_t>(wanted), keyed.end(), before);
    else
        std::ranges::sort(keyed, before);
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = keyed[i].row;
}

Rows finish(const Database& database, const Plan& plan, Rows rows) {
    keep_matches(database, plan, rows);
    if (plan.aggregated()) return rows;
    sort_rows(database, plan, rows);
    if (plan.offset)
        rows.erase(rows.begin(), rows.begin() + std::min<std::ptrdiff_t>(*plan.offset, static_cast<std::ptrdiff_t>(rows.size())));
    if (plan.limit && static_cast<std::int64_t>(rows.size()) > *plan.limit) rows.resize(static_cast<std::size_t>(*plan.limit));
    return rows;
}

}  // namespace

int compare_values(const Value& a, const Value& b) {
    if (a.is_null() || b.is_null()) return (b.is_null() ? 1 : 0) - (a.is_null() ? 1 : 0);
    if (a.is_number() && b.is_number()) return three_way(a.to_decimal(), b.to_decimal());
    if (a.kind() != b.kind()) return three_way(static_cast<int>(a.kind()), static_cast<int>(b.kind()));
    switch (a.kind()) {
        case Value::Kind::string:
            return three_way(a.as_string(), b.as_string());
        case Value::Kind::boolean:
            return three_way(a.as_bool(), b.as_bool());
        case Value::Kind::date:
            return three_way(a.as_date(), b.as_date());
        case Value::Kind::timestamp:
            return three_way(a.as_timestamp(), b.as_timestamp());
        default:
            return 0;
    }
}

const Value& term_value(const Database& database, const Object& object, const Record& record, const Term& term, Value& scratch) {
    const Object* at = &object;
    const Record* here = &record;
    for (const int hop : term.way.hops) {
        here = database.parent(*at, *here, hop);
        if (here == nullptr) return null_value();
        at = Schema::instance().find(at->fields[static_cast<std::size_t>(hop)].reference_to);
    }
    const Value& value = database.read(*at, *here, term.way.field, scratch);
    if (term.function.empty() || term.aggregate()) return value;
    scratch = date_part(value, term.function);
    return scratch;
}

bool compares(const Value& value, const Test& test) {
    if (test.range) return in_range(value, test);
    if (test.ids) {
        const bool there = value.is_string() && test.ids->contains(value.as_string());
        return there == (test.op == Operator::in);
    }
    const auto equal = [&](const Value& literal) { return value.is_null() == literal.is_null() && compare_values(value, literal) == 0; };
    switch (test.op) {
        case Operator::equal:
        case Operator::in:
            return std::ranges::any_of(test.values, equal);
        case Operator::not_equal:
        case Operator::not_in:
            return std::ranges::none_of(test.values, equal);
        case Operator::includes:
            return std::ranges::any_of(test.values, [&](const Value& wanted) { return includes(value, wanted); });
        case Operator::excludes:
            return std::ranges::none_of(test.values, [&](const Value& wanted) { return includes(value, wanted); });
        case Operator::like:
            return value.is_string() && test.values[0].is_string() && like(value.as_string(), test.values[0].as_string());
        default:
            break;
    }
    if (value.is_null()) return false;
    const int order = compare_values(value, test.values[0]);
    switch (test.op) {
        case Operator::less:
            return order < 0;
        case Operator::less_or_equal:
            return order <= 0;
        case Operator::greater:
            return order > 0;
        default:
            return order >= 0;
    }
}

bool matches(const Database& database, const Object& object, const Record& record, const Test& test) {
    const auto holds = [&](const Test& child) { return matches(database, object, record, child); };
    switch (test.kind) {
        case Condition::Kind::conjunction:
            return std::ranges::all_of(test.children, holds);
        case Condition::Kind::disjunction:
            return std::ranges::any_of(test.children, holds);
        case Condition::Kind::negation:
            return !holds(test.children.front());
        case Condition::Kind::comparison:
            break;
    }
    Value scratch;
    const Value& value = term_value(database, object, record, test.term, scratch);
    const bool text = value.is_string() && test.term.way.column().is_text() && !test.term.way.column().has(case_sensitive);
    if (!text) return compares(value, test);
    const bool equality =
        test.op != Operator::like && !test.ids && std::ranges::all_of(test.values, [](const Value& literal) { return literal.is_null(); });
    return equality ? compares(value, test) : compares(Value(fold(value.as_string())), test);
}

Rows select_rows(const Database& database, const Plan& plan) {
    const Table& table = database.table(*plan.object);
    if (auto found = plan.where ? candidates(table, *plan.where, plan.with_deleted) : std::nullopt) {
        Rows& rows = found->second;
        std::ranges::sort(rows);
        rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
        return finish(database, plan, std::move(rows));
    }
    Rows all;
    all.reserve(table.size());
    for (Row row = 0; row < table.size(); ++row) all.push_back(row);
    return finish(database, plan, std::move(all));
}

Rows select_children(const Database& database, const Plan& plan, int reference, std::string_view parent_id) {
    return finish(database, plan, database.table(*plan.object).with(reference, parent_id));
}

}  // namespace lockstep::sandbox::salesforce::soql
