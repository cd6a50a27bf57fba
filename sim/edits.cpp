#include "sim/edits.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/log.h"
#include "base/log_sink.h"
#include "sim/edits_setup.h"
#include "sim/network.h"
#include "sim/program.h"
#include "sync/merge.h"
#include "value/json.h"

namespace lockstep::sim {
namespace {

struct SyncedField {
    std::string_view left, right;
};
constexpr std::array<SyncedField, 5> synced = {{{"Name", "Account_Name"},
                                                {"Phone", "Phone"},
                                                {"Website", "Website"},
                                                {"BillingCity", "Billing_City"},
                                                {"Description", "Description"}}};
constexpr SyncedField mark = {"Site", "Account_Site"};
constexpr SyncedField link = {"Zoho_Account_Id__c", "Salesforce_Id"};
std::string_view name_of(const SyncedField& field, bool right) { return right ? field.right : field.left; }

constexpr std::string_view objects[] = {"Account", "Accounts"};
constexpr std::string_view vendors[] = {"salesforce", "zoho_crm"};

/// Everything has come to an end so long after the last thing happened; sweeps have been made; nobody does anything.
constexpr std::int64_t end_ms = 3 * 3'600'000, sweeps_ms = 20 * 60'000, quiet_ms = 40 * 60'000, look_every_ms = 1'000;
constexpr int down_ms_max = 10'000;
/// Somebody who is to edit a record that is not there yet looks again.
constexpr std::int64_t patience_ms = 2'000;
constexpr int looks_max = 20, decide_rounds_max = 4;

Timestamp time_of(std::string_view text) { return *parse_timestamp(text); }

class SilentLog {
public:
    SilentLog() : level_(log::least_level()) {
        log::configure(log::Level::error, log::Format::json);
        log::set_sink([](std::string_view) {});
    }
    ~SilentLog() {
        log::set_sink({});
        log::configure(level_, log::Format::json);
    }

private:
    log::Level level_;
};

/// An edit that a vendor took.
struct Taken {
    std::int64_t at_ms;
    int customer, field;
    bool right;
    std::string value;  ///< empty: cleared
};

class Landscape {
public:
    explicit Landscape(const EditHistory& history)
        : history_(history),
          runtime_(history.hostile.seed, time_of(history.hostile.start)),
          sandbox_({.clock = [this] { return vendor_time(0); },
                    .zoho_clock = [this] { return vendor_time(history_.skew_ms); },
                    .client_clock = [this] { return runtime_.now(); },
                    .addresses = addresses(),
                    .credentials = credentials(),
                    .seed = history.hostile.seed}),
          network_(runtime_, sandbox_, addresses(), history.hostile, report_.history),
          program_(history.hostile, runtime_, network_, report_.history,
                   &sync_setup(history.conflict, history.deletion, history.unguarded)),
          dice_(history.hostile.seed, 0x52) {}

    Report play() {
        prepare();
        start();
        carry_on();
        heal_now();
        let_pass(sweeps_ms);
        decide();
        stay_quiet();
        judge();
        program_.end();
        report_.retries = program_.retries();
        report_.in_doubt = program_.in_doubt();
        report_.trace_hash = network_.trace_hash();
        return std::move(report_);
    }

private:
    Timestamp vendor_time(std::int64_t skew_ms) { return Timestamp::from_ms(wall_start_ms_ + runtime_.monotonic_ms() + skew_ms); }
    void broken(std::string what) { report_.broken.push_back(std::move(what)); }
    void note(std::string kind, std::string what) {
        report_.history.acts.push_back({runtime_.monotonic_ms(), std::move(kind), std::move(what)});
    }

    // ---- what is there ----

    List records(bool right) { return *sandbox_.vendor(vendors[right]).records(objects[right]); }
    static std::string id_of(const Value& record, bool right) { return record[right ? "id" : "Id"].text(); }
    static bool is_gone(const Value& record) { return record["IsDeleted"] == Value(true); }

