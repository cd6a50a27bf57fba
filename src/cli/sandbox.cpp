#include <csignal>
#include <filesystem>
#include <fstream>

#include <sys/stat.h>

#include <fmt/format.h>

#include "cli/cli.h"
#include "sandbox/sandbox.h"

namespace lockstep::cli {
namespace {

/// Writes a file that only its owner may read, in one step: whoever waits for it never reads half of it.
Result<void> write_private(const std::string& path, const std::string& text) {
    const std::string draft = path + ".new";
    std::remove(draft.c_str());
    mode_t before = umask(0077);
    std::ofstream file(draft, std::ios::trunc);
    umask(before);
    const bool written = (file << text) && file.flush();
    file.close();
    if (!written || std::rename(draft.c_str(), path.c_str()) != 0)
        return fail(ErrorCode::file_unreadable, "the file cannot be written: " + path);
    return {};
}

/// The key of an earlier start, which need not be made again; empty if there is none that can be used.
std::string kept_key(const std::string& path) {
    std::ifstream file(path);
    std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    return sandbox::read_key_pair(text) ? text : std::string();
}

/// Writes the environment file, and beside it the key, as soon as it is made.
Result<void> write_environment(const sandbox::SandboxServer& server, const std::string& env_file, const std::string& key_file) {
    LS_TRY(write_private(key_file, server.private_key_pem()));
    LS_TRY(write_private(env_file, server.environment_text(key_file)));
    fmt::print("environment {}   (lockstep serve --env-file {})\n", env_file, env_file);
    return {};
}

}  // namespace

int sandbox(const SandboxOptions& options) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    const bool writes = !options.env_file.empty();
    const std::string key_file = writes ? std::filesystem::absolute(options.env_file + ".key.pem").string() : std::string();
    auto server = sandbox::start_sandbox_server({.port = static_cast<std::uint16_t>(options.port),
                                                 .address = options.address,
                                                 .seed = options.seed,
                                                 .seed_data = !options.empty,
                                                 .zoho_calls_per_minute = options.zoho_calls_per_minute,
                                                 .private_key_pem = writes ? kept_key(key_file) : std::string()});
    if (!server) return report(server.error());
    const auto& at = (*server)->addresses();
    fmt::print("Salesforce  {}\nSAP         {}\nZoho        {}\nSlack       {}\ncontrol     {}\n", at.salesforce, at.sap, at.zoho, at.slack,
               at.control);
    std::fflush(stdout);
    auto written = writes ? write_environment(**server, options.env_file, key_file) : Result<void>();
    if (!written) return report(written.error());
    std::fflush(stdout);
    int signal = 0;
    sigwait(&signals, &signal);
    return exit_done;
}

}  // namespace lockstep::cli
