#include "engine/alert_desk.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/backoff.h"
#include "base/random_id.h"

namespace lockstep::engine {
namespace {

/// So many subjects are named in a message; the others are counted.
constexpr std::size_t subjects_max = 5;
/// A message that cannot be sent this often is given up, counted and shown in /health.
constexpr int attempts_max = 10;
constexpr std::int64_t retry_base_ms = 2'000;
/// Slack gives no way to find a message again: after a lost answer it is sent once more, not oftener.
constexpr int lost_answers_max = 1;
/// What the row of an alert says that may have arrived and is not sent again.
constexpr std::string_view unsure = "unsure whether it arrived, and not sent again: ";

std::string text_of(const store::AlertRow& row, const std::vector<Happening>& shown) {
    const Happening& first = shown.front();
    std::string text = row.count == 1 ? first.title + "\n" : fmt::format("{} ({} times)\n", first.title, row.count);
    for (const auto& happening : shown) text += fmt::format("• {}: {}\n", happening.subject, happening.reason);
    if (row.count > static_cast<std::int64_t>(shown.size()))
        text += fmt::format("• and {} more\n", row.count - static_cast<std::int64_t>(shown.size()));
    return text + fmt::format("{}\nAlert {}", row.count == 1 ? first.advice : first.advice_for_many, row.id);
}

}  // namespace

int AlertDesk::lost_answers_most() const {
    if (!delivery_) return lost_answers_max;
    return *delivery_ == flow::Delivery::at_most_once ? 0 : attempts_max;
}

std::vector<store::AlertRow> AlertDesk::restore(std::vector<store::AlertRow> rows) {
    std::vector<store::AlertRow> given_up;
    for (auto& row : rows) {
        if (row.state == store::AlertState::sending && lost_answers_most() == 0) {
            row.state = store::AlertState::failed;
            row.error.assign(unsure).append("the process ended while it was being sent");
            given_up.push_back(std::move(row));
            continue;
        }
        Open open{.row = std::move(row), .shown = {}, .lost = 0, .restored = true};
        // Nobody waits longer, even if the clock was set back meanwhile.
        open.row.due_at_ms = std::min(open.row.due_at_ms, runtime_.now().ms() + window_ms_);
        std::int64_t& last_sent_ms = last_sent_ms_[open.row.cause];
        last_sent_ms = std::max(last_sent_ms, open.row.due_at_ms);
        if (open.row.state == store::AlertState::sending) {
            open.row.state = store::AlertState::pending;
            open.lost = 1;
        }
        std::string id = open.row.id;
        open_.emplace(std::move(id), std::move(open));
    }
    return given_up;
}

store::AlertRow AlertDesk::note(const Happening& happening, std::int64_t now_ms) {
    auto gathering = pending_by_cause_.find(happening.cause);
    if (gathering == pending_by_cause_.end()) {
        auto last = last_sent_ms_.find(happening.cause);
        std::int64_t due = now_ms + delay_ms_;
        if (last != last_sent_ms_.end()) due = std::max(due, last->second + window_ms_);
        store::AlertRow row{.id = make_sortable_id(runtime_),
                            .cause = happening.cause,
                            .text = {},
                            .count = 0,
                            .state = store::AlertState::pending,
                            .attempts = 0,
                            .created_at_ms = now_ms,
                            .due_at_ms = due,
                            .error = {}};
        gathering = pending_by_cause_.emplace(happening.cause, row.id).first;
        open_.emplace(row.id, Open{.row = row, .shown = {}, .lost = 0});
    }
    Open& open = open_.at(gathering->second);
    ++open.row.count;
    if (open.shown.size() < subjects_max) open.shown.push_back(happening);
    open.row.text = text_of(open.row, open.shown);
    return open.row;
}

std::vector<store::AlertRow> AlertDesk::take_due(std::int64_t now_ms) {
    std::vector<store::AlertRow> due;
    for (auto& [id, open] : open_) {
        if (open.row.state != store::AlertState::pending || open.row.due_at_ms > now_ms) continue;
        // The one before of its cause may have been sent once more meanwhile: its window begins anew.
        auto last = sent_again_ms_.find(open.row.cause);
        const bool is_first = !open.tried && open.row.attempts == 0 && !open.restored;
        if (is_first && last != sent_again_ms_.end() && now_ms < last->second + window_ms_) {
            open.row.due_at_ms = last->second + window_ms_;
            continue;
        }
        open.row.state = store::AlertState::sending;
        ++open.row.attempts;
        auto gathering = pending_by_cause_.find(open.row.cause);
        if (gathering != pending_by_cause_.end() && gathering->second == id) pending_by_cause_.erase(gathering);
        last_sent_ms_[open.row.cause] = now_ms;
        if (!is_first) sent_again_ms_[open.row.cause] = now_ms;
        open.tried = true;
        due.push_back(open.row);
    }
    return due;
}

store::AlertRow AlertDesk::settle(const std::string& id, const Result<void>& outcome, std::int64_t now_ms) {
    auto found = open_.find(id);
    LS_ASSERT(found != open_.end());
    Open& open = found->second;
    auto close = [&](store::AlertState state) {
        open.row.state = state;
        store::AlertRow row = open.row;
        open_.erase(found);
        return row;
    };
    if (outcome) return close(store::AlertState::sent);
    const Error& error = outcome.error();
    open.row.error = error.to_text();
    bool lost = error.cls() == ErrorClass::in_doubt;
    if (error.cls() == ErrorClass::limited) --open.row.attempts;  // it was not tried
    bool hopeless = error.cls() == ErrorClass::rejected || error.cls() == ErrorClass::bug;
    bool too_often = lost && open.lost >= lost_answers_most();
    if (lost && (too_often || open.row.attempts >= attempts_max)) open.row.error = std::string(unsure) + open.row.error;
    if (hopeless || open.row.attempts >= attempts_max || too_often) return close(store::AlertState::failed);
    open.lost += lost ? 1 : 0;
    open.row.state = store::AlertState::pending;
    open.row.due_at_ms =
        now_ms + std::max(error.retry_after_ms.value_or(0), backoff_ms(std::max(open.row.attempts, 1), retry_base_ms, runtime_.random()));
    return open.row;
}

std::optional<std::int64_t> AlertDesk::next_due_ms() const {
    std::optional<std::int64_t> next;
    for (const auto& [id, open] : open_)
        if (open.row.state == store::AlertState::pending) next = next ? std::min(*next, open.row.due_at_ms) : open.row.due_at_ms;
    return next;
}

}  // namespace lockstep::engine
