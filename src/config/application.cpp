#include "config/application.h"

namespace lockstep::config {
Result<std::unique_ptr<Application>> Application::make(const Config& config, Substitutes substitutes) {
    std::unique_ptr<Application> app(new Application());
    app->config_ = config;
    if (!substitutes.runtime) app->own_runtime_ = std::make_unique<ThreadRuntime>();
    app->runtime_ = substitutes.runtime ? substitutes.runtime : app->own_runtime_.get();
    if (!substitutes.http) app->own_http_ = net::make_curl_client();
    net::HttpClient& http = substitutes.http ? *substitutes.http : *app->own_http_;
    auto flows = substitutes.flows;
    if (!flows) {
        LS_TRY_ASSIGN(auto loaded, load_flows(config));
        flows = std::make_shared<const std::vector<flow::Flow>>(std::move(loaded));
        LS_TRY_ASSIGN(app->syncs_, load_syncs(config));
    }
    LS_TRY_ASSIGN(app->store_,
                  substitutes.open_store ? substitutes.open_store(config.store_path) : store::open_sqlite({.path = config.store_path}));
    app->vault_ = std::make_unique<StoreVault>(*app->store_, *app->runtime_, sign_in_secrets(config), former_key_material(config));
    LS_TRY_ASSIGN(auto connections, make_connections(config, *app->runtime_, app->vault_.get()));
    std::vector<engine::ConnectionEntry> entries;
    for (const auto& [its, connection] : connections) app->connections_.emplace(its.name, connection.get());
    for (auto& [its, connection] : connections) entries.push_back({its.name, std::move(connection), its.limits});
    engine::Options options{.workers = config.workers,
                            .alert_connection = config.alert_connection,
                            .alert_delivery = config.alert_delivery,
                            .keep = config.keep};
    if (substitutes.active_runs_max) options.active_runs_max = *substitutes.active_runs_max;
    app->engine_ = std::make_unique<engine::Engine>(engine::Parts{.runtime = *app->runtime_,
                                                                  .store = *app->store_,
                                                                  .http = http,
                                                                  .flows = std::move(flows),
                                                                  .connections = std::move(entries),
                                                                  .options = options});
    return app;
}

const connector::Connection* Application::connection(std::string_view name) const {
    auto found = connections_.find(name);
    return found == connections_.end() ? nullptr : found->second;
}

Application::~Application() { engine_.reset(); }

}  // namespace lockstep::config
