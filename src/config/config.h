#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "connector/connector.h"
#include "engine/retention.h"
#include "flow/flow.h"
#include "sync/sync.h"

/// What a deployment decides: lockstep.yaml, or the environment names alone.
namespace lockstep::config {

struct ServerConfig {
    std::string address = "127.0.0.1";
    std::uint16_t port = 3000;
    std::string certificate_file, key_file;
    Secret webhook_secret;       ///< if set, triggers must bring it: header `Authorization: Bearer …` or `?token=…`
    Secret api_token;            ///< other machines bring it to use what the API has for them: `Authorization: Bearer …`
    bool triggers_open = false;  ///< says in words that triggers without a secret may be reached from other machines
};

struct ConnectionConfig {
    std::string name;
    const connector::Connector* connector = nullptr;
    Map settings;
    connector::ConnectionLimits limits;
};

struct FlowConfig {
    std::string file;  ///< as messages name it
    std::string text;
    Map config;              ///< overrides
    std::string sweep = {};  ///< how often its sweeps are made, or `off`; empty: as the flow's file says
    bool named = false;      ///< the configuration asks for it; else it is one of those that run by themselves
};

constexpr std::int64_t day_ms = 86'400'000;

struct Config {
    std::string file;  ///< empty: environment only
    ServerConfig server;
    std::string store_path = "lockstep.db";
    log::Level log_level = log::Level::info;
    std::optional<log::Format> log_format;
    int workers = 48;
    std::string alert_connection = "slack";
    std::optional<flow::Delivery> alert_delivery;  ///< none: sent once more after a lost answer, not oftener
    /// A quarter of deals and payments to look back on; the journal, nine tenths of the bytes, for as long as somebody asks
    /// why; what people did, for two years.
    engine::KeepFor keep = {.runs_ms = 90 * day_ms, .journal_ms = 30 * day_ms, .audit_ms = 730 * day_ms};
    std::vector<ConnectionConfig> connections;
    std::vector<FlowConfig> flows;
};

/// Looks a name up in the environment; tests give their own.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;
Environment process_environment();
/// Reads `KEY=value` lines (`#` comments, single or double quotes) on top of another environment.
/// Errors: `file_unreadable`, `config_invalid` with the line.
Result<Environment> environment_with_file(const std::string& path, Environment fallback);

/// Reads a configuration file; `${env.NAME}` stands for an environment name. Relative paths are relative to the file.
/// Errors: `config_invalid`, `env_missing`: all problems at once, a line each, with file, line and column.
Result<Config> load_file(const std::string& path, const Environment& environment);
/// Makes the configuration of all built-in flows from the environment names alone.
/// Errors: `env_missing` naming all that are missing.
Result<Config> load_environment(const Environment& environment);

/// Makes the connections without talking to anyone. Errors: all problems at once.
Result<std::vector<std::pair<ConnectionConfig, std::unique_ptr<connector::Connection>>>> make_connections(const Config& config,
                                                                                                          Runtime& runtime,
                                                                                                          connector::TokenVault* vault);
/// Reads and checks the flows. Errors: `flow_invalid`, all problems of all flows.
Result<std::vector<flow::Flow>> load_flows(const Config& config);
/// The syncs among them. Errors: as `load_flows`.
Result<std::vector<std::shared_ptr<const sync::Sync>>> load_syncs(const Config& config);

/// The text of `.env.example`, from what the connectors declare.
std::string environment_example();

}  // namespace lockstep::config
