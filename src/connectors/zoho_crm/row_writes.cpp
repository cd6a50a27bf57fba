#include "connectors/zoho_crm/row_writes.h"

#include "connectors/zoho_crm/errors.h"
#include "value/json.h"

namespace lockstep::connectors::zoho_crm {
namespace {

/// Whether what Zoho refuses is the request, told in the form of one result for all of its rows.
bool refuses_all(const Answer& answer, const List& results, std::size_t rows) {
    constexpr int first_refusal = 400;
    return rows > 1 && results.size() == 1 && answer.status >= first_refusal;
}

Error said_nothing() { return {ErrorCode::answer_lost, "Zoho CRM says nothing about this record of several; it may be written"}; }

Result<std::vector<RowResult>> results_of(const Answer& answer, std::size_t rows) {
    const List results = answer.data().is_list() ? answer.data().as_list() : List();
    if (refuses_all(answer, results, rows))
        if (std::optional<Error> error = classify_record(results.front())) return fail(*std::move(error));
    std::vector<RowResult> all(rows);
    for (std::size_t i = 0; i < rows; ++i) {
        if (results.size() != rows)
            all[i].error = said_nothing();
        else
            all[i] = {results[i], classify_record(results[i])};
    }
    return all;
}

std::string others(std::size_t rows) { return "… and " + std::to_string(rows - 1) + " others"; }

std::string part(const Value& own, std::size_t rows) {
    List list{own};
    if (rows > 1) list.push_back(Value(others(rows)));
    return json::write(Map{{"data", std::move(list)}});
}

}  // namespace

Result<std::vector<RowResult>> write_rows(Api& api, Joint& joint, const RowRequest& request, const std::vector<Row>& rows) {
    LS_ASSERT(!rows.empty() && rows.size() <= records_per_request_max);
    List data;
    for (const Row& row : rows) data.emplace_back(row.body);
    Map body{{"data", std::move(data)}, {"trigger", List{}}};
    for (const auto& [name, value] : request.more) body.set(name, value);
    Result<Answer> answer = api.write(joint.context(), request.method, request.path, body, request.headers);
    Result<std::vector<RowResult>> results =
        answer ? results_of(*answer, rows.size()) : Result<std::vector<RowResult>>(fail(answer.error()));
    for (std::size_t i = 0; i < rows.size(); ++i)
        joint.about(rows[i].call, part(rows[i].body, rows.size()),
                    results ? part((*results)[i].said, rows.size()) : results.error().to_text());
    return results;
}

Result<std::vector<RowResult>> delete_rows(Api& api, Joint& joint, const std::string& module, const std::vector<std::string>& ids) {
    LS_ASSERT(!ids.empty() && ids.size() <= records_per_request_max && ids.size() == joint.size());
    std::string list;
    for (const std::string& id : ids) list += (list.empty() ? "" : ",") + id;
    // Source: OpenAPI v8.0, record, parameter `wf_trigger`.
    LS_TRY_ASSIGN(Answer answer, api.remove(joint.context(), "/" + module, {{"ids", list}, {"wf_trigger", "false"}}));
    LS_TRY_ASSIGN(std::vector<RowResult> results, results_of(answer, ids.size()));
    for (std::size_t i = 0; i < ids.size(); ++i) joint.about(i, {}, part(results[i].said, ids.size()));
    return results;
}

}  // namespace lockstep::connectors::zoho_crm
