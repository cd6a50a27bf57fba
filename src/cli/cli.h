#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "store/store.h"
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

struct SweepOptions {
    ConfigSource source;
    std::string flow;  ///< whose sweeps are made now; empty: all sweeps are listed
    bool json = false;
};
int sweep(const SweepOptions& options);

struct RunsOptions {
    ConfigSource source;
    std::string status, flow, key;
    int limit = 50;
    bool json = false;
};
int list_runs(const RunsOptions& options);
int show_run(const ConfigSource& source, const std::string& id, bool json);

struct ParkedOptions {
    ConfigSource source;
    std::string flow;
    bool runs = false;  ///< the runs themselves instead of their causes
    int limit = 50;
    bool json = false;
};
int list_parked(const ParkedOptions& options);
int show_parked(const ConfigSource& source, const std::string& id, bool json);
/// Which parked runs are replayed or dropped, and why.
struct OperateOptions {
    ConfigSource source;
    std::vector<std::string> ids;
    std::string cause, flow;
    bool all = false;
    bool from_start = false;
    bool yes = false;  ///< many are not asked about
    std::string because;
};
int replay_parked(const OperateOptions& options);
int drop_parked(const OperateOptions& options);
struct EditOptions {
    ConfigSource source;
    std::string id;
    std::string event_file;         ///< the event's body; `-`: standard input
    std::string step, input_file;   ///< a step's input
    std::vector<std::string> sets;  ///< `path=value`, of the step's input or, without a step, of the event's body
    bool reset = false;             ///< takes back what was decided about the step
    bool from_start = false;
    std::string because;
};
int edit_parked(const EditOptions& options);
struct SkipOptions {
    ConfigSource source;
    std::string id, step, output_json, because;
};
int skip_parked(const SkipOptions& options);
struct AuditOptions {
    ConfigSource source;
    std::string run;
    int limit = 50;
    bool json = false;
};
int show_audit(const AuditOptions& options);

int cel(bool jsonl, const std::string& expression, const std::string& bindings_json);

/// Writes the error to stderr and returns `exit_failed`.
int report(const Error& error);
/// Writes what is wrong with the words to stderr and returns `exit_usage`.
int wrong_usage(std::string_view what);
/// Where the database is: as given, else as the configuration or the environment says, else lockstep.db.
std::string store_path(const ConfigSource& source);
Result<std::unique_ptr<store::Store>> open_to_read(const ConfigSource& source);
/// A time to the second; empty for 0.
std::string time_text(std::int64_t ms);
/// Who gives the commands: `cli` and the name of the system's user.
std::string operator_name();
void print_runs(const std::vector<store::RunRow>& runs);
/// Prints the runs that are meant: a line each, or as JSON.
int list_rows(store::Store& store, const store::RunFilter& filter, bool json);
/// Prints one run as JSON or as `print` does; says so if its journal is not kept any more.
int show_one(const ConfigSource& source, const std::string& id, bool json, void (*print)(const store::LoadedRun&));
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
    /// `timeout_ms` 0: the usual.
    Result<Value> post(const std::string& path, const Value& body, std::int64_t timeout_ms = 0) const;
    Result<Value> get(const std::string& path) const;
    /// What was answered, whatever its status. Errors: none came.
    struct Reply {
        int status = 0;
        Value body;
    };
    Result<Reply> ask(const std::string& path, const Value& body, std::int64_t timeout_ms) const;
    static std::string address_file(const std::string& store_path) { return store_path + ".address"; }

private:
    Result<Value> send(const std::string& method, const std::string& path, const std::string& body, std::int64_t timeout_ms) const;
    Result<Reply> exchange(const std::string& method, const std::string& path, const std::string& body, std::int64_t timeout_ms) const;
    std::string base_;
};

}  // namespace lockstep::cli
