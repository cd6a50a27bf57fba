#include "sandbox/salesforce/database.h"

#include <algorithm>

#include "sandbox/salesforce/record_id.h"
#include "sandbox/salesforce/text_fold.h"

namespace lockstep::sandbox::salesforce {

const Value& Record::get(int field) const {
    const auto key = static_cast<std::uint8_t>(field);
    const auto at = std::lower_bound(fields_.begin(), fields_.end(), key);
    if (at == fields_.end() || *at != key) return null_value();
    return values_[static_cast<std::size_t>(at - fields_.begin())];
}

void Record::set(int field, Value value) {
    const auto key = static_cast<std::uint8_t>(field);
    const auto at = std::lower_bound(fields_.begin(), fields_.end(), key);
    const auto place = at - fields_.begin();
    const bool there = at != fields_.end() && *at == key;
    if (value.is_null()) {
        if (!there) return;
        fields_.erase(at);
        values_.erase(values_.begin() + place);
    } else if (there) {
        values_[static_cast<std::size_t>(place)] = std::move(value);
    } else {
        fields_.insert(at, key);
        values_.insert(values_.begin() + place, std::move(value));
    }
}

std::string index_key(std::string_view text) { return fold(text); }

namespace {

// Ids tell case apart; texts mostly do not.
bool tells_case(const Field& field) { return field.type == FieldType::reference || field.has(case_sensitive); }

std::string key_of(const Field& field, const Value& value) { return tells_case(field) ? value.as_string() : index_key(value.as_string()); }

}  // namespace

Table::Table(const Object& of) : object_(&of), indexes_(of.fields.size()) {}

Row Table::add(const std::string& id) {
    const auto row = static_cast<Row>(records_.size());
    records_.emplace_back();
    if (!undo_.empty()) undo_.back().emplace(row, std::nullopt);
    records_.back().set(id_field, id);
    by_id_.emplace(id, row);
    return row;
}

std::string Table::fresh_id() {
    std::string id;
    do id = make_record_id(object_->table.key_prefix, ++serial_);
    while (by_id_.contains(id));
    return id;
}

void Table::unindex(Row row, int field) {
    const Field& column = object_->fields[static_cast<std::size_t>(field)];
    const Value& old = records_[row].get(field);
    if (!column.has(indexed) || old.is_null()) return;
    TextMap<Rows>& index = indexes_[static_cast<std::size_t>(field)];
    auto found = index.find(key_of(column, old));
    if (found == index.end()) return;
    Rows& rows = found->second;
    const auto at = std::ranges::lower_bound(rows, row);
    if (at != rows.end() && *at == row) rows.erase(at);
    if (rows.empty()) index.erase(found);
}

void Table::index(Row row, int field) {
    const Field& column = object_->fields[static_cast<std::size_t>(field)];
    const Value& value = records_[row].get(field);
    if (!column.has(indexed) || value.is_null()) return;
    Rows& rows = indexes_[static_cast<std::size_t>(field)][key_of(column, value)];
    rows.insert(rows.empty() || rows.back() < row ? rows.end() : std::ranges::lower_bound(rows, row), row);
}

void Table::index_time(Row row) {
    const Value& time = records_[row].get(system_modstamp_field);
    if (!time.is_null()) by_time_.emplace(time.as_timestamp(), row);
}

void Table::unindex_time(Row row) {
    const Value& time = records_[row].get(system_modstamp_field);
    if (!time.is_null()) by_time_.erase({time.as_timestamp(), row});
}

Rows Table::modified_since(Timestamp time) const {
    Rows rows;
    for (auto at = by_time_.lower_bound({time, 0}); at != by_time_.end(); ++at) rows.push_back(at->second);
    return rows;
}

void Table::note(Row row) {
    if (watched_) touched_.push_back(row);
    if (!undo_.empty()) undo_.back().try_emplace(row, records_[row]);
}

void Table::set(Row row, int field, Value value) {
    note(row);
    unindex(row, field);
    if (field == system_modstamp_field) unindex_time(row);
    records_[row].set(field, std::move(value));
    if (field == system_modstamp_field) index_time(row);
    index(row, field);
}

void Table::finish(bool keep) {
    std::map<Row, std::optional<Record>> undo = std::move(undo_.back());
    undo_.pop_back();
    if (keep) {
        if (!undo_.empty()) undo_.back().merge(undo);
        return;
    }
    const int fields = static_cast<int>(object_->fields.size());
    for (auto& [row, before] : undo) {
        for (int field = 0; field < fields && !records_[row].deleted; ++field) unindex(row, field);
        unindex_time(row);
        if (!before) {
            by_id_.erase(id_of(row));
            records_[row] = {};
            records_[row].deleted = true;
            continue;
        }
        records_[row] = *std::move(before);
        index_time(row);
        for (int field = 0; field < fields && !records_[row].deleted; ++field) index(row, field);
    }
}

void Table::remove(Row row) {
    note(row);
    for (std::size_t i = 0; i < object_->fields.size(); ++i) unindex(row, static_cast<int>(i));
    records_[row].deleted = true;
    records_[row].set(is_deleted_field, true);
}

void Table::restore(Row row) {
    note(row);
    records_[row].deleted = false;
    records_[row].set(is_deleted_field, {});
    for (std::size_t i = 0; i < object_->fields.size(); ++i) index(row, static_cast<int>(i));
}

std::optional<Row> Table::find(std::string_view id18) const {
    auto found = by_id_.find(id18);
    if (found == by_id_.end()) return std::nullopt;
    return found->second;
}

const Rows& Table::with(int field, std::string_view value) const {
    static const Rows none;
    const TextMap<Rows>& index = indexes_[static_cast<std::size_t>(field)];
    auto found = tells_case(object_->fields[static_cast<std::size_t>(field)]) ? index.find(value) : index.find(index_key(value));
    return found == index.end() ? none : found->second;
}

Database::Database() { clear(); }

void Database::clear() {
    tables_.clear();
    deleted_with.clear();
    rules = {};
    tables_.reserve(Schema::instance().objects().size());
    for (const Object& object : Schema::instance().objects()) tables_.emplace_back(object);
}

void Database::begin() {
    for (Table& table : tables_) table.begin();
}

void Database::finish(bool keep) {
    for (Table& table : tables_) table.finish(keep);
}

const Value& Database::read(const Object& object, const Record& record, int field, Value& scratch) const {
    static const Value no(false);
    const Field& column = object.fields[static_cast<std::size_t>(field)];
    if (column.has(computed)) {
        scratch = compute_field(*this, object, record, field);
        if (!scratch.is_null()) return scratch;
    }
    const Value& stored = record.get(field);
    return stored.is_null() && column.type == FieldType::boolean ? no : stored;
}

Value Database::read(const Object& object, const Record& record, std::string_view field) const {
    Value scratch;
    return read(object, record, object.field_index(field), scratch);
}

const Record* Database::parent(const Object& object, const Record& record, int field) const {
    const Value& id = record.get(field);
    if (id.is_null()) return nullptr;
    const Object* target = Schema::instance().find(object.fields[static_cast<std::size_t>(field)].reference_to);
    const Table& there = table(*target);
    const auto row = there.find(id.as_string());
    if (!row || there.at(*row).deleted) return nullptr;
    return &there.at(*row);
}

}  // namespace lockstep::sandbox::salesforce
