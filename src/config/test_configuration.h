#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include <unistd.h>

#include "config/config.h"

namespace lockstep::config::testing {

/// A directory of its own that is gone afterwards.
class TemporaryDirectory {
public:
    TemporaryDirectory() {
        static std::atomic<int> count = 0;
        path_ = std::filesystem::temp_directory_path() / ("lockstep-config-" + std::to_string(getpid()) + "-" + std::to_string(count++));
        std::filesystem::create_directories(path_);
    }
    ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
    std::string path(const std::string& name) const { return (path_ / name).string(); }
    /// Writes a file and returns its path.
    std::string write(const std::string& name, const std::string& text) const {
        std::ofstream(path(name), std::ios::binary) << text;
        return path(name);
    }

private:
    std::filesystem::path path_;
};

using Names = std::map<std::string, std::string>;

/// The environment names that are enough to start; none leads anywhere.
inline Names complete_names() {
    return {{"SF_CLIENT_ID", "3MVG9"},
            {"SF_CLIENT_SECRET", "a-secret-of-salesforce"},
            {"SF_LOGIN_URL", "https://example.my.salesforce.com"},
            {"SAP_BASE_URL", "https://example-api.s4hana.ondemand.com"},
            {"SAP_USER", "LOCKSTEP"},
            {"SAP_PASSWORD", "a-secret-of-sap"},
            {"ZOHO_CLIENT_ID", "1000.ABC"},
            {"ZOHO_CLIENT_SECRET", "a-secret-of-zoho"},
            {"ZOHO_REFRESH_TOKEN", "1000.token"},
            {"ZOHO_ORG_ID", "700000001"},
            {"SLACK_WEBHOOK_URL", "https://hooks.slack.com/services/T0/B0/x"}};
}

inline Environment environment_of(Names names) {
    return [names = std::move(names)](const std::string& name) -> std::optional<std::string> {
        auto found = names.find(name);
        return found == names.end() || found->second.empty() ? std::nullopt : std::optional(found->second);
    };
}

inline const ConnectionConfig* find_connection(const Config& config, std::string_view name) {
    for (const auto& connection : config.connections)
        if (connection.name == name) return &connection;
    return nullptr;
}

}  // namespace lockstep::config::testing
