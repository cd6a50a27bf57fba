#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/result.h"
#include "sync/match.h"
#include "value/value.h"

namespace lockstep::cli {

/// What people decided about proposed partners, and how far a backfill is: a file beside the database.
class MatchDecisions {
public:
    struct Decision {
        std::string left, right;
        bool accepted = false;
        std::string by, at;
        std::int64_t score = 0;
    };

    static std::string default_file(const std::string& store_path, const std::string& sync) {
        return store_path + "." + sync + ".matches.json";
    }
    /// A file that is not there is an empty one. Errors: `file_unreadable`, `config_invalid` if it is another sync's.
    static Result<MatchDecisions> read(const std::string& file, const std::string& sync);
    /// Replaces the file as a whole: after a crash it is the old one or the new one. Errors: `file_unreadable`.
    Result<void> write() const;

    const Decision* find(const std::string& left, const std::string& right) const;
    void set(const Decision& decision) { decisions_[{decision.left, decision.right}] = decision; }
    const std::map<std::pair<std::string, std::string>, Decision>& all() const { return decisions_; }

    /// The backfill that is not over; empty: none.
    std::string backfill;

private:
    std::string file_, sync_;
    std::map<std::pair<std::string, std::string>, Decision> decisions_;
};

/// A proposal's short name: the same for the same two records.
std::string proposal_id(const std::string& left, const std::string& right);

}  // namespace lockstep::cli
