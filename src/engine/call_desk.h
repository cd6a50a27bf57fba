#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "connector/connector.h"
#include "engine/engine.h"
#include "engine/lock_table.h"
#include "flow/advance.h"

namespace lockstep::engine {

/// One call for a worker.
struct Job {
    CallId id;
    int attempt = 0;
    std::string connection, action;
    Value input;
    std::int64_t timeout_ms = 0;
    std::string request_id;
    Timestamp first_sent;
};

/// What came of a job.
struct JobOutcome {
    Job job;
    Result<Value> result;
    std::string trace_json;  ///< what was said to the vendor, redacted
};

/// Hands calls to the workers: as many at once as each connection allows, none to a connection that is paused.
///
/// The loop puts and settles, the workers take. Threads: any.
class CallDesk {
public:
    CallDesk(Runtime& runtime, std::vector<ConnectionEntry> connections);

    connector::Connection* connection(const std::string& name);
    const connector::ConnectionLimits* limits(const std::string& name) const;
    /// So many calls can be under way at once over all connections.
    int concurrency_max() const;

    /// Where one worker waits; lives as long as the desk.
    class Seat;
    Seat& new_seat();

    /// Takes jobs for the workers. Returns them if the desk is closed: they were surely not sent.
    [[nodiscard]] std::vector<Job> put(std::vector<Job> jobs);
    /// Waits for a call that may be made; nullopt: the desk is closed.
    std::optional<Job> take(Seat& seat);
    /// A job taken has ended. The worker takes its next one right after, so nobody else is woken.
    void settle(const std::string& connection);
    /// Nothing is handed out for this connection for so long.
    void pause(const std::string& connection, std::int64_t ms, const std::string& because);
    /// Hands out nothing more and returns what was not handed out; `take` returns nullopt from now on.
    std::vector<Job> close();

    std::size_t under_way() const;
    std::vector<ConnectionStatus> status() const;

private:
    struct Gate {
        ConnectionEntry entry;
        std::deque<Job> queue;
        int under_way = 0;
        std::int64_t paused_until_ms = 0;  // monotonic
        std::string paused_because;
        bool could_serve() const { return !queue.empty() && under_way < entry.limits.concurrency_max; }
    };
    bool has_more() const;
    Seat* call_idle();
    Gate* next_gate(std::int64_t now_ms, std::optional<std::int64_t>& earliest_pause);

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
