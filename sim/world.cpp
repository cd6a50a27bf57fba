#include "sim/world.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/log.h"
#include "base/log_sink.h"
#include "sim/finance.h"
#include "sim/network.h"
#include "sim/program.h"
#include "sim/timeline.h"
#include "value/json.h"

namespace lockstep::sim {
namespace {

constexpr std::string_view deal_flow = "deal-closed";
constexpr std::string_view payment_flow = "payment";
/// Somebody looks again for what their act needs this often, and gives up after so many looks.
constexpr std::int64_t patience_ms = 2'000;
constexpr int looks_max = 100;
/// Whatever happens, everything has come to an end so long after the last event. Units: virtual milliseconds.
constexpr std::int64_t time_to_end_ms = 6 * 3'600'000;
constexpr std::int64_t look_every_ms = 2'000;
constexpr int down_ms_max = 20'000;
/// Whoever is told to come again does so after this long.
constexpr std::int64_t ask_again_ms = 5'000;
constexpr int replay_rounds_max = 5;
/// So long nobody does anything at the end: nothing may happen by itself.
constexpr std::int64_t quiet_ms = 600'000;

Timestamp time_of(std::string_view text) {
    auto time = parse_timestamp(text);
    LS_ASSERT(time.has_value());
    return *time;
}

/// The program's log goes into the history while this lives.
class LogTaken {
public:
    LogTaken(FiberRuntime& runtime, History& history) : level_(log::least_level()) {
        log::configure(log::Level::info, log::Format::json);
        log::set_sink([&](std::string_view line) { history.log.push_back({runtime.monotonic_ms(), std::string(line)}); });
    }
    ~LogTaken() {
        log::set_sink({});
        log::configure(level_, log::Format::json);
    }

private:
    log::Level level_;
};

class World {
public:
    explicit World(const Scenario& scenario)
        : scenario_(scenario),
          runtime_(scenario.seed, time_of(scenario.start)),
          log_(runtime_, report_.history),
          sandbox_({.clock = [this] { return vendor_time(); },
                    .client_clock = [this] { return runtime_.now(); },
                    .addresses = addresses(),
                    .credentials = credentials(),
                    .seed = scenario.seed,
                    .zoho_calls_per_minute = scenario.zoho_calls_per_minute}),
          network_(runtime_, sandbox_, addresses(), scenario, report_.history),
          finance_(runtime_, sandbox_, credentials()),
          program_(scenario, runtime_, network_, report_.history),
          dice_(scenario.seed, 0x30) {}

    Report play() {
        prepare();
        start();
        carry_on();
        replay_parked();
        stay_quiet();
        judge();
        program_.end();
        return report();
    }

private:
    History& history() { return report_.history; }
    void note(std::string kind, std::string what, std::int64_t amount = 0) {
        history().acts.push_back({runtime_.monotonic_ms(), std::move(kind), std::move(what), amount});
    }
    void broken(std::string what) { report_.broken.push_back(std::move(what)); }
    /// The vendors' clocks are right, whatever the program's says.
    Timestamp vendor_time() { return Timestamp::from_ms(wall_start_ms_ + runtime_.monotonic_ms()); }

    // ---- the landscape ----

    void prepare() {
        history().wall_start_ms = wall_start_ms_;
        const auto& its = credentials();
        history().secrets = {its.sf_client_secret, its.sf_password,        its.sf_refresh_token,   its.sap_client_secret, its.sap_password,
                             its.sap_api_key,      its.zoho_client_secret, its.zoho_refresh_token, its.slack_path};
        auto loaded = scenario_.company.load(sandbox_);
        LS_ASSERT(loaded.has_value());
        const auto& company = scenario_.company;
        for (int i = 0; i < company.deals; ++i) report(deal_flow, company.deal_id(i), Value(), "deal", fmt::format("n{}", i), moment());
        for (int i = 0; i < scenario_.duplicate_triggers; ++i) {
            int deal = dice_.below(company.deals);
            std::string id = dice_.once_in(2) ? fmt::format("n{}", deal) : fmt::format("d{}", i);
            report(deal_flow, company.deal_id(deal), Value(), "duplicate", id, moment());
        }
        for (int i = 0; i < scenario_.finance_acts; ++i) finance_at_.insert({moment() + moment(), 0});
        jumps_ = scenario_.clock_jumps;
        faults_end_ms_ = scenario_.has_faults() ? scenario_.faults_ms : 0;
        for (const auto& outage : scenario_.outages) faults_end_ms_ = std::max(faults_end_ms_, outage.from_ms + outage.for_ms);
        for (const auto& disk : scenario_.disk_faults) faults_end_ms_ = std::max(faults_end_ms_, disk.from_ms + disk.for_ms);
    }

