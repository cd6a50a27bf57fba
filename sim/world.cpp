#include "sim/world.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include <fmt/format.h>
#include <unistd.h>

#include "sim/finance.h"
#include "value/json.h"

namespace lockstep::sim {
namespace {

constexpr std::string_view deal_flow = "deal-closed";
constexpr std::string_view payment_flow = "payment";
/// Finance looks again for an invoice this often, and gives up after so many looks.
constexpr std::int64_t finance_patience_ms = 2'000;
constexpr int finance_looks_max = 100;
constexpr std::string_view start_of_time = "2026-02-18T08:00:00Z";
/// Whatever happens, everything has come to an end by then. Units: virtual milliseconds.
constexpr std::int64_t end_of_time_ms = 6 * 3'600'000;
constexpr std::int64_t look_every_ms = 2'000;
constexpr std::int64_t down_ms_max = 20'000;
constexpr int replay_rounds_max = 5;
constexpr int workers = 12;
/// So much of a timeline is shown.
constexpr std::size_t timeline_lines = 80;
/// About so often do tasks take turns until a deal is done; crashes are drawn among them.
constexpr std::uint64_t switches_a_deal = 60;
/// A lost request is applied this long afterwards at most: below the settle time of the connections (10 s).
constexpr int late_ms_max = 9'500;

/// A folder in memory where there is one.
std::filesystem::path scratch_folder() {
    std::error_code none;
    std::filesystem::path memory = "/dev/shm";
    return std::filesystem::is_directory(memory, none) && ::access(memory.c_str(), W_OK) == 0 ? memory
                                                                                              : std::filesystem::temp_directory_path();
}

/// Keys are dear to make: one set serves every world of the process.
struct Keys {
    sandbox::Credentials credentials;
    std::filesystem::path folder, key_file;

    Keys() : folder(scratch_folder() / fmt::format("lockstep-sim-{}", ::getpid())), key_file(folder / "key.pem") {
        auto made = sandbox::generate_credentials();
        LS_ASSERT(made.has_value());
        credentials = made->credentials;
        std::filesystem::create_directories(folder);
        std::ofstream(key_file) << made->sf_private_key_pem;
        std::filesystem::permissions(key_file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    }
    ~Keys() {
        std::error_code none;
        std::filesystem::remove_all(folder, none);
    }
};

const Keys& keys() {
    static const Keys made;
    return made;
}

const sandbox::Addresses addresses{.salesforce = "http://salesforce.test",
                                   .sap = "http://sap.test",
                                   .zoho = "http://zoho.test",
                                   .slack = "http://slack.test",
                                   .control = {}};

config::Environment environment() {
    return [](const std::string& name) -> std::optional<std::string> {
        const auto& its = keys().credentials;
        const std::map<std::string, std::string> all = {{"SF_CLIENT_ID", its.sf_client_id},
                                                        {"SF_PRIVATE_KEY_PATH", keys().key_file},
                                                        {"SF_USERNAME", its.sf_username},
                                                        {"SF_LOGIN_URL", addresses.salesforce},
                                                        {"SF_INSTANCE_URL", addresses.salesforce},
                                                        {"SAP_BASE_URL", addresses.sap},
                                                        {"SAP_TOKEN_URL", addresses.sap + "/oauth/token"},
                                                        {"SAP_CLIENT_ID", its.sap_client_id},
                                                        {"SAP_CLIENT_SECRET", its.sap_client_secret},
                                                        {"ZOHO_CLIENT_ID", its.zoho_client_id},
                                                        {"ZOHO_CLIENT_SECRET", its.zoho_client_secret},
                                                        {"ZOHO_REFRESH_TOKEN", its.zoho_refresh_token},
                                                        {"ZOHO_ORG_ID", its.zoho_org_id},
                                                        {"ZOHO_ACCOUNTS_URL", addresses.zoho},
                                                        {"ZOHO_API_URL", addresses.zoho},
                                                        {"SLACK_WEBHOOK_URL", addresses.slack + its.slack_path}};
        auto found = all.find(name);
        return found == all.end() ? std::nullopt : std::optional(found->second);
    };
}

Timestamp start_time() {
    auto time = parse_timestamp(start_of_time);
    LS_ASSERT(time.has_value());
    return *time;
}

Decimal percent(std::uint64_t n) { return *Decimal::from_parts(static_cast<std::int64_t>(n), 2); }

class World {
public:
    explicit World(const Scenario& scenario)
        : scenario_(scenario),
          runtime_(scenario.seed, start_time()),
          sandbox_({.clock = [this] { return runtime_.now(); },
                    .addresses = addresses,
                    .credentials = keys().credentials,
                    .seed = scenario.seed}),
          network_(runtime_, sandbox_, addresses, scenario.network_defects),
          finance_(runtime_, sandbox_, keys().credentials) {}

