// `lockstep backfill`: carries out what `lockstep plan` shows.
#include <unistd.h>

#include <algorithm>
#include <future>
#include <map>

#include <fmt/format.h>

#include "api/api.h"
#include "base/log.h"
#include "base/random_id.h"
#include "cli/first_contact.h"
#include "cli/syncs.h"
#include "net/http.h"
#include "value/json.h"

namespace lockstep::cli {

namespace {

constexpr std::size_t submit_at_once = 100;
constexpr std::int64_t poll_ms = 200;
constexpr std::int64_t overloaded_wait_ms = 2'000;
constexpr std::int64_t look_after_every_ms = 5'000;
constexpr std::int64_t drain_ms = 10'000;

/// An engine that the events go to: one that runs, or one of this process.
class EventTaker {
public:
    virtual ~EventTaker() = default;
    virtual Result<Value> post(const std::string& path, const Value& body) = 0;
    virtual store::Store& store() = 0;
    /// Whether what was taken is being carried through.
    virtual bool is_at_work() const { return true; }
};

class RunningTaker : public EventTaker {
public:
    RunningTaker(std::string path, RunningEngine engine, std::unique_ptr<store::Store> store)
        : path_(std::move(path)), engine_(std::move(engine)), store_(std::move(store)) {}
    Result<Value> post(const std::string& path, const Value& body) override { return engine_.post(path, body); }
    store::Store& store() override { return *store_; }
    bool is_at_work() const override { return RunningEngine::find(path_).has_value(); }

private:
    std::string path_;
    RunningEngine engine_;
    std::unique_ptr<store::Store> store_;
};

/// Keeps the answer of the API in this process.
class Answered : public net::Responder {
public:
    explicit Answered(std::promise<net::Response>& promise) : promise_(promise) {}
    void send(net::Response response) override { promise_.set_value(std::move(response)); }
    void drop() override { promise_.set_value({.status = 500, .headers = {}, .body = {}}); }
    void send_truncated(net::Response response, std::size_t) override { promise_.set_value(std::move(response)); }

private:
    std::promise<net::Response>& promise_;
};

class OwnTaker : public EventTaker {
public:
    explicit OwnTaker(std::unique_ptr<config::Application> app) : app_(std::move(app)), api_(*app_) {}
    ~OwnTaker() override { app_->engine().drain(drain_ms); }
    Result<Value> post(const std::string& path, const Value& body) override {
        std::promise<net::Response> promise;
        auto answer = promise.get_future();
        api_.handle({.method = "POST",
                     .url = path,
                     .headers = {{"Content-Type", "application/json"}},
                     .body = json::write(body),
                     .peer = "127.0.0.1"},
                    std::make_unique<Answered>(promise));
        const auto response = answer.get();
        LS_TRY_ASSIGN(Value value, json::parse(response.body));
        if (response.ok()) return value;
        const Value error = value["error"];
        return fail(error_code_from(error["code"].text()).value_or(ErrorCode::internal), error["message"].text());
    }
    store::Store& store() override { return app_->store(); }

private:
    std::unique_ptr<config::Application> app_;
    api::Api api_;
};

/// Beside an engine that runs, or with one of its own, which makes nothing but this: sweeps stay for `lockstep serve`.
Result<std::unique_ptr<EventTaker>> open_taker(config::Config config) {
    if (auto engine = RunningEngine::find(config.store_path)) {
        LS_TRY_ASSIGN(auto store, store::open_sqlite({.path = config.store_path, .read_only = true}));
        return std::unique_ptr<EventTaker>(std::make_unique<RunningTaker>(config.store_path, *std::move(engine), std::move(store)));
    }
    for (auto& flow : config.flows) flow.sweep = "off";
    LS_TRY_ASSIGN(auto app, config::Application::make(config));
    LS_TRY(app->engine().start());
    return std::unique_ptr<EventTaker>(std::make_unique<OwnTaker>(std::move(app)));
}

struct Tally {
    std::size_t all = 0, linked = 0, created = 0, changed = 0, unchanged = 0, parked = 0, left_out = 0;
    std::size_t ended() const { return linked + created + unchanged + parked; }
};

Value event_of(const Planned& its) {
    Map event{{"side", its.left.empty() ? "right" : "left"}, {"id", its.left.empty() ? its.right : its.left}};
    if (!its.left.empty() && !its.right.empty()) event.set("partner", its.right);
    return Value(std::move(event));
}
std::string key_of(const Planned& its) { return its.left.empty() ? "right:" + its.right : "left:" + its.left; }

bool is_over(const store::RunRow& run) { return run.ended_at_ms != 0; }

bool has_entries(const Value& list) { return list.is_list() && !list.as_list().empty(); }

class Backfill {
public:
    Backfill(const sync::Sync& sync, EventTaker& taker, std::string id, std::size_t in_flight)
        : sync_(sync), taker_(taker), id_(std::move(id)), in_flight_(in_flight) {}

