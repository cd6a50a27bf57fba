#include "connectors/salesforce/sync_records.h"

#include <algorithm>
#include <array>

#include "connector/records.h"
#include "connectors/salesforce/query_reader.h"
#include "connectors/salesforce/record_id.h"

namespace lockstep::connectors::salesforce {
namespace {

constexpr std::size_t id_length = 15;
constexpr std::int64_t limit_usual = 200;
/// A page of a query. Source: REST API Developer Guide, "Query Options Header".
constexpr std::int64_t limit_most = 2'000;

/// How each action is performed; what it declares is the same for all vendors.
struct Performed {
    std::string_view name;
    decltype(ActionEntry::perform) perform;
    decltype(ActionEntry::joint_key) joint_key = nullptr;
    decltype(ActionEntry::perform_jointly) jointly = nullptr;
};

constexpr std::array<Performed, 8> performed = {{
    {"salesforce.record_read", record_read, record_read_key, record_read_jointly},
    {"salesforce.record_create", record_create, record_create_key, record_create_jointly},
    {"salesforce.record_update", record_update, record_update_key, record_update_jointly},
    {"salesforce.record_delete", record_delete},
    {"salesforce.record_changes", record_changes},
    {"salesforce.record_deletions", record_deletions},
    {"salesforce.record_list", record_list},
    {"salesforce.record_fields", record_fields},
}};

bool equal_names(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

/// `2026-02-18T10:00:00.000+0000`: no person writes that into a text. Source: REST API Developer Guide, "Valid Date and
/// DateTime Formats".
bool looks_like_time(std::string_view text) {
    constexpr std::string_view form = "dddd-dd-ddTdd:dd:dd.ddd+0000";
    return std::equal(text.begin(), text.end(), form.begin(), form.end(),
                      [](unsigned char c, char wanted) { return wanted == 'd' ? std::isdigit(c) != 0 : c == wanted; });
}

}  // namespace

std::vector<ActionEntry> sync_entries() {
    std::vector<ActionEntry> entries;
    for (schema::Action& action : connector::records::actions("salesforce")) {
        auto known = std::find_if(performed.begin(), performed.end(), [&](const Performed& one) { return one.name == action.name; });
        LS_ASSERT(known != performed.end());
        entries.push_back({std::move(action), known->perform, known->joint_key, known->jointly});
    }
    return entries;
}

Result<std::string> entity_of(const connector::Inputs& inputs) {
    LS_TRY_ASSIGN(std::string name, inputs.text("entity"));
    return checked_name(name, "object");
}

Result<std::string> id_of(const connector::Inputs& inputs, const std::string& entity) {
    LS_TRY_ASSIGN(std::string given, inputs.text("id"));
    return record_id_of(entity, given);
}

Result<std::vector<std::string>> field_names(const connector::Inputs& inputs) {
    LS_TRY_ASSIGN(List list, inputs.list("fields"));
    std::vector<std::string> names;
    for (const Value& field : list) {
        LS_TRY_ASSIGN(std::string name, checked_name(field.text(), "field"));
        names.push_back(std::move(name));
    }
    return names;
}

Result<Timestamp> since_of(const connector::Inputs& inputs) {
    const Value& given = inputs.value("since");
    if (given.kind() == Value::Kind::timestamp) return given.as_timestamp();
    Result<Timestamp> time = parse_timestamp(given.text());
    if (!time) return fail(ErrorCode::value_invalid, "not a time such as 2026-02-18T10:00:00Z: since, " + given.text());
    return time;
}

Result<std::int64_t> limit_of(const connector::Inputs& inputs) {
    const Value& given = inputs.value("limit");
    if (given.is_null()) return limit_usual;
    if (given.kind() != Value::Kind::integer || given.as_int() < 1)
        return fail(ErrorCode::value_invalid, "not a number of records: limit, " + given.text());
    return std::min(given.as_int(), limit_most);
}

Value sync_value(const Value& value) {
    if (value.kind() == Value::Kind::decimal) return value.as_decimal().normalized();
    if (value.is_map()) {
        Map parts;
        for (const auto& [name, part] : value.as_map())
            if (name != "attributes") parts.set(name, sync_value(part));
        return parts;
    }
    if (!value.is_string()) return value;
    if (value.as_string().empty()) return {};
    return looks_like_time(value.as_string()) ? sync_time(value) : value;
}

std::optional<Timestamp> time_of(const Value& value) {
    Result<Timestamp> time = parse_timestamp(value.text());
    return time ? std::optional(*time) : std::nullopt;
}

Value sync_time(const Value& value) {
    std::optional<Timestamp> time = time_of(value);
    return time ? Value(format_timestamp(*time)) : Value();
}

Selection::Selection(std::vector<std::string> asked, std::initializer_list<std::string_view> also) {
    asked.insert(asked.end(), also.begin(), also.end());
    for (std::string& name : asked) {
        const bool there = std::any_of(names_.begin(), names_.end(), [&](const std::string& known) { return equal_names(known, name); });
        if (!there) names_.push_back(std::move(name));
    }
}

std::string Selection::joined(std::string_view separator) const {
    std::string out;
    for (const std::string& name : names_) out.append(out.empty() ? std::string_view{} : separator).append(name);
    return out;
}

Map chosen_fields(const Value& record, const std::vector<std::string>& asked) {
    Map fields;
    for (const std::string& name : asked) {
        const Value* exact = record.find(name);
        fields.set(name, sync_value(exact || !record.is_map() ? (exact ? *exact : null_value()) : record[name_in(record.as_map(), name)]));
    }
    return fields;
}

Error taken_value(Error duplicate) {
    // duplicate value found: Zoho_Account_Id__c duplicates value on record with id: 001…
    constexpr std::string_view before = "duplicate value found: ", after = " duplicates value on record";
    duplicate.code = ErrorCode::vendor_rejected;
    const std::size_t begin = duplicate.message.find(before), end = duplicate.message.find(after);
    if (duplicate.field.empty() && begin != std::string::npos && end != std::string::npos && end > begin + before.size())
        duplicate.field = duplicate.message.substr(begin + before.size(), end - begin - before.size());
    return duplicate;
}

std::string id_key(std::string_view id) { return std::string(id.substr(0, id_length)); }

std::vector<std::vector<std::size_t>> groups_of(std::size_t calls, std::size_t size) {
    std::vector<std::vector<std::size_t>> groups;
    for (std::size_t i = 0; i < calls; ++i) {
        if (i % size == 0) groups.emplace_back();
        groups.back().push_back(i);
    }
    return groups;
}

}  // namespace lockstep::connectors::salesforce
