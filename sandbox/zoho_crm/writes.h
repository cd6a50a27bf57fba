#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sandbox/zoho_crm/crm.h"

namespace lockstep::sandbox::zoho_crm {

/// Writes records of one module for one user and keeps in mind what changed.
class Writer {
public:
    Writer(Crm& crm, Table& table, const User& by) : crm_(crm), table_(table), by_(by) {}

    /// `path` is the record's place in the body, for refusals: `$.data[0]`.
    Result<RecordId> insert(const Map& given, const std::string& path);
    /// Errors also: INVALID_DATA for an unknown id, ALREADY_MODIFIED where the record changed after `unmodified_since`.
    Result<RecordId> update(RecordId id, const Map& given, const std::string& path, std::optional<Timestamp> unmodified_since);
    /// Puts a record into the recycle bin. Errors: INVALID_DATA.
    Result<void> remove(RecordId id, std::optional<Timestamp> unmodified_since);
    /// Takes a record out of the recycle bin; a unique value that another took meanwhile is cleared.
    Result<void> restore(RecordId id);
    /// Empties the recycle bin of one record.
    Result<void> purge(RecordId id);
    /// Puts what the winner lacks into it; the loser goes to the recycle bin. What looked at the loser looks at the winner.
    Result<void> merge(RecordId winner, RecordId loser);

    const std::vector<Change>& changes() const { return changes_; }

private:
    using Values = std::vector<std::pair<int, Value>>;
    Result<Values> read(const Map& given, const std::string& path, RecordId self);
    std::optional<Error> check_unique(const Field& field, int position, const Value& value, const std::string& path, RecordId self) const;
    void check_mandatory(const Values& values, const std::string& path, std::vector<Error>& errors) const;
    Result<void> check_guard(const Record& record, std::optional<Timestamp> unmodified_since) const;
    void point_elsewhere(RecordId from, RecordId to);
    void store(Record record, Operation operation, std::vector<int> positions);

    Crm& crm_;
    Table& table_;
    const User& by_;
    std::vector<Change> changes_;
};

/// `{"Modified_Time","Modified_By","Created_Time","id","Created_By"}`
Map times_of(const Crm& crm, const Record& record);

}  // namespace lockstep::sandbox::zoho_crm
