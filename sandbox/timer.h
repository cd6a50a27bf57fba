#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <queue>
#include <thread>
#include <vector>

namespace lockstep::sandbox {

/// Runs tasks at their time, one after the other, on a thread of its own. Tasks not yet due at the end are dropped.
class Timer {
public:
    Timer();
    ~Timer();
    void after(std::int64_t delay_ms, std::function<void()> task);
    /// Waits for the running task and forgets the others; later ones are forgotten too.
    void stop();

private:
    using Clock = std::chrono::steady_clock;
    struct Entry {
        Clock::time_point due;
        std::uint64_t order;
        std::function<void()> task;
    };
    struct Later {
        bool operator()(const Entry& a, const Entry& b) const { return a.due != b.due ? a.due > b.due : a.order > b.order; }
    };
    void run();

    std::mutex mutex_;
    std::condition_variable changed_;
    std::priority_queue<Entry, std::vector<Entry>, Later> entries_;
    std::uint64_t next_order_ = 0;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace lockstep::sandbox
