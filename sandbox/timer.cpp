#include "sandbox/timer.h"

namespace lockstep::sandbox {

Timer::Timer() : thread_([this] { run(); }) {}

Timer::~Timer() { stop(); }

void Timer::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
    std::priority_queue<Entry, std::vector<Entry>, Later> forgotten;
    const std::lock_guard lock(mutex_);
    forgotten.swap(entries_);
}

void Timer::after(std::int64_t delay_ms, std::function<void()> task) {
    {
        const std::lock_guard lock(mutex_);
        if (stopping_) return;
        entries_.push({Clock::now() + std::chrono::milliseconds(delay_ms), next_order_++, std::move(task)});
    }
    changed_.notify_all();
}

void Timer::run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        if (entries_.empty()) {
            changed_.wait(lock);
            continue;
        }
        const Clock::time_point due = entries_.top().due;
        if (Clock::now() < due) {
            changed_.wait_until(lock, due);
            continue;
        }
        std::function<void()> task = entries_.top().task;
        entries_.pop();
        lock.unlock();
        task();
        lock.lock();
    }
}

}  // namespace lockstep::sandbox
