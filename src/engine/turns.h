#pragma once

#include <algorithm>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace lockstep::engine {

/// Queues by name that are served in turn. `Queue` has `empty()` and `pop()`; only queues with something in them are kept.
template <class Queue>
class Turns {
public:
    bool empty() const { return ring_.empty(); }
    /// Adds to the queue of that name by `add(queue)`.
    template <class Add>
    void push(const std::string& name, Add&& add) {
        auto [its, fresh] = queues_.try_emplace(name);
        if (fresh) ring_.push_back(name);
        add(its->second);
    }
    /// As `pop`, from the first queue in turn that `may` allows; nullopt: there is none.
    template <class May>
    auto pop_if(const May& may) {
        auto turn = std::find_if(ring_.begin(), ring_.end(), [&](const std::string& name) { return may(name); });
        using First = decltype(queues_.begin()->second.pop());
        if (turn == ring_.end()) return std::optional<First>();
        std::string name = std::move(*turn);
        ring_.erase(turn);
        ring_.push_front(std::move(name));
        return std::optional<First>(pop());
    }
    template <class May>
    bool any(const May& may) const {
        return std::any_of(ring_.begin(), ring_.end(), [&](const std::string& name) { return may(name); });
    }
    /// Takes from the queue whose turn it is, which then goes to the end.
    auto pop() {
        std::string name = std::move(ring_.front());
        ring_.pop_front();
        auto its = queues_.find(name);
        auto first = its->second.pop();
        if (its->second.empty())
            queues_.erase(its);
        else
            ring_.push_back(std::move(name));
        return first;
    }

private:
    std::deque<std::string> ring_;
    std::unordered_map<std::string, Queue> queues_;
};

/// First in, first out.
template <class T>
class Fifo {
public:
    bool empty() const { return all_.empty(); }
    void push(T what) { all_.push_back(std::move(what)); }
    T pop() {
        T first = std::move(all_.front());
        all_.pop_front();
        return first;
    }

private:
    std::deque<T> all_;
};

}  // namespace lockstep::engine
