#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "engine/job.h"
#include "engine/turns.h"

namespace lockstep::engine {

/// Runs that are not in work yet. Of one key one after the other; over all keys what a person waits for first, then what
/// a vendor has told of, then the rest; within these the flows take turns, and of a flow the first comes first. Holds ids
/// only; the rest is in the store. Used by the engine's loop only.
class Backlog {
public:
    struct Entry {
        std::string run_id;
        std::int64_t since_ms = 0;
        Priority priority = Priority::normal;
    };
    /// One in so many runs is taken from the lowest priority that waits.
    static constexpr int lowest_first_every = 8;

    /// `key`: the flow, a line break, the record; so runs of two flows about one record do not wait for each other.
    void push(const std::string& key, Entry entry);
    /// Takes the next run whose key is free and whose flow may have another, and marks the key as busy.
    struct Taken {
        std::string key;
        Entry entry;
    };
    using MayTake = std::function<bool(const std::string& flow)>;
    std::optional<Taken> take(const MayTake& may_take);
    /// Puts back what was taken, before everything else of its key, and marks the key as free.
    void give_back(Taken taken);
    /// Marks the key of a run as busy that is in work already.
    void occupy(const std::string& key);
    /// Marks a key as free: its next run may be taken.
    void release(const std::string& key);

    bool has_ready(const MayTake& may_take) const;
    std::size_t size() const { return since_.size(); }
    bool contains(const std::string& key) const { return keys_.contains(key); }
    std::int64_t oldest_since_ms() const { return since_.empty() ? 0 : *since_.begin(); }  ///< of all that wait

private:
    struct Key {
        std::deque<Entry> waiting;
        bool busy = false;
    };
    void make_ready(const std::string& key, const Key& its);

    std::unordered_map<std::string, Key> keys_;
    std::array<Turns<Fifo<std::string>>, 3> ready_;  ///< keys, by the priority of their first run and by flow
    std::multiset<std::int64_t> since_;
    int taken_ = 0;
};

}  // namespace lockstep::engine
