#include "net/server.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <future>

#include "base/runtime.h"
#include "net/client.h"
#include "sandbox/sandbox.h"
#include "sandbox/timer.h"

namespace lockstep::sandbox {
namespace {

// Bulk uploads and collections are far larger than a webhook.
constexpr std::size_t body_bytes_max = 64u << 20;
// URI and headers together; more is a 431 (REST API Developer Guide, Status Codes and Error Responses).
constexpr std::size_t salesforce_header_bytes_max = 16384;
constexpr std::array<std::string_view, 4> connectors = {"salesforce", "sap", "zoho_books", "slack"};
constexpr std::size_t control_port = connectors.size();
constexpr int background_priority = 10;

class Server : public SandboxServer {
public:
    static Result<std::unique_ptr<SandboxServer>> start(const ServerParts& parts);
    ~Server() override {
        // Answers that wait go before the servers they would go through, and no request may arrive while the rest goes.
        timer_.stop();
        outgoing_.stop();
        control_.stop();
        servers_ = {};
    }

    Sandbox& sandbox() override { return *sandbox_; }
    const Addresses& addresses() const override { return options_.addresses; }
    const std::string& private_key_pem() const override { return keys_.get().private_pem; }
    std::string environment_text(const std::string& private_key_path) const override;

private:
    Result<void> listen(const ServerParts& parts);
    Result<void> find_keys(const std::string& private_pem);
    Result<void> open(const ServerParts& parts);
    void serve(std::size_t at, net::Request request, std::unique_ptr<net::Responder> responder);
    void serve_vendor(std::string_view connector, net::Request request, std::unique_ptr<net::Responder> responder);
    void send_soon();
    void send_outgoing();

    Options options_;
    std::shared_future<KeyPair> keys_;
    std::unique_ptr<net::HttpClient> client_;
    std::unique_ptr<Sandbox> sandbox_;
    std::atomic<bool> ready_ = false;
    Timer timer_;
    Timer outgoing_;  // sends what vendors send by themselves
    std::atomic<bool> will_send_ = false, will_look_again_ = false;
    Timer control_;  // its requests may wait for whoever an event is sent to
    std::array<std::unique_ptr<net::Server>, control_port + 1> servers_;
};

void finish(net::Responder& responder, Verdict verdict) {
    switch (verdict.kind) {
        case Verdict::Kind::answer:
            responder.send(std::move(verdict.response));
            return;
        case Verdict::Kind::drop:
            responder.drop();
            return;
        case Verdict::Kind::truncate:
            responder.send_truncated(std::move(verdict.response), verdict.truncate_bytes);
            return;
    }
}

void Server::serve_vendor(std::string_view connector, net::Request request, std::unique_ptr<net::Responder> responder) {
    Verdict verdict = sandbox_->handle(connector, request);
    if (verdict.apply_late_after_ms)
        timer_.after(*verdict.apply_late_after_ms, [this, connector, late = std::move(request)] { sandbox_->apply_late(connector, late); });
    if (verdict.delay_ms == 0) return finish(*responder, std::move(verdict));
    const std::int64_t delay_ms = verdict.delay_ms;
    timer_.after(delay_ms,
                 [kept = std::shared_ptr<net::Responder>(std::move(responder)), verdict = std::move(verdict)] { finish(*kept, verdict); });
}

void Server::send_soon() {
    if (!will_send_.exchange(true)) outgoing_.after(0, [this] { send_outgoing(); });
}

void Server::send_outgoing() {
    will_send_ = false;
    const auto wait_ms = sandbox_->send_outgoing();
    if (!wait_ms || will_look_again_.exchange(true)) return;
    // Not later than in a second: the vendors' clock may be moved on.
    outgoing_.after(std::clamp<std::int64_t>(*wait_ms, 1, 1000), [this] {
        will_look_again_ = false;
        send_outgoing();
    });
}

void Server::serve(std::size_t at, net::Request request, std::unique_ptr<net::Responder> responder) {
    if (!ready_) return responder->drop();
    if (at < control_port) return serve_vendor(connectors[at], std::move(request), std::move(responder));
    control_.after(0, [this, kept = std::shared_ptr<net::Responder>(std::move(responder)), given = std::move(request)] {
        kept->send(sandbox_->control(given));
    });
}

Result<void> Server::listen(const ServerParts& parts) {
    for (std::size_t at = 0; at < servers_.size(); ++at) {
        net::ServerOptions options;
        options.address = parts.address;
        options.port = parts.port == 0 ? std::uint16_t{0} : static_cast<std::uint16_t>(parts.port + at);
        options.body_bytes_max = body_bytes_max;
        if (connectors[std::min(at, connectors.size() - 1)] == "salesforce") options.header_bytes_max = salesforce_header_bytes_max;
        LS_TRY_ASSIGN(servers_[at], net::start_server(options, [this, at](net::Request request, std::unique_ptr<net::Responder> responder) {
                          serve(at, std::move(request), std::move(responder));
                      }));
    }
    return {};
}

// A new key is made on a thread that gives way to the others: nobody needs it before a client has read it.
Result<void> Server::find_keys(const std::string& private_pem) {
    if (private_pem.empty()) {
        keys_ = std::async(std::launch::async, [] {
            setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), background_priority);
            return make_key_pair();
        });
        return {};
    }
    LS_TRY_ASSIGN(KeyPair keys, read_key_pair(private_pem));
    std::promise<KeyPair> known;
    known.set_value(std::move(keys));
    keys_ = known.get_future();
    return {};
}

