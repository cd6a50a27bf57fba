#include "sandbox/zoho_crm/values.h"

#include <algorithm>

#include "sandbox/zoho/text.h"
#include "sandbox/zoho_crm/refusal.h"
#include "value/encoding.h"

namespace lockstep::sandbox::zoho_crm {

namespace {

struct Given {
    const Crm& crm;
    const Field& field;
    const Value& value;
    std::string_view path;
};

Unexpected wrong_type(const Given& given, std::string_view expected) {
    return zoho_crm::wrong_type(expected, given.field.api_name, given.path);
}

Unexpected invalid(const Given& given, Map more = {}) {
    return refuse_field("INVALID_DATA", "invalid data", given.field.api_name, given.path, std::move(more));
}

Unexpected too_long(const Given& given) { return invalid(given, {{"maximum_length", given.field.length}}); }

/// Letters, digits and the marks of telephone numbers, with a letter, a digit, `+` or `(` first. Source: the pattern that the
/// field metadata names for telephone numbers, of which this is the main part; unverified for v8.
bool looks_like_phone(std::string_view text) {
    constexpr std::string_view marks = "+().,;# -";
    const auto fits = [&](unsigned char c) { return std::isalnum(c) || marks.find(static_cast<char>(c)) != std::string_view::npos; };
    const auto first = static_cast<unsigned char>(text.front());
    return std::ranges::all_of(text, fits) && (std::isalnum(first) || first == '+' || first == '(');
}

Result<Value> read_text(const Given& given) {
    if (!given.value.is_string()) return wrong_type(given, given.field.type == Type::email ? "email" : "text");
    const std::string& text = given.value.as_string();
    if (text.empty()) return Value();
    if (encoding::utf8_length(text) > static_cast<std::size_t>(given.field.length)) return too_long(given);
    if (given.field.type == Type::email && !zoho::looks_like_email(text)) return wrong_type(given, "email");
    if (given.field.type == Type::phone && !looks_like_phone(text)) return invalid(given);
    if (given.field.type == Type::website && text.find_first_of(" \t\r\n") != std::string::npos) return invalid(given);
    return given.value;
}

Result<Value> read_integer(const Given& given) {
    if (given.value.kind() != Value::Kind::integer) return wrong_type(given, "integer");
    const std::string digits = std::to_string(given.value.as_int());
    if (digits.size() - (digits.front() == '-' ? 1 : 0) > static_cast<std::size_t>(given.field.length)) return too_long(given);
    return given.value;
}

/// A number that is too long for a JSON number of many clients: taken as text too, kept as text.
Result<Value> read_bigint(const Given& given) {
    const std::string text = given.value.text();
    const bool digits = !text.empty() && std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c); });
    if (given.value.kind() == Value::Kind::boolean || !digits) return wrong_type(given, "bigint");
    if (text.size() > static_cast<std::size_t>(given.field.length)) return too_long(given);
    return Value(text);
}

Result<Value> read_decimal(const Given& given) {
    if (!given.value.is_number()) return wrong_type(given, "double");
    const Decimal number = given.value.to_decimal();
    static const Decimal bound = *Decimal::parse("10000000000000000");
    if (given.field.length <= 16 && number.abs() >= bound) return too_long(given);
    return Value(number);
}

Result<Value> read_picklist(const Given& given) {
    if (!given.value.is_string()) return wrong_type(given, "text");
    const std::string& text = given.value.as_string();
    if (text.empty() || text == "-None-") return Value();
    if (encoding::utf8_length(text) > static_cast<std::size_t>(given.field.length)) return too_long(given);
    const auto& known = given.field.picklist;
    if (given.crm.settings.accept_new_picklist_values || std::ranges::find(known, text) != known.end()) return given.value;
    List values;
    for (const std::string& value : known) values.emplace_back(value);
    return invalid(given, {{"supported_values", std::move(values)}});
}

Result<Value> read_multiselect(const Given& given) {
    if (!given.value.is_list()) return wrong_type(given, "jsonarray");
    List kept;
    for (std::size_t i = 0; i < given.value.as_list().size(); ++i) {
        const std::string path = std::string(given.path) + '[' + std::to_string(i) + ']';
        LS_TRY_ASSIGN(Value one, read_picklist({given.crm, given.field, given.value.as_list()[i], path}));
        if (!one.is_null()) kept.push_back(std::move(one));
    }
    return kept.empty() ? Value() : Value(std::move(kept));
}

Result<Value> read_date(const Given& given) {
    if (!given.value.is_string() || !parse_date(given.value.as_string())) return wrong_type(given, "date");
    return given.value;
}

Result<Value> read_datetime(const Given& given) {
    auto time = read_time(given.value.string_or(""));
    return time ? Value(*time) : Result<Value>(wrong_type(given, "datetime"));
}

/// An id, or an object with one.
Result<std::string> read_reference(const Given& given) {
    const Value& id = given.value.is_map() ? given.value["id"] : given.value;
    if (!id.is_string() && id.kind() != Value::Kind::integer) return wrong_type(given, "jsonobject");
    return id.text();
}

