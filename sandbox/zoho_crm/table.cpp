#include "sandbox/zoho_crm/table.h"

#include <algorithm>
#include <charconv>

#include "sandbox/zoho/text.h"

namespace lockstep::sandbox::zoho_crm {

const Value& Record::at(int position) const {
    const auto index = static_cast<std::size_t>(position);
    return position < 0 || index >= values.size() ? null_value() : values[index];
}

void Record::set(int position, Value value) {
    const auto index = static_cast<std::size_t>(position);
    if (index >= values.size()) values.resize(index + 1);
    values[index] = std::move(value);
}

Table::Table(Module given) : module(std::move(given)) { make_indexes(); }

void Table::make_indexes() {
    for (std::size_t i = 0; i < module.fields.size(); ++i)
        if (module.fields[i].unique || module.fields[i].api_name == module.check_field) indexes_.try_emplace(static_cast<int>(i));
}

const Record* Table::find(RecordId id) const {
    const auto found = records_.find(id);
    return found == records_.end() ? nullptr : &found->second;
}

void Table::enter(const Record& record) {
    by_modified_.emplace(record.modified.seconds, record.id);
    for (auto& [position, index] : indexes_) {
        const std::string text = record.at(position).text();
        if (text.empty()) continue;
        std::vector<RecordId>& ids = index[zoho::lower(text)];
        ids.insert(std::ranges::lower_bound(ids, record.id), record.id);
    }
}

void Table::leave(const Record& record) {
    by_modified_.erase({record.modified.seconds, record.id});
    for (auto& [position, index] : indexes_) {
        const auto entry = index.find(zoho::lower(record.at(position).text()));
        if (entry == index.end()) continue;
        std::erase(entry->second, record.id);
        if (entry->second.empty()) index.erase(entry);
    }
}

void Table::put(Record record) {
    const auto known = records_.find(record.id);
    if (known != records_.end()) leave(known->second);
    enter(record);
    const RecordId id = record.id;
    records_.insert_or_assign(id, std::move(record));
}

Record Table::take(RecordId id) {
    const auto known = records_.find(id);
    LS_ASSERT(known != records_.end());
    leave(known->second);
    Record record = std::move(known->second);
    records_.erase(known);
    return record;
}

bool Table::is_indexed(int position) const { return indexes_.contains(position); }

std::vector<RecordId> Table::holders(int position, std::string_view text) const {
    const auto index = indexes_.find(position);
    if (index == indexes_.end()) return {};
    const auto entry = index->second.find(zoho::lower(text));
    return entry == index->second.end() ? std::vector<RecordId>{} : entry->second;
}

Result<void> Table::add_field(Field field) {
    LS_TRY(module.add(std::move(field)));
    make_indexes();
    return {};
}

RecordId read_id(std::string_view text) {
    RecordId id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    return error == std::errc() && end == text.data() + text.size() ? id : 0;
}

}  // namespace lockstep::sandbox::zoho_crm
