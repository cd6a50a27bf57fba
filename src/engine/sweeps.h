#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/sweep_status.h"
#include "flow/flow.h"
#include "store/store.h"

namespace lockstep::engine {

/// The wall clock, and the one that is never set: when a sweep is due does not depend on the first.
struct SweepClock {
    std::int64_t now_ms = 0;
    std::int64_t monotonic_ms = 0;
};

/// How far a sweep has come, as the store keeps it.
struct SweepCursor {
    /// A pass over what has changed; it may take several goes.
    struct Pass {
        std::int64_t since_ms = 0;  ///< the next page's
        std::string after;          ///< key of the last row before the next page
        std::int64_t page = 1;
        std::int64_t greatest_ms = 0;  ///< the newest position seen in it
        std::int64_t began_ms = 0;
        bool operator==(const Pass&) const = default;
    };
    std::string definition;        ///< a hash of what the flow's file says
    std::int64_t began_ms = 0;     ///< when this sweep was first made here
    std::int64_t at_ms = 0;        ///< all that changed up to here has been looked at
    std::int64_t complete_ms = 0;  ///< when the last pass was complete; 0: none was
    std::optional<Pass> pass;      ///< under way
    bool operator==(const SweepCursor&) const = default;
};
std::string to_text(const SweepCursor& cursor);
/// nullopt if it is not readable: the sweep begins anew.
std::optional<SweepCursor> sweep_cursor_from(const std::string& text);

/// Asks the vendors from time to time what they should have told of: when each sweep is due, what it asks next, and what
/// its rows are. Pure but for the clocks it is given; used by the engine's loop only.
///
/// A sweep makes passes over what has changed since its cursor, page by page. What a page's rows mean for the cursor is
/// returned to be stored with their events, in one commit.
class Sweeps {
public:
    using Random = std::function<std::uint64_t()>;

    /// `stored` reads a cursor's text by its name. Errors: of `stored`.
    static Result<Sweeps> make(const std::vector<flow::Flow>& flows,
                               const std::function<Result<std::optional<store::CursorRow>>(const std::string& name)>& stored,
                               SweepClock clock, Random random);

    /// Cursors that the store does not have yet: stored at once, so that what changes from now on is found even if the
    /// vendor cannot be asked for long.
    const std::vector<store::CursorRow>& fresh() const { return fresh_; }

    std::size_t size() const { return entries_.size(); }
    const flow::Flow& flow_of(std::size_t sweep) const { return *entries_[sweep].flow; }
    const flow::Sweep& definition(std::size_t sweep) const { return *entries_[sweep].trigger->sweep; }
    /// The connection of its next call.
    const std::string& next_connection(std::size_t sweep) const;

    /// Monotonic; nullopt: none will be due.
    std::optional<std::int64_t> next_ms() const;
    /// The sweeps that are due and have no call under way.
    std::vector<std::size_t> due(SweepClock clock) const;
    /// It is due, but must not make calls yet.
    void put_off(std::size_t sweep, std::int64_t ms, std::string because, SweepClock clock);
    /// Makes it due now, unless a call is under way. Returns whether the flow has a sweep.
    bool hurry(const std::string& flow, SweepClock clock);

    /// A call to be made: what its action gets.
    Result<Value> next_call(std::size_t sweep, SweepClock clock);
    const schema::Action& next_action(std::size_t sweep) const;

    /// A row that should have been told of.
    struct Found {
        std::string key;
        std::string dedupe_id;  ///< the same for the same version of the record
        std::int64_t position_ms = 0;
    };
    struct Page {
        std::vector<Found> found;
        std::size_t rows = 0;
        std::vector<std::string> refused;  ///< rows that make no sense, and why
        SweepCursor next;                  ///< the cursor once their events are stored
        bool is_last = false;
    };
    /// Takes what a call gave. nullopt: another call is needed before the page can be judged.
    /// Errors: `expression_failed` if the rows cannot be gone on from.
    Result<std::optional<Page>> take(std::size_t sweep, const Value& given, SweepClock clock);
    /// The page's events and this cursor are in the batch. Returns the row to store with them.
    store::CursorRow accept(std::size_t sweep, const Page& page, std::size_t events, SweepClock clock);
    /// Whether the next page may be asked for in this go.
    bool goes_on(std::size_t sweep) const;

    /// The call failed, or its answer could not be used. Returns what to tell people, once, if that has been so for long.
    std::optional<std::string> fail(std::size_t sweep, const Error& error, SweepClock clock);
    /// Rows make no sense: returns whether people have not been told yet.
    bool is_first_refusal(std::size_t sweep);

    std::vector<SweepStatus> status() const;
    /// Whether the status may be another since this was last asked.
    bool take_changed() { return std::exchange(changed_, false); }

private:
    struct Entry {
        const flow::Flow* flow = nullptr;
        const flow::Trigger* trigger = nullptr;
        std::string cursor_name;
        SweepCursor cursor;
        std::int64_t due_ms = 0;  ///< monotonic
        bool calling = false;
        bool goes_on = false;
        int calls_left = 0;
        std::optional<List> rows;  ///< of the page under way, while what they are compared with is asked for
        int failures = 0;
        bool told_failing = false, told_refused = false;
        SweepStatus shown;
    };
    void schedule(Entry& entry, SweepClock clock, std::int64_t in_ms);
    std::int64_t jittered(std::int64_t ms);
    Result<std::optional<Page>> judge(Entry& entry, const List& rows, const Value& against, SweepClock clock);

    std::vector<Entry> entries_;
    std::vector<store::CursorRow> fresh_;
    Random random_;
    bool changed_ = true;
};

}  // namespace lockstep::engine
