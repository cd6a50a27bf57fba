// GROUP BY, HAVING and the aggregate functions.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "sandbox/salesforce/convert.h"
#include "sandbox/salesforce/query.h"
#include "sandbox/salesforce/refusal.h"
#include "sandbox/salesforce/text_fold.h"
#include "value/json.h"

namespace lockstep::sandbox::salesforce {
namespace {

// Source: SOQL and SOSL Reference, "GROUP BY": an answer without queryMore has at most 2000 rows.
constexpr std::size_t groups_max = 2000;

std::string key_text(const Value& value) { return value.is_string() ? "s" + fold(value.as_string()) : json::write(value); }

struct Group {
    std::vector<Value> keys;
    Rows rows;
};

class Aggregation {
public:
    Aggregation(const Database& database, const soql::Plan& plan)
        : database_(database), plan_(plan), table_(database.table(*plan.object)) {}

    Result<std::string> run() {
        std::vector<Group> groups = make_groups();
        if (plan_.having) std::erase_if(groups, [&](const Group& group) { return !holds(group, *plan_.having); });
        sort(groups);
        if (plan_.offset)
            groups.erase(groups.begin(),
                         groups.begin() + std::min<std::ptrdiff_t>(*plan_.offset, static_cast<std::ptrdiff_t>(groups.size())));
        if (plan_.limit && static_cast<std::int64_t>(groups.size()) > *plan_.limit) groups.resize(static_cast<std::size_t>(*plan_.limit));
        if (groups.size() > groups_max)
            return refuse("EXCEEDED_ID_LIMIT",
                          "Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch");
        return write(groups);
    }

private:
    std::vector<Group> make_groups() const {
        std::vector<Group> groups;
        std::map<std::string, std::size_t> by_key;
        if (plan_.group_by.empty()) groups.emplace_back();
        for (const Row row : soql::select_rows(database_, plan_)) {
            if (plan_.group_by.empty()) {
                groups[0].rows.push_back(row);
                continue;
            }
            std::vector<Value> keys;
            std::string text;
            for (const soql::Term& term : plan_.group_by) {
                Value scratch;
                keys.push_back(soql::term_value(database_, *plan_.object, table_.at(row), term, scratch));
                text += key_text(keys.back()) + '\x1f';
            }
            const auto [place, fresh] = by_key.emplace(text, groups.size());
            if (fresh) groups.push_back({std::move(keys), {}});
            groups[place->second].rows.push_back(row);
        }
        return groups;
    }

    std::vector<Value> values(const Group& group, const soql::Term& term) const {
        std::vector<Value> out;
        for (const Row row : group.rows) {
            Value scratch;
            const Value& value = soql::term_value(database_, *plan_.object, table_.at(row), term, scratch);
            if (!value.is_null()) out.push_back(value);
        }
        return out;
    }

    Value value_of(const Group& group, const soql::Term& term) const {
        if (!term.aggregate()) return group_key(group, term);
        if (term.way.object == nullptr) return static_cast<std::int64_t>(group.rows.size());
        const std::vector<Value> all = values(group, term);
        if (term.function == "COUNT") return static_cast<std::int64_t>(all.size());
        if (term.function == "COUNT_DISTINCT") {
            std::set<std::string> distinct;
            for (const Value& value : all) distinct.insert(key_text(value));
            return static_cast<std::int64_t>(distinct.size());
        }
        if (all.empty()) return {};
        if (term.function == "MIN" || term.function == "MAX") {
            const auto less = [](const Value& a, const Value& b) { return soql::compare_values(a, b) < 0; };
            return term.function == "MIN" ? *std::ranges::min_element(all, less) : *std::ranges::max_element(all, less);
        }
        return sum(all, term.function == "AVG");
    }

    static Value sum(const std::vector<Value>& all, bool average) {
        Decimal total;
        for (const Value& value : all)
            if (auto more = total.plus(value.to_decimal())) total = *more;
        if (!average) return total.normalized();
        auto mean = total.divided_by(Decimal(static_cast<std::int64_t>(all.size())), 12);
        return mean ? Value(mean->normalized()) : Value();
    }

    Value group_key(const Group& group, const soql::Term& term) const {
        for (std::size_t i = 0; i < plan_.group_by.size() && i < group.keys.size(); ++i) {
            const soql::Term& by = plan_.group_by[i];
            if (by.function == term.function && by.way.object == term.way.object && by.way.field == term.way.field &&
                by.way.hops == term.way.hops)
                return group.keys[i];
        }
        return {};
    }

    bool holds(const Group& group, const soql::Test& test) const {
        const auto inner = [&](const soql::Test& child) { return holds(group, child); };
        switch (test.kind) {
            case soql::Condition::Kind::conjunction:
                return std::ranges::all_of(test.children, inner);
            case soql::Condition::Kind::disjunction:
                return std::ranges::any_of(test.children, inner);
            case soql::Condition::Kind::negation:
                return !inner(test.children.front());
            case soql::Condition::Kind::comparison:
                break;
        }
        const Value value = value_of(group, test.term);
        return soql::compares(value.is_string() ? Value(fold(value.as_string())) : value, test);
    }

    void sort(std::vector<Group>& groups) const {
        std::stable_sort(groups.begin(), groups.end(), [&](const Group& a, const Group& b) {
            for (const soql::SortKey& key : plan_.order) {
                const Value left = value_of(a, key.term), right = value_of(b, key.term);
                if (left.is_null() != right.is_null()) return left.is_null() == key.nulls_first;
                const int order = soql::compare_values(left, right);
                if (order != 0) return key.descending ? order > 0 : order < 0;
            }
            return false;
        });
    }

    std::string write(const std::vector<Group>& groups) const {
        static const Field number{"expr", "expr", FieldType::number};
        std::string out = fmt::format(R"({{"totalSize":{},"done":true,"records":[)", groups.size());
        for (std::size_t i = 0; i < groups.size(); ++i) {
            out += i == 0 ? "" : ",";
            out += R"({"attributes":{"type":"AggregateResult"})";
            for (const soql::Aggregate& column : plan_.aggregates) {
                out += ',';
                json::append_quoted(out, column.name);
                out += ':';
                const bool of_field = column.term.way.object != nullptr && column.term.way.column().type != FieldType::id;
                append_json(out, of_field ? column.term.way.column() : number, value_of(groups[i], column.term));
            }
            out += '}';
        }
        return out + "]}";
    }

    const Database& database_;
    const soql::Plan& plan_;
    const Table& table_;
};

}  // namespace

Result<std::string> aggregate_answer(const Database& database, const soql::Plan& plan) { return Aggregation(database, plan).run(); }

}  // namespace lockstep::sandbox::salesforce
