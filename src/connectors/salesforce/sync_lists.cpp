// What changed, what was deleted, what there is, and which fields it has.
#include <algorithm>
#include <array>

#include "connectors/salesforce/query_reader.h"
#include "connectors/salesforce/record_id.h"
#include "connectors/salesforce/soql.h"
#include "connectors/salesforce/sync_records.h"
#include "connectors/salesforce/sync_version.h"
#include "value/encoding.h"

namespace lockstep::connectors::salesforce {
namespace {

Result<Answer> ask(Api& api, connector::CallContext& context, std::string target) {
    net::Request request{.method = "GET", .url = std::move(target), .headers = {{"Accept", "application/json"}}};
    return api.ask(context, std::move(request), net::Effect::read);
}

Result<List> all_rows(Api& api, connector::CallContext& context, std::string target) {
    LS_TRY_ASSIGN(Value page, api.get(context, std::move(target)));
    return QueryReader(api, context).all_pages(std::move(page), all_records);
}

/// Rows with `Id` and `SystemModstamp` as a list of {id, at}.
Value places(const List& rows) {
    List list;
    for (const Value& row : rows) list.emplace_back(Map{{"id", row["Id"].text()}, {"at", sync_time(row["SystemModstamp"])}});
    return list;
}

/// The id in `after`, or an empty text. Errors: `value_invalid`.
Result<std::string> after_of(const connector::Inputs& inputs) {
    std::string given = inputs.value("after").text();
    return given.empty() ? Result<std::string>(given) : normalise_record_id(given);
}

struct TypeName {
    std::string_view salesforce, known;
};
/// Several picklist values are one text, joined by `;`. Source: Object Reference for the Salesforce Platform, "Field Types".
constexpr std::array<TypeName, 17> type_names = {{
    {"string", "text"},
    {"textarea", "text"},
    {"email", "text"},
    {"phone", "text"},
    {"url", "text"},
    {"combobox", "text"},
    {"encryptedstring", "text"},
    {"multipicklist", "text"},
    {"int", "number"},
    {"double", "number"},
    {"currency", "number"},
    {"percent", "number"},
    {"boolean", "boolean"},
    {"date", "date"},
    {"datetime", "time"},
    {"picklist", "picklist"},
    {"reference", "reference"},
}};

std::string_view type_of(const std::string& name) {
    auto known = std::find_if(type_names.begin(), type_names.end(), [&](const TypeName& type) { return type.salesforce == name; });
    return known == type_names.end() ? "other" : known->known;
}

List active_values(const Value& field) {
    List values;
    const Value& all = field["picklistValues"];
    if (!all.is_list()) return values;
    for (const Value& one : all.as_list())
        if (one["active"] == Value(true)) values.push_back(one["value"]);
    return values;
}

/// A number's length is how many digits it has, those after the point too.
const Value& length_of(const Value& field) {
    if (field["type"].text() == "int") return field["digits"];
    return type_of(field["type"].text()) == "number" ? field["precision"] : field["length"];
}

/// Source: REST API Developer Guide, "sObject Describe"; SOAP API Developer Guide, "DescribeSObjectResult", Field.
Value described(const Value& field) {
    const bool creatable = field["createable"] == Value(true);
    const bool mandatory = creatable && field["nillable"] == Value(false) && field["defaultedOnCreate"] == Value(false);
    return Map{{"name", field["name"]},
               {"label", field["label"]},
               {"type", type_of(field["type"].text())},
               {"length", length_of(field)},
               {"scale", field["scale"]},
               {"mandatory", mandatory && field["type"].text() != "boolean"},
               {"writable", field["updateable"] == Value(true)},
               {"unique", field["unique"] == Value(true)},
               {"values", active_values(field)},
               {"restricted", field["restrictedPicklist"] == Value(true)}};
}

}  // namespace

Result<Value> record_changes(Api& api, const connector::Inputs& inputs, connector::CallContext& context) {
    LS_TRY_ASSIGN(std::string entity, entity_of(inputs));
    LS_TRY_ASSIGN(Timestamp since, since_of(inputs));
    LS_TRY_ASSIGN(std::string after, after_of(inputs));
    LS_TRY_ASSIGN(std::int64_t limit, limit_of(inputs));
    const std::string time = format_timestamp(since);
    const std::string where = after.empty() ? "SystemModstamp >= " + time
                                            : "SystemModstamp > " + time + " OR (SystemModstamp = " + time + " AND Id > '" + after + "')";
    LS_TRY_ASSIGN(List rows, all_rows(api, context,
                                      api.query_target("SELECT Id, SystemModstamp FROM " + entity + " WHERE " + where +
                                                       " ORDER BY SystemModstamp, Id LIMIT " + std::to_string(limit))));
    return places(rows);
}

/// `queryAll` rather than "sObject Get Deleted": that one disregards seconds, wants a span of a minute at least, and would
/// name a record that was restored since.
Result<Value> record_deletions(Api& api, const connector::Inputs& inputs, connector::CallContext& context) {
    LS_TRY_ASSIGN(std::string entity, entity_of(inputs));
    LS_TRY_ASSIGN(Timestamp since, since_of(inputs));
    const std::string soql = "SELECT Id, SystemModstamp FROM " + entity +
                             " WHERE IsDeleted = true AND SystemModstamp >= " + format_timestamp(since) + " ORDER BY SystemModstamp, Id";
    LS_TRY_ASSIGN(List rows, all_rows(api, context, api.path({"queryAll"}) + "?q=" + encoding::percent_encode(soql)));
    return places(rows);
}

Result<Value> record_list(Api& api, const connector::Inputs& inputs, connector::CallContext& context) {
    LS_TRY_ASSIGN(std::string entity, entity_of(inputs));
    LS_TRY_ASSIGN(std::vector<std::string> fields, field_names(inputs));
    LS_TRY_ASSIGN(std::string after, after_of(inputs));
    LS_TRY_ASSIGN(std::int64_t limit, limit_of(inputs));
    const std::string soql = "SELECT " + Selection(fields, {"Id", "LastModifiedDate"}).joined(", ") + " FROM " + entity +
                             (after.empty() ? std::string() : " WHERE Id > '" + after + "'") + " ORDER BY Id LIMIT " +
                             std::to_string(limit);
    LS_TRY_ASSIGN(Answer answer, ask(api, context, api.query_target(soql)));
    LS_TRY_ASSIGN(List raw, QueryReader(api, context).all_pages(std::move(answer.body), all_records));
    List rows;
    for (const Value& row : raw) {
        std::optional<Timestamp> modified = time_of(row["LastModifiedDate"]);
        rows.emplace_back(Map{{"id", row["Id"].text()},
                              {"fields", chosen_fields(row, fields)},
                              {"version", modified ? version_of_time(*modified, answer.asked_at_ms) : version_of_unread()},
                              {"modified_at", sync_time(row["LastModifiedDate"])}});
    }
    const bool full = static_cast<std::int64_t>(rows.size()) == limit;
    Value next = full ? rows.back()["id"] : Value();
    return Value(Map{{"rows", std::move(rows)}, {"next", std::move(next)}});
}

Result<Value> record_fields(Api& api, const connector::Inputs& inputs, connector::CallContext& context) {
    LS_TRY_ASSIGN(std::string entity, entity_of(inputs));
    LS_TRY_ASSIGN(Value description, api.get(context, api.path({"sobjects", entity, "describe"})));
    if (!description["fields"].is_list())
        return fail(ErrorCode::vendor_protocol, "the describe answer of Salesforce has no fields: " + entity);
    List fields;
    for (const Value& field : description["fields"].as_list()) fields.push_back(described(field));
    return Value(std::move(fields));
}

}  // namespace lockstep::connectors::salesforce
