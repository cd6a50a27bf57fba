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
    Value trace;
};

/// Hands calls to the workers: as many at once as each connection allows, none to a connection that is paused.
///
/// The loop puts and settles, the workers take. Threads: any.
class CallDesk {
public:
    CallDesk(Runtime& runtime, std::vector<ConnectionEntry> connections);

    connector::Connection* connection(const std::string& name);
    const connector::ConnectionLimits* limits(const std::string& name) const;

    /// Takes a job for the workers. Returns it if the desk is closed: it was surely not sent.
    [[nodiscard]] std::optional<Job> put(Job job);
    /// Waits for a call that may be made; nullopt: the desk is closed.
    std::optional<Job> take();
    /// A job taken has ended.
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
    bool has_work(std::int64_t now_ms) const;
    Gate* next_gate(std::int64_t now_ms, std::optional<std::int64_t>& earliest_pause);

    Runtime& runtime_;
    mutable std::mutex mutex_;
    std::unique_ptr<Condition> changed_;
    std::map<std::string, Gate> gates_;
    std::string last_served_;
    bool closed_ = false;
};

}  // namespace lockstep::engine
