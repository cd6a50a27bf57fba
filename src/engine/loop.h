#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <variant>

#include "engine/alert_desk.h"
#include "engine/backlog.h"
#include "engine/call_desk.h"
#include "engine/end_watch.h"
#include "engine/engine.h"
#include "engine/lock_table.h"
#include "engine/outages.h"
#include "engine/parked_keys.h"
#include "engine/retention.h"
#include "engine/run_locks.h"
#include "engine/schedules.h"
#include "engine/sweeps.h"
#include "flow/advance.h"

namespace lockstep::engine {

/// The engine's loop: the only writer of the store and of every run's state.
///
/// A round: take what happened → decide → commit once → act (answer who waits, hand calls to the workers). What a commit
/// cannot write is tried again until it can; new events of such a round are refused instead, for they were promised
/// nothing yet.
class Engine::Impl {
public:
    explicit Impl(Parts parts);
    Result<void> start();
    void submit(std::vector<Submission> submissions, AllDone done);
    void sweep(std::string flow, std::function<void(Result<void>)> done);
    void replay(std::string run_id, Replay how, std::function<void(Result<void>)> done);
    void replay_all(ParkedSelection which, Replay how, ManyDone done);
    void drop_all(ParkedSelection which, std::string reason, std::string actor, ManyDone done);
    void drop(std::string run_id, std::string reason, std::string actor, std::function<void(Result<void>)> done);
    void when_ended(std::string run_id, std::int64_t wait_ms, Ended done);
    void drain(std::int64_t timeout_ms);
    void stop();
    Status status() const;
    bool has_work() const;
    bool wait_until_quiet(std::int64_t timeout_ms);
    std::vector<std::pair<std::string, Result<void>>> probe_connections();

    const std::shared_ptr<const std::vector<flow::Flow>> kept_flows;
    const std::vector<flow::Flow>& flows = *kept_flows;

private:
    struct SubmitMessage {
        std::vector<Submission> submissions;
        AllDone done;
    };
    /// What a call or a probe has changed for a connection.
    struct ConnectionChange {
        std::string connection;
        Breaker::Change change;
        Error because;
    };
    struct AlertOutcome {
        std::string id;
        Result<void> result;
    };
    struct ReplayMessage {
        std::string run_id;
        Replay replay;
        std::function<void(Result<void>)> done;
    };
    struct DropMessage {
        std::string run_id, reason, actor;
        std::function<void(Result<void>)> done;
    };
    struct ManyMessage {
        ParkedSelection which;
        std::optional<Replay> replay = {};  ///< absent: they are dropped
        std::string reason = {}, actor = {};
        ManyDone done;
        std::int64_t until_ms = 0;  ///< what parks after this is not meant
        std::string after_id = {};
        ManyOperated so_far = {};
    };
    struct SweepOutcome {
        std::size_t sweep = 0;
        Result<Value> result;
    };
    struct HurryMessage {
        std::string flow;
        std::function<void(Result<void>)> done;
    };
    struct WatchMessage {
        std::string run_id;
        std::int64_t until_ms = 0;  ///< monotonic
        Ended done;
    };
    using Message = std::variant<SubmitMessage, JobOutcome, ConnectionChange, AlertOutcome, ReplayMessage, DropMessage, ManyMessage,
                                 SweepOutcome, HurryMessage, WatchMessage>;

    struct ActiveRun {
        store::RunRow row;
        const flow::Flow* flow = nullptr;
        flow::RunState state;
        std::int64_t next_seq = 1;
        std::int64_t timer_ms = 0;  ///< monotonic; the entry of `timers_` that counts
        std::string backlog_key;
        Priority priority = Priority::normal;
    };
    /// A run that only waits: for its time, a connection, a lock. It is a row in the store and this; the lighter, the more
    /// of them there may be.
    struct Sleeper {
        std::string flow, backlog_key;
        std::int64_t timer_ms = 0;  ///< monotonic; the entry of `timers_` that counts; 0: none
    };

    /// Runs that an earlier process left open: read page by page, while new events are taken already.
    struct Recovery {
        std::string after;                                           ///< the last run that was read
        std::vector<store::OpenRun> later;                           ///< those that were not in the middle
        std::vector<std::pair<std::string, Backlog::Entry>> behind;  ///< what has come meanwhile, with its key
        std::unordered_set<std::string> known;                       ///< the runs in `behind`
    };