    /// The records of one customer on one side.
    std::vector<Value> of_customer(int customer, bool right) {
        std::vector<Value> found;
        for (const Value& record : records(right))
            if (record[name_of(mark, right)].text() == fmt::format("C{}", customer) && !is_gone(record)) found.push_back(record);
        return found;
    }

    void prepare() {
        report_.history.wall_start_ms = wall_start_ms_;
        for (int i = 0; i < history_.both; ++i) {
            const std::string left_id = fmt::format("00100000000000{}AAA", i + 1);
            const std::string right_id = fmt::format("41508680000000000{}", i + 10);
            load("salesforce", "Account",
                 Map{{"Id", left_id},
                     {"Name", fmt::format("Customer {}", i)},
                     {"Site", fmt::format("C{}", i)},
                     {"Zoho_Account_Id__c", right_id}});
            load("zoho_crm", "Accounts",
                 Map{{"id", right_id},
                     {"Account_Name", fmt::format("Customer {}", i)},
                     {"Account_Site", fmt::format("C{}", i)},
                     {"Salesforce_Id", left_id}});
        }
        for (const Edit& edit : history_.edits) plan(edit, edit.at_ms, 0);
        jumps_ = history_.hostile.clock_jumps;
        faults_end_ms_ = history_.hostile.has_faults() ? history_.hostile.faults_ms : 0;
        for (const auto& outage : history_.hostile.outages) faults_end_ms_ = std::max(faults_end_ms_, outage.from_ms + outage.for_ms);
        for (const auto& disk : history_.hostile.disk_faults) faults_end_ms_ = std::max(faults_end_ms_, disk.from_ms + disk.for_ms);
        network_.processed = [this](std::string_view, const net::Request& request) { look_at_write(request); };
        picture_ = picture();
    }

    void load(std::string_view vendor, std::string_view object, Map record) {
        auto loaded = sandbox_.vendor(vendor).load(object, {Value(std::move(record))});
        if (!loaded) std::fprintf(stderr, "%s\n", loaded.error().message.c_str());
        LS_ASSERT(loaded.has_value());
    }

    // ---- what people do ----

    void plan(const Edit& edit, std::int64_t at_ms, int looks) {
        ++to_come_;
        runtime_.call_at(at_ms, [this, edit, looks] { happen(edit, looks); });
    }

    void happen(const Edit& edit, int looks) {
        --to_come_;
        stirred_ = true;
        const auto found = of_customer(edit.customer, edit.right);
        if (edit.what == Edit::What::create) {
            if (!found.empty() || !of_customer(edit.customer, !edit.right).empty()) return;  // somebody has it already
            return create(edit);
        }
        if (edit.what == Edit::What::restore) return restore(edit);
        if (found.empty()) {
            if (looks < looks_max) plan(edit, runtime_.monotonic_ms() + patience_ms, looks + 1);
            return;
        }
        const std::string id = id_of(found.front(), edit.right);
        if (edit.what == Edit::What::remove) {
            if (do_by_hand(edit.right, "delete", id, {})) {
                removed_.insert(edit.customer);
                tell(edit, id);
            }
            return;
        }
        const std::string value = edit.what == Edit::What::clear ? "" : fmt::format("v{}.test", ++values_);
        const SyncedField& field = synced[static_cast<std::size_t>(edit.field)];
        if (edit.what == Edit::What::clear && found.front()[name_of(field, edit.right)].is_null()) return;
        if (!do_by_hand(edit.right, "edit", id, Map{{std::string(name_of(field, edit.right)), value.empty() ? Value() : Value(value)}}))
            return;
        taken_.push_back({runtime_.monotonic_ms(), edit.customer, edit.field, edit.right, value});
        tell(edit, id);
    }

    void create(const Edit& edit) {
        const std::string name = fmt::format("Customer {} v{}", edit.customer, ++values_);
        Map fields{{std::string(name_of(synced[0], edit.right)), name},
                   {std::string(name_of(mark, edit.right)), fmt::format("C{}", edit.customer)}};
        if (!do_by_hand(edit.right, "create", "", std::move(fields))) return;
        taken_.push_back({runtime_.monotonic_ms(), edit.customer, 0, edit.right, name});
        const auto made = of_customer(edit.customer, edit.right);
        tell(edit, id_of(made.at(0), edit.right));
    }

