#include "connectors/salesforce/api.h"

#include "value/encoding.h"
#include "value/json.h"

namespace lockstep::connectors::salesforce {
namespace {

/// Salesforce stops at 16 384 for the request line and headers together; the rest is left for the headers.
/// Source: REST API Developer Guide, "Status Codes and Error Responses", 414 and 431.
constexpr std::size_t longest_target_bytes = 15'500;

}  // namespace

std::string Api::path(const std::vector<std::string>& segments) const { return "/services/data/" + version_ + net::join_path(segments); }

std::string Api::query_target(std::string_view soql) const { return path({"query"}) + "?q=" + encoding::percent_encode(soql); }

std::size_t Api::target_bytes_max() { return longest_target_bytes; }

int Api::version() const { return std::stoi(version_.substr(1)); }

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
    net::Request request{.method = std::move(method), .url = std::move(target)};
    request.headers = {{"Accept", "application/json"}, {"Content-Type", "application/json; charset=UTF-8"}};
    request.body = json::write(body);
    LS_TRY_ASSIGN(net::Response response, session_.send(context, std::move(request), net::Effect::write));
    if (response.body.empty()) return Value();
    Result<Value> answer = json::parse(response.body);
    if (!answer) return fail(ErrorCode::answer_lost, "the answer is not JSON: " + answer.error().message);
    return answer;
}

}  // namespace lockstep::connectors::salesforce
