#include <fstream>
#include <sstream>

#include <fmt/format.h>

#include "base/log.h"
#include "cli/cli.h"
#include "config/application.h"

namespace lockstep::cli {
namespace {

Result<void> add_flow_file(config::Config& config, const std::string& path) {
    std::ifstream file(path);
    if (!file) return fail(ErrorCode::file_unreadable, "the file cannot be read: " + path);
    std::stringstream text;
    text << file.rdbuf();
    config.flows.push_back({.file = path, .text = text.str(), .config = {}, .named = true});
    return {};
}

/// A configuration that is good enough to check flow files where there is no real one.
config::Config offline_config() {
    config::Config config;
    for (const auto* connector : connector::all_connectors())
        config.connections.push_back(
            {.name = connector->name, .connector = connector, .settings = {}, .limits = connector->default_limits});
    return config;
}

int check_online(const config::Config& config) {
    log::configure(log::Level::error, log::Format::text);
    ThreadRuntime runtime;
    auto http = net::make_curl_client();
    // What is kept of credentials (`lockstep auth`) is read; nothing is written, also beside a running engine.
    auto store = store::open_sqlite({.path = config.store_path, .read_only = true});
    std::optional<config::StoreVault> vault;
    if (store) vault.emplace(**store, runtime, config::sign_in_secrets(config), config::former_key_material(config));
    auto connections = config::make_connections(config, runtime, vault ? &*vault : nullptr);
    if (!connections) return report(connections.error());
    int result = exit_done;
    for (auto& [its, connection] : *connections) {
        connector::Trace trace;
        connector::CallContext context{.runtime = runtime,
                                       .http = *http,
                                       .trace = trace,
                                       .deadline_ms = runtime.monotonic_ms() + 20'000,
                                       .request_id = {},
                                       .first_sent = runtime.now()};
        auto probed = connection->probe(context);
        fmt::print("{:<12} {}\n", its.name, probed ? "ok" : probed.error().message);
        if (!probed) result = exit_failed;
    }
    return result;
}

}  // namespace

int check(const CheckOptions& options) {
    bool files_only =
        !options.flow_files.empty() && options.source.config_file.empty() && options.source.env_file.empty() && !options.online;
    auto config = files_only ? Result<config::Config>(offline_config()) : load_config(options.source);
    if (!config) return report(config.error());
    for (const auto& path : options.flow_files)
        if (auto added = add_flow_file(*config, path); !added) return report(added.error());
    if (!files_only) {
        ThreadRuntime runtime;
        auto connections = config::make_connections(*config, runtime, nullptr);
        if (!connections) return report(connections.error());
    }
    auto flows = config::load_flows(*config);
    if (!flows) return report(flows.error());
    for (const auto& flow : *flows) fmt::print("{:<16} ok  {} ({} steps)\n", flow.name, flow.file, flow.steps.size());
    return options.online ? check_online(*config) : exit_done;
}

}  // namespace lockstep::cli
