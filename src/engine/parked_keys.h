#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <unordered_set>

namespace lockstep::engine {

/// The records that may have parked runs, so that the store is not asked at the end of every run. May say yes of one that
/// has none, never no of one that has. Used by the engine's loop only.
class ParkedKeys {
public:
    /// So many records are known singly; of a flow with more, every record may have parked runs. Each takes some 40 bytes.
    static constexpr std::size_t keys_max = 20'000;

    void note(const std::string& flow, const std::string& key) {
        if (flows_.contains(flow)) return;
        if (keys_.size() < keys_max)
            keys_.insert(name(flow, key));
        else
            flows_.insert(flow);
    }
    /// There are more than can be read now.
    void note_all_of(const std::string& flow) { flows_.insert(flow); }
    void forget(const std::string& flow, const std::string& key) { keys_.erase(name(flow, key)); }
    bool may_have(const std::string& flow, const std::string& key) const {
        return flows_.contains(flow) || keys_.contains(name(flow, key));
    }

private:
    static std::uint64_t name(const std::string& flow, const std::string& key) { return std::hash<std::string>()(flow + "\n" + key); }

    std::unordered_set<std::uint64_t> keys_;
    std::set<std::string> flows_;
};

}  // namespace lockstep::engine