    Report play() {
        prepare();
        open();
        carry_on();
        replay_parked();
        judge();
        close();
        return report();
    }

private:
    struct Trigger {
        std::string flow, key;
        Value body = {};
        std::int64_t at_ms = 0;
        bool given = false;
        std::string run_id;  ///< once it is acknowledged
    };

    // ---- the landscape ----

    void prepare() {
        auto loaded = scenario_.company.load(sandbox_);
        LS_ASSERT(loaded.has_value());
        if (scenario_.faults) set_faults();
        bool crashes = scenario_.crashes > 0 || scenario_.crash_at_switch;
        store_path_ = crashes ? (keys().folder / fmt::format("{}.db", scenario_.seed)).string() : ":memory:";
        forget_store();
        auto deal_trigger = [&](int deal) {
            return Trigger{.flow = std::string(deal_flow), .key = scenario_.company.deal_id(deal), .at_ms = moment(), .run_id = {}};
        };
        for (int i = 0; i < scenario_.company.deals; ++i) triggers_.push_back(deal_trigger(i));
        for (int i = 0; i < scenario_.duplicate_triggers; ++i)
            triggers_.push_back(deal_trigger(static_cast<int>(runtime_.random_below(static_cast<std::uint64_t>(scenario_.company.deals)))));
        for (int i = 0; i < scenario_.finance_acts; ++i) finance_at_.insert({moment() + moment(), 0});
        for (int i = 0; i < scenario_.crashes; ++i)
            crash_at_.insert(1 + runtime_.random_below(switches_a_deal * static_cast<std::uint64_t>(scenario_.company.deals)));
        if (scenario_.crash_at_switch) crash_at_.insert(*scenario_.crash_at_switch);
    }

    std::int64_t moment() {
        return scenario_.spread_ms == 0
                   ? 1
                   : 1 + static_cast<std::int64_t>(runtime_.random_below(static_cast<std::uint64_t>(scenario_.spread_ms)));
    }

