#include "sim/edits_setup.h"

#include <algorithm>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "config/builtin_flows.h"
#include "value/yaml.h"

namespace lockstep::sim {
namespace {

const std::string& accounts_text() {
    static const std::string text = [] {
        for (const auto& flow : config::builtin_flows())
            if (flow.file.ends_with("accounts.yaml")) return flow.text;
        LS_ASSERT(!"there is no flows/accounts.yaml");
        return std::string();
    }();
    return text;
}

const connector::Connector* connector_named(std::string_view name) {
    const auto& all = connector::all_connectors();
    auto found = std::ranges::find(all, name, [](const auto* connector) { return std::string_view(connector->name); });
    LS_ASSERT(found != all.end());
    return *found;
}

void take_instead(flow::Flow& flow, std::string_view step, const std::string& with) {
    auto template_ = expr::Template::compile(*yaml::parse(with), "defect");
    LS_ASSERT(template_.has_value());
    const int index = flow.step_index(step);
    LS_ASSERT(index >= 0);
    flow.steps[static_cast<std::size_t>(index)].with = *std::move(template_);
}

void take_guards_away(flow::Flow& flow) {
    for (const char* side : {"left", "right"})
        take_instead(
            flow, fmt::format("write_{}", side),
            fmt::format("{{ entity: {0}, id: \"${{ merged.to_{1}.id }}\", version: \"\", fields: \"${{ merged.to_{1}.fields }}\" }}",
                        std::string_view(side) == "left" ? "Account" : "Accounts", side));
}

}  // namespace

const Setup& sync_setup(const std::string& conflict, const std::string& deletion, bool unguarded) {
    static std::map<std::tuple<std::string, std::string, bool>, Setup> all;
    auto [found, is_new] = all.try_emplace({conflict, deletion, unguarded});
    if (!is_new) return found->second;
    config::Config& config = found->second.config;
    const auto& its = credentials();
    const auto add = [&](const char* name, Map settings) {
        const auto* connector = connector_named(name);
        config.connections.push_back(
            {.name = name, .connector = connector, .settings = std::move(settings), .limits = connector->default_limits});
    };
    add("salesforce", {{"client_id", its.sf_client_id}, {"client_secret", its.sf_client_secret}, {"login_url", addresses().salesforce}});
    add("zoho_crm", {{"client_id", its.zoho_client_id},
                     {"client_secret", its.zoho_client_secret},
                     {"refresh_token", its.zoho_crm_refresh_token},
                     {"accounts_url", addresses().zoho},
                     {"api_url", addresses().zoho}});
    config.workers = 8;
    config.alert_connection = "";
    config.keep = {};
    std::string text = accounts_text();
    const auto put = [&](const std::string& key, const std::string& value) {
        const std::size_t at = text.find("\n" + key + ": ");
        LS_ASSERT(at != std::string::npos);
        text.replace(at + 1, text.find('\n', at + 1) - at - 1, key + ": " + value);
    };
    put("conflict", conflict);
    put("delete", deletion);
    config.flows.push_back({.file = "accounts.yaml", .text = text, .config = {}, .named = true});
    auto flows = config::load_flows(config);
    if (!flows) std::fprintf(stderr, "%s\n", flows.error().message.c_str());
    LS_ASSERT(flows.has_value());
    if (unguarded) take_guards_away(flows->at(0));
    found->second.flows = std::make_shared<const std::vector<flow::Flow>>(*std::move(flows));
    return found->second;
}

}  // namespace lockstep::sim
