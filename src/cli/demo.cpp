#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include <fmt/format.h>

#include "api/api.h"
#include "base/log.h"
#include "base/random_id.h"
#include "cli/cli.h"
#include "cli/demo_day.h"
#include "sandbox/sandbox.h"

namespace lockstep::cli {
namespace {

/// A wait of a minute becomes one of a second; the retries are as many as so many flaws at once may take.
constexpr std::int64_t demo_retry_base_ms = 150;
constexpr int demo_retries_max = 12;

/// A folder that is gone when the demo is.
class ScratchFolder {
public:
    ScratchFolder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "lockstep-demo-XXXXXX").string();
        LS_ASSERT(mkdtemp(pattern.data()) != nullptr);
        path_ = pattern;
    }
    ~ScratchFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    std::string file(const std::string& name) const { return path_ + "/" + name; }

private:
    std::string path_;
};

Result<void> write_file(const std::string& path, const std::string& text) {
    std::ofstream file(path);
    std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    if (!(file << text)) return fail(ErrorCode::file_unreadable, "the file cannot be written: " + path);
    return {};
}

/// The configuration that `serve --env-file` would have, with waits that fit a day of a few seconds.
Result<config::Config> demo_config(const sandbox::SandboxServer& sandbox, const ScratchFolder& folder, const std::string& webhook_secret) {
    LS_TRY(write_file(folder.file("key.pem"), sandbox.private_key_pem()));
    LS_TRY(
        write_file(folder.file("env"), sandbox.environment_text(folder.file("key.pem")) + "ZOHO_WEBHOOK_SECRET=" + webhook_secret + "\n"));
    LS_TRY_ASSIGN(auto environment, config::environment_with_file(folder.file("env"), [](const std::string&) { return std::nullopt; }));
    LS_TRY_ASSIGN(auto config, config::load_environment(environment));
    config.store_path = folder.file("lockstep.db");
    config.server.port = 0;
    for (auto& connection : config.connections) {
        connection.limits.settle_ms = demo_settle_ms;
        connection.limits.retry_base_ms = demo_retry_base_ms;
        connection.limits.retries_max = demo_retries_max;
    }
    return config;
}

void wait_for_interrupt() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    int signal = 0;
    sigwait(&signals, &signal);
}

}  // namespace

int demo(const DemoOptions& options) {
    std::signal(SIGPIPE, SIG_IGN);
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    if (options.keep) pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    log::configure(log::Level::error, log::Format::text);
    ScratchFolder folder;
    auto sandbox = sandbox::start_sandbox_server({.port = 0, .seed = options.seed});
    if (!sandbox) return report(sandbox.error());
    ThreadRuntime runtime;
    const std::string webhook_secret = make_sortable_id(runtime);
    auto config = demo_config(**sandbox, folder, webhook_secret);
    if (!config) return report(config.error());
    auto app = config::Application::make(*config);
    if (!app) return report(app.error());
    api::Api api(**app);
    if (auto started = (*app)->engine().start(); !started) return report(started.error());
    auto server = net::start_server({.port = 0}, [&api](net::Request request, std::unique_ptr<net::Responder> responder) {
        api.handle(std::move(request), std::move(responder));
    });
    if (!server) return report(server.error());
    std::string address = fmt::format("http://127.0.0.1:{}", (*server)->port());
    std::ofstream(RunningEngine::address_file(config->store_path)) << address << "\n";

    DemoDay day({**sandbox, **app, address, webhook_secret, options});
    auto passed = day.play();
    if (!passed) report(passed.error());
    bool good = passed && *passed;
    if (options.keep) {
        const auto& at = (*sandbox)->addresses();
        fmt::print(
            "\nStill running; stop with Ctrl-C.\n  Lockstep    {}/health   {}/metrics\n  Salesforce  {}\n  SAP         {}\n  Zoho        "
            "{}\n  Slack       {}\n"
            "  control     {}/state/sap/A_SalesOrder\n  runs        build/lockstep runs --store {}\n",
            address, address, at.salesforce, at.sap, at.zoho, at.slack, at.control, config->store_path);
        std::fflush(stdout);
        wait_for_interrupt();
    }
    (*app)->engine().drain(5'000);
    (*server)->drain(1'000);
    server->reset();
    return good ? exit_done : exit_failed;
}

}  // namespace lockstep::cli
