#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/world.h"

/// Histories of edits: people change the same customers in Salesforce and in Zoho CRM, at the same time, while everything
/// fails; the sync has to bring both to say the same without anybody's edit being lost.
namespace lockstep::sim {

/// One thing that a person does to a customer on one side.
struct Edit {
    enum class What : std::uint8_t { set, clear, create, remove, restore };
    std::int64_t at_ms = 0;
    int customer = 0;
    bool right = false;  ///< in Zoho CRM, else in Salesforce
    What what = What::set;
    int field = 0;             ///< of the synced ones
    int told = 1;              ///< so many messages come of it; 0: only a sweep finds it
    std::int64_t late_ms = 0;  ///< so late comes the message
    bool operator==(const Edit&) const = default;
    std::string to_string() const;
};

/// What happens, as data; the same history always takes the same course.
struct EditHistory {
    Scenario hostile;  ///< what goes wrong: faults, outages, deaths, clocks, disk
    int customers = 1;
    int both = 0;                     ///< of so many both sides have a record before the first contact, with each other's id
    std::string conflict = "newest";  ///< the sync's policies
    std::string deletion = "keep";
    std::int64_t skew_ms = 0;  ///< so much Zoho's clock is ahead of Salesforce's
    std::vector<Edit> edits;
    /// The sync writes without a guard, to see whether the oracles notice.
    bool unguarded = false;

    static EditHistory drawn(std::uint64_t seed);
    std::string to_string() const;
    /// Every history that has one thing less.
    std::vector<EditHistory> smaller() const;
};

/// Plays it to its end and says what it broke:
/// - both sides say the same, but for what a person has still to decide;
/// - every edit that a vendor took is in the result, or was seen by the other side, or was overwritten by a person on the
///   same side, or is on record as a conflict;
/// - a record has one partner; nobody writes when nothing is to be written; every event ended.
Report play(const EditHistory& history);

/// Plays seeds `from` … `from + seeds - 1` until one breaks a promise; that one is made smaller. Returns it with its report.
struct EditFailure {
    EditHistory drawn, smallest;
    Report report;
};
struct EditTally {
    std::uint64_t histories = 0, edits = 0, calls = 0, writes = 0, conflicts = 0, crashes = 0, spoilt = 0, rewinds = 0;
    std::int64_t real_us = 0;
};
std::optional<EditFailure> play_edits(std::uint64_t from, std::uint64_t seeds, EditTally& tally);

}  // namespace lockstep::sim