Result<void> Server::open(const ServerParts& parts) {
    const auto address = [&](std::size_t at) { return fmt::format("http://{}:{}", parts.address, servers_[at]->port()); };
    options_.credentials = generate_secrets();
    options_.sf_public_key = [keys = keys_] { return keys.get().public_pem; };
    options_.addresses = {address(0), address(1), address(2), address(3), address(control_port)};
    options_.seed = parts.seed;
    options_.zoho_calls_per_minute = parts.zoho_calls_per_minute;
    options_.clock = [runtime = std::make_shared<ThreadRuntime>()] { return runtime->now(); };
    sandbox_ = std::make_unique<Sandbox>(options_);
    client_ = net::make_curl_client();
    sandbox_->send_out = [this](const net::Request& request) {
        return client_->send(request, {.effect = net::Effect::write, .total_timeout_ms = 30'000});
    };
    sandbox_->wants_to_send = [this] { send_soon(); };
    if (parts.seed_data) LS_TRY(sandbox_->load_seed_data());
    ready_ = true;
    return {};
}

Result<std::unique_ptr<SandboxServer>> Server::start(const ServerParts& parts) {
    if (parts.port > 65535 - control_port)
        return fail(ErrorCode::config_invalid, fmt::format("the sandbox takes five ports from this one on: {}", parts.port));
    auto server = std::make_unique<Server>();
    LS_TRY(server->listen(parts));
    LS_TRY(server->find_keys(parts.private_key_pem));
    LS_TRY(server->open(parts));
    return std::unique_ptr<SandboxServer>(std::move(server));
}

bool needs_quotes(std::string_view value) {
    constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./:@%+=,";
    return value.find_first_not_of(plain) != std::string_view::npos;
}

std::string quoted(std::string_view value) {
    std::string out = "'";
    for (const char c : value) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

std::string Server::environment_text(const std::string& private_key_path) const {
    const Credentials& keys = options_.credentials;
    const Addresses& at = options_.addresses;
    const std::pair<std::string_view, std::string> lines[] = {
        {"SF_CLIENT_ID", keys.sf_client_id},
        {"SF_PRIVATE_KEY_PATH", private_key_path},
        {"SF_USERNAME", keys.sf_username},
        {"SF_LOGIN_URL", at.salesforce},
        {"SF_INSTANCE_URL", at.salesforce},
        {"SF_CLIENT_SECRET", keys.sf_client_secret},
        {"SF_PASSWORD", keys.sf_password},
        {"SAP_BASE_URL", at.sap},
        {"SAP_TOKEN_URL", at.sap + "/oauth/token"},
        {"SAP_CLIENT_ID", keys.sap_client_id},
        {"SAP_CLIENT_SECRET", keys.sap_client_secret},
        {"ZOHO_CLIENT_ID", keys.zoho_client_id},
        {"ZOHO_CLIENT_SECRET", keys.zoho_client_secret},
        {"ZOHO_REFRESH_TOKEN", keys.zoho_refresh_token},
        {"ZOHO_ORG_ID", keys.zoho_org_id},
        {"ZOHO_ACCOUNTS_URL", at.zoho},
        {"ZOHO_API_URL", at.zoho},
        {"ZOHO_CRM_REFRESH_TOKEN", keys.zoho_crm_refresh_token},
        {"SLACK_WEBHOOK_URL", at.slack + keys.slack_path},
        {"SANDBOX_CONTROL_URL", at.control},
        // Other ways to sign in: under names that do not change how `lockstep serve` does.
        {"SANDBOX_SF_REFRESH_TOKEN", keys.sf_refresh_token},
        {"SANDBOX_ZOHO_GRANT_CODE", keys.zoho_grant_code},
        {"SANDBOX_SAP_USER", keys.sap_user},
        {"SANDBOX_SAP_PASSWORD", keys.sap_password},
        {"SANDBOX_SAP_API_KEY", keys.sap_api_key},
        {"PORT", "3000"},
    };
    std::string out;
    for (const auto& [name, value] : lines) out += fmt::format("{}={}\n", name, needs_quotes(value) ? quoted(value) : value);
    return out;
}

}  // namespace

Result<std::unique_ptr<SandboxServer>> start_sandbox_server(const ServerParts& parts) { return Server::start(parts); }

}  // namespace lockstep::sandbox
