#include <pwd.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include <fmt/format.h>

#include "cli/cli.h"

namespace lockstep::cli {

Result<config::Config> load_config(const ConfigSource& source) {
    config::Environment environment = config::process_environment();
    if (!source.env_file.empty()) { LS_TRY_ASSIGN(environment, config::environment_with_file(source.env_file, environment)); }
    LS_TRY_ASSIGN(auto config,
                  source.config_file.empty() ? config::load_environment(environment) : config::load_file(source.config_file, environment));
    if (!source.store_path.empty()) config.store_path = source.store_path;
    return config;
}

int report(const Error& error) {
    fmt::print(stderr, "lockstep: {}\n", error.message);
    if (error.code != ErrorCode::internal) fmt::print(stderr, "  ({}: docs/errors/{}.md)\n", to_string(error.code), to_string(error.code));
    return exit_failed;
}

int wrong_usage(std::string_view what) {
    fmt::print(stderr, "lockstep: {}\n", what);
    return exit_usage;
}

std::string operator_name() {
    const passwd* user = getpwuid(geteuid());
    return user ? fmt::format("cli/{}", user->pw_name) : "cli";
}

bool wants_colour() {
    const char *none = std::getenv("NO_COLOR"), *terminal = std::getenv("TERM");
    return isatty(STDOUT_FILENO) && !(none && *none) && !(terminal && std::string_view(terminal) == "dumb");
}

}  // namespace lockstep::cli
