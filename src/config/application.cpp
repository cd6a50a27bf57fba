#include "config/application.h"

namespace lockstep::config {
namespace {

/// All secrets of all connections: what the vault's key is made from.
Secret key_material(const Config& config) {
    std::string all;
    for (const auto& connection : config.connections)
        for (const auto& setting : connection.connector->settings)
            if (setting.secret)
                if (const Value* value = connection.settings.find(setting.name))
                    all += connection.name + "." + setting.name + "=" + value->text() + "\n";
    return Secret(all);
}

}  // namespace

Result<std::unique_ptr<Application>> Application::make(const Config& config, Substitutes substitutes) {
    std::unique_ptr<Application> app(new Application());
    app->config_ = config;
    if (!substitutes.runtime) app->own_runtime_ = std::make_unique<ThreadRuntime>();
    app->runtime_ = substitutes.runtime ? substitutes.runtime : app->own_runtime_.get();
    if (!substitutes.http) app->own_http_ = net::make_curl_client();
    net::HttpClient& http = substitutes.http ? *substitutes.http : *app->own_http_;
    LS_TRY_ASSIGN(auto flows, load_flows(config));
    LS_TRY_ASSIGN(app->store_, store::open_sqlite({.path = config.store_path}));
    app->vault_ = std::make_unique<StoreVault>(*app->store_, *app->runtime_, key_material(config));
    LS_TRY_ASSIGN(auto connections, make_connections(config, *app->runtime_, app->vault_.get()));
    std::vector<engine::ConnectionEntry> entries;
    for (const auto& [its, connection] : connections) app->connections_.emplace(its.name, connection.get());
    for (auto& [its, connection] : connections) entries.push_back({its.name, std::move(connection), its.limits});
    engine::Options options{.workers = config.workers, .alert_connection = config.alert_connection};
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
