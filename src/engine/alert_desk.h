#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/runtime.h"
#include "flow/flow.h"
#include "store/store.h"

namespace lockstep::engine {

/// One thing to tell people about.
struct Happening {
    std::string cause;    ///< what makes happenings alike: flow, step and code
    std::string title;    ///< `deal-closed is parked at order`
    std::string subject;  ///< the record and run: `006… (run 01J…)`
    std::string reason;
    std::string advice;           ///< what to do, and how to replay
    std::string advice_for_many;  ///< the same when the message stands for several
};

/// Gathers happenings into few messages and decides when each is sent again: the first of a cause goes out after
/// `delay_ms` with all that came meanwhile; what follows within `window_ms` becomes one more message at its end.
/// Pure but for the clock it is given; used by the engine's loop only.
class AlertDesk {
public:
    /// `delivery` says what a lost answer means; none: the message is sent once more, not oftener.
    AlertDesk(Runtime& runtime, std::int64_t delay_ms, std::int64_t window_ms, std::optional<flow::Delivery> delivery = {})
        : runtime_(runtime), delay_ms_(delay_ms), window_ms_(window_ms), delivery_(delivery) {}

    /// Takes up what an earlier process left unsent: a window of their causes begins when they are sent. One that was being
    /// sent counts as sent once already. Returns those that are not sent any more, to be stored.
    [[nodiscard]] std::vector<store::AlertRow> restore(std::vector<store::AlertRow> rows);
    /// Notes a happening; the row is to be stored.
    store::AlertRow note(const Happening& happening, std::int64_t now_ms);
    /// The alerts to send now, marked `sending`; to be stored before they are sent.
    std::vector<store::AlertRow> take_due(std::int64_t now_ms);
    /// Notes what became of a sending; the row is to be stored.
    store::AlertRow settle(const std::string& id, const Result<void>& outcome, std::int64_t now_ms);

    std::optional<std::int64_t> next_due_ms() const;
    std::size_t open() const { return open_.size(); }

private:
    struct Open {
        store::AlertRow row;
        std::vector<Happening> shown;
        int lost = 0;
        bool tried = false;     ///< also if the vendor said that it is busy, which counts as no attempt
        bool restored = false;  ///< of an earlier process: its message is written and takes nothing more
    };
    Runtime& runtime_;
    int lost_answers_most() const;

    std::int64_t delay_ms_, window_ms_;
    std::optional<flow::Delivery> delivery_;
    std::map<std::string, Open> open_;                     // by alert id
    std::map<std::string, std::string> pending_by_cause_;  // cause → id of the alert that still gathers
    std::map<std::string, std::int64_t> last_sent_ms_;     // by cause
    std::map<std::string, std::int64_t> sent_again_ms_;    // by cause: of messages that were sent more than once
};

}  // namespace lockstep::engine
