#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "sandbox/zoho_crm/schema.h"

namespace lockstep::sandbox::zoho_crm {

using RecordId = std::uint64_t;

struct Record {
    RecordId id = 0;
    std::vector<Value> values;  ///< by the field's position; what is behind the end is null
    Timestamp created, modified;
    std::string created_by, modified_by;  ///< ids of users

    const Value& at(int position) const;
    void set(int position, Value value);
};

/// A record in the recycle bin, or what is remembered of one that is gone for good.
struct Deleted {
    Record record;
    Timestamp time;
    std::string by;
    bool permanent = false;
};

/// The records of a module, with the indexes that look-ups need.
class Table {
public:
    explicit Table(Module given);

    Module module;

    const Record* find(RecordId id) const;
    /// Inserts or replaces.
    void put(Record record);
    /// Takes a record out; the indexes forget it.
    Record take(RecordId id);
    const std::map<RecordId, Record>& all() const { return records_; }
    /// Seconds of the last change and id, the oldest first.
    const std::set<std::pair<std::int64_t, RecordId>>& by_modified() const { return by_modified_; }
    /// Tells whether equal values of a field are found without looking at every record.
    bool is_indexed(int position) const;
    /// The records that have this text in an indexed field, case ignored; the oldest first.
    std::vector<RecordId> holders(int position, std::string_view text) const;
    /// Adds a custom field. Errors: `request_invalid`.
    Result<void> add_field(Field field);

    std::map<RecordId, Deleted> deleted;

private:
    using Index = std::unordered_map<std::string, std::vector<RecordId>>;
    void enter(const Record& record);
    void leave(const Record& record);
    void make_indexes();

    std::map<RecordId, Record> records_;
    std::set<std::pair<std::int64_t, RecordId>> by_modified_;
    std::map<int, Index> indexes_;
};

/// Reads a record's id: only digits. 0: it is none.
RecordId read_id(std::string_view text);

}  // namespace lockstep::sandbox::zoho_crm
