#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/job.h"
#include "engine/turns.h"

namespace lockstep::engine {

/// The calls that wait for one connection.
///
/// Urgent ones come first; within a priority the flows take turns, and within a flow its runs: a run with ten thousand
/// elements does not hold up the others. Now and then one of the lowest priority goes first, so that none waits for ever.
/// Calls that can be made together wait in one parcel. Used under its owner's lock. Times are monotonic milliseconds.
class CallQueue {
public:
    /// Calls that are made together, or a single one.
    using Parcel = std::vector<Job>;
    /// What makes a call joinable: the name its companions share, and the record that they must not share (empty: they may).
    struct Joint {
        std::string name, record;
        std::size_t max = 1;
    };
    /// One in so many parcels is taken from the lowest priority that waits.
    static constexpr int lowest_first_every = 8;

    void push(Job job);
    /// As `push`; the job joins the parcel that gathers under its name, or begins one. A parcel is ready when it is full,
    /// and at `ready_ms` of its first job.
    void push_joint(Job job, const Joint& joint, std::int64_t ready_ms);
    /// Takes the next parcel that is ready, of this priority or a higher one.
    std::optional<Parcel> pop(std::int64_t now_ms, Priority lowest);
    bool has_ready(std::int64_t now_ms, Priority lowest);
    /// When the next gathering parcel is ready; nullopt: none gathers.
    std::optional<std::int64_t> next_ready_ms() const;
    /// Takes out all jobs of a lower priority than this one; nullopt: all there are.
    std::vector<Job> take_below(std::optional<Priority> lowest);
    std::size_t size() const { return size_; }

private:
    using Runs = Turns<Fifo<Parcel>>;
    using Lane = Turns<Runs>;
    struct Gathering {
        Parcel jobs;
        std::set<std::string> records;
        std::int64_t ready_ms = 0;
    };
    void queue(Parcel parcel);
    void ripen(std::int64_t now_ms);
    Lane* next_lane(Priority lowest);

    std::array<Lane, 3> lanes_;                   // by priority
    std::map<std::string, Gathering> gathering_;  // by priority and name
    std::size_t size_ = 0;
    int served_ = 0;
};

}  // namespace lockstep::engine
