#include "sandbox/zoho_crm/writes.h"

#include <algorithm>

#include "sandbox/zoho_crm/refusal.h"
#include "sandbox/zoho_crm/values.h"

namespace lockstep::sandbox::zoho_crm {

namespace {

/// One error as it is, several together. Source: zoho/crm-oas v8.0, updateRecords.
Error joined(const std::vector<Error>& errors) {
    if (errors.size() == 1) return errors.front();
    List list;
    for (const Error& error : errors) list.push_back(error_object(error));
    return refuse("MULTIPLE_OR_MULTI_ERRORS", "Multiple errors in the request", {{"errors", std::move(list)}}).error();
}

Unexpected mandatory(const Field& field, const std::string& path) {
    return refuse_field("MANDATORY_NOT_FOUND", "required field not found", field.api_name, path + '.' + field.api_name);
}

}  // namespace

Map times_of(const Crm& crm, const Record& record) {
    return {{"Modified_Time", crm_time(record.modified)},
            {"Modified_By", user_value(crm, record.modified_by)},
            {"Created_Time", crm_time(record.created)},
            {"id", std::to_string(record.id)},
            {"Created_By", user_value(crm, record.created_by)}};
}

std::optional<Error> Writer::check_unique(const Field& field, int position, const Value& value, const std::string& path,
                                          RecordId self) const {
    if (!field.unique || value.is_null()) return std::nullopt;
    for (const RecordId id : table_.holders(position, value.text())) {
        if (id == self) continue;
        const Record* other = table_.find(id);
        const std::string text = std::to_string(id);
        Map module{{"api_name", table_.module.api_name}, {"id", table_.module.id}};
        Map duplicate{
            {"Owner", user_value(crm_, other->at(table_.module.position("Owner")).text())}, {"module", std::move(module)}, {"id", text}};
        return refuse_field("DUPLICATE_DATA", "duplicate data", field.api_name, path,
                            {{"id", text}, {"duplicate_record", std::move(duplicate)}, {"more_records", false}})
            .error();
    }
    return std::nullopt;
}

// Names that are no field's are ignored, as seen on the live service; those of read-only fields too.
Result<Writer::Values> Writer::read(const Map& given, const std::string& path, RecordId self) {
    Values values;
    std::vector<Error> errors;
    for (const auto& [name, value] : given) {
        const std::string place = path + '.' + name;
        const int position = table_.module.position(name);
        if (position < 0) {
            if (crm_.settings.refuse_unknown_fields && !name.starts_with('$') && name != "Layout")
                errors.push_back(refuse_field("INVALID_DATA", "the field api name given seems to be invalid", name, place).error());
            continue;
        }
        const Field& field = table_.module.fields[static_cast<std::size_t>(position)];
        if (field.read_only()) continue;
        auto read = read_value(crm_, field, value, place);
        if (read && read->is_null() && field.mandatory) read = mandatory(field, path);
        auto error = read ? check_unique(field, position, *read, place, self) : std::optional(read.error());
        if (error)
            errors.push_back(*std::move(error));
        else
            values.emplace_back(position, *std::move(read));
    }
    if (self == 0) check_mandatory(values, path, errors);
    if (!errors.empty()) return Unexpected(joined(errors));
    return values;
}

void Writer::check_mandatory(const Values& values, const std::string& path, std::vector<Error>& errors) const {
    for (const Field& field : table_.module.fields) {
        const int position = table_.module.position(field.api_name);
        const bool there = std::ranges::any_of(values, [&](const auto& entry) { return entry.first == position; });
        const std::string named = "\"api_name\":\"" + field.api_name + '"';
        const bool told = std::ranges::any_of(errors, [&](const Error& error) { return error.field.find(named) != std::string::npos; });
        if (field.mandatory && !there && !told) errors.push_back(mandatory(field, path).error());
    }
}

void Writer::store(Record record, Operation operation, std::vector<int> positions) {
    changes_.push_back({.operation = operation, .table = &table_, .record = record, .positions = std::move(positions)});
    table_.put(std::move(record));
}

Result<RecordId> Writer::insert(const Map& given, const std::string& path) {
    LS_TRY_ASSIGN(Values values, read(given, path, 0));
    Record record{
        .id = crm_.make_id(), .values = {}, .created = crm_.now(), .modified = crm_.now(), .created_by = by_.id, .modified_by = by_.id};
    record.set(table_.module.position("Owner"), by_.id);
    std::vector<int> positions;
    for (auto& [position, value] : values) {
        positions.push_back(position);
        record.set(position, std::move(value));
    }
    const RecordId id = record.id;
    store(std::move(record), Operation::create, std::move(positions));
    return id;
}

// The vendor's times are whole seconds, and so is the guard: a second change within the same second passes it.
Result<void> Writer::check_guard(const Record& record, std::optional<Timestamp> unmodified_since) const {
    if (!unmodified_since || record.modified <= *unmodified_since) return {};
    return refuse("ALREADY_MODIFIED", "record updated time has already passed if-unmodified-since time", times_of(crm_, record));
}

Result<RecordId> Writer::update(RecordId id, const Map& given, const std::string& path, std::optional<Timestamp> unmodified_since) {
    const Record* known = table_.find(id);
    if (known == nullptr) return refuse_field("INVALID_DATA", "the id given seems to be invalid", "id", path + ".id");
    LS_TRY(check_guard(*known, unmodified_since));
    LS_TRY_ASSIGN(Values values, read(given, path, id));
    Record record = *known;
    std::vector<int> positions;
    for (auto& [position, value] : values) {
        if (record.at(position) == value) continue;
        positions.push_back(position);
        record.set(position, std::move(value));
    }
    record.modified = crm_.now();
    record.modified_by = by_.id;
    store(std::move(record), Operation::edit, std::move(positions));
    return id;
}

Result<void> Writer::remove(RecordId id, std::optional<Timestamp> unmodified_since) {
    const Record* known = table_.find(id);
    if (known == nullptr) return refuse("INVALID_DATA", "record not deleted", {{"id", std::to_string(id)}});
    LS_TRY(check_guard(*known, unmodified_since));
    Record record = table_.take(id);
    changes_.push_back({.operation = Operation::remove, .table = &table_, .record = record, .positions = {}});
    table_.deleted.insert_or_assign(id, Deleted{std::move(record), crm_.now(), by_.id});
    return {};
}

Result<void> Writer::restore(RecordId id) {
    const auto found = table_.deleted.find(id);
    if (found == table_.deleted.end() || found->second.permanent)
        return fail(ErrorCode::not_found, "not in the recycle bin: " + std::to_string(id));
    Record record = std::move(found->second.record);
    table_.deleted.erase(found);
    for (std::size_t i = 0; i < table_.module.fields.size(); ++i) {
        const int position = static_cast<int>(i);
        if (check_unique(table_.module.fields[i], position, record.at(position), "", id)) record.set(position, Value());
    }
    record.modified = crm_.now();
    record.modified_by = by_.id;
    // Whether a rule for `create` or for `edit` sees it is not documented; here: `edit`.
    store(std::move(record), Operation::edit, {});
    return {};
}

Result<void> Writer::purge(RecordId id) {
    const auto found = table_.deleted.find(id);
    if (found == table_.deleted.end()) return fail(ErrorCode::not_found, "not in the recycle bin: " + std::to_string(id));
    found->second = Deleted{.record = {.id = id, .values = {}, .created = {}, .modified = {}, .created_by = {}, .modified_by = {}},
                            .time = crm_.now(),
                            .by = {},
                            .permanent = true};
    return {};
}

// Records that look at `from` look at `to` from now on; their own times stay.
void Writer::point_elsewhere(RecordId from, RecordId to) {
    for (Table& table : crm_.tables)
        for (std::size_t i = 0; i < table.module.fields.size(); ++i) {
            if (table.module.fields[i].lookup_module != table_.module.api_name) continue;
            const Value old(std::to_string(from));
            std::vector<Record> changed;
            for (const auto& [id, record] : table.all())
                if (record.at(static_cast<int>(i)) == old) changed.push_back(record);
            for (Record& record : changed) {
                record.set(static_cast<int>(i), std::to_string(to));
                table.put(std::move(record));
            }
        }
}

Result<void> Writer::merge(RecordId winner, RecordId loser) {
    const Record* kept = table_.find(winner);
    if (kept == nullptr || table_.find(loser) == nullptr || winner == loser)
        return fail(ErrorCode::not_found, "a merge needs two records: " + std::to_string(winner) + " and " + std::to_string(loser));
    Record record = *kept;
    LS_TRY(remove(loser, std::nullopt));
    const Record& gone = table_.deleted.at(loser).record;
    std::vector<int> positions;
    for (std::size_t i = 0; i < table_.module.fields.size(); ++i) {
        const int position = static_cast<int>(i);
        if (!record.at(position).is_null() || gone.at(position).is_null()) continue;
        positions.push_back(position);
        record.set(position, gone.at(position));
    }
    record.modified = crm_.now();
    record.modified_by = by_.id;
    store(std::move(record), Operation::edit, std::move(positions));
    point_elsewhere(loser, winner);
    return {};
}

}  // namespace lockstep::sandbox::zoho_crm
