#include "sim/world.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/log.h"
#include "base/log_sink.h"
#include "sim/business.h"
#include "sim/network.h"
#include "sim/oracles/evidence.h"
#include "sim/program.h"
#include "sim/timeline.h"
#include "value/json.h"

namespace lockstep::sim {
namespace {

/// Somebody looks again for what their act needs this often, and gives up after so many looks.
constexpr std::int64_t patience_ms = 2'000;
constexpr int looks_max = 100;
/// Whatever happens, everything has come to an end so long after the last event. Units: virtual milliseconds.
constexpr std::int64_t time_to_end_ms = 6 * 3'600'000;
constexpr std::int64_t look_every_ms = 2'000;
/// Whoever has waited for so long looks as seldom as that.
constexpr std::int64_t long_wait_ms = 900'000, look_seldom_ms = 30'000;
constexpr int plenty = 1'000'000;
constexpr int down_ms_max = 20'000;
/// Whoever is told to come again does so after this long.
constexpr std::int64_t ask_again_ms = 5'000;
constexpr int replay_rounds_max = 5;
/// Within it every sweep has been made.
constexpr std::int64_t sweeps_ms = 25 * 60'000;
/// How much later than the first a message comes the second time, at most.
constexpr int again_ms_max = 10'000;
/// Of so many plays one is searched for secrets row by row.
constexpr std::uint64_t thorough_every = 8;
/// So long nobody does anything at the end: nothing may happen by itself. One play in some is watched for long, with sweeps.
constexpr std::int64_t brief_quiet_ms = 10'000, quiet_ms = 60'000, long_quiet_ms = 45 * 60'000;
constexpr std::uint64_t quiet_every = 4, long_quiet_every = 16;
/// A day's calls come back within a day, and who waits for them looks again some hours later at the latest.
constexpr std::int64_t a_day_and_more_ms = 32 * 3'600'000;

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
                    .zoho_calls_per_minute = scenario.zoho_calls_per_minute,
                    .salesforce_calls_per_day = scenario.salesforce_calls_per_day}),
          network_(runtime_, sandbox_, addresses(), scenario, report_.history),
          business_(scenario.plan, sandbox_, credentials(), [this] { return runtime_.monotonic_ms(); }),
          program_(scenario, runtime_, network_, report_.history),
          dice_(scenario.seed, 0x30) {}

    Report play() {
        prepare();
        start();
        carry_on();
        wait_for_sweeps();
        replay_parked();
        stay_quiet();
        judge();
        report_.switches = runtime_.switches();  // up to here the process can die; how it stops then is another matter
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
        const std::string& key = private_key();  // a line in the middle of it: whatever shows the key shows that
        history().secrets.push_back(key.substr(key.find('\n', key.size() / 2) + 1, 60));
        auto loaded = business_.load();
        LS_ASSERT(loaded.has_value());
        allow_zoho(scenario_.zoho_calls_per_day, scenario_.zoho_at_once);
        for (const auto& act : scenario_.plan.acts)
            if (act.occasion == Occasion::at_its_time) plan_act(act, act.at_ms);
        network_.processed = [this](std::string_view connector, const net::Request& request) {
            for (const auto& act : business_.occasioned_by(connector, request)) plan_act(act, runtime_.monotonic_ms() + act.at_ms);
        };
        duplicates_ = scenario_.duplicate_triggers;
        jumps_ = scenario_.clock_jumps;
        faults_end_ms_ = scenario_.has_faults() ? scenario_.faults_ms : 0;
        for (const auto& outage : scenario_.outages) faults_end_ms_ = std::max(faults_end_ms_, outage.from_ms + outage.for_ms);
        for (const auto& disk : scenario_.disk_faults) faults_end_ms_ = std::max(faults_end_ms_, disk.from_ms + disk.for_ms);
    }

    void set_zoho(Map settings) {
        auto set = sandbox_.vendor("zoho_books").load("settings", {Value(std::move(settings))});
        LS_ASSERT(set.has_value());
    }

    void allow_zoho(int calls_a_day, int at_once) {
        if (!scenario_.zoho_calls_per_day && !scenario_.zoho_at_once) return;
        set_zoho({{"calls_per_day", calls_a_day}, {"concurrency", at_once}});
    }

    /// The vendor's own message of it; nullopt if it is of none, or of a record that is gone.
    std::optional<Message> message_of(const Business::Told& told) {
        if (!scenario_.vendors_tell) return std::nullopt;
        if (told.flow == "deal-closed")
            return emitted("salesforce", "outbound_message",
                           {{"object", "Opportunity"}, {"ids", List{told.key}}, {"fields", List{"Name"}}});
        if (told.flow != "payment") return std::nullopt;
        static constexpr std::string_view bodies[] = {"default", "form", "raw"};
        if (std::string payment = told.body["payment_id"].text(); !payment.empty())
            return emitted("zoho_books", "customer_payment", {{"payment_id", payment}, {"body", std::string(bodies[dice_.below(3)])}});
        return emitted("zoho_books", "invoice", {{"invoice_id", told.body["invoices"].as_list().at(0)["invoice_id"]}});
    }
    std::optional<Message> emitted(const std::string& connector, std::string_view event, Map details) {
        details.set("url", "http://lockstep.test/webhook");
        auto request = sandbox_.vendor(connector).emit(event, details);
        return request ? std::optional(Message{connector, *std::move(request)}) : std::nullopt;
    }

    /// A vendor tells of something: at once or late, once or twice.
    void tell(const Business::Told& told, const std::string& what) {
        std::int64_t now = runtime_.monotonic_ms();
        std::int64_t late = scenario_.late_ms > 0 && dice_.once_in(2) ? dice_.below(static_cast<int>(scenario_.late_ms)) : 0;
        std::string id = fmt::format("message-{}", ++messages_);
        auto message = message_of(told);
        report(told.flow, told.key, told.body, what, id, now + late, message);
        if (duplicates_ == 0 || !dice_.once_in(2)) return;
        --duplicates_;
        bool same_id = dice_.once_in(2);
        if (!same_id) message = message_of(told);
        report(told.flow, told.key, told.body, what + " again", same_id ? id : id + "-again", now + dice_.below(again_ms_max), message);
    }

    /// Somebody will report an event.
    void report(std::string_view flow, std::string key, const Value& body, std::string what, std::string dedupe_id, std::int64_t due_ms,
                const std::optional<Message>& message) {
        history().triggers.push_back({.flow = std::string(flow),
                                      .key = std::move(key),
                                      .dedupe_id = std::move(dedupe_id),
                                      .body = body.is_null() ? "{}" : json::write(body),
                                      .what = std::move(what),
                                      .due_ms = due_ms});
        ask_at_.push_back(due_ms);
        worded_.push_back(message);
        stirred_ = true;
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
        engine::Submission event{
            .flow = trigger.flow, .key = trigger.key, .trigger = "webhook", .dedupe_id = trigger.dedupe_id, .body_json = trigger.body};
        if (worded_[index]) {
            auto read = program_.receive(*worded_[index]);
            if (!read || read->flow != event.flow || read->key != event.key) {
                trigger.lost = true;
                return broken(fmt::format("what {} told of {} is not understood: {}", worded_[index]->connection, trigger.key,
                                          read ? read->key : read.error().to_text()));
            }
            event = *std::move(read);
            trigger.dedupe_id = event.dedupe_id;
            trigger.body = event.body_json;
        }
        program_.engine().submit(std::move(event), [this, index](Result<engine::Accepted> accepted) { answered(index, accepted); });
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

    void plan_act(const Act& act, std::int64_t at_ms, int looks = 0) {
        ++acts_to_come_;
        runtime_.call_at(at_ms, [this, act, looks] { let_happen(act, looks); });
    }

    /// Somebody does what is due, if there is what they need for it.
    void let_happen(const Act& act, int looks) {
        --acts_to_come_;
        stirred_ = true;
        auto happened = business_.happen(act);
        if (!happened.possible) {
            if (looks < looks_max) plan_act(act, runtime_.monotonic_ms() + patience_ms, looks + 1);
            return;
        }
        took_place(happened, act.lost ? " (nobody is told)" : "");
    }

    void took_place(const Business::Happened& happened, const std::string& more) {
        note("people", happened.what + more);
        for (const auto& told : happened.told) tell(told, happened.what);
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
    bool is_idle() { return !program_.engine().has_work(); }

    bool awaits_an_answer() {
        return std::any_of(history().triggers.begin(), history().triggers.end(),
                           [](const GivenTrigger& trigger) { return trigger.given_ms && !trigger.acknowledged_ms; });
    }

    std::int64_t next_stop_ms(bool idle) {
        const std::int64_t now = runtime_.monotonic_ms();
        const bool waits_long = now > std::max(faults_end_ms_, end_not_before_ms_) + long_wait_ms;
        std::int64_t stop = idle && !awaits_an_answer() ? end_of_time_ms() : now + (waits_long ? look_seldom_ms : look_every_ms);
        for (std::int64_t at : ask_at_) stop = std::min(stop, at);
        for (const auto& jump : jumps_) stop = std::min(stop, jump.at_ms);
        if (!healed_ && faults_end_ms_ > 0) stop = std::min(stop, faults_end_ms_);
        return std::max(stop, now + 1);
    }

    std::int64_t end_of_time_ms() const {
        std::int64_t last_act_ms = scenario_.plan.acts.empty() ? 0 : scenario_.plan.acts.back().at_ms;
        return std::max({last_act_ms, faults_end_ms_, end_not_before_ms_}) + time_to_end_ms + scenario_.set_back_ms() + until_tomorrow_ms();
    }

    /// Many deals take more than one day's calls.
    std::int64_t until_tomorrow_ms() const { return scenario_.has_daily_limit() ? a_day_and_more_ms * (1 + scenario_.plan.deals / 4) : 0; }

    bool is_over(bool idle) {
        return idle && acts_to_come_ == 0 && jumps_.empty() &&
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
        stirred_ = false;
        (void)runtime_.run_until([this] { return stirred_ || !program_.due_death().empty(); }, until_ms);
        if (auto death = program_.due_death(); !death.empty()) crash(death);
    }

    /// Lets everything happen until nothing is left to do.
    void carry_on() {
        end_not_before_ms_ = runtime_.monotonic_ms();
        while (runtime_.monotonic_ms() < end_of_time_ms()) {
            set_clock();
            for (std::size_t i = 0; i < ask_at_.size(); ++i)
                if (ask_at_[i] <= runtime_.monotonic_ms()) give(i);
            bool idle = is_idle();
            if (is_over(idle)) return;
            pass(next_stop_ms(idle));
            heal();
        }
        broken("not everything came to an end");
    }

    /// Lets time pass, whatever happens in it.
    void let_pass(std::int64_t ms) {
        for (std::int64_t until = runtime_.monotonic_ms() + ms; runtime_.monotonic_ms() < until;) {
            pass(until);
            carry_on();
        }
    }

    /// Only a sweep finds what nobody was told of.
    void wait_for_sweeps() {
        if (!healed_) faults_end_ms_ = 0;
        heal();
        const auto& acts = scenario_.plan.acts;
        if (std::any_of(acts.begin(), acts.end(), [](const Act& act) { return act.lost; })) let_pass(sweeps_ms);
    }

    void replay_parked() {
        // People have bought more, and can mend: what they are refused they would have to do later.
        if (scenario_.zoho_calls_per_minute > 0) set_zoho({{"calls_per_minute", plenty}});
        allow_zoho(plenty, 0);
        for (int round = 0; round < replay_rounds_max; ++round) {
            auto mended = business_.mend_all();
            for (const auto& happened : mended) took_place(happened, "");
            auto parked = program_.store().list_runs({.status = store::RunStatus::parked, .limit = 1000});
            LS_ASSERT(parked.has_value());
            if (parked->empty() && mended.empty()) return;
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
        std::int64_t quiet = scenario_.seed % long_quiet_every == 0 ? long_quiet_ms
                             : scenario_.seed % quiet_every == 1    ? quiet_ms
                                                                    : brief_quiet_ms;
        for (std::int64_t until = runtime_.monotonic_ms() + quiet; runtime_.monotonic_ms() < until;) pass(until);
        // A scheduled run may have begun just now, and wait for the next day's calls.
        const std::int64_t last_look_ms = runtime_.monotonic_ms() + looks_max * look_every_ms + until_tomorrow_ms();
        while (!is_idle() && runtime_.monotonic_ms() < last_look_ms) pass(runtime_.monotonic_ms() + look_seldom_ms);
    }

    // ---- the end ----

    void judge() {
        history().ended_ms = runtime_.monotonic_ms();
        auto evidence = oracles::gather(history(), sandbox_, program_.store(), business_, scenario_.seed % thorough_every == 0);
        if (scenario_.own_minute) evidence.bounds["zoho_books"].a_minute = scenario_.zoho_calls_per_minute;
        if (scenario_.has_daily_limit())
            for (auto& [connector, bounds] : evidence.bounds) bounds.reserve_percent = tight_reserve_percent;
        evidence.until_tomorrow_ms = until_tomorrow_ms();
        for (auto& sentence : oracles::judge(evidence)) broken(std::move(sentence));
        for (const auto& sentence : network_.collisions()) broken(sentence);
    }

    Report report() {
        report_.trace_hash = network_.trace_hash();
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
    Business business_;
    Program program_;
    Dice dice_;
    std::vector<std::int64_t> ask_at_;            // by trigger: when it is reported, or reported again
    std::vector<std::optional<Message>> worded_;  // by trigger: as a vendor words it
    std::vector<ClockJump> jumps_;                // still to come
    std::int64_t faults_end_ms_ = 0, end_not_before_ms_ = 0;
    int acts_to_come_ = 0, duplicates_ = 0, messages_ = 0;
    bool healed_ = false, stirred_ = false;
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