Result<Value> read_lookup(const Given& given) {
    LS_TRY_ASSIGN(std::string id, read_reference(given));
    const Table* table = given.crm.table(given.field.lookup_module);
    if (table == nullptr || table->find(read_id(id)) == nullptr)
        return refuse_field("INVALID_DATA", "the related id given seems to be invalid", given.field.api_name,
                            std::string(given.path) + ".id");
    return Value(std::move(id));
}

Result<Value> read_owner(const Given& given) {
    LS_TRY_ASSIGN(std::string id, read_reference(given));
    if (given.crm.user(id) == nullptr) return invalid(given);
    return Value(std::move(id));
}

Result<Value> read_tags(const Given& given) {
    if (!given.value.is_list()) return wrong_type(given, "jsonarray");
    List kept;
    for (const Value& tag : given.value.as_list()) {
        if (tag["name"].text().empty()) return wrong_type(given, "jsonobject");
        kept.push_back(Map{{"name", tag["name"].text()}, {"id", nullptr}, {"color_code", nullptr}});
    }
    return kept.empty() ? Value() : Value(std::move(kept));
}

Value lookup_shown(const Crm& crm, const Field& field, const Value& id) {
    const Table* table = crm.table(field.lookup_module);
    const Record* record = table == nullptr ? nullptr : table->find(read_id(id.text()));
    return record == nullptr ? Value() : Map{{"name", display_name(*table, *record)}, {"id", id}};
}

Value owner_shown(const Crm& crm, std::string_view id) {
    const User* user = crm.user(id);
    return user == nullptr ? Value() : Map{{"name", user->name()}, {"id", user->id}, {"email", user->email}};
}

std::string full_name(const Table& table, const Record& record) {
    const std::string first = record.at(table.module.position("First_Name")).text();
    const std::string last = record.at(table.module.position("Last_Name")).text();
    return first.empty() ? last : first + ' ' + last;
}

Value kept_shown(const Crm& crm, const Field& field, const Value& value) {
    if (value.is_null()) return field.type == Type::boolean ? Value(false) : field.type == Type::tags ? Value(List{}) : value;
    switch (field.type) {
        case Type::lookup:
            return lookup_shown(crm, field, value);
        case Type::ownerlookup:
            return owner_shown(crm, value.as_string());
        case Type::datetime:
            return crm_time(value.as_timestamp());
        default:
            return value;
    }
}

}  // namespace

Result<Value> read_value(const Crm& crm, const Field& field, const Value& value, std::string_view path) {
    if (value.is_null()) return Value();
    const Given given{crm, field, value, path};
    switch (field.type) {
        case Type::integer:
            return read_integer(given);
        case Type::bigint:
            return read_bigint(given);
        case Type::currency:
        case Type::decimal:
            return read_decimal(given);
        case Type::boolean:
            return value.kind() == Value::Kind::boolean ? Result<Value>(value) : wrong_type(given, "boolean");
        case Type::picklist:
            return read_picklist(given);
        case Type::multiselectpicklist:
            return read_multiselect(given);
        case Type::date:
            return read_date(given);
        case Type::datetime:
            return read_datetime(given);
        case Type::lookup:
            return read_lookup(given);
        case Type::ownerlookup:
            return read_owner(given);
        case Type::tags:
            return read_tags(given);
        default:
            return read_text(given);
    }
}

Value user_value(const Crm& crm, std::string_view id) {
    const User* user = crm.user(id);
    return user == nullptr ? Value() : Map{{"name", user->name()}, {"id", user->id}};
}

std::string display_name(const Table& table, const Record& record) {
    const Field* field = table.module.field(table.module.name_field);
    if (field != nullptr && field->source == Source::full_name) return full_name(table, record);
    return record.at(table.module.position(table.module.name_field)).text();
}

Value shown(const Crm& crm, const Table& table, const Record& record, int position) {
    const Field& field = table.module.fields[static_cast<std::size_t>(position)];
    switch (field.source) {
        case Source::kept:
            return kept_shown(crm, field, record.at(position));
        case Source::id:
            return std::to_string(record.id);
        case Source::created_time:
            return crm_time(record.created);
        case Source::modified_time:
            return crm_time(record.modified);
        case Source::created_by:
            return owner_shown(crm, record.created_by);
        case Source::modified_by:
            return owner_shown(crm, record.modified_by);
        case Source::full_name:
            return full_name(table, record);
    }
    return {};
}

Value record_value(const Crm& crm, const Table& table, const Record& record, const std::vector<int>& positions) {
    std::vector<Map::Entry> entries;
    entries.reserve(positions.size() + 1);
    for (const int position : positions)
        entries.emplace_back(table.module.fields[static_cast<std::size_t>(position)].api_name, shown(crm, table, record, position));
    entries.emplace_back("id", std::to_string(record.id));
    return Map::from_entries(std::move(entries));
}

Value whole_record_value(const Crm& crm, const Table& table, const Record& record) {
    std::vector<int> all;
    for (std::size_t i = 0; i < table.module.fields.size(); ++i) all.push_back(static_cast<int>(i));
    Value value = record_value(crm, table, record, all);
    Map& map = value.mutable_map();
    map.set("$state", "save");
    map.set("$approved", true);
    map.set("$approval_state", "approved");
    map.set("$process_flow", false);
    map.set("$locked_for_me", false);
    map.set("$editable", true);
    map.set("$in_merge", false);
    return value;
}

}  // namespace lockstep::sandbox::zoho_crm