    Result<Tally> carry(const Plan& plan) {
        std::vector<const Planned*> todo;
        for (const auto& its : plan.pairs) todo.push_back(&its);
        for (const auto& its : plan.creations)
            if (its.nothing.empty()) todo.push_back(&its);
        tally_.all = todo.size();
        for (std::size_t next = 0; next < todo.size() || !open_.empty();) {
            while (next < todo.size() && open_.size() < in_flight_) {
                const std::size_t count = std::min({submit_at_once, todo.size() - next, in_flight_ - open_.size()});
                LS_TRY(
                    submit({todo.begin() + static_cast<std::ptrdiff_t>(next), todo.begin() + static_cast<std::ptrdiff_t>(next + count)}));
                next += count;
            }
            LS_TRY(look());
            show();
            if (!open_.empty()) LS_TRY(rest());
        }
        end_progress();
        return tally_;
    }

private:
    Result<void> submit(const std::vector<const Planned*>& some) {
        List events;
        for (const auto* its : some) events.push_back(event_of(*its));
        const Value body = Map{{"backfill", id_}, {"events", std::move(events)}};
        const std::string path = net::join_path({"api", "v1", "syncs", sync_.name, "backfill"});
        auto accepted = taker_.post(path, body);
        while (!accepted && accepted.error().code == ErrorCode::overloaded) {
            clock_.sleep_ms(overloaded_wait_ms);
            accepted = taker_.post(path, body);
        }
        if (!accepted) return fail(accepted.error());
        const List answers = (*accepted)["events"].is_list() ? (*accepted)["events"].as_list() : List{*accepted};
        for (std::size_t i = 0; i < some.size() && i < answers.size(); ++i) LS_TRY(note(*some[i], answers[i]["run"].text()));
        return {};
    }

    /// Waits a little; an engine that is gone is not waited for.
    Result<void> rest() {
        clock_.sleep_ms(poll_ms);
        if (clock_.monotonic_ms() < look_after_ms_) return {};
        look_after_ms_ = clock_.monotonic_ms() + look_after_every_ms;
        if (taker_.is_at_work()) return {};
        return fail(ErrorCode::unreachable,
                    fmt::format("the engine has stopped; {} of {} records are through", tally_.ended(), tally_.all));
    }

    /// An event that an earlier go has sent already is known by its record.
    Result<void> note(const Planned& its, std::string run_id) {
        if (run_id.empty()) {
            LS_TRY_ASSIGN(auto rows, taker_.store().list_runs({.flow = sync_.name, .key = key_of(its), .limit = 1}));
            if (rows.empty()) return fail(ErrorCode::internal, "the event is known, and its run is not: " + key_of(its));
            run_id = rows.front().id;
        }
        open_[run_id] = &its;
        return {};
    }

    Result<void> look() {
        std::vector<std::string> ids;
        for (const auto& [id, its] : open_) ids.push_back(id);
        LS_TRY_ASSIGN(auto runs, taker_.store().load_runs(ids));
        for (const auto& loaded : runs)
            if (is_over(loaded.run)) count(loaded.run), open_.erase(loaded.run.id);
        return {};
    }

