#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <random>
#include <thread>
#include <vector>

#include "base/assert.h"
#include "base/runtime.h"

namespace lockstep {
namespace {

using Steady = std::chrono::steady_clock;

class ThreadCondition : public Condition {
public:
    void wait(std::unique_lock<std::mutex>& lock) override { condition_.wait(lock); }
    bool wait_until(std::unique_lock<std::mutex>& lock, std::int64_t until_ms) override {
        auto until = Steady::time_point(std::chrono::milliseconds(until_ms));
        return condition_.wait_until(lock, until) == std::cv_status::no_timeout;
    }
    void notify_one() override { condition_.notify_one(); }
    void notify_all() override { condition_.notify_all(); }

private:
    std::condition_variable condition_;
};

std::mt19937_64 seeded_generator() {
    std::random_device device;
    std::seed_seq seed{device(), device(), device(), device(), device(), device(), device(), device()};
    return std::mt19937_64(seed);
}

struct Task {
    std::thread thread;
    std::shared_ptr<std::atomic<bool>> ended;
};

/// Linux refuses names of more than 15 bytes.
void name_this_thread(const std::string& name) { pthread_setname_np(pthread_self(), name.substr(0, 15).c_str()); }

}  // namespace

struct ThreadRuntime::State {
    std::mutex random_mutex;
    std::mt19937_64 generator = seeded_generator();
    std::mutex tasks_mutex;
    std::vector<Task> tasks;

    /// Takes out the tasks that have ended, so that a long life with many short tasks does not collect threads.
    std::vector<Task> take_ended() {
        auto running = [](const Task& task) { return !task.ended->load(); };
        auto first_ended = std::stable_partition(tasks.begin(), tasks.end(), running);
        std::vector<Task> ended(std::make_move_iterator(first_ended), std::make_move_iterator(tasks.end()));
        tasks.erase(first_ended, tasks.end());
        return ended;
    }
};

ThreadRuntime::ThreadRuntime() : state_(std::make_unique<State>()) {}
ThreadRuntime::~ThreadRuntime() { join_all(); }

Timestamp ThreadRuntime::now() {
    auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    auto seconds = std::chrono::floor<std::chrono::seconds>(since_epoch);
    auto nanos = std::chrono::duration_cast<std::chrono::nanoseconds>(since_epoch - seconds);
    return {seconds.count(), static_cast<std::int32_t>(nanos.count())};
}

std::int64_t ThreadRuntime::monotonic_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now().time_since_epoch()).count();
}

std::uint64_t ThreadRuntime::random() {
    std::lock_guard lock(state_->random_mutex);
    return state_->generator();
}

void ThreadRuntime::spawn(std::string name, std::function<void()> task) {
    auto ended = std::make_shared<std::atomic<bool>>(false);
    std::vector<Task> finished;
    std::lock_guard lock(state_->tasks_mutex);
    finished = state_->take_ended();
    for (auto& done : finished) done.thread.join();
    state_->tasks.push_back({std::thread([name = std::move(name), task = std::move(task), ended] {
                                 name_this_thread(name);
                                 task();
                                 ended->store(true);
                             }),
                             ended});
}

void ThreadRuntime::join_all() {
    while (true) {
        std::vector<Task> waiting;
        {
            std::lock_guard lock(state_->tasks_mutex);
            waiting.swap(state_->tasks);
        }
        if (waiting.empty()) return;
        for (auto& task : waiting) {
            LS_ASSERT(task.thread.get_id() != std::this_thread::get_id());
            task.thread.join();
        }
    }
}

void ThreadRuntime::sleep_ms(std::int64_t ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }

std::unique_ptr<Condition> ThreadRuntime::make_condition() { return std::make_unique<ThreadCondition>(); }

}  // namespace lockstep
