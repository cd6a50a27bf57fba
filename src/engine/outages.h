#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace lockstep::engine {

/// `42 s`, `3 min 20 s`, `5 h 12 min`, `2 d 3 h`: as people say how long something took.
std::string length_text(std::int64_t ms);

/// Connections that are away: since when, and how many runs went on when they came back. Pure but for the time it is
/// given (monotonic ms). Used by the engine's loop only.
class Outages {
public:
    struct Over {
        std::int64_t away_ms = 0;
        std::size_t runs = 0;
    };

    /// Its calls have stopped: perhaps it is away. One that is away stays so.
    void suspect(const std::string& connection, std::int64_t now_ms);
    /// It is away, and people are told.
    void confirm(const std::string& connection, std::int64_t now_ms);
    /// Runs that waited for it go on.
    void note_going_on(const std::string& connection, std::size_t runs);
    bool is_away(const std::string& connection) const;
    /// It answers again; `waiting` runs still wait to go on. nullopt: nobody was told that it was away.
    std::optional<Over> end(const std::string& connection, std::size_t waiting, std::int64_t now_ms);

private:
    struct Outage {
        std::int64_t since_ms = 0;
        std::size_t runs = 0;
        bool away = false;
    };
    std::map<std::string, Outage> all_;
};

}  // namespace lockstep::engine
