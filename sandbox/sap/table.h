#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sandbox/sap/model.h"

namespace lockstep::sandbox::sap {

/// The values of one entity, packed: only what differs from the type's initial values takes room, so that 100 000
/// orders fit in memory. Every value is kept as its canonical text (`values.h`).
class Record {
public:
    /// Returns the text, or nullopt where the property has its initial value.
    std::optional<std::string_view> get(int property) const;
    /// Returns the text, or an empty one.
    std::string_view text(int property) const { return get(property).value_or(std::string_view()); }
    /// An empty text clears.
    void set(int property, std::string_view text);
    bool operator==(const Record&) const = default;

    /// Calls `what(property, text)` for every property that has not its initial value, in their order.
    void each(const std::function<void(int property, std::string_view text)>& what) const;

private:
    std::size_t position(int property) const;
    std::string_view text_at(std::size_t at) const;
    std::string packed_;  // sorted by property: 2 bytes property, 4 bytes length, text
};

using Row = std::uint32_t;

/// Digits get their leading zeros (`10` → `0000000010`) in a property that SAP keeps so; everything else is unchanged.
std::string padded(const Property& property, std::string_view text);

/// The entities of one set, in the order of their keys, with indexes.
class Table {
public:
    explicit Table(const EntityType& type);

    const EntityType& type() const { return *type_; }
    std::size_t size() const { return by_key_.size(); }
    const Record& at(Row row) const { return rows_[row]; }
    std::string_view text(Row row, std::string_view property) const { return rows_[row].text(type_->find(property)); }

    /// The key's values joined; the order of these texts is the order of the entities.
    std::string key_of(const Record& record) const;
    std::optional<Row> find(const std::string& key) const;
    /// Finds by the values of the key properties in their order in the type.
    std::optional<Row> find_by(const std::vector<std::string_view>& key_values) const;
    /// Inserts, or replaces the entity of that key.
    Row put(Record record);
    void erase(Row row);
    void clear();

    /// From here on changes are remembered, until `keep` or `undo` (change sets of `$batch`).
    void remember() { remembering_ = true; }
    void keep();
    void undo();

    /// Adds an index over properties (positions in the type).
    void add_index(std::vector<int> properties);
    /// Returns the rows with these values, or nullptr if there is no such index. The rows are in no order.
    const std::vector<Row>* lookup(const std::vector<int>& properties, const std::vector<std::string_view>& values) const;
    const std::map<std::string, Row>& in_key_order() const { return by_key_; }
    const std::vector<int>& key_properties() const { return key_properties_; }
    /// Grows with every change.
    std::uint64_t version() const { return version_; }
    /// Entities looked at so far; whoever goes through entities one by one says so with `visit`. Tests hold reads to it.
    std::uint64_t visited() const { return visited_; }
    void visit(std::size_t entities) const { visited_ += entities; }

private:
    struct Index {
        std::vector<int> properties;
        std::unordered_map<std::string, std::vector<Row>> rows;
    };
    /// What an entity was before a change; nullopt: there was none.
    struct Former {
        std::string key;
        std::optional<Record> record;
    };
    std::string joined(const std::vector<int>& properties, const Record& record) const;
    void index_row(Row row);
    void unindex(Index& index, const std::string& values, Row row);
    void unindex_row(Row row);
    void replace(Row row, Record record);

    const EntityType* type_;
    std::vector<int> key_properties_;
    std::vector<Record> rows_;
    std::vector<Row> free_;
    std::map<std::string, Row> by_key_;
    std::vector<Index> indexes_;
    std::uint64_t version_ = 0;
    mutable std::uint64_t visited_ = 0;
    bool remembering_ = false;
    std::vector<Former> former_;
};

/// All tables.
class Tables {
public:
    Tables();
    Table& operator[](std::string_view set) { return tables_.at(set); }
    const Table& operator[](std::string_view set) const { return tables_.at(set); }
    void clear();
    void remember();
    void keep();
    void undo();

    /// Entities of all sets looked at so far.
    std::uint64_t visited() const;
    /// The rows that a navigation leads to, in key order.
    std::vector<Row> navigate(const EntityType& from, const Record& record, const Navigation& navigation) const;
    /// Sorts rows by key.
    static void sort_by_key(const Table& table, std::vector<Row>& rows);

private:
    using Sets = std::unordered_map<std::string_view, Table>;
    Sets tables_;
};

/// The positions of the joined properties on both sides of a navigation.
struct Join {
    std::vector<int> from, to;
    int fixed_property = -1;  ///< of the target; -1: none
    std::string_view fixed_value = {};
};
const Join& join_of(const Navigation& navigation);

/// Splits `A,B` or `A B` into the positions of the properties in the type.
std::vector<int> property_list(const EntityType& type, std::string_view names, char separator);

}  // namespace lockstep::sandbox::sap