    std::int64_t moment() {
        auto spread = static_cast<std::uint64_t>(scenario_.spread_ms);
        return spread == 0 ? 1 : 1 + static_cast<std::int64_t>(dice_.next() % spread);
    }

    /// Somebody will report an event.
    void report(std::string_view flow, std::string key, const Value& body, std::string what, std::string dedupe_id, std::int64_t due_ms) {
        history().triggers.push_back({.flow = std::string(flow),
                                      .key = std::move(key),
                                      .dedupe_id = std::move(dedupe_id),
                                      .body = body.is_null() ? "{}" : json::write(body),
                                      .what = std::move(what),
                                      .due_ms = due_ms});
        ask_at_.push_back(due_ms);
    }

    // ---- the program's life ----

    void start() {
        for (;;) {
            if (program_.start()) break;
            runtime_.sleep_ms(1 + dice_.below(down_ms_max));
        }
        // Whoever got no answer asks again.
        for (std::size_t i = 0; i < ask_at_.size(); ++i)
            if (!history().triggers[i].acknowledged_ms) ask_at_[i] = std::max(history().triggers[i].due_ms, runtime_.monotonic_ms());
    }

    void crash(std::string_view of_what) {
        ++report_.crashes;
        program_.kill(of_what);
        network_.cut_off();
        runtime_.sleep_ms(1 + dice_.below(down_ms_max));
        start();
    }

    void give(std::size_t index) {
        GivenTrigger& trigger = history().triggers[index];
        if (!trigger.given_ms) trigger.given_ms = runtime_.monotonic_ms();
        ask_at_[index] = INT64_MAX;
        program_.engine().submit(
            {.flow = trigger.flow, .key = trigger.key, .trigger = "webhook", .dedupe_id = trigger.dedupe_id, .body_json = trigger.body},
            [this, index](Result<engine::Accepted> accepted) { answered(index, accepted); });
    }

    void answered(std::size_t index, const Result<engine::Accepted>& accepted) {
        GivenTrigger& trigger = history().triggers[index];
        if (!accepted) {
            ++trigger.refusals;
            ask_at_[index] = runtime_.monotonic_ms() + ask_again_ms;
            return;
        }
        trigger.acknowledged_ms = runtime_.monotonic_ms();
        trigger.event_id = accepted->event_id;
        trigger.run_id = accepted->run_id;
        trigger.duplicate = accepted->duplicate;
    }

    // ---- time passes ----

    /// Somebody in finance does what is due, if there is an invoice to do it with.
    void let_finance_act() {
        while (!finance_at_.empty() && finance_at_.begin()->first <= runtime_.monotonic_ms()) {
            auto [at_ms, looks] = *finance_at_.begin();
            finance_at_.erase(finance_at_.begin());
            if (auto told = finance_.act()) {
                note("finance", told->key + " " + json::write(told->body));
                report(payment_flow, told->key, told->body, "payment", {}, runtime_.monotonic_ms());
            } else if (looks < looks_max) {
                finance_at_.insert({runtime_.monotonic_ms() + patience_ms, looks + 1});
            }
        }
    }

    void set_clock() {
        std::erase_if(jumps_, [this](const ClockJump& jump) {
            if (jump.at_ms > runtime_.monotonic_ms()) return false;
            runtime_.jump_wall_clock(jump.by_ms);
            note("clock", fmt::format("{:+} ms", jump.by_ms), jump.by_ms);
            return true;
        });
    }

    /// Whether the program has nothing to do.
    bool is_idle() {
        auto status = program_.engine().status();
        return status.waiting == 0 && status.active == 0 && status.alerts_open == 0;
    }

    bool awaits_an_answer() {
        return std::any_of(history().triggers.begin(), history().triggers.end(),
                           [](const GivenTrigger& trigger) { return trigger.given_ms && !trigger.acknowledged_ms; });
    }

    std::int64_t next_stop_ms() {
        std::int64_t stop = is_idle() && !awaits_an_answer() ? end_of_time_ms() : runtime_.monotonic_ms() + look_every_ms;
        for (std::int64_t at : ask_at_) stop = std::min(stop, at);
        for (const auto& jump : jumps_) stop = std::min(stop, jump.at_ms);
        if (!finance_at_.empty()) stop = std::min(stop, finance_at_.begin()->first);
        if (!healed_ && faults_end_ms_ > 0) stop = std::min(stop, faults_end_ms_);
        return std::max(stop, runtime_.monotonic_ms() + 1);
    }