    void set_faults() {
        auto fault = [&](const char* connector, const char* method, const char* kind, std::uint64_t most, Map more = {}) {
            Map map{{"connector", connector},
                    {"method", method},
                    {"route", "*"},
                    {"kind", kind},
                    {"probability", percent(runtime_.random_below(most))}};
            for (const auto& [name, value] : more) map.set(name, value);
            return Value(map);
        };
        auto late = [&] { return Map{{"delay_ms", static_cast<std::int64_t>(runtime_.random_below(late_ms_max))}}; };
        static constexpr int statuses[] = {500, 502, 503};
        Value faults = List{fault("*", "*", "status", 8, {{"status", statuses[runtime_.random_below(3)]}}),
                            fault("*", "*", "drop_before", 6),
                            fault("*", "POST", "drop_after", 25),
                            fault("sap", "POST", "late_apply", 20, late()),
                            fault("zoho_books", "POST", "late_apply", 20, late()),
                            fault("zoho_books", "PUT", "late_apply", 20, late()),
                            fault("salesforce", "PATCH", "drop_after", 25),
                            fault("*", "*", "throttle", 4, {{"retry_after_s", static_cast<std::int64_t>(runtime_.random_below(20))}}),
                            fault("*", "*", "malformed", 5),
                            fault("*", "*", "delay", 10, {{"delay_ms", static_cast<std::int64_t>(runtime_.random_below(70'000))}})};
        control("POST", "/faults", Map{{"seed", static_cast<std::int64_t>(scenario_.seed)}, {"faults", std::move(faults)}});
    }

    void control(const std::string& method, const std::string& path, const Value& body) {
        auto answer =
            sandbox_.control({.method = method, .url = path, .headers = {}, .body = body.is_null() ? "" : json::write(body), .peer = {}});
        LS_ASSERT(answer.ok());
    }

    // ---- the program's life ----

    void forget_store() {
        std::error_code none;
        if (store_path_ != ":memory:")
            for (const char* ending : {"", "-wal", "-shm", "-lock", ".lock"}) std::filesystem::remove(store_path_ + ending, none);
    }

    void open() {
        auto config = config::load_environment(environment());
        LS_ASSERT(config.has_value());
        config->store_path = store_path_;
        config->workers = workers;
        if (scenario_.payments_interleave) forget_names(*config);
        if (scenario_.settle_ms)
            for (auto& connection : config->connections) connection.limits.settle_ms = *scenario_.settle_ms;
        auto made = config::Application::make(*config, {.runtime = &runtime_, .http = &network_});
        if (!made) std::fprintf(stderr, "%s\n", made.error().to_text().c_str());
        LS_ASSERT(made.has_value());
        application_ = *std::move(made);
        auto started = application_->engine().start();
        LS_ASSERT(started.has_value());
        network_.note("started");
        // Whoever got no answer asks again.
        for (std::size_t i = 0; i < triggers_.size(); ++i)
            if (triggers_[i].given && triggers_[i].run_id.empty()) give(i);
    }

    /// Every run locks a name of its own instead of the invoices'.
    static void forget_names(config::Config& config) {
        constexpr std::string_view names = "concerned.invoices.map(id, 'zoho_books/invoices/' + id)";
        for (auto& flow : config.flows)
            if (auto at = flow.text.find(names); at != std::string::npos) {
                flow.text.replace(at, names.size(), "[run.id]");
                return;
            }
        LS_ASSERT(!"the flow locks something else");
    }

    void crash() {
        network_.note("killed");
        ++crashes_;
        note_counters();
        runtime_.abandon();
        network_.cut_off();
        application_.reset();
        runtime_.sleep_ms(static_cast<std::int64_t>(runtime_.random_below(down_ms_max)));
        open();
    }

    void close() {
        note_counters();
        runtime_.abandon();
        application_.reset();
        forget_store();
    }

    void note_counters() {
        auto counters = application_->engine().status().counters;
        retries_ += counters.retries;
        in_doubt_ += counters.in_doubt;
    }

    void give(std::size_t index) {
        Trigger& trigger = triggers_[index];
        trigger.given = true;
        application_->engine().submit({.flow = trigger.flow,
                                       .key = trigger.key,
                                       .trigger = "webhook",
                                       .dedupe_id = {},
                                       .body_json = trigger.body.is_null() ? "{}" : json::write(trigger.body)},
                                      [this, index](Result<engine::Accepted> accepted) {
                                          if (accepted)
                                              triggers_[index].run_id = accepted->run_id;
                                          else
                                              broken_.push_back("a trigger was refused: " + accepted.error().to_text());
                                      });
    }

    /// Somebody in finance does what is due, if there is an invoice to do it with.
    void let_finance_act() {
        while (!finance_at_.empty() && finance_at_.begin()->first <= runtime_.monotonic_ms()) {
            auto [at_ms, looks] = *finance_at_.begin();
            finance_at_.erase(finance_at_.begin());
            if (auto told = finance_.act()) {
                network_.note("finance: " + told->key + " " + json::write(told->body));
                triggers_.push_back({.flow = std::string(payment_flow),
                                     .key = told->key,
                                     .body = told->body,
                                     .at_ms = runtime_.monotonic_ms(),
                                     .run_id = {}});
            } else if (looks < finance_looks_max) {
                finance_at_.insert({runtime_.monotonic_ms() + finance_patience_ms, looks + 1});
            }
        }
    }

    // ---- time passes ----

    bool crash_is_due() const { return !crash_at_.empty() && runtime_.switches() >= *crash_at_.begin(); }

    std::int64_t next_stop_ms() const {
        std::int64_t stop = const_cast<FiberRuntime&>(runtime_).monotonic_ms() + look_every_ms;
        for (const auto& trigger : triggers_)
            if (!trigger.given) stop = std::min(stop, trigger.at_ms);
        if (!finance_at_.empty()) stop = std::min(stop, finance_at_.begin()->first);
        return stop;
    }

    bool is_over() {
        auto status = application_->engine().status();
        return status.waiting == 0 && status.active == 0 && status.alerts_open == 0 && finance_at_.empty() &&
               std::all_of(triggers_.begin(), triggers_.end(), [](const Trigger& trigger) { return !trigger.run_id.empty(); });
    }

    /// Lets everything happen until nothing is left to do.
    void carry_on() {
        while (runtime_.monotonic_ms() < end_of_time_ms) {
            let_finance_act();
            for (std::size_t i = 0; i < triggers_.size(); ++i)
                if (!triggers_[i].given && triggers_[i].at_ms <= runtime_.monotonic_ms()) give(i);
            if (runtime_.run_until([this] { return crash_is_due(); }, next_stop_ms())) {
                crash_at_.erase(crash_at_.begin());
                crash();
            }
            if (scenario_.faults && runtime_.monotonic_ms() >= scenario_.faults_ms && !std::exchange(healed_, true))
                control("DELETE", "/faults", {});
            if (is_over()) return;
        }
        broken_.push_back("not everything came to an end");
    }

    void replay_parked() {
        control("DELETE", "/faults", {});
        for (int round = 0; round < replay_rounds_max; ++round) {
            auto parked = application_->store().list_runs({.status = store::RunStatus::parked, .limit = 1000});
            LS_ASSERT(parked.has_value());
            if (parked->empty()) return;
            for (const auto& run : *parked) {
                network_.note("replayed, after: " + run.reason);
                ++replays_;
                application_->engine().replay(run.id, engine::ReplayMode::from_failed, "simulator", [this](Result<void> done) {
                    if (!done) broken_.push_back("a replay was refused: " + done.error().to_text());
                });
            }
            (void)runtime_.run_until([] { return false; }, runtime_.monotonic_ms() + 1);
            carry_on();
        }
    }

    // ---- the end ----

    void judge() {
        for (const auto& trigger : triggers_) {
            auto loaded = application_->store().load_run(trigger.run_id);
            LS_ASSERT(loaded.has_value());
            if (!*loaded) {
                broken_.push_back("an acknowledged event is gone: " + trigger.key);
                continue;
            }
            auto status = (*loaded)->run.status;
            if (status != store::RunStatus::succeeded && status != store::RunStatus::skipped)
                broken_.push_back(fmt::format("{} is {} at the end: {}", trigger.key, store::to_string(status), (*loaded)->run.reason));
        }
        auto promises = broken_promises(scenario_.company, sandbox_);
        broken_.insert(broken_.end(), promises.begin(), promises.end());
        auto payments = finance_.broken_promises();
        broken_.insert(broken_.end(), payments.begin(), payments.end());
        broken_.insert(broken_.end(), network_.collisions().begin(), network_.collisions().end());
    }

    Report report() {
        return {.broken = std::move(broken_),
                .timeline = network_.timeline(),
                .trace_hash = network_.trace_hash(),
                .switches = runtime_.switches(),
                .requests = network_.requests(),
                .creations = network_.creations(),
                .retries = retries_,
                .in_doubt = in_doubt_,
                .crashes = crashes_,
                .replays = replays_,
                .virtual_ms = runtime_.monotonic_ms()};
    }

    const Scenario& scenario_;
    FiberRuntime runtime_;
    sandbox::Sandbox sandbox_;
    Network network_;
    Finance finance_;
    std::unique_ptr<config::Application> application_;
    std::string store_path_;
    std::vector<Trigger> triggers_;
    std::multimap<std::int64_t, int> finance_at_;  // when → looks in vain so far
    std::multiset<std::uint64_t> crash_at_;
    std::vector<std::string> broken_;
    bool healed_ = false;
    int crashes_ = 0, replays_ = 0;
    std::uint64_t retries_ = 0, in_doubt_ = 0;
};

}  // namespace

Scenario Scenario::drawn(std::uint64_t seed) {
    FiberRuntime dice(seed ^ 0x5ce7a210, start_time());
    auto below = [&](std::uint64_t bound) { return static_cast<int>(dice.random_below(bound)); };
    Scenario scenario{.seed = seed};
    scenario.company.accounts = 1 + below(3);
    scenario.company.deals = scenario.company.accounts * (1 + below(3));
    scenario.duplicate_triggers = below(4);
    scenario.spread_ms = below(3) == 0 ? 0 : below(20'000);
    scenario.faults = below(8) != 0;
    scenario.crashes = below(4);
    return scenario;
}

Scenario Scenario::drawn_with_payments(std::uint64_t seed) {
    FiberRuntime dice(seed ^ 0x9a73e275, start_time());
    Scenario scenario = drawn(seed);
    scenario.finance_acts = 2 + static_cast<int>(dice.random_below(8));
    return scenario;
}

std::string Scenario::to_string() const {
    return fmt::format("seed {}: {} deals of {} accounts, {} duplicate triggers within {} ms, {} acts of finance, faults {}, crashes {}{}",
                       seed, company.deals, company.accounts, duplicate_triggers, spread_ms, finance_acts, faults ? "yes" : "no", crashes,
                       crash_at_switch ? fmt::format(", at switch {}", *crash_at_switch) : "");
}

std::string Report::to_string() const {
    std::string text;
    for (const auto& sentence : broken) text += "  broken: " + sentence + "\n";
    std::size_t from = timeline.size() > timeline_lines ? timeline.size() - timeline_lines : 0;
    for (std::size_t i = from; i < timeline.size(); ++i) text += "  " + timeline[i].substr(0, 200) + "\n";
    return text;
}

Report play(const Scenario& scenario) { return World(scenario).play(); }

}  // namespace lockstep::sim
