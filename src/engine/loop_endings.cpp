// Who waits for the end of a run.
#include <utility>

#include "engine/loop.h"

namespace lockstep::engine {

void Engine::Impl::when_ended(std::string run_id, std::int64_t wait_ms, Ended done) {
    {
        std::lock_guard lock(mutex_);
        if (!draining_ && !stopping_) {
            inbox_.emplace_back(WatchMessage{std::move(run_id), runtime_.monotonic_ms() + wait_ms, std::move(done)});
            inbox_changed_->notify_one();
            return;
        }
    }
    done(std::nullopt);
}

/// Looked up once the round is durable: then a run that ends in it has ended in the store too, and one that ends later is
/// told of by its end.
void Engine::Impl::take(Round& round, WatchMessage message) {
    round.after.push_back([this, message = std::move(message)](const Result<void>& written) {
        if (!written) return message.done(std::nullopt);
        if (runtime_.monotonic_ms() < message.until_ms && active_.contains(message.run_id) && !has_ended(message.run_id))
            return endings_.add(message.run_id, message.until_ms, message.done);
        auto loaded = store_.load_run(message.run_id);
        if (!loaded) return message.done(fail(loaded.error()));
        if (!*loaded) return message.done(fail(ErrorCode::not_found, "there is no such run: " + message.run_id));
        if ((*loaded)->run.ended_at_ms != 0) return message.done((*loaded)->run);
        if (runtime_.monotonic_ms() >= message.until_ms) return message.done(std::nullopt);
        endings_.add(message.run_id, message.until_ms, message.done);
    });
}

bool Engine::Impl::has_ended(const std::string& run_id) const {
    auto found = active_.find(run_id);
    return found != active_.end() && found->second.row.ended_at_ms != 0;
}

}  // namespace lockstep::engine