    void restore(const Edit& edit) {
        std::string id;
        if (edit.right) {
            const List deleted = *sandbox_.vendor("zoho_crm").records("deleted");
            for (const Value& row : deleted) id = row["id"].text();
        } else {
            for (const Value& record : records(false))
                if (is_gone(record) && record[mark.left].text() == fmt::format("C{}", edit.customer)) id = record["Id"].text();
        }
        if (!id.empty() && do_by_hand(edit.right, edit.right ? "restore" : "undelete", id, {})) tell(edit, id);
    }

    bool do_by_hand(bool right, const std::string& what, const std::string& id, Map fields) {
        auto done = right ? sandbox_.vendor("zoho_crm")
                                .load("actions", {Value(Map{{"module", "Accounts"}, {"action", what}, {"id", id}, {"values", fields}})})
                          : sandbox_.vendor("salesforce").load(what, {Value(Map{{"Object", "Account"}, {"Id", id}, {"Fields", fields}})});
        note("people", fmt::format("{} {} {} {}{}", vendors[right], what, id, json::write(Value(std::move(fields))),
                                   done ? "" : ": " + done.error().message));
        picture_ = picture();
        return done.has_value();
    }

    void tell(const Edit& edit, const std::string& id) {
        for (int i = 0; i < edit.told; ++i) {
            const std::int64_t at = runtime_.monotonic_ms() + (edit.late_ms > 0 ? edit.late_ms : 20) + i * 700;
            report_.history.triggers.push_back({.flow = "accounts",
                                                .key = fmt::format("{}:{}", edit.right ? "right" : "left", id),
                                                .dedupe_id = fmt::format("message-{}", ++messages_),
                                                .body = "{}",
                                                .what = "edit",
                                                .due_ms = at});
            ask_at_.push_back(at);
        }
    }

    // ---- whether writes were needed ----

    std::string picture() {
        std::string text;
        for (const bool right : {false, true})
            for (const Value& record : records(right)) {
                text += id_of(record, right) + (is_gone(record) ? "-" : "+");
                for (const auto& field : synced) text += json::write(record[name_of(field, right)]) + ",";
                text += record[name_of(mark, right)].text() + "," + record[name_of(link, right)].text() + "\n";
            }
        return text;
    }

    void look_at_write(const net::Request& request) {
        const std::string_view path = request.url;
        const bool token = path.find("/oauth") != std::string_view::npos;
        const bool reads = request.method == "GET" || path.find("/coql") != std::string_view::npos ||
                           path.find("/query") != std::string_view::npos ||
                           (path.find("/composite") != std::string_view::npos && request.body.find("\"PATCH\"") == std::string::npos &&
                            request.body.find("\"POST\"") == std::string::npos);
        if (token || reads) return;
        ++writes_;
        std::string now = picture();
        if (now == picture_) {
            for (auto call = report_.history.calls.rbegin(); call != report_.history.calls.rend(); ++call)
                if (call->method == request.method && call->url == request.url && call->body == request.body &&
                    call->applied_ms == runtime_.monotonic_ms()) {
                    without_change_.push_back(call->number);
                    break;
                }
        }
        picture_ = std::move(now);
    }

    // ---- the program's life; as in `world.cpp` ----

    void start() {
        while (!program_.start()) runtime_.sleep_ms(1 + dice_.below(down_ms_max));
        for (std::size_t i = 0; i < ask_at_.size(); ++i)
            if (!triggers()[i].acknowledged_ms) ask_at_[i] = std::max(triggers()[i].due_ms, runtime_.monotonic_ms());
    }

    void crash(std::string_view of_what) {
        ++report_.crashes;
        program_.kill(of_what);
        network_.cut_off();
        runtime_.sleep_ms(1 + dice_.below(down_ms_max));
        start();
    }

