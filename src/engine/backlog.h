#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>

namespace lockstep::engine {

/// Runs that are not in work yet: first come first served over all keys, one after the other within a key. Holds ids
/// only; the rest is in the store. Used by the engine's loop only.
class Backlog {
public:
    struct Entry {
        std::string run_id;
        std::int64_t since_ms = 0;
    };

    void push(const std::string& key, Entry entry);
    /// Takes the next run whose key is free, and marks the key as busy.
    struct Taken {
        std::string key;
        Entry entry;
    };
    std::optional<Taken> take();
    /// Puts back what was taken, before everything else of its key, and marks the key as free.
    void give_back(Taken taken);
    /// Marks a key as free: its next run may be taken.
    void release(const std::string& key);

    bool has_ready() const { return !ready_.empty(); }
    std::size_t size() const { return size_; }
    bool contains(const std::string& key) const { return keys_.contains(key); }
    std::int64_t oldest_since_ms() const;  ///< of the run that is next; 0 if none is ready

private:
    struct Key {
        std::deque<Entry> waiting;
        bool busy = false;
    };
    std::unordered_map<std::string, Key> keys_;
    std::deque<std::string> ready_;
    std::size_t size_ = 0;
};

}  // namespace lockstep::engine
