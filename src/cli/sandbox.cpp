#include <csignal>
#include <filesystem>
#include <fstream>

#include <sys/stat.h>

#include <fmt/format.h>

#include "cli/cli.h"
#include "sandbox/sandbox.h"

namespace lockstep::cli {
namespace {

/// Writes a file that only its owner may read.
Result<void> write_private(const std::string& path, const std::string& text) {
    mode_t before = umask(0077);
    std::ofstream file(path, std::ios::trunc);
    umask(before);
    chmod(path.c_str(), 0600);
    if (!(file << text) || !file.flush()) return fail(ErrorCode::file_unreadable, "the file cannot be written: " + path);
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
    auto server = sandbox::start_sandbox_server({.port = static_cast<std::uint16_t>(options.port),
                                                 .address = options.address,
                                                 .seed = options.seed,
                                                 .seed_data = !options.empty,
                                                 .zoho_calls_per_minute = options.zoho_calls_per_minute});
    if (!server) return report(server.error());
    const auto& at = (*server)->addresses();
    fmt::print("Salesforce  {}\nSAP         {}\nZoho        {}\nSlack       {}\ncontrol     {}\n", at.salesforce, at.sap, at.zoho, at.slack,
               at.control);
    if (!options.env_file.empty()) {
        std::string key_path = std::filesystem::absolute(options.env_file + ".key.pem").string();
        auto key = write_private(key_path, (*server)->private_key_pem());
        auto environment = key ? write_private(options.env_file, (*server)->environment_text(key_path)) : std::move(key);
        if (!environment) return report(environment.error());
        fmt::print("environment {}   (lockstep serve --env-file {})\n", options.env_file, options.env_file);
    }
    std::fflush(stdout);
    int signal = 0;
    sigwait(&signals, &signal);
    return exit_done;
}

}  // namespace lockstep::cli
