// Connections that pause: what people are told of them, and what the next process knows of them.
#include <fmt/format.h>

#include "base/defect.h"
#include "base/log.h"
#include "engine/loop.h"
#include "engine/pause_memory.h"

namespace lockstep::engine {

/// Takes up what an earlier process knew: whoever said when to come back is left alone until then, whoever was away gets a
/// probe before anybody calls it, and people are not told a second time. Errors: of the store.
Result<void> Engine::Impl::resume_pauses() {
    if (LS_DEFECT("pauses: a restart forgets them")) return {};
    const Clocks now{runtime_.now().ms(), runtime_.monotonic_ms()};
    for (const auto& connection : desk_.names()) {
        LS_TRY_ASSIGN(auto kept, store_.cursor(pause_cursor(connection)));
        if (!kept || kept->value.empty()) continue;
        remembered_pauses_.insert_or_assign(connection, kept->value);
        auto memory = read_pause(kept->value, now);
        if (!memory) {
            log::warning("what is kept of a connection cannot be read; it is taken for well",
                         {{"connection", connection}, {"error", memory.error().to_text()}});
            continue;
        }
        desk_.resume(connection, *memory);
        if (memory->state == Breaker::State::suspected) outages_.suspect(connection, memory->since_ms);
        if (memory->state == Breaker::State::down) outages_.confirm(connection, memory->since_ms);
    }
    return {};
}

/// Writes it into the round if it is news. A pause that a death keeps from being written is learnt anew.
void Engine::Impl::remember_pause(Round& round, const std::string& connection) {
    const Clocks now{runtime_.now().ms(), runtime_.monotonic_ms()};
    std::string text = write_pause(desk_.memory_of(connection), now);
    std::string& known = remembered_pauses_[connection];
    if (text == known) return;
    known = text;
    round.batch.cursors.push_back({.name = pause_cursor(connection), .value = std::move(text), .at_ms = now.wall_ms});
}

/// Tells people that a connection is down and when it is back, and writes into the log what happens to it.
void Engine::Impl::take(Round& round, ConnectionChange change) {
    const std::int64_t now = runtime_.monotonic_ms();
    remember_pause(round, change.connection);
    switch (change.change) {
        case Breaker::Change::none:
            return;
        case Breaker::Change::stopped:
            log::info("connection rests", {{"connection", change.connection}, {"because", change.because.message}});
            if (outages_.is_away(change.connection)) tell_back(round, change.connection);  // it answers, though it is busy
            return outages_.suspect(change.connection, now);
        case Breaker::Change::came_back:
            return tell_back(round, change.connection);
        case Breaker::Change::went_down:
            break;
    }
    log::warning("connection is down", {{"connection", change.connection}, {"because", change.because.message}});
    outages_.confirm(change.connection, now);
    raise_down(round, change.connection, change.because);
}

/// Whoever was told that it is away is told that it is back, how long it took and what goes on.
void Engine::Impl::tell_back(Round& round, const std::string& connection) {
    auto held = held_.find(connection);
    auto over = outages_.end(connection, held == held_.end() ? 0 : held->second.size(), runtime_.monotonic_ms());
    if (!over) return log::info("connection is back", {{"connection", connection}});
    log::warning("connection is back",
                 {{"connection", connection}, {"away_s", std::to_string(over->away_ms / 1000)}, {"runs", std::to_string(over->runs)}});
    if (!tells_of(connection)) return;
    Happening happening;
    happening.cause = fmt::format("back|{}", connection);
    happening.title = fmt::format("The connection {} is back", connection);
    happening.subject = fmt::format("away for {}", length_text(over->away_ms));
    happening.reason = over->runs == 0   ? "no run had to wait for it"
                       : over->runs == 1 ? "the run that waited for it goes on"
                                         : fmt::format("the {} runs that waited for it go on", over->runs);
    happening.advice = happening.advice_for_many = "Nothing has to be done.";
    round.batch.alerts.push_back(alerts_.note(happening, runtime_.now().ms()));
}

}  // namespace lockstep::engine