    std::int64_t end_of_time_ms() const { return 2 * scenario_.spread_ms + faults_end_ms_ + time_to_end_ms; }

    bool is_over() {
        return is_idle() && finance_at_.empty() && jumps_.empty() &&
               std::all_of(history().triggers.begin(), history().triggers.end(),
                           [](const GivenTrigger& trigger) { return trigger.acknowledged_ms || trigger.lost; });
    }

    void heal() {
        if (healed_ || runtime_.monotonic_ms() < faults_end_ms_) return;
        healed_ = true;
        history().faults_over_ms = runtime_.monotonic_ms();
        network_.heal();
        note("faults over", "");
    }

    void pass(std::int64_t until_ms) {
        if (runtime_.run_until([this] { return !program_.due_death().empty(); }, until_ms)) crash(program_.due_death());
    }

    /// Lets everything happen until nothing is left to do.
    void carry_on() {
        while (runtime_.monotonic_ms() < end_of_time_ms()) {
            let_finance_act();
            set_clock();
            for (std::size_t i = 0; i < ask_at_.size(); ++i)
                if (ask_at_[i] <= runtime_.monotonic_ms()) give(i);
            pass(next_stop_ms());
            heal();
            if (is_over()) return;
        }
        broken("not everything came to an end");
    }

    void replay_parked() {
        if (!healed_) faults_end_ms_ = 0;
        heal();
        for (int round = 0; round < replay_rounds_max; ++round) {
            auto parked = program_.store().list_runs({.status = store::RunStatus::parked, .limit = 1000});
            LS_ASSERT(parked.has_value());
            if (parked->empty()) return;
            for (const auto& run : *parked) replay(run);
            pass(runtime_.monotonic_ms() + 1);
            carry_on();
        }
    }

    void replay(const store::RunRow& run) {
        note("replay", run.key + ", after: " + run.reason);
        ++report_.replays;
        program_.engine().replay(run.id, {.actor = "simulator"}, [this, key = run.key](Result<void> done) {
            if (!done) note("replay refused", key + ", " + done.error().to_text());
        });
    }

    /// Nobody does anything any more.
    void stay_quiet() {
        history().agreement_ms = runtime_.monotonic_ms();
        history().calls_at_agreement = history().calls.size();
        pass(runtime_.monotonic_ms() + quiet_ms);
    }

    // ---- the end ----

    void judge() {
        for (const auto& trigger : history().triggers)
            if (trigger.acknowledged_ms && !trigger.duplicate) judge(trigger);
        auto add = [this](const std::vector<std::string>& sentences) {
            report_.broken.insert(report_.broken.end(), sentences.begin(), sentences.end());
        };
        add(broken_promises(scenario_.company, sandbox_));
        add(finance_.broken_promises());
        add(network_.collisions());
    }

    void judge(const GivenTrigger& trigger) {
        auto loaded = program_.store().load_run(trigger.run_id);
        LS_ASSERT(loaded.has_value());
        if (!*loaded) return broken("an acknowledged event is gone: " + trigger.key);
        auto status = (*loaded)->run.status;
        if (status != store::RunStatus::succeeded && status != store::RunStatus::skipped)
            broken(fmt::format("{} is {} at the end: {}", trigger.key, store::to_string(status), (*loaded)->run.reason));
    }

    Report report() {
        history().ended_ms = runtime_.monotonic_ms();
        report_.trace_hash = network_.trace_hash();
        report_.switches = runtime_.switches();
        report_.creations = network_.creations();
        report_.retries = program_.retries();
        report_.in_doubt = program_.in_doubt();
        report_.faults = network_.faults_made();
        return std::move(report_);
    }

    const Scenario& scenario_;
    const std::int64_t wall_start_ms_ = time_of(scenario_.start).ms();
    Report report_;
    FiberRuntime runtime_;
    LogTaken log_;
    sandbox::Sandbox sandbox_;
    Network network_;
    Finance finance_;
    Program program_;
    Dice dice_;
    std::vector<std::int64_t> ask_at_;             // by trigger: when it is reported, or reported again
    std::multimap<std::int64_t, int> finance_at_;  // when → looks in vain so far
    std::vector<ClockJump> jumps_;                 // still to come
    std::int64_t faults_end_ms_ = 0;
    bool healed_ = false;
};

}  // namespace

std::string Report::to_string() const {
    std::string text;
    for (const auto& sentence : broken) text += "  broken: " + sentence + "\n";
    for (const auto& line : timeline(history)) text += "  " + line + "\n";
    return text;
}

Report play(const Scenario& scenario) { return World(scenario).play(); }

}  // namespace lockstep::sim
