#include <algorithm>
#include <cctype>

#include "base/limits.h"
#include "connector/one_line.h"
#include "connectors/salesforce/actions.h"
#include "connectors/salesforce/soql.h"
#include "value/encoding.h"

namespace lockstep::connectors::salesforce {
namespace {

bool equals_ignoring_case(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

Unexpected odd_answer(std::string_view what) {
    return fail(ErrorCode::vendor_protocol, "the query answer of Salesforce " + std::string(what));
}

/// Whether a field's value is the result of a subquery rather than a parent record.
bool is_query_result(const Value& value) {
    return value.is_map() && value["records"].is_list() && value["done"].kind() == Value::Kind::boolean;
}

/// Reads results page by page and turns them into plain records. One per query; pages of subqueries count too.
class ResultReader {
public:
    ResultReader(Api& api, connector::CallContext& context) : api_(api), context_(context) {}

    /// Stops after `records_max` records, and then reads the subqueries of none.
    Result<List> read(Value page, const std::vector<Subquery>& subqueries, std::size_t records_max) {
        LS_TRY_ASSIGN(List raw, all_pages(std::move(page), records_max));
        List records;
        if (raw.size() > records_max) return raw;
        records.reserve(raw.size());
        for (const Value& record : raw) {
            if (!record.is_map()) return odd_answer("holds a record that is not an object");
            LS_TRY_ASSIGN(Value plain, plain_record(record.as_map(), subqueries));
            records.push_back(std::move(plain));
        }
        return records;
    }

private:
    Result<List> all_pages(Value page, std::size_t records_max) {
        List records;
        while (true) {
            if (!is_query_result(page)) return odd_answer("has no records");
            for (const Value& record : page["records"].as_list()) records.push_back(record);
            if (page["done"].as_bool() || records.size() > records_max) return records;
            LS_TRY_ASSIGN(page, next_page(page));
        }
    }

    Result<Value> next_page(const Value& page) {
        const std::string next = page["nextRecordsUrl"].text();
        // Only a path on the same host gets the token.
        if (!next.starts_with("/services/data/")) return odd_answer("is not done and names no next page");
        if (++pages_ > limits::pages_max)
            return fail(ErrorCode::value_invalid,
                        "the query finds more than may be read at once, narrow it: over " + std::to_string(limits::pages_max) + " pages");
        return api_.get(context_, next);
    }

    /// The record without `attributes`, its subqueries as lists.
    Result<Value> plain_record(const Map& record, const std::vector<Subquery>& subqueries) {
        Map plain;
        for (const auto& [name, value] : record) {
            if (name == "attributes") continue;
            LS_TRY_ASSIGN(Value field, plain_field(value, find_subquery(subqueries, name)));
            plain.set(name, std::move(field));
        }
        for (const Subquery& subquery : subqueries)
            if (!has_field(plain, subquery.name)) plain.set(subquery.name, List());
        return Value(std::move(plain));
    }

    Result<Value> plain_field(const Value& value, const Subquery* subquery) {
        static const std::vector<Subquery> none;
        const std::vector<Subquery>& children = subquery ? subquery->children : none;
        if (subquery && value.is_null()) return Value(List());
        if (is_query_result(value)) {
            LS_TRY_ASSIGN(List list, read(value, children, std::string::npos));
            return Value(std::move(list));
        }
        if (value.is_map()) return plain_record(value.as_map(), none);
        return value;
    }

    static const Subquery* find_subquery(const std::vector<Subquery>& subqueries, std::string_view name) {
        auto found =
            std::find_if(subqueries.begin(), subqueries.end(), [&](const Subquery& s) { return equals_ignoring_case(s.name, name); });
        return found == subqueries.end() ? nullptr : &*found;
    }

    static bool has_field(const Map& record, std::string_view name) {
        return std::any_of(record.begin(), record.end(), [&](const auto& entry) { return equals_ignoring_case(entry.first, name); });
    }

    Api& api_;
    connector::CallContext& context_;
    int pages_ = 0;
};

/// What was asked, for a message: the object and the values bound.
std::string asked(const std::string& soql, const Map& bind) {
    constexpr std::size_t code_points_max = 200;
    std::string text = object_of(soql);
    for (const auto& [name, value] : bind) text += ", " + name + " " + (value.is_list() ? "list" : value.text());
    return connector::one_line(text, code_points_max);
}

Result<List> run_query(Api& api, const connector::Inputs& inputs, connector::CallContext& context, std::size_t records_max) {
    LS_TRY_ASSIGN(std::string soql, inputs.text("soql"));
    LS_TRY_ASSIGN(Map bind, inputs.map_or_empty("bind"));
    LS_TRY_ASSIGN(std::string bound, bind_soql(soql, bind));
    LS_TRY_ASSIGN(Value page, api.get(context, api.path({"query"}) + "?q=" + encoding::percent_encode(bound)));
    return ResultReader(api, context).read(std::move(page), subqueries_of(soql), records_max);
}

}  // namespace

Result<Value> query(Api& api, const connector::Inputs& inputs, connector::CallContext& context) {
    LS_TRY_ASSIGN(List records, run_query(api, inputs, context, std::string::npos));
    return Value(std::move(records));
}

Result<Value> query_one(Api& api, const connector::Inputs& inputs, connector::CallContext& context) {
    LS_TRY_ASSIGN(List records, run_query(api, inputs, context, 1));
    if (records.size() == 1) return records.front();
    LS_TRY_ASSIGN(Map bind, inputs.map_or_empty("bind"));
    std::string facts = asked(inputs.value("soql").text(), bind);
    if (records.empty()) return fail(ErrorCode::not_found, "no record matches the query: " + facts);
    return fail(ErrorCode::not_unique, "more than one record matches the query where exactly one must: " + facts);
}

}  // namespace lockstep::connectors::salesforce