    std::vector<GivenTrigger>& triggers() { return report_.history.triggers; }

    void give(std::size_t index) {
        GivenTrigger& trigger = triggers()[index];
        if (!trigger.given_ms) trigger.given_ms = runtime_.monotonic_ms();
        ask_at_[index] = INT64_MAX;
        program_.engine().submit(
            {.flow = trigger.flow, .key = trigger.key, .trigger = "webhook", .dedupe_id = trigger.dedupe_id, .body_json = trigger.body},
            [this, index](Result<engine::Accepted> accepted) {
                if (!accepted) {
                    ask_at_[index] = runtime_.monotonic_ms() + 5'000;
                    return;
                }
                triggers()[index].acknowledged_ms = runtime_.monotonic_ms();
                triggers()[index].run_id = accepted->run_id;
            });
    }

    bool is_idle() {
        auto status = program_.engine().status();
        return !status.recovering && status.waiting == 0 && status.active == 0;
    }

    bool is_over() {
        return to_come_ == 0 && jumps_.empty() && is_idle() &&
               std::ranges::all_of(triggers(), [](const auto& trigger) { return trigger.acknowledged_ms.has_value(); });
    }

    void pass(std::int64_t until_ms) {
        stirred_ = false;
        (void)runtime_.run_until([this] { return stirred_ || !program_.due_death().empty(); }, until_ms);
        if (auto death = program_.due_death(); !death.empty()) crash(death);
    }

    void heal_now() {
        if (healed_) return;
        healed_ = true;
        report_.history.faults_over_ms = runtime_.monotonic_ms();
        network_.heal();
    }

    void carry_on() {
        const std::int64_t end = std::max(runtime_.monotonic_ms(), faults_end_ms_) + end_ms + history_.hostile.set_back_ms();
        while (runtime_.monotonic_ms() < end) {
            std::erase_if(jumps_, [this](const ClockJump& jump) {
                if (jump.at_ms > runtime_.monotonic_ms()) return false;
                runtime_.jump_wall_clock(jump.by_ms);
                return true;
            });
            for (std::size_t i = 0; i < ask_at_.size(); ++i)
                if (ask_at_[i] <= runtime_.monotonic_ms()) give(i);
            if (is_over()) return;
            std::int64_t stop = runtime_.monotonic_ms() + look_every_ms;
            for (const std::int64_t at : ask_at_) stop = std::min(stop, at);
            if (!healed_ && faults_end_ms_ > 0) stop = std::min(stop, faults_end_ms_);
            pass(std::max(stop, runtime_.monotonic_ms() + 1));
            if (!healed_ && runtime_.monotonic_ms() >= faults_end_ms_) heal_now();
        }
        broken("not everything came to an end");
    }

    void let_pass(std::int64_t ms) {
        for (std::int64_t until = runtime_.monotonic_ms() + ms; runtime_.monotonic_ms() < until;) {
            pass(until);
            carry_on();
        }
    }

    // ---- what only a person decides ----

    std::vector<store::LoadedRun> parked() {
        auto rows = program_.store().list_runs({.status = store::RunStatus::parked, .limit = 1000});
        LS_ASSERT(rows.has_value());
        std::vector<std::string> ids;
        for (const auto& row : *rows) ids.push_back(row.id);
        auto runs = program_.store().load_runs(ids);
        LS_ASSERT(runs.has_value());
        return *std::move(runs);
    }

    static Value merged_of(const store::LoadedRun& run) {
        Value merged;
        for (const auto& row : run.journal)
            if (row.step == "merged" && row.kind == "done") merged = (*json::parse(row.data_json))["output"];
        return merged;
    }

