#include "connectors/salesforce/query_reader.h"

#include <algorithm>
#include <cctype>

#include "base/limits.h"

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

const Subquery* find_subquery(const std::vector<Subquery>& subqueries, std::string_view name) {
    auto found = std::find_if(subqueries.begin(), subqueries.end(), [&](const Subquery& s) { return equals_ignoring_case(s.name, name); });
    return found == subqueries.end() ? nullptr : &*found;
}

}  // namespace

std::string name_in(const Map& record, std::string_view field) {
    auto found = std::find_if(record.begin(), record.end(), [&](const auto& entry) { return equals_ignoring_case(entry.first, field); });
    return found == record.end() ? std::string() : found->first;
}

Result<List> QueryReader::all_pages(Value page, std::size_t records_max) {
    List records;
    while (true) {
        if (!is_query_result(page)) return odd_answer("has no records");
        for (const Value& record : page["records"].as_list()) records.push_back(record);
        if (page["done"].as_bool() || records.size() > records_max) return records;
        LS_TRY_ASSIGN(page, next_page(page));
    }
}

Result<List> QueryReader::plain_records(const List& raw, const std::vector<Subquery>& subqueries) {
    List records;
    records.reserve(raw.size());
    for (const Value& record : raw) {
        if (!record.is_map()) return odd_answer("holds a record that is not an object");
        LS_TRY_ASSIGN(Value plain, plain_record(record.as_map(), subqueries));
        records.push_back(std::move(plain));
    }
    return records;
}

Result<Value> QueryReader::next_page(const Value& page) {
    const std::string next = page["nextRecordsUrl"].text();
    // Only a path on the same host gets the token.
    if (!next.starts_with("/services/data/")) return odd_answer("is not done and names no next page");
    if (++pages_ > limits::pages_max)
        return fail(ErrorCode::value_invalid,
                    "the query finds more than may be read at once, narrow it: over " + std::to_string(limits::pages_max) + " pages");
    return api_.get(context_, next);
}

Result<Value> QueryReader::plain_record(const Map& record, const std::vector<Subquery>& subqueries) {
    Map plain;
    for (const auto& [name, value] : record) {
        if (name == "attributes") continue;
        LS_TRY_ASSIGN(Value field, plain_field(value, find_subquery(subqueries, name)));
        plain.set(name, std::move(field));
    }
    for (const Subquery& subquery : subqueries)
        if (name_in(plain, subquery.name).empty()) plain.set(subquery.name, List());
    return Value(std::move(plain));
}

Result<Value> QueryReader::plain_field(const Value& value, const Subquery* subquery) {
    static const std::vector<Subquery> none;
    const std::vector<Subquery>& children = subquery ? subquery->children : none;
    if (subquery && value.is_null()) return Value(List());
    if (is_query_result(value)) {
        LS_TRY_ASSIGN(List raw, all_pages(value, all_records));
        LS_TRY_ASSIGN(List list, plain_records(raw, children));
        return Value(std::move(list));
    }
    if (value.is_map()) return plain_record(value.as_map(), none);
    return value;
}

}  // namespace lockstep::connectors::salesforce
