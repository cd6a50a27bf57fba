#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

#include "base/nearest.h"
#include "config/builtin_flows.h"
#include "config/config.h"
#include "flow/duration_text.h"
#include "value/yaml.h"

namespace lockstep::config {
namespace {

using yaml::Node;

/// Less would forget an event before its vendor has stopped repeating it.
constexpr std::int64_t keep_ms_least = 60'000;

Result<std::string> read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return fail(ErrorCode::file_unreadable, "the file cannot be read: " + path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

std::vector<std::string> connector_names() {
    std::vector<std::string> names;
    for (const auto* connector : connector::all_connectors()) names.push_back(connector->name);
    return names;
}

const connector::Connector* find_connector(std::string_view name) {
    const auto& all = connector::all_connectors();
    auto found = std::find_if(all.begin(), all.end(), [&](const auto* connector) { return connector->name == name; });
    return found == all.end() ? nullptr : *found;
}

/// Takes the settings that the environment has; a required one that is missing goes to `missing`.
Map settings_from(const connector::Connector& connector, const Environment& environment, std::vector<std::string>& missing) {
    Map settings;
    for (const auto& setting : connector.settings) {
        auto value = setting.environment.empty() ? std::nullopt : environment(setting.environment);
        if (value)
            settings.set(setting.name, *value);
        else if (!setting.fallback.empty())
            settings.set(setting.name, setting.fallback);
        else if (setting.required)
            missing.push_back(fmt::format("{} ({}: {})", setting.environment, connector.name, setting.summary));
    }
    return settings;
}

/// What a connector says of the names that are optional one by one but not all together: ways to sign in.
std::optional<std::string> incomplete_sign_in(const connector::Connector& connector, Map settings, Runtime& runtime) {
    for (const auto& setting : connector.settings)
        if (setting.required && !settings.contains(setting.name))
            settings.set(setting.name, setting.name.ends_with("url") ? "https://placeholder.invalid/services/T/B/x" : "0");
    auto made = connector.make({.name = connector.name,
                                .settings = connector::Settings(std::move(settings)),
                                .limits = connector.default_limits,
                                .runtime = runtime});
    if (made || made.error().code != ErrorCode::config_invalid) return std::nullopt;
    return made.error().message;
}

/// Whether the environment has a name of the connector's own, one that no other connector reads.
bool is_wanted(const connector::Connector& connector, const Environment& environment) {
    auto read_by_others = [&](const std::string& name) {
        for (const auto* other : connector::all_connectors())
            for (const auto& setting : other->settings)
                if (other != &connector && setting.environment == name) return true;
        return false;
    };
    return std::any_of(connector.settings.begin(), connector.settings.end(), [&](const connector::Setting& setting) {
        return !setting.environment.empty() && !read_by_others(setting.environment) && environment(setting.environment);
    });
}

/// Reads lockstep.yaml, collecting every problem.
class Reader {
public:
    Reader(std::string path, const Environment& environment) : path_(std::move(path)), environment_(environment) {}

    Result<Config> read() {
        LS_TRY_ASSIGN(auto text, read_file(path_));
        auto top = yaml::parse(text);
        if (!top) return fail(ErrorCode::config_invalid, path_ + ": " + top.error().message);
        config_.file = path_;
        if (top->kind != Node::Kind::map)
            problem(top->place, "the configuration is a map");
        else
            read_top(*top);
        if (problems_.empty()) return std::move(config_);
        std::string all;
        for (const auto& message : problems_) all += (all.empty() ? "" : "\n") + message;
        return fail(missing_environment_ ? ErrorCode::env_missing : ErrorCode::config_invalid, all);
    }

private:
    void problem(yaml::Place place, const std::string& message) {
        problems_.push_back(fmt::format("{}:{}:{}: {}", path_, place.line, place.column, message));
    }

    void only_keys(const Node& map, std::vector<std::string> known, std::string_view where) {
        if (map.kind != Node::Kind::map) return problem(map.place, fmt::format("{} must be a map", where));
        for (const auto& entry : map.entries)
            if (std::find(known.begin(), known.end(), entry.key.text) == known.end())
                problem(entry.key.place, fmt::format("{} has no `{}`{}", where, entry.key.text, did_you_mean(entry.key.text, known)));
    }

    /// Replaces `${env.NAME}` in a scalar.
    std::string text_of(const Node& node) {
        std::string text = node.text, out;
        std::size_t at = 0;
        for (std::size_t open; (open = text.find("${env.", at)) != std::string::npos;) {
            auto close = text.find('}', open);
            if (close == std::string::npos) {
                problem(node.place, "`${env.` has no `}`");
                break;
            }
            std::string name = text.substr(open + 6, close - open - 6);
            auto value = environment_(name);
            if (!value) {
                missing_environment_ = true;
                problem(node.place, "the environment has no " + name + ": set it, or write the value here");
            }
            out += text.substr(at, open - at) + value.value_or("");
            at = close + 1;
        }
        return out + text.substr(at);
    }

    bool truth_of(const Node& node, std::string_view what) {
        if (node.kind != Node::Kind::scalar || (node.text != "true" && node.text != "false"))
            problem(node.place, fmt::format("`{}` is true or false: {}", what, node.text));
        return node.text == "true";
    }

    std::string relative(const std::string& file) const {
        std::filesystem::path given(file);
        return given.is_absolute() ? file : (std::filesystem::path(path_).parent_path() / given).string();
    }

    std::optional<std::int64_t> number_of(const Node& node, std::int64_t least, std::int64_t most, std::string_view what) {
        try_number_ = text_of(node);
        auto number = Decimal::parse(try_number_);
        if (number && number->is_integer()) {
            auto value = number->to_int64();
            if (value && *value >= least && *value <= most) return *value;
        }
        problem(node.place, fmt::format("`{}` is a number from {} to {}: {}", what, least, most, try_number_));
        return std::nullopt;
    }

    void read_top(const Node& top) {
        only_keys(top, {"server", "store", "log", "workers", "alerts", "retention", "connections", "flows"}, "the configuration");
        if (const Node* server = top.find("server")) read_server(*server);
        if (const Node* store = top.find("store"))
            config_.store_path = relative(text_of(*store));
        else
            config_.store_path = relative(config_.store_path);
        if (const Node* logging = top.find("log")) read_log(*logging);
        if (const Node* workers = top.find("workers"))
            config_.workers = static_cast<int>(number_of(*workers, 1, 1000, "workers").value_or(48));
        if (const Node* alerts = top.find("alerts")) {
            only_keys(*alerts, {"connection", "delivery"}, "`alerts:`");
            if (const Node* connection = alerts->find("connection")) config_.alert_connection = text_of(*connection);
            if (const Node* delivery = alerts->find("delivery")) read_alert_delivery(*delivery);
        }
        if (const Node* retention = top.find("retention")) read_retention(*retention);
        if (const Node* connections = top.find("connections"))
            read_connections(*connections);
        else
            problem(top.place, "`connections:` is missing");
        read_flows(top.find("flows"));
        check_alerts(top.find("alerts"));
    }

    void read_alert_delivery(const Node& delivery) {
        if (delivery.text == "at_most_once")
            config_.alert_delivery = flow::Delivery::at_most_once;
        else if (delivery.text == "at_least_once")
            config_.alert_delivery = flow::Delivery::at_least_once;
        else
            problem(delivery.place, "`delivery` is at_most_once or at_least_once: " + delivery.text);
    }

    void check_alerts(const Node* alerts) {
        const Node* named = alerts ? alerts->find("connection") : nullptr;
        if (!named || config_.alert_connection.empty()) return;
        std::vector<std::string> names;
        for (const auto& connection : config_.connections) {
            if (connection.name == config_.alert_connection && connection.connector->name == "slack") return;
            if (connection.connector->name == "slack") names.push_back(connection.name);
        }
        problem(named->place, fmt::format("there is no Slack connection `{}`{}", config_.alert_connection,
                                          did_you_mean(config_.alert_connection, names)));
    }

    void read_server(const Node& server) {
        only_keys(server, {"address", "port", "certificate_file", "key_file", "webhook_secret", "api_token", "triggers_are_open_to_everyone"},
                  "`server:`");
        if (const Node* address = server.find("address")) config_.server.address = text_of(*address);
        if (const Node* port = server.find("port"))
            config_.server.port = static_cast<std::uint16_t>(number_of(*port, 0, 65535, "port").value_or(3000));
        if (const Node* file = server.find("certificate_file")) config_.server.certificate_file = relative(text_of(*file));
        if (const Node* file = server.find("key_file")) config_.server.key_file = relative(text_of(*file));
        if (const Node* secret = server.find("webhook_secret")) config_.server.webhook_secret = Secret(text_of(*secret));
        if (const Node* token = server.find("api_token")) config_.server.api_token = Secret(text_of(*token));
        if (const Node* open = server.find("triggers_are_open_to_everyone"))
            config_.server.triggers_open = truth_of(*open, "triggers_are_open_to_everyone");
    }

    void read_log(const Node& logging) {
        only_keys(logging, {"level", "format"}, "`log:`");
        static const std::map<std::string, log::Level> levels = {
            {"debug", log::Level::debug}, {"info", log::Level::info}, {"warning", log::Level::warning}, {"error", log::Level::error}};
        if (const Node* level = logging.find("level")) {
            if (auto found = levels.find(level->text); found != levels.end())
                config_.log_level = found->second;
            else
                problem(level->place, "`level` is debug, info, warning or error: " + level->text);
        }
        if (const Node* format = logging.find("format")) {
            if (format->text == "json")
                config_.log_format = log::Format::json;
            else if (format->text == "text")
                config_.log_format = log::Format::text;
            else
                problem(format->place, "`format` is json or text: " + format->text);
        }
    }

    /// How long something is kept; 0: for ever.
    std::int64_t time_kept(const Node& node, std::string_view what, std::int64_t fallback) {
        const std::string text = text_of(node);
        if (node.kind == Node::Kind::scalar && (text == "forever" || text == "0")) return 0;
        auto ms = node.kind == Node::Kind::scalar ? flow::read_duration_ms(text) : std::nullopt;
        if (ms && *ms >= keep_ms_least) return *ms;
        problem(node.place, fmt::format("`{}` is a time of at least 1m such as 90d or 12h, or forever: {}", what, text));
        return fallback;
    }

    void read_retention(const Node& retention) {
        only_keys(retention, {"runs", "journal", "audit"}, "`retention:`");
        engine::KeepFor& keep = config_.keep;
        const Node* journal = retention.find("journal");
        if (const Node* runs = retention.find("runs")) keep.runs_ms = time_kept(*runs, "runs", keep.runs_ms);
        if (const Node* audit = retention.find("audit")) keep.audit_ms = time_kept(*audit, "audit", keep.audit_ms);
        if (!journal) return;
        keep.journal_ms = time_kept(*journal, "journal", keep.journal_ms);
        if (keep.runs_ms > 0 && (keep.journal_ms == 0 || keep.journal_ms > keep.runs_ms))
            problem(journal->place, "`journal` is not longer than `runs`: a journal goes with its run");
    }

    void read_connections(const Node& connections) {
        if (connections.kind != Node::Kind::map) return problem(connections.place, "`connections:` is a map of names");
        for (const auto& [key, node] : connections.entries) read_connection(key, node);
    }

    void read_connection(const Node& key, const Node& node) {
        if (node.kind != Node::Kind::map && node.kind != Node::Kind::null) return problem(node.place, "a connection is a map of settings");
        const Node* of = node.find("connector");
        std::string name = of ? text_of(*of) : key.text;
        const auto* connector = find_connector(name);
        if (!connector)
            return problem((of ? *of : key).place,
                           fmt::format("there is no connector `{}`{}", name, did_you_mean(name, connector_names())));
        ConnectionConfig connection{.name = key.text, .connector = connector, .settings = {}, .limits = connector->default_limits};
        std::vector<std::string> known = {"connector", "limits"};
        for (const auto& setting : connector->settings) {
            known.push_back(setting.name);
            if (!setting.fallback.empty()) connection.settings.set(setting.name, setting.fallback);
        }
        only_keys(node, known, fmt::format("the connection `{}`", key.text));
        for (const auto& [setting, value] : node.entries)
            if (setting.text == "limits")
                read_limits(value, connection.limits);
            else if (value.kind == Node::Kind::list || value.kind == Node::Kind::map)
                problem(value.place, fmt::format("`{}` must be a text", setting.text));
            else if (setting.text != "connector")
                connection.settings.set(setting.text, setting.text.ends_with("_path") ? relative(text_of(value)) : text_of(value));
        for (const auto& setting : connector->settings)
            if (setting.required && !connection.settings.contains(setting.name))
                problem(key.place, fmt::format("the connection `{}` needs `{}` ({})", key.text, setting.name, setting.summary));
        config_.connections.push_back(std::move(connection));
    }

    void read_limits(const Node& node, connector::ConnectionLimits& limits) {
        only_keys(node,
                  {"concurrency", "settle_ms", "retries", "retry_base_ms", "call_timeout_ms", "daily_reserve_percent", "joint_wait_ms"},
                  "`limits:`");
        if (const Node* n = node.find("concurrency"))
            limits.concurrency_max = static_cast<int>(number_of(*n, 1, 1000, "concurrency").value_or(1));
        if (const Node* n = node.find("settle_ms")) limits.settle_ms = number_of(*n, 0, 3'600'000, "settle_ms").value_or(limits.settle_ms);
        if (const Node* n = node.find("retries")) limits.retries_max = static_cast<int>(number_of(*n, 0, 100, "retries").value_or(3));
        if (const Node* n = node.find("retry_base_ms")) limits.retry_base_ms = number_of(*n, 1, 3'600'000, "retry_base_ms").value_or(2000);
        if (const Node* n = node.find("call_timeout_ms"))
            limits.call_timeout_ms = number_of(*n, 100, 600'000, "call_timeout_ms").value_or(60'000);
        if (const Node* n = node.find("daily_reserve_percent"))
            limits.daily_reserve_percent = static_cast<int>(number_of(*n, 0, 50, "daily_reserve_percent").value_or(10));
        if (const Node* n = node.find("joint_wait_ms")) limits.joint_wait_ms = number_of(*n, 0, 1'000, "joint_wait_ms").value_or(20);
    }

    /// Without `flows:` all built-in flows run.
    void read_flows(const Node* flows) {
        std::vector<std::string> builtin;
        for (const auto& flow : builtin_flows()) builtin.push_back(std::filesystem::path(flow.file).stem().string());
        if (!flows || flows->kind == Node::Kind::null) {
            for (const auto& flow : builtin_flows()) config_.flows.push_back({flow.file, flow.text, {}});
            return;
        }
        if (flows->kind != Node::Kind::map) return problem(flows->place, "`flows:` is a map of names");
        for (const auto& [key, node] : flows->entries) read_flow(key, node, builtin);
    }

    void read_flow(const Node& key, const Node& node, const std::vector<std::string>& builtin) {
        if (node.kind == Node::Kind::map)
            only_keys(node, {"file", "config", "enabled", "sweep"}, fmt::format("the flow `{}`", key.text));
        else if (node.kind != Node::Kind::null)
            return problem(node.place, "a flow is a map with `file`, `config`, `enabled` and `sweep`");
        if (const Node* enabled = node.find("enabled"); enabled && !truth_of(*enabled, "enabled")) return;
        FlowConfig flow;
        if (const Node* file = node.find("file")) {
            flow.file = relative(text_of(*file));
            auto text = read_file(flow.file);
            if (!text) return problem(file->place, text.error().message);
            flow.text = *text;
        } else {
            auto found = std::find(builtin.begin(), builtin.end(), key.text);
            if (found == builtin.end())
                return problem(key.place, fmt::format("there is no built-in flow `{}`{}; give its `file:`", key.text,
                                                      did_you_mean(key.text, builtin)));
            const auto& its = builtin_flows()[static_cast<std::size_t>(found - builtin.begin())];
            flow.file = its.file;
            flow.text = its.text;
        }
        if (const Node* overrides = node.find("config"); overrides && overrides->kind == Node::Kind::map)
            flow.config = overrides->to_value().as_map();
        else if (overrides && overrides->kind != Node::Kind::null)
            problem(overrides->place, "`config:` of a flow is a map");
        if (const Node* sweep = node.find("sweep")) flow.sweep = text_of(*sweep);
        flow.named = true;
        config_.flows.push_back(std::move(flow));
    }

    std::string path_;
    const Environment& environment_;
    Config config_;
    std::vector<std::string> problems_;
    std::string try_number_;
    bool missing_environment_ = false;
};

}  // namespace

/// Syncs that are built in are off where a side of them has no connection.
bool is_used_by_builtin_flows(const std::string& connector) {
    const auto& flows = builtin_flows();
    return std::any_of(flows.begin(), flows.end(), [&](const BuiltinFlow& flow) {
        return flow.text.starts_with("flow:") && flow.text.find(connector) != std::string::npos;
    });
}

Result<Config> load_file(const std::string& path, const Environment& environment) { return Reader(path, environment).read(); }

Result<Config> load_environment(const Environment& environment) {
    Config config;
    std::vector<std::string> missing;
    ThreadRuntime runtime;
    for (const auto* connector : connector::all_connectors()) {
        if (!is_used_by_builtin_flows(connector->name) && !is_wanted(*connector, environment)) continue;
        Map settings = settings_from(*connector, environment, missing);
        if (auto sign_in = incomplete_sign_in(*connector, settings, runtime)) missing.push_back(*sign_in);
        config.connections.push_back(
            {.name = connector->name, .connector = connector, .settings = std::move(settings), .limits = connector->default_limits});
    }
    if (!missing.empty()) {
        std::string all = "the environment lacks names that `lockstep serve` needs (see .env.example), or give --config lockstep.yaml:";
        for (const auto& name : missing) all += "\n  " + name;
        return fail(ErrorCode::env_missing, all);
    }
    if (auto port = environment("PORT")) {
        auto number = Decimal::parse(*port);
        auto value = number ? number->to_int64() : Result<std::int64_t>(fail(number.error()));
        if (!value || *value < 0 || *value > 65535)
            return fail(ErrorCode::config_invalid, "PORT must be a number from 0 to 65535: " + *port);
        config.server.port = static_cast<std::uint16_t>(*value);
    }
    if (auto path = environment("LOCKSTEP_STORE")) config.store_path = *path;
    if (auto secret = environment("LOCKSTEP_WEBHOOK_SECRET")) config.server.webhook_secret = Secret(*secret);
    if (auto token = environment("LOCKSTEP_API_TOKEN")) config.server.api_token = Secret(*token);
    for (const auto& flow : builtin_flows()) config.flows.push_back({flow.file, flow.text, {}});
    return config;
}

Result<std::vector<std::pair<ConnectionConfig, std::unique_ptr<connector::Connection>>>> make_connections(const Config& config,
                                                                                                          Runtime& runtime,
                                                                                                          connector::TokenVault* vault) {
    std::vector<std::pair<ConnectionConfig, std::unique_ptr<connector::Connection>>> made;
    std::string problems;
    ErrorCode code = ErrorCode::config_invalid;
    for (const auto& its : config.connections) {
        auto connection = its.connector->make(
            {.name = its.name, .settings = connector::Settings(its.settings), .limits = its.limits, .runtime = runtime, .vault = vault});
        if (connection) {
            made.emplace_back(its, *std::move(connection));
            continue;
        }
        problems += fmt::format("{}connection {}: {}", problems.empty() ? "" : "\n", its.name, connection.error().message);
        code = connection.error().code;
    }
    if (!problems.empty()) return fail(code, problems);
    return made;
}

}  // namespace lockstep::config
