#include "connectors/salesforce/query.h"

#include "connector/one_line.h"
#include "connectors/salesforce/actions.h"
#include "connectors/salesforce/query_reader.h"
#include "value/encoding.h"

namespace lockstep::connectors::salesforce {
namespace {

/// What was asked, for a message: the object and the values bound.
std::string asked(const std::string& soql, const Map& bind) {
    constexpr std::size_t code_points_max = 200;
    std::string text = object_of(soql);
    for (const auto& [name, value] : bind) text += ", " + name + " " + (value.is_list() ? "list" : value.text());
    return connector::one_line(text, code_points_max);
}

/// Stops after `records_max` records, and then reads the subqueries of none.
Result<List> run_query(Api& api, const connector::Inputs& inputs, connector::CallContext& context, std::size_t records_max) {
    LS_TRY_ASSIGN(std::string soql, inputs.text("soql"));
    LS_TRY_ASSIGN(Map bind, inputs.map_or_empty("bind"));
    LS_TRY_ASSIGN(std::string bound, bind_soql(soql, bind));
    LS_TRY_ASSIGN(Value page, api.get(context, api.query_target(bound)));
    QueryReader reader(api, context);
    LS_TRY_ASSIGN(List raw, reader.all_pages(std::move(page), records_max));
    if (raw.size() > records_max) return raw;
    return reader.plain_records(raw, subqueries_of(soql));
}

}  // namespace

Result<Value> query(Api& api, const connector::Inputs& inputs, connector::CallContext& context) {
    LS_TRY_ASSIGN(List records, run_query(api, inputs, context, all_records));
    return Value(std::move(records));
}

Result<Value> query_one(Api& api, const connector::Inputs& inputs, connector::CallContext& context) {
    LS_TRY_ASSIGN(List records, run_query(api, inputs, context, 1));
    return the_one_record(inputs, records);
}

Result<Value> the_one_record(const connector::Inputs& inputs, const List& records) {
    if (records.size() == 1) return records.front();
    LS_TRY_ASSIGN(Map bind, inputs.map_or_empty("bind"));
    std::string facts = asked(inputs.value("soql").text(), bind);
    if (records.empty()) return fail(ErrorCode::not_found, "no record matches the query: " + facts);
    return fail(ErrorCode::not_unique, "more than one record matches the query where exactly one must: " + facts);
}

}  // namespace lockstep::connectors::salesforce
