#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "value/value.h"

/// The command line: one file a command. Exit codes: 0 done, 1 failed, 2 usage. Errors go to stderr, data to stdout.
namespace lockstep::cli {

inline constexpr int exit_done = 0;
inline constexpr int exit_failed = 1;
inline constexpr int exit_usage = 2;

/// Where the configuration comes from; the same for every command that needs one.
struct ConfigSource {
    std::string config_file;  ///< empty: the environment names alone
    std::string env_file;     ///< read on top of the environment
    std::string store_path;   ///< overrides the configured one
};
Result<config::Config> load_config(const ConfigSource& source);

struct ServeOptions {
    ConfigSource source;
    std::optional<int> port;
    std::int64_t drain_timeout_ms = 30'000;
    std::optional<std::int64_t> settle_ms;
};
int serve(const ServeOptions& options);

struct SandboxOptions {
    int port = 4010;
    std::string address = "127.0.0.1";
    std::string env_file;
    std::uint64_t seed = 1;
    bool empty = false;
    int zoho_calls_per_minute = 0;
};
int sandbox(const SandboxOptions& options);

struct DemoOptions {
    std::uint64_t seed = 1;
    int deals = 40;
    bool keep = false;
    bool faults = true;
};
int demo(const DemoOptions& options);

struct CheckOptions {
    ConfigSource source;
    std::vector<std::string> flow_files;
    bool online = false;
};
int check(const CheckOptions& options);

struct RunOptions {
    ConfigSource source;
    std::string flow, key;
    std::int64_t timeout_ms = 120'000;
    bool json = false;
};
int run_flow(const RunOptions& options);

struct RunsOptions {
    ConfigSource source;
    std::string status, flow, key;
    int limit = 50;
    bool json = false;
};
int list_runs(const RunsOptions& options);
int show_run(const ConfigSource& source, const std::string& id, bool json);
struct ReplayOptions {
    ConfigSource source;
    std::vector<std::string> ids;
    bool all = false, from_start = false;
    std::string flow;
};
int replay_runs(const ReplayOptions& options);
int drop_run(const ConfigSource& source, const std::string& id, const std::string& reason);

int cel(bool jsonl, const std::string& expression, const std::string& bindings_json);

/// Writes the error to stderr and returns `exit_failed`.
int report(const Error& error);
/// Whether stdout is a terminal that wants colours (`NO_COLOR` respected).
bool wants_colour();

/// Parses the command line and runs the command.
int main(int argc, char** argv);

/// The engine that works on a store now, reached over HTTP; where it is stands in `<store>.address`.
class RunningEngine {
public:
    /// Returns nullopt if no engine answers for this store.
    static std::optional<RunningEngine> find(const std::string& store_path);
    /// Errors: what the engine answered, as its code and message.
    Result<Value> post(const std::string& path, const Value& body) const;
    Result<Value> get(const std::string& path) const;
    static std::string address_file(const std::string& store_path) { return store_path + ".address"; }

private:
    Result<Value> send(const std::string& method, const std::string& path, const std::string& body) const;
    std::string base_;
};

}  // namespace lockstep::cli
