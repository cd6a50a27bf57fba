#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <set>

#include <sys/stat.h>

#include <fmt/format.h>

#include "base/log.h"
#include "config/builtin_flows.h"
#include "config/config.h"

namespace lockstep::config {

Environment process_environment() {
    return [](const std::string& name) -> std::optional<std::string> {
        const char* value = std::getenv(name.c_str());
        if (!value || !*value) return std::nullopt;
        return std::string(value);
    };
}

namespace {

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
    return text;
}

std::string unquoted(std::string_view value) {
    bool quoted = value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front();
    return std::string(quoted ? value.substr(1, value.size() - 2) : value);
}

/// Credentials stand in it.
void warn_if_others_may_read(const std::string& path) {
    struct stat status{};
    if (::stat(path.c_str(), &status) == 0 && (status.st_mode & (S_IROTH | S_IWOTH)))
        log::warning("the environment file can be read by every user of this machine (chmod 600 mends it): " + path);
}

}  // namespace

Result<Environment> environment_with_file(const std::string& path, Environment fallback) {
    std::ifstream file(path);
    if (!file) return fail(ErrorCode::file_unreadable, "the environment file cannot be read: " + path);
    warn_if_others_may_read(path);
    auto values = std::make_shared<std::map<std::string, std::string>>();
    std::string line;
    for (int number = 1; std::getline(file, line); ++number) {
        std::string_view text = trimmed(line);
        if (text.empty() || text.front() == '#') continue;
        if (text.starts_with("export ")) text = trimmed(text.substr(7));
        auto equals = text.find('=');
        if (equals == std::string_view::npos || equals == 0)
            return fail(ErrorCode::config_invalid, fmt::format("{}:{}: a line must be NAME=value", path, number));
        (*values)[std::string(trimmed(text.substr(0, equals)))] = unquoted(trimmed(text.substr(equals + 1)));
    }
    return Environment([values, fallback = std::move(fallback)](const std::string& name) -> std::optional<std::string> {
        auto found = values->find(name);
        if (found != values->end() && !found->second.empty()) return found->second;
        return fallback(name);
    });
}

std::string environment_example() {
    std::string text =
        "# Environment names that `lockstep serve` needs when it is started without --config.\n"
        "# Copy to .env, fill in, and keep it away from version control: lockstep serve --env-file .env\n";
    std::set<std::string> named;  // a name may be of two connectors, and an empty second line would take back the first
    for (const auto* connector : connector::all_connectors()) {
        const bool needed = is_used_by_builtin_flows(connector->name);
        text += fmt::format("\n# {}: {}{}\n", connector->name, connector->summary, needed ? "" : " (left out if none of these is set)");
        for (const auto& setting : connector->settings) {
            if (setting.environment.empty() || !named.insert(setting.environment).second) continue;
            const bool required = setting.required && needed;
            text += fmt::format("# {}{}\n{}{}={}\n", setting.summary, setting.required ? " (required)" : "", required ? "" : "#",
                                setting.environment, setting.fallback);
        }
    }
    return text +
           "\n# lockstep itself: the port it listens on, and where its database is\n#PORT=3000\n#LOCKSTEP_STORE=lockstep.db\n"
           "# a secret that triggers must bring (Authorization: Bearer … or ?token=…)\n#LOCKSTEP_WEBHOOK_SECRET=\n"
           "# a secret that other machines, such as Salesforce, bring to run a sync (Authorization: Bearer …)\n#LOCKSTEP_API_TOKEN=\n";
}

}  // namespace lockstep::config
