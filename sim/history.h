#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/client.h"
#include "value/value.h"

/// What happened in one play of a scenario, as an observer saw it who stands outside of the program: between it and the
/// vendors, between it and its disk, beside whoever reports events. Oracles read this and the vendors' own records.
namespace lockstep::sim {

/// One request to a vendor. All times: virtual milliseconds, as `Runtime::monotonic_ms` of the play.
struct SentCall {
    std::uint64_t number = 0;  ///< 1, 2, 3 … in order of sending
    int life = 0;              ///< of the process that sent it: index of `History::lives`
    std::string connector;     ///< `salesforce`, `sap`, `zoho_books`, `slack`
    std::string method, url;   ///< in origin form, `/path?query`
    std::string body;
    net::Effect effect = net::Effect::read;  ///< as the caller declared it
    std::string fault;                       ///< what was done to it on purpose, by name; empty: nothing
    std::int64_t sent_ms = 0;
    std::optional<std::int64_t> arrived_ms;      ///< at the vendor; never: refused, reset on its way, lost in a crash
    std::optional<std::int64_t> applied_ms;      ///< when the vendor processed it; never: it refused it unseen or did not get it
    std::optional<std::int64_t> answered_ms;     ///< when the caller learnt of its end; never: the caller died
    int vendor_status = 0;                       ///< what the vendor answered when it processed it; 0: it did not
    int status = 0;                              ///< what the caller was answered; 0: no answer came through
    std::optional<std::int64_t> retry_after_ms;  ///< what that answer asked for
    std::int64_t day_used = 0, day_allowed = 0;  ///< of the day's calls, as that answer says; 0 allowed: it says nothing
    std::string answer;                          ///< its body
    std::string error;                           ///< what the caller saw instead of an answer: the error's name
};

/// One transaction of the store.
struct Commit {
    std::int64_t at_ms = 0;
    int life = 0;
    bool done = false;  ///< it is on disk
    std::string error;  ///< what the program was told; a commit that is done may still be told as failed if the process died
    std::size_t events = 0, runs = 0, journal = 0, links = 0, schedules = 0, cursors = 0, alerts = 0, tokens = 0, audit = 0;
    /// A connection that is to be left alone until a time of the wall clock, in ms; 0: that it is not.
    struct Rest {
        std::string connection;
        std::int64_t until_wall_ms = 0;
    };
    std::vector<Rest> rests;
};

/// One process of the program, from its start to its death.
struct Life {
    std::int64_t started_ms = 0;
    std::optional<std::int64_t> died_ms;
    std::string died_of;  ///< `killed at a switch`, `killed before a commit`, `killed after a commit`, `end`
};

/// One event that somebody reported, as often as they did.
struct GivenTrigger {
    std::string flow, key, dedupe_id;
    std::string body;   ///< JSON
    std::string what;   ///< `deal`, `duplicate`, `payment`, `sweep` …: why it was sent
    bool lost = false;  ///< the vendor's message never came: only a sweep can find it
    std::int64_t due_ms = 0;
    std::optional<std::int64_t> given_ms;         ///< the first time; repeated until it is acknowledged
    std::optional<std::int64_t> acknowledged_ms;  ///< from then on it is a promise
    std::string event_id, run_id;                 ///< once acknowledged; no run: a duplicate
    bool duplicate = false;
    int refusals = 0;  ///< answers that said: not now
};

/// Something a person or the world did: in a vendor, to a run, to the clock.
struct WorldAct {
    std::int64_t at_ms = 0;
    std::string kind;  ///< `clock`, `replay`, `finance`, `outage`, `outage over`, `faults over`, `session lost`, `token revoked` …
    std::string what;
    std::int64_t amount = 0;  ///< of `clock`: milliseconds that the wall clock jumped
};

/// A line of the program's log, as it would have been written.
struct LogLine {
    std::int64_t at_ms = 0;
    std::string text;
};

struct History {
    std::vector<SentCall> calls;
    std::vector<Commit> commits;
    std::vector<Life> lives;
    std::vector<GivenTrigger> triggers;
    std::vector<WorldAct> acts;
    std::vector<LogLine> log;
    std::vector<std::string> secrets;            ///< of this play: none of them may stand in a log line, a row, a trace, an error
    std::int64_t wall_start_ms = 0;              ///< wall clock at virtual time 0, before any jump
    std::optional<std::int64_t> faults_over_ms;  ///< from then on nothing is spoiled any more
    std::optional<std::int64_t> agreement_ms;    ///< when nothing was left to do, after that
    std::size_t calls_at_agreement = 0;          ///< how many there had been: what comes later, a quiet landscape makes
    std::int64_t ended_ms = 0;
};

}  // namespace lockstep::sim
