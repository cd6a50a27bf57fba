#include "connectors/zoho_books/custom_fields.h"

namespace lockstep::connectors::zoho_books {
namespace {

/// Entries name the field by `api_name`, older answers by `placeholder`.
bool is_entry_of(const Value& entry, std::string_view name) {
    return entry["api_name"].text() == name || entry["placeholder"].text() == name;
}

std::optional<std::string> entry_text(const Value& custom_fields, std::string_view name) {
    if (!custom_fields.is_list()) return std::nullopt;
    for (const Value& entry : custom_fields.as_list())
        if (is_entry_of(entry, name)) return entry["value"].text();
    return std::nullopt;
}

Result<void> put_entry(List& entries, const std::string& name, const Value& value) {
    for (const Value& entry : entries) {
        if (!is_entry_of(entry, name)) continue;
        if (entry["value"].text() == value.text()) return {};
        return fail(ErrorCode::value_invalid,
                    "the record could not be found again: " + name + " is " + entry["value"].text() + ", wanted " + value.text());
    }
    entries.push_back(Map{{"api_name", name}, {"value", value}});
    return {};
}

}  // namespace

bool is_custom_field(std::string_view name) {
    return name.starts_with("cf_") && name.size() > 3 && name.size() <= 100 &&
           name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

std::optional<std::string> custom_field_text(const Value& record, std::string_view name) {
    if (const Value* own = record.find(name)) return own->text();
    if (const Value* hashed = record["custom_field_hash"].find(name)) return hashed->text();
    return entry_text(record["custom_fields"], name);
}

Result<void> put_custom_field(Map& body, const std::string& name, const Value& value) {
    Value& fields = body["custom_fields"];
    if (fields.is_null()) fields = List{};
    if (!fields.is_list()) return fail(ErrorCode::value_invalid, "custom_fields must be a list");
    return put_entry(fields.mutable_list(), name, value);
}

Result<Map> with_custom_fields(const Map& body) {
    Map out;
    for (const auto& [name, value] : body)
        if (!is_custom_field(name)) out.set(name, value);
    for (const auto& [name, value] : body)
        if (is_custom_field(name)) LS_TRY(put_custom_field(out, name, value));
    return out;
}

}  // namespace lockstep::connectors::zoho_books
