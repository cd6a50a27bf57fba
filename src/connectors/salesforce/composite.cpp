#include "connectors/salesforce/composite.h"

#include "connectors/salesforce/errors.h"
#include "value/json.h"

namespace lockstep::connectors::salesforce {
namespace {

std::string reference(std::size_t i) { return "r" + std::to_string(i); }

const Value* find_result(const Value& answer, std::size_t i) {
    const Value& results = answer["compositeResponse"];
    if (!results.is_list()) return nullptr;
    for (const Value& result : results.as_list())
        if (result["referenceId"].text() == reference(i)) return &result;
    return nullptr;
}

/// What is said of one, as if it had been asked for by itself.
Result<Answer> read_result(const Value* result, std::int64_t asked_at_ms, net::Effect effect) {
    const Value& status = result ? (*result)["httpStatusCode"] : null_value();
    if (status.kind() != Value::Kind::integer)
        return fail(effect == net::Effect::read ? ErrorCode::connection_lost : ErrorCode::answer_lost,
                    "the composite answer of Salesforce has no result for the request");
    const Value& body = (*result)["body"];
    net::Response response{.status = static_cast<int>(status.as_int()), .headers = {}, .body = {}};
    if ((*result)["httpHeaders"].is_map())
        for (const auto& [name, value] : (*result)["httpHeaders"].as_map()) response.headers.set(name, value.text());
    if (!response.ok() && !body.is_null()) response.body = body.is_string() ? body.as_string() : json::write(body);
    if (std::optional<Error> error = classify(response, effect)) return fail(*std::move(error));
    return Answer{.body = body, .headers = std::move(response.headers), .asked_at_ms = asked_at_ms};
}

}  // namespace

Value composite_body(const std::vector<Subrequest>& subrequests) {
    List list;
    for (std::size_t i = 0; i < subrequests.size(); ++i) {
        const Subrequest& one = subrequests[i];
        Map entry{{"method", one.method}, {"url", one.target}, {"referenceId", reference(i)}};
        if (!one.headers.empty()) entry.set("httpHeaders", one.headers);
        if (!one.body.is_null()) entry.set("body", one.body);
        list.emplace_back(std::move(entry));
    }
    return Map{{"allOrNone", false}, {"compositeRequest", std::move(list)}};
}

Result<std::vector<Result<Answer>>> send_composite(Api& api, connector::CallContext& context, const std::vector<Subrequest>& subrequests,
                                                   net::Effect effect) {
    LS_ASSERT(!subrequests.empty() && subrequests.size() <= composite_subrequests_max);
    LS_TRY_ASSIGN(Answer whole, api.ask(context, Api::request("POST", api.path({"composite"}), composite_body(subrequests)), effect));
    std::vector<Result<Answer>> answers;
    for (std::size_t i = 0; i < subrequests.size(); ++i)
        answers.push_back(read_result(find_result(whole.body, i), whole.asked_at_ms, effect));
    return answers;
}

}  // namespace lockstep::connectors::salesforce
