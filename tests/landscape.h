#pragma once

#include <map>
#include <memory>

#include "net/client.h"
#include "process.h"
#include "value/json.h"

namespace lockstep::testing {

/// The program under test: the one that was built with the tests, unless the environment names another.
inline std::string program() {
    const char* other = std::getenv("LOCKSTEP_TEST_PROGRAM");
    return other == nullptr ? LOCKSTEP_PROGRAM : other;
}

/// A real `lockstep sandbox` and, when started, a real `lockstep serve` that works with it.
class Landscape {
public:
    struct Options {
        bool seed_data = false;  ///< the made-up manufacturer; otherwise the sandbox is empty
        std::vector<std::string> sandbox_arguments;
        /// The sandbox applies a request at once or never, so its effects need not be waited for longer than this.
        std::int64_t settle_ms = 1'000;
        std::string config;  ///< lockstep.yaml; empty: the environment names alone
    };

    Landscape() : Landscape(Options{}) {}
    explicit Landscape(Options options) : options_(std::move(options)), http_(net::make_curl_client()), port_(free_port()) {
        std::vector<std::string> arguments = {program(), "sandbox", "--port", "0", "--env-file", env_file()};
        if (!options_.seed_data) arguments.emplace_back("--empty");
        arguments.insert(arguments.end(), options_.sandbox_arguments.begin(), options_.sandbox_arguments.end());
        sandbox_ = std::make_unique<Process>(Process::Options{.arguments = arguments, .folder = folder_.path(), .name = "sandbox"});
        const bool ready =
            wait_until(30'000, [&] { return sandbox_->output().find("environment ") != std::string::npos || !sandbox_->is_running(); });
        require(ready && sandbox_->is_running(), "the sandbox does not start: " + sandbox_->errors());
        std::istringstream lines(read_file(env_file()));
        for (std::string line; std::getline(lines, line);)
            if (const auto equals = line.find('='); equals != std::string::npos)
                environment_[line.substr(0, equals)] = line.substr(equals + 1);
    }

    // ---- files and processes ----

    const TemporaryFolder& folder() const { return folder_; }
    std::string env_file() const { return folder_.file("environment"); }
    std::string store_path() const { return folder_.file("lockstep.db"); }
    /// What the sandbox wrote for `lockstep serve`.
    const std::map<std::string, std::string>& environment() const { return environment_; }
    Process& sandbox() { return *sandbox_; }
    Process& serve() { return *serve_; }
    std::uint16_t port() const { return port_; }
    std::string base() const { return "http://127.0.0.1:" + std::to_string(port_); }

    /// The command line of `lockstep COMMAND…` on this landscape's store and vendors.
    std::vector<std::string> command(std::vector<std::string> words) const {
        words.insert(words.begin(), program());
        words.insert(words.end(), {"--env-file", env_file(), "--store", store_path()});
        if (!options_.config.empty()) words.insert(words.end(), {"--config", options_.config});
        return words;
    }
    /// Runs a command to its end.
    Finished lockstep(std::vector<std::string> words) const {
        return run_to_end({.arguments = command(std::move(words)), .folder = folder_.path(), .name = "command"});
    }
    std::vector<std::string> serve_command() const {
        return command({"serve", "--port", std::to_string(port_), "--settle-ms", std::to_string(options_.settle_ms)});
    }
    /// Starts `lockstep serve` without waiting for it.
    void launch_serve() {
        serve_.reset();
        serve_ = std::make_unique<Process>(
            Process::Options{.arguments = serve_command(), .folder = folder_.path(), .name = "serve", .append = true});
    }
    /// Starts it and waits until it is ready.
    void start_serve() {
        launch_serve();
        const bool ready = wait_until(30'000, [&] { return is_ready() || !serve_->is_running(); });
        require(ready && serve_->is_running(), "lockstep serve does not start: " + serve_->errors());
    }
    bool is_ready() const {
        auto answer =
            http_->send({.method = "GET", .url = base() + "/readyz", .headers = {}, .body = {}, .peer = {}}, {.total_timeout_ms = 5'000});
        return answer && answer->status == 200;
    }
    /// Asks it to stop (SIGTERM) and returns its exit code.
    std::optional<int> stop_serve() {
        serve_->signal(SIGTERM);
        return serve_->wait(45'000);
    }
    void kill_serve() { serve_->kill(); }

    // ---- over HTTP ----

    Result<net::Response> try_send(std::string method, std::string url, std::string body = {},
                                   net::Headers headers = {{"Content-Type", "application/json"}}) const {
        return http_->send(
            {.method = std::move(method), .url = std::move(url), .headers = std::move(headers), .body = std::move(body), .peer = {}},
            {.effect = net::Effect::write, .connect_timeout_ms = 5'000, .total_timeout_ms = 60'000});
    }
    net::Response send(std::string method, std::string url, std::string body = {},
                       net::Headers headers = {{"Content-Type", "application/json"}}) const {
        auto answer = try_send(method, url, std::move(body), std::move(headers));
        require(answer.has_value(), method + " " + url + ": " + (answer ? "" : answer.error().to_text()));
        return *answer;
    }
    /// What `lockstep serve` answers, as JSON. `path` begins with a slash.
    Value ask(const std::string& path) const { return json_of(send("GET", base() + path)); }
    net::Response post(const std::string& path, const Value& body) const { return send("POST", base() + path, json::write(body)); }
    Result<net::Response> try_close_deal(const std::string& id) const {
        return try_send("POST", base() + "/webhook/salesforce/deal-closed", json::write(Map{{"opportunityId", id}}));
    }
    /// Tells that a deal is won. Returns the run's id; the event must be taken.
    std::string close_deal(const std::string& id) const {
        const net::Response answer = post("/webhook/salesforce/deal-closed", Map{{"opportunityId", id}});
        require(answer.status == 202, "not taken: " + std::to_string(answer.status) + " " + answer.body);
        return json_of(answer)["run"].text();
    }

    /// The sandbox's control API; the answer must be a good one.
    Value control(std::string method, const std::string& path, const Value& body = {}) const {
        const net::Response answer =
            send(std::move(method), environment_.at("SANDBOX_CONTROL_URL") + path, body.is_null() ? "" : json::write(body));
        require(answer.ok(), path + ": " + answer.body.substr(0, 1000));
        return json_of(answer);
    }
    List state(const std::string& object) const { return control("GET", "/state/" + object)["records"].as_list(); }
    void load(const std::string& object, List records) const {
        (void)control("POST", "/load/" + object, Map{{"records", std::move(records)}});
    }
    void set_faults(std::int64_t seed, List faults) const {
        (void)control("POST", "/faults", Map{{"seed", seed}, {"faults", std::move(faults)}});
    }
    /// How many requests that change something the vendors have got; tokens are not counted.
    std::int64_t vendor_writes() const {
        const Value calls = control("GET", "/calls")["calls"];
        std::int64_t total = 0;
        for (const Value& call : calls.as_list())
            if (call["method"].text() != "GET" && call["route"].text().find("token") == std::string::npos &&
                call["connector"].text() != "slack")
                total += call["count"].as_int();
        return total;
    }

    // ---- runs ----

    Value run(const std::string& id) const { return ask("/api/v1/runs/" + id); }
    static bool is_over(const Value& run) { return run["status"].text() != "waiting" && run["status"].text() != "running"; }
    /// Waits for the end of a run and returns it with its journal.
    Value wait_for(const std::string& run_id, std::int64_t timeout_ms = 60'000) const {
        Value last;
        (void)wait_until(timeout_ms, [&] { return is_over(last = run(run_id)); }, 20);
        require(is_over(last), "the run is not over: " + json::write(last).substr(0, 2000));
        return last;
    }
    Value counts() const { return ask("/health")["runs"]; }
    /// Waits until no run is waiting or running.
    bool wait_until_quiet(std::int64_t timeout_ms) const {
        return wait_until(
            timeout_ms,
            [&] {
                const Value its = counts();
                return its["waiting"] == Value(0) && its["running"] == Value(0);
            },
            50);
    }
    List runs(const std::string& query) const { return ask("/api/v1/runs?limit=1000&" + query)["runs"].as_list(); }

    static Value json_of(const net::Response& answer) {
        auto value = json::parse(answer.body);
        require(value.has_value(), "not JSON: " + answer.body.substr(0, 1000));
        return *value;
    }

private:
    Options options_;
    TemporaryFolder folder_;
    std::unique_ptr<net::HttpClient> http_;
    std::uint16_t port_;
    std::map<std::string, std::string> environment_;
    std::unique_ptr<Process> sandbox_, serve_;
};

/// A lockstep.yaml's four connections, all from the environment but SAP's address, and with SAP's limits.
inline std::string connections_with_sap_at(const std::string& base_url, const std::string& limits) {
    return "connections:\n"
           "  salesforce: { client_id: \"${env.SF_CLIENT_ID}\", private_key_path: \"${env.SF_PRIVATE_KEY_PATH}\", username: "
           "\"${env.SF_USERNAME}\", login_url: \"${env.SF_LOGIN_URL}\" }\n"
           "  sap:\n    base_url: " +
           base_url + "\n    token_url: " + base_url +
           "/oauth/token\n"
           "    client_id: \"${env.SAP_CLIENT_ID}\"\n    client_secret: \"${env.SAP_CLIENT_SECRET}\"\n    limits: " +
           limits +
           "\n"
           "  zoho_books:\n    client_id: \"${env.ZOHO_CLIENT_ID}\"\n    client_secret: \"${env.ZOHO_CLIENT_SECRET}\"\n    refresh_token: "
           "\"${env.ZOHO_REFRESH_TOKEN}\"\n"
           "    organization_id: \"${env.ZOHO_ORG_ID}\"\n    accounts_url: \"${env.ZOHO_ACCOUNTS_URL}\"\n    api_url: "
           "\"${env.ZOHO_API_URL}\"\n"
           "  slack: { webhook_url: \"${env.SLACK_WEBHOOK_URL}\" }\n";
}

}  // namespace lockstep::testing
