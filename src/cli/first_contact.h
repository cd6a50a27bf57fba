#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cli/match_decisions.h"
#include "cli/vendor_calls.h"
#include "store/store.h"
#include "sync/match.h"
#include "sync/sync.h"

/// What a sync's first contact would do, found out by reading all records of both sides; nothing is written.
namespace lockstep::cli {

/// A record as `record_list` gave it, without its fields' names: there may be many of them.
struct ReadRow {
    std::string id, version;
    Value at;
    std::vector<Value> values;  ///< in the order of `sync::Half::fields`
};

/// The records of both sides (left 0, right 1) as `record_list` gave them, and what fields there are.
struct BothSides {
    std::array<std::vector<ReadRow>, 2> rows;
    std::array<List, 2> fields;
};

/// Told while records are read: the side, and how many there are so far.
using ReadProgress = std::function<void(sync::Side, std::size_t)>;
Result<BothSides> read_both_sides(VendorCalls& vendors, const sync::Sync& sync, const ReadProgress& progress);

/// What does not fit, or will need a person.
struct Misfit {
    std::string kind;  ///< `too_long`, `not_known`, `mandatory`, `type`, `missing`, `read_only`, `cannot_go_over`
    std::string side;  ///< where it would be written
    std::string id;    ///< of the record that has the value; empty: about the field itself
    std::string field, message;
};

/// A record or a pair that the backfill would carry through the sync.
struct Planned {
    std::string left, right;  ///< one is empty where a record would be created
    std::string by;           ///< `stored link`, an exact key's name, `accepted`; empty of a creation
    Value changes;            ///< as `sync::merge` gives them
    std::string stop;         ///< why a person would have to look; or empty
    std::string nothing;      ///< why nothing would be done; or empty
    std::size_t conflicts = 0, open_conflicts = 0;
};

struct CallCost {
    std::string connection;
    std::int64_t at_most = 0;   ///< each record alone
    std::int64_t at_least = 0;  ///< as many together as the vendor takes
    std::optional<connector::CallBudget> budget;
};

struct Plan {
    std::array<std::size_t, 2> records{};
    std::size_t linked_already = 0;
    std::vector<Planned> pairs, creations;
    std::vector<sync::Proposal> proposals;  ///< that nobody has decided about
    std::vector<sync::Ambiguity> ambiguous;
    std::size_t rejected = 0;
    std::vector<Misfit> misfits;
    std::array<CallCost, 2> cost;
};

/// Decides what first contact comes to. `store` knows what is linked already; null: nothing is. Errors: of the store; `request_invalid` if
/// accepted pairs share a record.
Result<Plan> make_plan(const sync::Sync& sync, BothSides sides, store::Store* store, const MatchDecisions& decisions,
                       const VendorCalls& vendors);

/// Reads both sides and plans; a person at a terminal sees how far it is. Errors: of the vendors, the configuration, the store.
Result<Plan> planned(const config::Config& config, const sync::Sync& sync, const MatchDecisions& decisions);
/// Takes away the line that says how far it is.
void end_progress();

/// As JSON: counts, and of each part at most `limit` entries.
Value plan_value(const sync::Sync& sync, const Plan& plan, std::size_t limit);

}  // namespace lockstep::cli