    void decide() {
        for (int round = 0; round < decide_rounds_max; ++round) {
            bool any = false;
            for (const auto& run : parked()) {
                if (run.run.step == "is_clear") continue;
                any = true;
                if (run.run.step != "conflicts_decided") {
                    // Tried in vain while everything failed: now that it does not, somebody clicks on replay.
                    note("replay", run.run.key + ", after: " + run.run.reason);
                    program_.engine().replay(run.run.id, {.actor = "simulator"}, [](Result<void>) {});
                    continue;
                }
                Map decisions;
                const Value merged = merged_of(run);
                for (const Value& conflict : merged["conflicts"].as_list())
                    if (conflict["open"] == Value(true))
                        decisions.set(
                            conflict["field"].text(),
                            Map{{"take", dice_.once_in(2) ? "left" : "right"}, {"left", conflict["left"]}, {"right", conflict["right"]}});
                note("decided", run.run.key + " " + json::write(Value(decisions)));
                program_.engine().replay(
                    run.run.id,
                    {.mode = engine::ReplayMode::from_start, .actor = "simulator", .body = Value(Map{{"decisions", std::move(decisions)}})},
                    [](Result<void>) {});
            }
            pass(runtime_.monotonic_ms() + 1);
            carry_on();
            if (!any) return;
        }
    }

    void stay_quiet() {
        const std::uint64_t writes = writes_;
        report_.history.agreement_ms = runtime_.monotonic_ms();
        let_pass(quiet_ms);
        if (writes_ != writes) broken(fmt::format("{} writes while nobody did anything", writes_ - writes));
    }

    // ---- what must have come of it ----

    void judge() {
        report_.history.ended_ms = runtime_.monotonic_ms();
        collect_journal();
        for (int customer = 0; customer < history_.customers; ++customer) judge_pair(customer);
        for (const Taken& edit : taken_) judge_edit(edit);
        for (const auto& run : parked())
            if (!may_be_parked(run)) broken(fmt::format("{} is parked at {}: {}", run.run.key, run.run.step, run.run.reason));
        const bool calm = !history_.hostile.has_faults() && history_.hostile.crashes.empty() && history_.hostile.outages.empty() &&
                          history_.hostile.disk_faults.empty();
        for (const std::uint64_t number : calm ? without_change_ : std::vector<std::uint64_t>())
            if (const auto& call = report_.history.calls.at(number - 1); !was_refused(call))
                broken(fmt::format("#{} changed nothing: {} {}", number, call.method, call.url));
    }

    /// The vendor refused it: a guard, or the record is gone.
    static bool was_refused(const SentCall& call) {
        return call.vendor_status >= 400 || call.answer.find("PRECONDITION_FAILED") != std::string::npos ||
               call.answer.find("ALREADY_MODIFIED") != std::string::npos;
    }

    bool may_be_parked(const store::LoadedRun& run) const { return !removed_.empty() && run.run.step == "is_clear"; }

