#include <fstream>

#include "cli/cli.h"
#include "net/client.h"
#include "value/json.h"

namespace lockstep::cli {
namespace {

constexpr std::int64_t find_timeout_ms = 2'000;
constexpr std::int64_t call_timeout_ms = 30'000;

}  // namespace

std::optional<RunningEngine> RunningEngine::find(const std::string& store_path) {
    std::ifstream file(address_file(store_path));
    RunningEngine engine;
    if (!file || !std::getline(file, engine.base_) || engine.base_.empty()) return std::nullopt;
    auto client = net::make_curl_client();
    auto answer = client->send({.method = "GET", .url = engine.base_ + "/livez", .headers = {}, .body = {}, .peer = {}},
                               {.connect_timeout_ms = find_timeout_ms, .total_timeout_ms = find_timeout_ms});
    if (!answer || !answer->ok()) return std::nullopt;
    return engine;
}

Result<RunningEngine::Reply> RunningEngine::exchange(const std::string& method, const std::string& path, const std::string& body,
                                                     std::int64_t timeout_ms) const {
    auto client = net::make_curl_client();
    net::Request request{
        .method = method, .url = base_ + path, .headers = {{"X-Lockstep-Actor", operator_name()}}, .body = body, .peer = {}};
    if (!body.empty()) request.headers.set("Content-Type", "application/json");
    LS_TRY_ASSIGN(auto answer, client->send(request, {.effect = method == "GET" ? net::Effect::read : net::Effect::write,
                                                      .total_timeout_ms = timeout_ms > 0 ? timeout_ms : call_timeout_ms}));
    LS_TRY_ASSIGN(auto value, json::parse(answer.body));
    return Reply{answer.status, std::move(value)};
}

Result<Value> RunningEngine::send(const std::string& method, const std::string& path, const std::string& body,
                                  std::int64_t timeout_ms) const {
    LS_TRY_ASSIGN(auto reply, exchange(method, path, body, timeout_ms));
    if (reply.status >= 200 && reply.status < 300) return std::move(reply.body);
    const Value error = reply.body["error"];
    return fail(error_code_from(error["code"].text()).value_or(ErrorCode::internal), error["message"].text());
}

Result<Value> RunningEngine::post(const std::string& path, const Value& body, std::int64_t timeout_ms) const {
    return send("POST", path, json::write(body), timeout_ms);
}
Result<RunningEngine::Reply> RunningEngine::ask(const std::string& path, const Value& body, std::int64_t timeout_ms) const {
    return exchange("POST", path, json::write(body), timeout_ms);
}
Result<Value> RunningEngine::get(const std::string& path) const { return send("GET", path, "", 0); }

}  // namespace lockstep::cli