    struct NewEvent {
        std::string event_id, run_id, backlog_key;
        std::int64_t created_at_ms = 0;
        Priority priority = Priority::normal;
        bool own = false;  ///< made by a schedule: nobody could send it again, so it is never refused
    };
    /// Whoever waits for the round: what it sent is new, or a duplicate of what is new, and as durable as the round.
    struct Waiting {
        std::vector<Accepted> accepted;
        AllDone done;
        bool own = false;
    };
    struct Round {
        std::vector<NewEvent> events;
        std::unordered_map<std::string, std::string> event_by_dedupe;  ///< flow and dedupe id → event of this round
        std::vector<Waiting> waiting;
        store::Batch batch;
        /// Called once the round is durable, or with why it never will be.
        std::vector<std::function<void(const Result<void>&)>> after;
        std::set<std::string> operated;  ///< parked runs that an operator has already taken up or dropped in this round
        std::vector<Job> jobs;
        std::vector<store::AlertRow> alerts_to_send;
        std::vector<std::string> ended;
        std::set<std::string> decided;  ///< runs that may have nothing to do any more but wait
    };

    void run_loop();
    void run_worker();
    void make_calls(CallDesk::Task task);
    Result<void> read_one_thing(const std::string& connection);
    void probe(const std::string& connection);
    void note_effect(const std::string& connection, CallDesk::Effect effect);
    bool wait_for_work(std::deque<Message>& messages);
    std::optional<std::int64_t> next_timer_ms();

    std::string next_run_id();
    void take(Round& round, SubmitMessage message, bool own = false);
    Accepted add_event(Round& round, Submission submission, bool own);
    void accept_events(Round& round);
    void take(Round& round, JobOutcome outcome);
    void take(Round& round, AlertOutcome outcome);
    void take(Round& round, ConnectionChange change);
    void take(Round& round, ReplayMessage message);
    void take(Round& round, DropMessage message);
    void take(Round& round, ManyMessage message);
    template <class What>
    void ask(What message);
    Result<void> take_up(Round& round, const store::LoadedRun& loaded, const Replay& how);
    void operate(Round& round, const store::LoadedRun& loaded, ManyMessage& message);
    Result<void> read_parked_keys();
    void settle_older(Round& round, const ActiveRun& run);
    void close_older(Round& round, const store::RunRow& row, const std::string& key);
    Result<std::vector<store::LoadedRun>> older_parked(const store::RunRow& row, const std::string& key);
    void take_timers(Round& round);
    void take_schedules(Round& round);

    SweepClock sweep_clock() const;
    void take_sweeps(Round& round);
    void take(Round& round, SweepOutcome outcome);
    void take(Round& round, HurryMessage message);
    void take(Round& round, WatchMessage message);
    bool has_ended(const std::string& run_id) const;
    void call_for_sweep(Round& round, std::size_t sweep);
    void take_page(Round& round, std::size_t sweep, const Sweeps::Page& page);
    Result<bool> is_news(const flow::Flow& flow, const Sweeps::Found& found);
    void fail_sweep(Round& round, std::size_t sweep, const Error& error);
    void tell_of_sweep(Round& round, std::size_t sweep, const std::string& title, const std::string& reason);
    void claim_runs(Round& round);
    void give_back_locked_calls(Round& round);
    bool claim(Round& round, const Backlog::Taken& taken);
    void park_unreadable(Round& round, store::LoadedRun loaded, const Error& error, const std::string& backlog_key);

    void decide(Round& round, ActiveRun& run, const flow::Input& input, std::string trace_json = {});
    void keep_row(Round& round, ActiveRun& run, const flow::Decision& decision);
    bool tells_of(const std::string& connection) const;
    void raise_down(Round& round, const std::string& connection, const Error& because);
    void tell_back(Round& round, const std::string& connection);
    void raise(Round& round, const store::RunRow& run, const flow::Notice& notice);
    void plan_call(Round& round, ActiveRun& run, flow::Call call);
    void release_lock(Round& round, const CallId& id);

    Result<std::optional<store::LoadedRun>> read_run(const std::string& run_id);
    ActiveRun* awake(const std::string& run_id);
    void take_awaited_connections();
    void take_woken(Round& round);
    void let_sleep(const Round& round);
    bool may_sleep(const ActiveRun& run) const;
    std::optional<std::int64_t> next_opening_ms();
    flow::PauseOf pause_of(Priority priority);
    Result<void> resume_pauses();
    void remember_pause(Round& round, const std::string& connection);

