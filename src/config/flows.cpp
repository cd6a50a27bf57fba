#include <fmt/format.h>

#include <algorithm>

#include "config/config.h"
#include "sync/merge.h"

/// From the texts of flow and sync files to flows that the engine carries out.
namespace lockstep::config {
namespace {

/// What comes to a path must be understood in one way: several flows may listen to it, but not to different vendors.
std::optional<std::string> path_clash(const std::vector<flow::Flow>& others, const flow::Flow& flow) {
    auto clashes = [](const flow::Trigger& a, const flow::Trigger& b) {
        return !a.path.empty() && a.path == b.path && (a.name != b.name || a.connection != b.connection);
    };
    auto clash_with = [&](const flow::Flow& other) -> std::optional<std::string> {
        for (const auto& mine : flow.triggers)
            for (const auto& its : other.triggers)
                if (clashes(mine, its))
                    return fmt::format("{}:{}:{}: the flow `{}` listens to the same path for something else ({}): {}", flow.file,
                                       mine.place.line, mine.place.column, other.name, its.name, mine.path);
        return std::nullopt;
    };
    for (const auto& other : others)
        if (auto clash = clash_with(other)) return clash;
    return clash_with(flow);
}

}  // namespace

namespace {

/// What files are checked against.
struct Surroundings {
    schema::Catalogue actions;
    std::vector<schema::VendorTrigger> triggers;
    std::vector<std::pair<std::string, std::string>> connections;
};

Surroundings surroundings_of(const Config& config) {
    std::vector<schema::Action> actions;
    std::vector<schema::VendorTrigger> triggers;
    auto connectors = connector::all_connectors();
    for (const auto& connection : config.connections)  // tests bring connectors of their own
        if (std::ranges::find(connectors, connection.connector) == connectors.end()) connectors.push_back(connection.connector);
    for (const auto* connector : connectors) {
        actions.insert(actions.end(), connector->actions.begin(), connector->actions.end());
        triggers.insert(triggers.end(), connector->triggers.begin(), connector->triggers.end());
    }
    std::vector<std::pair<std::string, std::string>> connections;
    for (const auto& connection : config.connections) connections.emplace_back(connection.name, connection.connector->name);
    return {schema::Catalogue(std::move(actions)), std::move(triggers), std::move(connections)};
}

bool is_sync_file(const FlowConfig& file) {
    auto document = yaml::parse(file.text);
    return document && sync::is_sync(*document);
}

/// Whether a sync that is part of the program can run without having been asked for.
bool is_left_out(const FlowConfig& file, const Surroundings& around) {
    if (file.named) return false;
    auto document = yaml::parse(file.text);
    if (!document || !sync::is_sync(*document)) return false;
    const yaml::Node* enabled = document->find("enabled");
    if (enabled && enabled->text == "false") return true;
    for (const char* side : {"left", "right"}) {
        const yaml::Node* half = document->find(side);
        const yaml::Node* connection = half ? half->find("connection") : nullptr;
        const bool is_there =
            connection && std::ranges::any_of(around.connections, [&](const auto& its) { return its.first == connection->text; });
        if (!is_there) return true;
    }
    return false;
}

Result<std::shared_ptr<const sync::Sync>> read_sync(const FlowConfig& file, const Surroundings& around) {
    LS_TRY_ASSIGN(auto sync, sync::parse_sync(file.text, file.file,
                                              {.actions = around.actions,
                                               .connections = around.connections,
                                               .config = file.config,
                                               .vendor_triggers = around.triggers,
                                               .sweep_every = file.sweep}));
    return std::make_shared<const sync::Sync>(std::move(sync));
}

Result<flow::Flow> read_flow(const FlowConfig& file, const Surroundings& around) {
    flow::FlowContext context{.actions = around.actions,
                              .connections = around.connections,
                              .config = file.config,
                              .vendor_triggers = around.triggers,
                              .sweep_every = file.sweep};
    if (!is_sync_file(file)) return flow::parse_flow(file.text, file.file, context);
    LS_TRY_ASSIGN(auto sync, read_sync(file, around));
    context.config = {};
    context.sweep_every = sync->sweep_every == "off" ? "off" : "";
    context.computations = {{sync::merge_action(), [sync](const Value& with) { return sync::merge(*sync, with); }},
                            {sync::read_again_action(), sync::read_again}};
    return flow::parse_flow(sync::flow_text(*sync), file.file, context);
}

}  // namespace

Result<std::vector<flow::Flow>> load_flows(const Config& config) {
    const Surroundings around = surroundings_of(config);
    std::vector<flow::Flow> flows;
    std::string problems;
    for (const auto& its : config.flows) {
        if (is_left_out(its, around)) continue;
        auto flow = read_flow(its, around);
        if (!flow) {
            problems += (problems.empty() ? "" : "\n") + flow.error().message;
            continue;
        }
        for (const auto& other : flows)
            if (other.name == flow->name)
                problems += fmt::format("{}{}: there are two flows called `{}`, the other is {}", problems.empty() ? "" : "\n", its.file,
                                        flow->name, other.file);
        if (auto clash = path_clash(flows, *flow)) problems += (problems.empty() ? "" : "\n") + *clash;
        flows.push_back(*std::move(flow));
    }
    if (!problems.empty()) return fail(ErrorCode::flow_invalid, problems);
    return flows;
}

Result<std::vector<std::shared_ptr<const sync::Sync>>> load_syncs(const Config& config) {
    const Surroundings around = surroundings_of(config);
    std::vector<std::shared_ptr<const sync::Sync>> syncs;
    for (const auto& its : config.flows) {
        if (is_left_out(its, around) || !is_sync_file(its)) continue;
        LS_TRY_ASSIGN(auto sync, read_sync(its, around));
        syncs.push_back(std::move(sync));
    }
    return syncs;
}

}  // namespace lockstep::config
