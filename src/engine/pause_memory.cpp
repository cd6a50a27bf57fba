#include "engine/pause_memory.h"

#include <algorithm>
#include <array>

#include "value/json.h"

namespace lockstep::engine {
namespace {

constexpr std::array<std::string_view, 4> states = {"open", "resting", "suspected", "down"};

std::int64_t number(const Value& value) { return value.kind() == Value::Kind::integer ? value.as_int() : 0; }

}  // namespace

std::string pause_cursor(std::string_view connection) { return "pause/" + std::string(connection); }

std::string write_pause(const Breaker::Memory& memory, Clocks now) {
    if (memory.state == Breaker::State::open) return {};
    return json::write(Value(Map{{"state", std::string(states[static_cast<std::size_t>(memory.state)])},
                                 {"code", std::string(to_string(memory.because.code))},
                                 {"because", memory.because.message},
                                 {"at_ms", now.wall_ms},
                                 {"since_ms", now.wall_ms - (now.monotonic_ms - memory.since_ms)},
                                 {"until_ms", now.wall_ms + (memory.until_ms - now.monotonic_ms)}}));
}

Result<Breaker::Memory> read_pause(std::string_view text, Clocks now) {
    if (text.empty()) return Breaker::Memory();
    LS_TRY_ASSIGN(const Value kept, json::parse(text));
    auto state = std::find(states.begin(), states.end(), kept["state"].text());
    auto code = error_code_from(kept["code"].text());
    if (state == states.end() || !code) return fail(ErrorCode::internal, "a pause of an unknown kind: " + kept["state"].text());
    const std::int64_t until_ms = number(kept["until_ms"]), whole_ms = until_ms - number(kept["at_ms"]);
    const std::int64_t left_ms = std::clamp<std::int64_t>(until_ms - now.wall_ms, 0, std::max<std::int64_t>(0, whole_ms));
    const std::int64_t away_ms = std::max<std::int64_t>(0, now.wall_ms - number(kept["since_ms"]));
    Breaker::Memory memory{.state = static_cast<Breaker::State>(state - states.begin()),
                           .because = {*code, kept["because"].text()},
                           .since_ms = now.monotonic_ms - away_ms,
                           .until_ms = now.monotonic_ms + left_ms};
    if (memory.state == Breaker::State::resting && left_ms == 0) return Breaker::Memory();
    return memory;
}

}  // namespace lockstep::engine
