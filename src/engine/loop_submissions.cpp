// New events: how they come in, are written with their round or refused, and are answered.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/log.h"
#include "base/defect.h"
#include "base/random_id.h"
#include "engine/loop.h"
#include "engine/loop_parts.h"

namespace lockstep::engine {
namespace {

/// The next id in order: the last digit (Crockford's base 32) counted up, with carry.
std::string id_after(std::string id) {
    constexpr std::string_view digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    for (auto at = id.rbegin(); at != id.rend(); ++at) {
        std::size_t digit = digits.find(*at);
        LS_ASSERT(digit != std::string_view::npos);
        *at = digits[(digit + 1) % digits.size()];
        if (digit + 1 < digits.size()) break;
    }
    return id;
}

/// Whoever sends one event after the other sends the next within this time: then the beginning of the one and the keeping
/// of the other are one commit, and acknowledgements come twice as fast.
constexpr std::int64_t company_wait_ms = 1;

std::string dedupe_name(const Submission& submission) { return submission.flow + "\n" + submission.dedupe_id; }

}  // namespace

void Engine::Impl::submit(std::vector<Submission> submissions, AllDone done) {
    std::size_t count = submissions.size();
    if (count == 0 || count > submissions_max)
        return done(fail(ErrorCode::request_invalid, fmt::format("events come 1 to {} at once: {}", submissions_max, count)));
    ErrorCode refused = ErrorCode::overloaded;
    {
        std::lock_guard lock(mutex_);
        if (!draining_ && !stopping_ && backlog_size_ + inbox_.size() + count <= options_.backlog_max) {
            inbox_.emplace_back(SubmitMessage{std::move(submissions), std::move(done)});
            inbox_changed_->notify_one();
            return;
        }
        if (draining_ || stopping_) refused = ErrorCode::shutting_down;
        status_.counters.refused += count;
    }
    Error error{refused, refused == ErrorCode::overloaded
                             ? fmt::format("more than {} events are waiting; try again later", options_.backlog_max)
                             : "the engine is stopping; try again in a moment"};
    error.retry_after_ms = refused == ErrorCode::overloaded ? 30'000 : 5'000;
    done(fail(std::move(error)));
}

/// Ids of runs grow, also within a millisecond and when the clock is set back: a restart goes by them.
std::string Engine::Impl::next_run_id() {
    std::string id = make_sortable_id(runtime_);
    if (id <= last_run_id_) id = id_after(last_run_id_);
    last_run_id_ = id;
    return id;
}

/// Reads all that has to be read before anything is added: an error refuses all of the message's events.
void Engine::Impl::take(Round& round, SubmitMessage message, bool own) {
    std::vector<std::string> in_store(message.submissions.size());
    for (std::size_t i = 0; i < in_store.size(); ++i) {
        const auto& submission = message.submissions[i];
        if (submission.dedupe_id.empty() || round.event_by_dedupe.contains(dedupe_name(submission))) continue;
        auto known = store_.event_by_dedupe_id(submission.flow, submission.dedupe_id);
        if (!known) return message.done(fail(known.error()));
        if (*known && !LS_DEFECT("events: a known dedupe id is overlooked")) in_store[i] = (*known)->id;
    }
    Waiting waiting{.accepted = {}, .done = std::move(message.done), .own = own};
    for (std::size_t i = 0; i < in_store.size(); ++i)
        waiting.accepted.push_back(in_store[i].empty() ? add_event(round, std::move(message.submissions[i]), own)
                                                       : Accepted{std::move(in_store[i]), "", true});
    round.waiting.push_back(std::move(waiting));
}

/// Adds the event to the round, unless one of its dedupe id is there already.
Accepted Engine::Impl::add_event(Round& round, Submission submission, bool own) {
    std::int64_t now = runtime_.now().ms();
    std::string id = make_sortable_id(runtime_);
    if (!submission.dedupe_id.empty()) {
        auto [known, fresh] = round.event_by_dedupe.try_emplace(dedupe_name(submission), id);
        if (!fresh) return {known->second, "", true};
    }
    const Priority priority = priority_of(submission.trigger);
    store::EventRow event{.id = std::move(id),
                          .flow = std::move(submission.flow),
                          .key = std::move(submission.key),
                          .dedupe_id = std::move(submission.dedupe_id),
                          .trigger = std::move(submission.trigger),
                          .body_json = std::move(submission.body_json),
                          .received_at_ms = now};
    store::RunRow run{
        .id = next_run_id(), .event_id = event.id, .flow = event.flow, .key = event.key, .created_at_ms = now, .updated_at_ms = now};
    round.events.push_back({event.id, run.id, backlog_key(run), now, priority, own});
    Accepted accepted{event.id, run.id, false};
    round.batch.events.push_back(std::move(event));
    round.batch.runs.push_back(std::move(run));
    return accepted;
}

/// The round is durable: its events wait for their turn, and whoever sent them learns it.
void Engine::Impl::accept_events(Round& round) {
    for (auto& fresh : round.events) push_waiting(fresh.backlog_key, {fresh.run_id, fresh.created_at_ms, fresh.priority});
    count_events(round);
    for (auto& waiting : round.waiting) waiting.done(std::move(waiting.accepted));
    if (!round.events.empty()) company_until_ms_ = runtime_.monotonic_ms() + company_wait_ms;
}

/// Takes the new events out of a round that cannot be written, and tells who sent them.
void Engine::Impl::refuse_events(Round& round, const Error& error) {
    log::error("the store refuses to write", {{"error", error.to_text()}});
    std::unordered_set<std::string> refused;
    for (const auto& fresh : round.events)
        if (!fresh.own) refused.insert({fresh.event_id, fresh.run_id});
    std::erase_if(round.batch.events, [&](const store::EventRow& row) { return refused.contains(row.id); });
    std::erase_if(round.batch.runs, [&](const store::RunRow& row) { return refused.contains(row.id); });
    std::erase_if(round.events, [](const NewEvent& fresh) { return !fresh.own; });
    for (auto& waiting : round.waiting)
        if (!waiting.own) waiting.done(fail(error));
    std::erase_if(round.waiting, [](const Waiting& waiting) { return !waiting.own; });
}

/// Tells everybody who waits for an answer; what the workers report is doubted at the next start.
void Engine::Impl::refuse_messages(std::deque<Message>& messages, const Error& error) {
    for (auto& message : messages) {
        if (auto* submission = std::get_if<SubmitMessage>(&message)) submission->done(fail(error));
        if (auto* replayed = std::get_if<ReplayMessage>(&message)) replayed->done(fail(error));
        if (auto* dropped = std::get_if<DropMessage>(&message)) dropped->done(fail(error));
        if (auto* many = std::get_if<ManyMessage>(&message)) many->done(fail(error));
        if (auto* hurried = std::get_if<HurryMessage>(&message)) hurried->done(fail(error));
        if (auto* watch = std::get_if<WatchMessage>(&message)) watch->done(std::nullopt);
    }
}

/// While nothing can be written, whoever sends an event learns it at once.
void Engine::Impl::refuse_waiting_events(const Error& error) {
    std::deque<Message> refused;
    {
        std::lock_guard lock(mutex_);
        auto kept = std::stable_partition(inbox_.begin(), inbox_.end(),
                                          [](const Message& message) { return !std::holds_alternative<SubmitMessage>(message); });
        std::move(kept, inbox_.end(), std::back_inserter(refused));
        inbox_.erase(kept, inbox_.end());
    }
    refuse_messages(refused, error);
}

}  // namespace lockstep::engine
