#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sandbox/salesforce/rules.h"
#include "sandbox/salesforce/schema.h"
#include "value/value.h"

/// Records in memory, with look-ups by id, external id and reference.
namespace lockstep::sandbox::salesforce {

/// One record: only the fields that have a value take room.
class Record {
public:
    /// Returns the stored value, null if there is none.
    const Value& get(int field) const;
    void set(int field, Value value);
    std::uint32_t version = 0;  ///< counts the writes; makes the ETag
    bool deleted = false;
    bool amount_given = false;  ///< an Opportunity loaded with its Amount keeps it until a client changes a line

private:
    std::vector<std::uint8_t> fields_;  // sorted
    std::vector<Value> values_;
};

struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};
template <class T>
using TextMap = std::unordered_map<std::string, T, TextHash, std::equal_to<>>;

using Row = std::uint32_t;
using Rows = std::vector<Row>;

/// All records of an object.
class Table {
public:
    explicit Table(const Object& of);
    const Object& object() const { return *object_; }
    std::size_t size() const { return records_.size(); }
    const Record& at(Row row) const { return records_[row]; }
    /// Changes a record without touching an index: for fields that have none.
    Record& at(Row row) {
        note(row);
        return records_[row];
    }
    const std::string& id_of(Row row) const { return records_[row].get(id_field).as_string(); }

    /// Adds an empty record. Requires that the id (18 characters) is not taken.
    Row add(const std::string& id);
    /// Makes an id that no record has.
    std::string fresh_id();
    /// Sets a field and keeps its index.
    void set(Row row, int field, Value value);
    /// Marks a record deleted and takes it out of the indexes (not out of the look-up by id).
    void remove(Row row);
    /// Takes a deleted record back.
    void restore(Row row);
    /// Returns the row of an id in its 18-character form, deleted ones too; nullopt if there never was one.
    std::optional<Row> find(std::string_view id18) const;
    /// Returns the living rows whose indexed field has the value (text without regard to case).
    const Rows& with(int field, std::string_view value) const;

    /// Returns the rows whose SystemModstamp is at or after the time, deleted ones too, oldest first.
    Rows modified_since(Timestamp time) const;
    Timestamp modified(Row row) const { return records_[row].get(system_modstamp_field).as_timestamp(); }

    /// From here on it is kept which rows change; `take_touched` gives them, some perhaps several times.
    void watch(bool on) { watched_ = on; }
    Rows take_touched() { return std::exchange(touched_, {}); }

    /// From here on changes can be undone; `finish(false)` undoes them, `finish(true)` keeps them. May be nested.
    void begin() { undo_.emplace_back(); }
    void finish(bool keep);

private:
    void unindex(Row row, int field);
    void index(Row row, int field);
    void note(Row row);
    void index_time(Row row);
    void unindex_time(Row row);

    const Object* object_;
    std::deque<Record> records_;
    TextMap<Row> by_id_;
    std::vector<TextMap<Rows>> indexes_;  // one a field, rows ascending; empty where not indexed
    std::set<std::pair<Timestamp, Row>> by_time_;
    std::uint64_t serial_ = 0;
    bool watched_ = false;
    Rows touched_;
    std::vector<std::map<Row, std::optional<Record>>> undo_;  // a level each: what a row was; none: it was not
};

/// The key under which an indexed text is found.
std::string index_key(std::string_view text);

/// All tables of the organisation.
class Database {
public:
    Database();
    void clear();
    Table& table(const Object& object) { return tables_[Schema::instance().position(object)]; }
    const Table& table(const Object& object) const { return tables_[Schema::instance().position(object)]; }
    Table& table(std::string_view object) { return table(*Schema::instance().find(object)); }
    const Table& table(std::string_view object) const { return table(*Schema::instance().find(object)); }

    /// Reads a field, computed ones too; booleans are never null. `scratch` holds what is not stored.
    const Value& read(const Object& object, const Record& record, int field, Value& scratch) const;
    Value read(const Object& object, const Record& record, std::string_view field) const;
    /// Returns the living record a reference field points to, or nullptr.
    const Record* parent(const Object& object, const Record& record, int field) const;

    /// Which records went into the recycle bin with another, by its id. May name what has come back since.
    TextMap<std::vector<std::string>> deleted_with;
    Rules rules;
    /// How many records queries have looked at so far.
    mutable std::uint64_t rows_read = 0;

    /// Brackets changes that all stay or all go.
    void begin();
    void finish(bool keep);

private:
    std::vector<Table> tables_;
};

/// Computes the fields that are made from other records. Returns null where the source is missing.
Value compute_field(const Database& database, const Object& object, const Record& record, int field);

}  // namespace lockstep::sandbox::salesforce
