#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "connector/connector.h"
#include "engine/breaker.h"
#include "engine/call_queue.h"
#include "engine/engine.h"
#include "engine/job.h"

namespace lockstep::engine {

/// Hands calls to the workers: as many at once as each connection allows, together what can be made together, and none to
/// a connection that is paused, which gets a probe now and then instead.
///
/// The loop puts, the workers take and settle. Threads: any.
class CallDesk {
public:
    CallDesk(Runtime& runtime, std::vector<ConnectionEntry> connections);

    std::vector<std::string> names() const;
    connector::Connection* connection(const std::string& name);
    const connector::ConnectionLimits* limits(const std::string& name) const;
    /// So many calls can be under way at once over all connections.
    int concurrency_max() const;

    /// Where one worker waits; lives as long as the desk.
    class Seat;
    Seat& new_seat();

    /// What a worker is to do.
    struct Task {
        std::string connection;
        std::vector<Job> jobs;  ///< empty: a probe; several: to be made together
        std::string joint_name;
    };
    /// What an outcome has changed for the connection, and the jobs that are not made because of it.
    struct Effect {
        Breaker::Change change = Breaker::Change::none;
        Error because{ErrorCode::connection_paused, ""};
        std::vector<Job> recalled;
    };
    /// Why calls of a priority are not made now.
    struct Pause {
        Error because;             ///< `connection_paused`
        std::int64_t ends_ms = 0;  ///< monotonic; 0: when the vendor answers again
        bool needs_a_person = false;
    };

    /// Takes jobs for the workers. Returns those that are surely not made, each with why.
    [[nodiscard]] std::vector<JobOutcome> put(std::vector<Job> jobs);
    /// Waits for something to do; nullopt: the desk is closed.
    std::optional<Task> take(Seat& seat);
    /// A task's calls have ended. The worker takes its next one right after, so nobody else is woken.
    [[nodiscard]] Effect settle(const Task& task, const std::vector<Result<Value>>& results);
    [[nodiscard]] Effect settle_probe(const std::string& connection, const Result<void>& result);
    /// nullopt: calls of this priority are made. Rests shorter than `short_rest_ms` do not count: their calls wait here.
    std::optional<Pause> pause_of(const std::string& connection, Priority priority);
    static constexpr std::int64_t short_rest_ms = 2'000;
    /// What the next process should know of a connection; `open` if nothing.
    Breaker::Memory memory_of(const std::string& connection) const;
    /// Before the first `take`. A connection that is not there any more is forgotten.
    void resume(const std::string& connection, const Breaker::Memory& memory);
    /// Hands out nothing more and returns what was not handed out; `take` returns nullopt from now on.
    std::vector<Job> close();

    std::size_t under_way() const;
    std::vector<ConnectionStatus> status() const;

private:
    struct Gate {
        ConnectionEntry entry;
        CallQueue queue;
        Breaker breaker;
        int under_way = 0;
        struct Joint {
            int under_way = 0;
            std::int64_t begun_ms = INT64_MIN / 2;
            std::array<std::int64_t, 2> came_ms = {INT64_MIN / 2, INT64_MIN / 2};  ///< the two calls before the newest, older first
        };
        std::map<std::string, Joint> joint;      ///< by joint name; kept small
        Priority lowest = Priority::background;  ///< what the day's allowance still lets through
        std::int64_t look_at_ms = 0;             ///< when the allowance is looked at again
        bool has_room() const { return under_way < entry.limits.concurrency_max; }
    };
    bool has_more(std::int64_t now_ms);
    Seat* call_idle();
    std::optional<Task> next_task(std::int64_t now_ms, std::optional<std::int64_t>& next_ms);
    std::optional<Task> task_of(Gate& gate, std::int64_t now_ms, std::optional<std::int64_t>& next_ms);
    bool needs_probe(const Gate& gate, std::int64_t now_ms) const;
    void queue(Gate& gate, Job job, std::int64_t now_ms);
    std::optional<Pause> pause_of(Gate& gate, Priority priority, std::int64_t now_ms);
    Effect effect_of(Gate& gate, Breaker::Change change, std::int64_t now_ms);
    bool look_at_allowance(Gate& gate, std::int64_t now_ms);

    Runtime& runtime_;
    mutable std::mutex mutex_;
    std::deque<Seat> seats_;
    std::vector<Seat*> idle_;  ///< the last to sit down is the first to be called: few workers carry a light load
    std::map<std::string, Gate> gates_;
    std::string last_served_;
    bool closed_ = false;
};

/// Where one worker waits.
class CallDesk::Seat {
public:
    explicit Seat(std::unique_ptr<Condition> wake) : wake_(std::move(wake)) {}

private:
    friend class CallDesk;
    std::unique_ptr<Condition> wake_;
    bool called_ = false;
};

}  // namespace lockstep::engine