    void collect_journal() {
        auto rows = program_.store().list_runs({.limit = 10'000});
        LS_ASSERT(rows.has_value());
        std::vector<std::string> ids;
        for (const auto& row : *rows) ids.push_back(row.id);
        auto runs = program_.store().load_runs(ids);
        LS_ASSERT(runs.has_value());
        for (const auto& run : *runs)
            for (const auto& row : run.journal) {
                if (row.kind == "rewound") ++rewinds_;
                if (row.step != "merged" || row.kind != "done") continue;
                const Value merged = (*json::parse(row.data_json))["output"];
                for (const Value& change : merged["changes"].as_list()) seen_.insert(change["to"].text());
                for (const Value& conflict : merged["conflicts"].as_list()) {
                    ++conflicts_;
                    seen_.insert(conflict["left"].text());
                    seen_.insert(conflict["right"].text());
                }
                // What was agreed on when it was read has been seen, too: both sides said it already.
                for (const char* side : {"left", "right"})
                    if (const Value& base = merged["base"][side]; base.is_map())
                        for (const auto& [name, value] : base.as_map()) seen_.insert(value.text());
            }
        report_.replays = static_cast<int>(conflicts_);
    }

    void judge_pair(int customer) {
        // One that a person deletes before its maker has learnt that it was made is made again; restored, it is one more.
        if (removed_.contains(customer)) return;
        const auto left = of_customer(customer, false), right = of_customer(customer, true);
        if (left.size() > 1 || right.size() > 1)
            return broken(
                fmt::format("customer {} is there {} times in Salesforce and {} times in Zoho CRM", customer, left.size(), right.size()));
        if (left.empty() && right.empty()) return;  // nobody made it
        if (left.empty() || right.empty()) return broken(fmt::format("customer {} is on one side only", customer));
        if (left[0][link.left].text() != id_of(right[0], true) || right[0][link.right].text() != id_of(left[0], false))
            broken(fmt::format("customer {}: the two records do not name each other", customer));
        for (const auto& field : synced)
            if (!sync::same(left[0][field.left], right[0][field.right]))
                broken(fmt::format("customer {}: {} is {} in Salesforce and {} in Zoho CRM", customer, field.left,
                                   json::write(left[0][field.left]), json::write(right[0][field.right])));
    }

    void judge_edit(const Taken& edit) {
        if (edit.value.empty() || removed_.contains(edit.customer) || seen_.contains(edit.value)) return;
        const auto found = of_customer(edit.customer, edit.right);
        const SyncedField& field = synced[static_cast<std::size_t>(edit.field)];
        if (!found.empty() && found[0][name_of(field, edit.right)].text() == edit.value) return;
        const bool overwritten = std::ranges::any_of(taken_, [&](const Taken& later) {
            return &later > &edit && later.customer == edit.customer && later.field == edit.field && later.right == edit.right;
        });
        if (!overwritten)
            broken(fmt::format("the edit of customer {} in {}, {} = {}, is lost without a trace", edit.customer, vendors[edit.right],
                               name_of(field, edit.right), edit.value));
    }

public:
    std::uint64_t writes_ = 0, conflicts_ = 0, rewinds_ = 0;

private:
    const EditHistory& history_;
    const std::int64_t wall_start_ms_ = time_of(history_.hostile.start).ms();
    Report report_;
    SilentLog log_;
    FiberRuntime runtime_;
    sandbox::Sandbox sandbox_;
    Network network_;
    Program program_;
    Dice dice_;
    std::vector<std::int64_t> ask_at_;
    std::vector<ClockJump> jumps_;
    std::vector<Taken> taken_;
    std::set<std::string> seen_;
    std::set<int> removed_;
    std::string picture_;
    std::int64_t faults_end_ms_ = 0;
    int to_come_ = 0, values_ = 0, messages_ = 0;
    std::vector<std::uint64_t> without_change_;
    bool healed_ = false, stirred_ = false;
};

/// Takes away what is not needed to break the same promise, as long as something can be.
EditHistory shrunk(EditHistory history) {
    for (bool smaller = true; smaller;) {
        smaller = false;
        for (EditHistory& less : history.smaller())
            if (!play(less).ok()) {
                history = std::move(less);
                smaller = true;
                break;
            }
    }
    return history;
}

}  // namespace

Report play(const EditHistory& history) { return Landscape(history).play(); }

std::optional<EditFailure> play_edits(std::uint64_t from, std::uint64_t seeds, EditTally& tally) {
    for (std::uint64_t seed = from; seed < from + seeds; ++seed) {
        const EditHistory history = EditHistory::drawn(seed);
        const auto began = std::chrono::steady_clock::now();
        Landscape landscape(history);
        Report report = landscape.play();
        tally.real_us += std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began).count();
        ++tally.histories;
        tally.edits += history.edits.size();
        tally.calls += report.history.calls.size();
        tally.writes += landscape.writes_;
        tally.conflicts += landscape.conflicts_;
        tally.rewinds += landscape.rewinds_;
        tally.crashes += static_cast<std::uint64_t>(report.crashes);
        for (const auto& call : report.history.calls) tally.spoilt += call.fault.empty() ? 0 : 1;
        if (report.ok()) continue;
        EditHistory smallest = shrunk(history);
        Report last = play(smallest);
        return EditFailure{history, smallest, std::move(last)};
    }
    return std::nullopt;
}

}  // namespace lockstep::sim
