#include "connectors/zoho_crm/actions.h"
#include "connectors/zoho_crm/field_values.h"
#include "connectors/zoho_crm/row_writes.h"

namespace lockstep::connectors::zoho_crm {
namespace {

/// One row by itself: its result, or its refusal.
Result<RowResult> write_one(const Crm& crm, connector::CallContext& context, const RowRequest& request, Map body) {
    const Value none;
    const std::vector<connector::JointCall> calls{{none, context}};
    Joint joint(calls);
    LS_TRY_ASSIGN(std::vector<RowResult> made, write_rows(crm.api, joint, request, {{.call = 0, .body = std::move(body)}}));
    if (made.front().error) return fail(*made.front().error);
    return made.front();
}

Result<Map> written_fields(const Crm& crm, connector::CallContext& context, const std::string& module, const Value& fields) {
    if (!fields.is_map()) return fail(ErrorCode::value_invalid, "`fields` is a map of values by API name");
    return crm.metadata.written(context, module, fields.as_map());
}

/// The whole record as Zoho has it; null if there is none. Source: OpenAPI v8.0, record, "Get Record": 204 without a body.
Result<Value> whole_record(const Crm& crm, connector::CallContext& context, const Value& input) {
    LS_TRY_ASSIGN(std::string module, module_of(input));
    LS_TRY_ASSIGN(std::string id, id_of(input));
    Result<Answer> answer = crm.api.get(context, "/" + module + "/" + id, {});
    if (!answer && answer.error().code == ErrorCode::not_found) return Value();
    if (!answer) return fail(answer.error());
    return answer->data().is_list() && !answer->data().as_list().empty() ? answer->data().as_list().front() : Value();
}

}  // namespace

Result<Value> find_record(const Crm& crm, connector::CallContext& context, const Value& input) { return whole_record(crm, context, input); }

Result<Value> get_record(const Crm& crm, connector::CallContext& context, const Value& input) {
    LS_TRY_ASSIGN(Value record, whole_record(crm, context, input));
    if (!record.is_null()) return record;
    return fail(ErrorCode::not_found, "Zoho CRM has no such record: " + input["entity"].text() + " " + input["id"].text());
}

/// As `record_create`.
Result<Value> ensure_record(const Crm& crm, connector::CallContext& context, const Value& input) {
    const Value as_create = Map{{"entity", input["entity"]}, {"unique", input["unique"]}, {"fields", input["create"]}};
    const std::vector<connector::JointCall> calls{{as_create, context}};
    Joint joint(calls);
    LS_TRY_ASSIGN(std::vector<Result<Value>> made, record_create(crm, joint));
    if (!made.front()) return fail(made.front().error());
    return Value(Map{{"id", (*made.front())["id"]}, {"created", (*made.front())["created"]}});
}

/// The unique field alone decides: without `duplicate_check_fields` Zoho would take an account of the same name for it.
Result<Value> upsert_record(const Crm& crm, connector::CallContext& context, const Value& input) {
    LS_TRY_ASSIGN(std::string module, module_of(input));
    LS_TRY_ASSIGN(UniqueKey key, unique_of(input));
    LS_TRY_ASSIGN(Map body, written_fields(crm, context, module, input["fields"]));
    body.set(key.field, key.value);
    const RowRequest request{
        .method = "POST", .path = "/" + module + "/upsert", .more = Map{{"duplicate_check_fields", List{Value(key.field)}}}};
    LS_TRY_ASSIGN(RowResult made, write_one(crm, context, request, std::move(body)));
    return Value(Map{{"id", made.id()}, {"created", made.said["action"] == Value("insert")}});
}

Result<Value> update_record(const Crm& crm, connector::CallContext& context, const Value& input) {
    LS_TRY_ASSIGN(std::string module, module_of(input));
    LS_TRY_ASSIGN(std::string id, id_of(input));
    LS_TRY_ASSIGN(Map fields, written_fields(crm, context, module, input["fields"]));
    Map body{{"id", id}};
    for (const auto& [name, value] : fields) body.set(name, value);
    LS_TRY_ASSIGN(RowResult made, write_one(crm, context, {.method = "PUT", .path = "/" + module}, std::move(body)));
    return Value(Map{{"id", made.id()}});
}

Result<Value> query_records(const Crm& crm, connector::CallContext& context, const Value& input) {
    const std::string coql = input["query"].text();
    if (coql.empty()) return fail(ErrorCode::value_invalid, "zoho_crm.query needs a text as `query`");
    LS_TRY_ASSIGN(QueryPage page, crm.api.query(context, coql));
    return Value(std::move(page.rows));
}

}  // namespace lockstep::connectors::zoho_crm
