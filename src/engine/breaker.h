#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"

namespace lockstep::engine {

/// Whether a connection can be used now, by what its calls came to.
///
///     open ── the vendor says when to come back ─────────────→ resting ── that time ───────────→ open
///     open ── failures in a row, or refused credentials ─────→ suspected ── probe answered ────→ open
///     suspected ── probe failed ─────────────────────────────→ down ── probe answered ─────────→ open
///
/// A probe is one cheap read: while a vendor is away it gets one now and then instead of every run's calls. Nothing is
/// told to people before a probe has failed. Pure but for the time it is given (monotonic ms). Used under its owner's lock.
class Breaker {
public:
    enum class State : std::uint8_t { open, resting, suspected, down };
    static constexpr int failures_in_row_max = 3;
    static constexpr std::int64_t limited_rest_ms = 5'000;  ///< a limit without a time
    static constexpr std::int64_t first_probe_ms = 1'000;   ///< doubled from probe to probe
    static constexpr std::int64_t last_probe_ms = 60'000;
    static constexpr std::int64_t misconfigured_probe_ms = 60'000;  ///< a person has to mend it first
    static constexpr std::int64_t healthy_ms = 60'000;              ///< so long in use, and the next failure is a new one

    /// What a call or probe has changed.
    enum class Change : std::uint8_t { none, stopped, went_down, came_back };

    Change note_success(std::int64_t now_ms);
    /// Errors of one record say that the vendor is alive: they count as a success.
    Change note_failure(const Error& error, std::int64_t now_ms);
    Change note_probe(const Result<void>& result, std::int64_t now_ms);

    State state() const { return state_; }
    /// Whether calls may be made. A rest that is over is open again.
    bool is_open(std::int64_t now_ms);
    bool probe_is_due(std::int64_t now_ms) const { return awaits_probe() && !probing_ && now_ms >= until_ms_; }
    void begin_probe() { probing_ = true; }
    /// When something changes by itself: a rest ends, a probe is due. nullopt: never.
    std::optional<std::int64_t> next_ms() const;
    /// Why it is not open, and since when (monotonic); the error of what is not called meanwhile.
    const Error& because() const { return because_; }

    /// What the next process should know of it. Units: monotonic ms, of the process that says it.
    struct Memory {
        State state = State::open;
        Error because{ErrorCode::connection_paused, ""};
        std::int64_t since_ms = 0, until_ms = 0;
    };
    Memory memory() const { return {state_, because_, since_ms_, until_ms_}; }
    /// Takes up what an earlier process knew: a rest lasts as long as it was to last, and who was away gets a probe first.
    void resume(const Memory& memory, std::int64_t now_ms);

    std::int64_t since_ms() const { return since_ms_; }
    std::int64_t until_ms() const { return until_ms_; }

private:
    bool awaits_probe() const { return state_ == State::suspected || state_ == State::down; }
    Change rest(const Error& error, std::int64_t ms, std::int64_t now_ms);
    Change suspect(const Error& error, std::int64_t first_ms, std::int64_t now_ms);
    void come_back(std::int64_t now_ms);

    State state_ = State::open;
    int failures_ = 0;  ///< in a row
    bool probing_ = false;
    std::int64_t until_ms_ = 0, since_ms_ = 0, back_at_ms_ = -healthy_ms, probe_wait_ms_ = 0;
    Error because_{ErrorCode::connection_paused, ""};
};

}  // namespace lockstep::engine