    void count(const store::RunRow& run) {
        const Planned& its = *open_.at(run.id);
        if (run.status == store::RunStatus::parked || run.status == store::RunStatus::dropped) return void(++tally_.parked);
        auto parsed = json::parse(run.summary_json.empty() ? "null" : run.summary_json);
        const Value report = parsed ? *parsed : Value();
        if (run.status != store::RunStatus::succeeded) return void(++tally_.unchanged);
        if (!report["created"].is_null()) return void(++tally_.created);
        ++(its.left.empty() || its.right.empty() ? tally_.unchanged : tally_.linked);
        if (has_entries(report["changed_left"]) || has_entries(report["changed_right"])) ++tally_.changed;
    }

    void show() const {
        if (!isatty(STDERR_FILENO) || tally_.all == 0) return;
        constexpr std::size_t width = 30;
        const std::size_t full = tally_.ended() * width / tally_.all;
        fmt::print(stderr, "\r\x1b[K[{:#<{}}{:-<{}}] {} of {}, {} parked", "", full, "", width - full, tally_.ended(), tally_.all,
                   tally_.parked);
    }

    const sync::Sync& sync_;
    EventTaker& taker_;
    std::string id_;
    std::size_t in_flight_;
    std::map<std::string, const Planned*> open_;  // by run
    Tally tally_;
    ThreadRuntime clock_;
    std::int64_t look_after_ms_ = clock_.monotonic_ms() + look_after_every_ms;
};

int tell(const BackfillOptions& options, const Tally& tally) {
    if (options.json)
        fmt::print("{}\n", json::write_pretty(Map{{"sync", options.sync},
                                                  {"linked", static_cast<std::int64_t>(tally.linked)},
                                                  {"created", static_cast<std::int64_t>(tally.created)},
                                                  {"changed", static_cast<std::int64_t>(tally.changed)},
                                                  {"unchanged", static_cast<std::int64_t>(tally.unchanged)},
                                                  {"parked", static_cast<std::int64_t>(tally.parked)},
                                                  {"left_out", static_cast<std::int64_t>(tally.left_out)}}));
    else {
        fmt::print("{}: {} linked ({} of them changed), {} created, {} needed nothing, {} parked, {} left out\n", options.sync,
                   tally.linked, tally.changed, tally.created, tally.unchanged, tally.parked, tally.left_out);
        if (tally.parked > 0) fmt::print("what is parked: lockstep conflicts --sync {0}; lockstep parked --flow {0}\n", options.sync);
        if (tally.left_out > 0) fmt::print("what is left out: lockstep plan {}\n", options.sync);
    }
    return tally.parked == 0 ? exit_done : exit_failed;
}

std::size_t left_out(const Plan& plan) { return plan.proposals.size() + plan.ambiguous.size(); }

Result<Tally> backfilled(const BackfillOptions& options) {
    LS_TRY_ASSIGN(auto config, load_config(options.source));
    LS_TRY_ASSIGN(auto syncs, config::load_syncs(config));
    LS_TRY_ASSIGN(auto sync, find_sync(syncs, options.sync));
    const std::string file =
        options.decisions_file.empty() ? MatchDecisions::default_file(config.store_path, options.sync) : options.decisions_file;
    LS_TRY_ASSIGN(auto decisions, MatchDecisions::read(file, options.sync));
    LS_TRY_ASSIGN(auto plan, planned(config, *sync, decisions));
    LS_TRY_ASSIGN(auto taker, open_taker(config));
    if (decisions.backfill.empty()) {  // else one that was not finished goes on
        ThreadRuntime clock;
        decisions.backfill = make_sortable_id(clock);
        LS_TRY(decisions.write());
    }
    LS_TRY_ASSIGN(auto tally, Backfill(*sync, *taker, decisions.backfill, static_cast<std::size_t>(options.in_flight)).carry(plan));
    decisions.backfill.clear();
    LS_TRY(decisions.write());
    tally.left_out = left_out(plan);
    return tally;
}

}  // namespace

int backfill_sync(const BackfillOptions& options) {
    log::configure(log::Level::error, log::Format::text);
    auto tally = backfilled(options);
    if (tally) return tell(options, *tally);
    end_progress();
    const int result = report(tally.error());
    fmt::print(stderr, "lockstep: `lockstep backfill {}` goes on where it was\n", options.sync);
    return result;
}

}  // namespace lockstep::cli
