#include <csignal>
#include <cstdio>
#include <fstream>

#include <fmt/format.h>

#include "api/api.h"
#include "base/log.h"
#include "cli/cli.h"

namespace lockstep::cli {
namespace {

bool is_loopback(const std::string& address) { return address.starts_with("127.") || address == "localhost" || address == "::1"; }

Result<void> refuse_open_triggers(const config::ServerConfig& server) {
    if (is_loopback(server.address) || !server.webhook_secret.empty() || server.triggers_open) return {};
    return fail(
        ErrorCode::config_invalid,
        fmt::format("anyone who reaches {} could start flows: set `server: webhook_secret:`, listen on 127.0.0.1 behind a proxy that "
                    "authenticates, or write `server: triggers_are_open_to_everyone: true`",
                    server.address));
}

/// Addresses are not repeated: Slack's is a credential.
void warn_of_plain_text(const config::ConnectionConfig& connection) {
    for (const auto& [setting, value] : connection.settings) {
        auto url = value.is_string() ? net::parse_url(value.as_string()) : fail(ErrorCode::url_invalid, "");
        if (url && url->scheme == "http" && !is_loopback(url->host))
            log::warning("a vendor on another machine is spoken to by plain http: credentials and records can be read on their way",
                         {{"connection", connection.name}, {"setting", setting}});
    }
}

void warn_of_plain_text(const config::ServerConfig& server) {
    if (!is_loopback(server.address) && server.certificate_file.empty())
        log::warning(
            "listens beyond this machine without TLS: what comes in, the webhooks' secret too, can be read on its way; set "
            "`server: certificate_file:` and `key_file:`, or listen on 127.0.0.1 behind a proxy",
            {{"address", server.address}});
}

/// Blocks SIGTERM and SIGINT for this and all later threads; `sigwait` takes them.
sigset_t block_stop_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    return signals;
}

/// Says which vendors do not answer; their runs are retried all the same.
void probe_connections(config::Application& app) {
    for (const auto& its : app.engine().probe_connections())
        if (!its.second)
            log::warning("a vendor does not answer; its runs are retried and then parked",
                         {{"connection", its.first}, {"error", its.second.error().to_text()}});
        else
            log::info("connected", {{"connection", its.first}});
}

}  // namespace

int serve(const ServeOptions& options) {
    auto config = load_config(options.source);
    if (!config) return report(config.error());
    if (options.port) config->server.port = static_cast<std::uint16_t>(*options.port);
    if (options.settle_ms)
        for (auto& connection : config->connections) connection.limits.settle_ms = *options.settle_ms;
    log::configure(config->log_level, config->log_format.value_or(isatty(STDERR_FILENO) ? log::Format::text : log::Format::json));
    if (auto open = refuse_open_triggers(config->server); !open) return report(open.error());
    warn_of_plain_text(config->server);
    for (const auto& connection : config->connections) warn_of_plain_text(connection);
    sigset_t signals = block_stop_signals();

    auto app = config::Application::make(*config);
    if (!app) return report(app.error());
    api::Api api(**app);
    net::ServerOptions server_options{.address = config->server.address,
                                      .port = config->server.port,
                                      .certificate_file = config->server.certificate_file,
                                      .key_file = config->server.key_file};
    auto started = (*app)->engine().start();
    if (!started) return report(started.error());
    auto server = net::start_server(server_options, [&api](net::Request request, std::unique_ptr<net::Responder> responder) {
        api.handle(std::move(request), std::move(responder));
    });
    if (!server) return report(server.error());
    std::string scheme = server_options.certificate_file.empty() ? "http" : "https";
    std::string address =
        fmt::format("{}://{}:{}", scheme, config->server.address == "0.0.0.0" ? "127.0.0.1" : config->server.address, (*server)->port());
    std::ofstream(RunningEngine::address_file(config->store_path)) << address << "\n";
    log::info("lockstep serves", {{"address", address}, {"store", config->store_path}, {"flows", std::to_string(config->flows.size())}});
    (*app)->runtime().spawn("probe", [&app] { probe_connections(**app); });

    int signal = 0;
    sigwait(&signals, &signal);
    log::info("stopping: calls under way come to their end, nothing new begins", {{"signal", signal == SIGTERM ? "SIGTERM" : "SIGINT"}});
    api.begin_drain();
    (*app)->engine().drain(options.drain_timeout_ms);
    (*server)->drain(2'000);
    std::remove(RunningEngine::address_file(config->store_path).c_str());
    server->reset();
    app->reset();
    log::info("stopped");
    return exit_done;
}

}  // namespace lockstep::cli
