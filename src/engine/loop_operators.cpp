// What people do to parked runs, and what a success does to those it makes pointless.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/log.h"
#include "engine/loop.h"
#include "engine/loop_parts.h"
#include "engine/operator_actions.h"

namespace lockstep::engine {
namespace {

/// Parked runs read at the start; with more of them the store is asked at the end of every run.
constexpr int parked_keys_read_max = 5'000;
/// Parked runs of a record that one success looks at; a further one closes the rest.
constexpr int older_max = 200;

Error taken_up_already(const std::string& run_id) {
    return {ErrorCode::request_invalid, "the run has just been replayed or dropped: " + run_id};
}

/// Whether a run came to its own end. One that could not be read, because its flow was changed under it, may have a call
/// in doubt that only a person can judge.
bool parked_in_order(const store::LoadedRun& loaded) {
    return !loaded.journal.empty() && loaded.journal.back().kind == flow::to_string(flow::Fact::Kind::ended);
}

}  // namespace

// ---- asked from outside ----

/// Puts a message before the loop, or answers at once when the process stops.
template <class What>
void Engine::Impl::ask(What message) {
    {
        std::lock_guard lock(mutex_);
        if (!draining_ && !stopping_) {
            inbox_.emplace_back(std::move(message));
            inbox_changed_->notify_one();
            return;
        }
    }
    message.done(fail(stopping_error()));
}

void Engine::Impl::replay(std::string run_id, Replay how, std::function<void(Result<void>)> done) {
    ask(ReplayMessage{std::move(run_id), std::move(how), std::move(done)});
}

void Engine::Impl::drop(std::string run_id, std::string reason, std::string actor, std::function<void(Result<void>)> done) {
    ask(DropMessage{std::move(run_id), std::move(reason), std::move(actor), std::move(done)});
}

void Engine::Impl::replay_all(ParkedSelection which, Replay how, ManyDone done) {
    LS_ASSERT(!how.mends());
    ask(ManyMessage{.which = std::move(which), .replay = std::move(how), .done = std::move(done), .until_ms = runtime_.now().ms()});
}

void Engine::Impl::drop_all(ParkedSelection which, std::string reason, std::string actor, ManyDone done) {
    ask(ManyMessage{.which = std::move(which),
                    .reason = std::move(reason),
                    .actor = std::move(actor),
                    .done = std::move(done),
                    .until_ms = runtime_.now().ms()});
}

// ---- in the loop ----

void Engine::Impl::take(Round& round, ReplayMessage message) {
    auto loaded = load_parked(store_, message.run_id);
    if (!loaded) return message.done(fail(loaded.error()));
    if (round.operated.contains(message.run_id)) return message.done(fail(taken_up_already(message.run_id)));
    auto replayed = take_up(round, *loaded, message.replay);
    if (!replayed) return message.done(fail(replayed.error()));
    round.after.push_back(std::move(message.done));
}

/// Opens a parked run again; it waits for its turn once the round is durable.
Result<void> Engine::Impl::take_up(Round& round, const store::LoadedRun& loaded, const Replay& how) {
    const flow::Flow* flow = find_flow(loaded.run.flow);
    if (!flow) return fail(ErrorCode::gone_from_flow, "there is no such flow any more: " + loaded.run.flow);
    std::int64_t now = runtime_.now().ms();
    LS_TRY_ASSIGN(auto batch, replay_batch(flow, loaded, how, now));
    round.batch.append(std::move(batch));
    round.operated.insert(loaded.run.id);
    Backlog::Entry entry{loaded.run.id, now, priority_of(loaded.event.trigger)};
    round.after.push_back([this, key = backlog_key(loaded.run), entry = std::move(entry)](const Result<void>& written) {
        if (written) push_waiting(key, entry);
    });
    return {};
}

void Engine::Impl::take(Round& round, DropMessage message) {
    auto loaded = load_parked(store_, message.run_id);
    if (!loaded) return message.done(fail(loaded.error()));
    if (!round.operated.insert(message.run_id).second) return message.done(fail(taken_up_already(message.run_id)));
    round.batch.append(drop_batch(*loaded, message.reason, message.actor, runtime_.now().ms()));
    round.after.push_back(std::move(message.done));
}

/// One page of the runs that are meant; the next page is a message of its own, so that others have their turn between.
void Engine::Impl::take(Round& round, ManyMessage message) {
    auto page = parked_page(store_, message.which, message.after_id, message.until_ms);
    if (!page) return message.done(fail(page.error()));
    for (const auto& loaded : page->runs) {
        if (message.replay && backlog_.size() + round.operated.size() >= options_.backlog_max) {
            message.so_far.more = page->is_last = true;
            break;
        }
        if (round.operated.contains(loaded.run.id)) continue;
        operate(round, loaded, message);
    }
    message.after_id = page->last_id;
    round.after.push_back([this, is_last = page->is_last, message = std::move(message)](const Result<void>& written) {
        if (!written) return message.done(fail(written.error()));
        if (is_last) return message.done(message.so_far);
        ask(message);
    });
}

void Engine::Impl::operate(Round& round, const store::LoadedRun& loaded, ManyMessage& message) {
    if (!message.replay) {
        round.operated.insert(loaded.run.id);
        round.batch.append(drop_batch(loaded, message.reason, message.actor, runtime_.now().ms()));
        ++message.so_far.done;
        return;
    }
    auto replayed = take_up(round, loaded, *message.replay);
    ++(replayed ? message.so_far.done : message.so_far.refused);
    if (!replayed && message.so_far.why_refused.empty()) message.so_far.why_refused = replayed.error().message;
}

// ---- what a success makes pointless ----

Result<void> Engine::Impl::read_parked_keys() {
    LS_TRY_ASSIGN(auto parked, store_.list_runs({.status = store::RunStatus::parked, .limit = parked_keys_read_max}));
    for (const auto& run : parked) parked_keys_.note(run.flow, run.key);
    if (parked.size() == static_cast<std::size_t>(parked_keys_read_max))
        for (const auto& flow : flows) parked_keys_.note_all_of(flow.name);
    return {};
}

/// A run has ended: notes that it is parked, and closes older parked runs of its record, which it has made pointless. A
/// run that was skipped proves nothing: that there is nothing to do for its event does not say that the work of an older
/// one was done.
void Engine::Impl::settle_older(Round& round, const ActiveRun& run) {
    const auto& row = run.row;
    const bool parked = row.status == store::RunStatus::parked;
    if (parked ? run.flow->parking_supersedes : row.status == store::RunStatus::succeeded && run.flow->supersedes) {
        close_older(round, row, row.key);
        for (const auto& key : flow::superseded_keys(*run.flow, run.state)) close_older(round, row, key);
    }
    if (parked) parked_keys_.note(row.flow, row.key);
}

void Engine::Impl::close_older(Round& round, const store::RunRow& row, const std::string& key) {
    if (!parked_keys_.may_have(row.flow, key)) return;
    auto older = older_parked(row, key);
    if (!older) return log::error("older parked runs cannot be read", {{"run", row.id}, {"error", older.error().to_text()}});
    for (auto& its : *older) {
        if (!parked_in_order(its) || !round.operated.insert(its.run.id).second) continue;
        log::info("run superseded", {{"run", its.run.id}, {"flow", row.flow}, {"key", key}, {"by", row.id}});
        round.batch.append(superseded_batch(std::move(its.run), row.id, runtime_.now().ms()));
    }
}

/// The parked runs of the key that are older than this one.
Result<std::vector<store::LoadedRun>> Engine::Impl::older_parked(const store::RunRow& row, const std::string& key) {
    LS_TRY_ASSIGN(auto parked, store_.list_runs({.status = store::RunStatus::parked, .flow = row.flow, .key = key, .limit = older_max}));
    if (parked.empty()) parked_keys_.forget(row.flow, key);
    std::vector<std::string> ids;
    for (const auto& its : parked)
        if (its.id < row.id) ids.push_back(its.id);
    return store_.load_runs(ids);
}

}  // namespace lockstep::engine