    store::LinkRow link_row(const flow::Link& link, const std::string& run_id, std::int64_t at_ms) const;
    void plan_own_call(Round& round, ActiveRun& run, Job job);
    void answer_own_call(Job job);
    Result<Value> find_link(const Value& record);
    void end_wait_for_names(Round& round, ActiveRun& run);
    void take_run_locks(const std::string& run_id, const flow::Flow& flow, const flow::RunState& state);
    void release_run_locks(const std::string& run_id);
    void set_timer(ActiveRun& run);

    void count_call(const Job& job, const Result<Value>& result, std::int64_t duration_ms);
    void count_requests(const std::string& connection, const std::deque<connector::Trace>& traces);
    void count_step(const ActiveRun& run, const CallId& id);
    void count_trouble(const ActiveRun& run, const flow::Fact& fact);
    void count_end(const store::RunRow& run);
    void count_events(const Round& round);

    bool commit(Round& round);
    Result<void> commit_once(Round& round);
    void refuse_waiting_events(const Error& error);
    void refuse_messages(std::deque<Message>& messages, const Error& error);
    void push_waiting(const std::string& key, Backlog::Entry entry);
    void recover();
    Result<bool> read_open_runs();
    Result<std::unordered_set<std::string>> find_in_work(const std::vector<store::OpenRun>& open);
    bool was_in_work(const store::LoadedRun& loaded);
    void take_locks(const std::string& run_id, const flow::Flow& flow, const flow::RunState& state);
    void hand_out(std::vector<Job> jobs);
    void report_unsent(Job job, const Error& error);
    bool may_claim(std::int64_t now_ms) const;
    bool has_room(const std::string& flow) const;
    ActiveRun& add_active(const std::string& run_id, ActiveRun run);
    void drop_active(const std::string& run_id);
    void refuse_events(Round& round, const Error& error);
    void act(Round& round);
    void trim_store();
    void end_run(const std::string& run_id);
    Job alert_job(const store::AlertRow& row) const;
    flow::DecisionContext context(const ActiveRun& run, std::int64_t now_ms);
    std::string backlog_key(const store::RunRow& run) const { return run.flow + "\n" + run.key; }
    const flow::Flow* find_flow(std::string_view name) const;
    void publish_status();
    std::int64_t to_monotonic(std::int64_t wall_ms) const;
    std::int64_t time_ms() const { return began_wall_ms_ + runtime_.monotonic_ms() - began_ms_; }

    Runtime& runtime_;
    store::Store& store_;
    net::HttpClient& http_;
    Options options_;
    CallDesk desk_;
    AlertDesk alerts_;
    Retention retention_{runtime_, store_, options_.keep};
    std::optional<Schedules> schedules_;
    std::optional<Sweeps> sweeps_;

    // the loop's own
    Backlog backlog_;
    std::optional<Recovery> recovery_ = Recovery();  // until all is read, nothing is claimed
    LockTable locks_;
    ParkedKeys parked_keys_;
    RunLocks run_locks_;
    std::unordered_map<std::string, Job> waiting_for_names_;  // by run
    std::string last_run_id_;
    std::unordered_map<std::string, ActiveRun> active_;
    std::map<std::string, std::size_t> active_of_flow_;
    std::unordered_map<std::string, Sleeper> asleep_;
    std::unordered_map<std::string, int> handed_out_;              // by run: calls that come back as an outcome
    std::map<std::string, std::map<std::string, Priority>> held_;  // by connection: the runs that wait for it, oldest first
    Outages outages_;
    std::map<std::string, std::string> remembered_pauses_;  // by connection: as the store has it
    EndWatch endings_;
    std::deque<std::string> waking_;                                                 // runs whose time has come
    std::deque<Message> postponed_;                                                  // outcomes of runs that cannot be read now
    std::unordered_map<std::string, std::pair<std::string, Job>> waiting_for_lock_;  // "run/step/element" → lock and job
    std::multimap<std::int64_t, std::string> timers_;                                // monotonic ms → run id; stale ones are skipped
    std::int64_t began_ms_ = 0, began_wall_ms_ = 0;                                  // the start: monotonic, and by the wall clock
    std::int64_t company_until_ms_ = 0;     // monotonic; what has just come may begin in the commit of what comes next
    std::int64_t claim_not_before_ms_ = 0;  // monotonic; after a run could not be read

    // shared
    mutable std::mutex mutex_;
    std::unique_ptr<Condition> inbox_changed_, quiet_changed_;
    std::deque<Message> inbox_;
    std::size_t backlog_size_ = 0;
    bool draining_ = false, stopping_ = false, loop_ended_ = false, busy_ = true;
    Status status_;
};

}  // namespace lockstep::engine
