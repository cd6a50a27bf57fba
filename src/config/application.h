#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "config/config.h"
#include "config/vault.h"
#include "engine/engine.h"

namespace lockstep::config {

/// A configured engine with all it stands on, in the right order of life.
class Application {
public:
    /// What the simulator and the demo bring themselves; production leaves all of it null.
    struct Substitutes {
        Runtime* runtime = nullptr;
        net::HttpClient* http = nullptr;
        /// The configuration's flows, read already: that takes longer than many a whole play of the simulator.
        std::shared_ptr<const std::vector<flow::Flow>> flows = nullptr;
        std::optional<int> active_runs_max = {};  ///< how many runs are held in memory; absent: as the engine does
        /// Opens the store; empty: as the configuration says.
        std::function<Result<std::unique_ptr<store::Store>>(const std::string& path)> open_store = {};
    };
    /// Opens the store, makes connections, reads flows. Starts nothing.
    /// Errors: everything that `lockstep serve` refuses to start with.
    static Result<std::unique_ptr<Application>> make(const Config& config, Substitutes substitutes);
    static Result<std::unique_ptr<Application>> make(const Config& config) { return make(config, Substitutes()); }
    ~Application();

    engine::Engine& engine() { return *engine_; }
    store::Store& store() { return *store_; }
    Runtime& runtime() { return *runtime_; }
    /// The connection of that name, which lives as long as the application; null if there is none.
    const connector::Connection* connection(std::string_view name) const;
    const Config& config() const { return config_; }
    const std::vector<std::shared_ptr<const sync::Sync>>& syncs() const { return syncs_; }

private:
    Application() = default;
    Config config_;
    std::unique_ptr<Runtime> own_runtime_;
    std::unique_ptr<net::HttpClient> own_http_;
    Runtime* runtime_ = nullptr;
    std::unique_ptr<store::Store> store_;
    std::unique_ptr<StoreVault> vault_;
    std::vector<std::shared_ptr<const sync::Sync>> syncs_;
    std::map<std::string, const connector::Connection*, std::less<>> connections_;  // the engine's
    std::unique_ptr<engine::Engine> engine_;
};

}  // namespace lockstep::config
