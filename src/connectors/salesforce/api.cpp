#include "connectors/salesforce/api.h"

#include "connector/retry_after.h"
#include "value/encoding.h"
#include "value/json.h"

namespace lockstep::connectors::salesforce {
namespace {

/// Salesforce stops at 16 384 for the request line and headers together; the rest is left for the headers.
/// Source: REST API Developer Guide, "Status Codes and Error Responses", 414 and 431.
constexpr std::size_t longest_target_bytes = 15'500;

/// The `Date` of the answer; without one our own clock has to do.
std::int64_t answered_at_ms(const net::Response& response, Timestamp now) {
    const auto date = response.headers.get("Date");
    Result<Timestamp> time = date ? connector::parse_http_date(*date, now) : Result<Timestamp>(now);
    return time.value_or(now).ms();
}

}  // namespace

std::string Api::path(const std::vector<std::string>& segments) const { return "/services/data/" + version_ + net::join_path(segments); }

std::string Api::query_target(std::string_view soql) const { return path({"query"}) + "?q=" + encoding::percent_encode(soql); }

std::size_t Api::target_bytes_max() { return longest_target_bytes; }

int Api::version() const { return std::stoi(version_.substr(1)); }

Result<Answer> Api::ask(connector::CallContext& context, net::Request request, net::Effect effect) {
    const std::int64_t began_ms = context.runtime.monotonic_ms();
    LS_TRY_ASSIGN(net::Response response, session_.send(context, std::move(request), effect));
    const std::int64_t elapsed_ms = context.runtime.monotonic_ms() - began_ms;
    Answer answer{.asked_at_ms = answered_at_ms(response, context.runtime.now()) - elapsed_ms};
    if (!response.body.empty()) {
        Result<Value> body = json::parse(response.body);
        const ErrorCode unreadable = effect == net::Effect::read ? ErrorCode::connection_lost : ErrorCode::answer_lost;
        if (!body) return fail(unreadable, "the answer is not JSON: " + body.error().message);
        answer.body = *std::move(body);
    }
    answer.headers = std::move(response.headers);
    return answer;
}

net::Request Api::request(std::string method, std::string target, const Value& body) {
    net::Request request{.method = std::move(method), .url = std::move(target)};
    request.headers = {{"Accept", "application/json"}, {"Content-Type", "application/json; charset=UTF-8"}};
    request.body = json::write(body);
    return request;
}

Result<Value> Api::get(connector::CallContext& context, std::string target) {
    if (target.size() > longest_target_bytes)
        return fail(ErrorCode::value_invalid, "the request line is longer than Salesforce takes, ask for less at once: " +
                                                  std::to_string(target.size()) + " of " + std::to_string(longest_target_bytes) + " bytes");
    net::Request request{.method = "GET", .url = std::move(target), .headers = {{"Accept", "application/json"}}};
    LS_TRY_ASSIGN(net::Response response, session_.send(context, std::move(request), net::Effect::read));
    Result<Value> body = json::parse(response.body);
    if (!body) return fail(ErrorCode::connection_lost, "the answer is not JSON: " + body.error().message);
    return body;
}

Result<Value> Api::write(connector::CallContext& context, std::string method, std::string target, const Value& body) {
    LS_TRY_ASSIGN(Answer answer, ask(context, request(std::move(method), std::move(target), body), net::Effect::write));
    return std::move(answer.body);
}

}  // namespace lockstep::connectors::salesforce
