#include <algorithm>
#include <set>

#include "sandbox/zoho/contacts.h"

namespace lockstep::sandbox::zoho {

namespace {

/// A field is named by its API name, its id or, in older clients, its label.
const CustomField* named_field(const Books& books, std::string_view entity, const Value& entry) {
    for (const char* name : {"api_name", "customfield_id", "label", "field_id"}) {
        const std::string text = entry[name].text();
        if (!text.empty()) return books.custom_field(entity, text);
    }
    return nullptr;
}

void set_value(CustomValues& values, const std::string& name, std::string value) {
    auto found = std::find_if(values.begin(), values.end(), [&](const auto& entry) { return entry.first == name; });
    if (value.empty()) {
        if (found != values.end()) values.erase(found);
    } else if (found != values.end()) {
        found->second = std::move(value);
    } else {
        values.emplace_back(name, std::move(value));
    }
}

bool taken_by_another(const std::set<std::string>& ids, const std::string& own_id) {
    return std::any_of(ids.begin(), ids.end(), [&](const std::string& id) { return id != own_id; });
}

}  // namespace

Result<void> apply_custom_fields(const Books& books, std::string_view entity, CustomValues& values, const Value& list) {
    if (!list.is_list()) return invalid("custom_fields");
    for (const Value& entry : list.as_list()) {
        const CustomField* field = named_field(books, entity, entry);
        if (field == nullptr) return invalid("custom_fields");
        LS_TRY(check_length(field->label, entry["value"].text(), 255));
        set_value(values, field->api_name, entry["value"].text());
    }
    return {};
}

Result<void> check_unique(const Books& books, std::string_view entity, const CustomValues& values, const std::string& own_id) {
    for (const auto& [name, value] : values) {
        const CustomField* field = books.custom_field(entity, name);
        if (field == nullptr || !field->unique) continue;
        const std::string key = index_key(name, value);
        const std::set<std::string>& ids = entity == "contacts"           ? books.contacts.look_up(key)
                                           : entity == "customerpayments" ? books.payments.look_up(key)
                                                                          : books.invoices.look_up(key);
        if (taken_by_another(ids, own_id))
            return refuse(duplicate_value, "The value '" + value + "' of the field " + field->label + " already exists");
    }
    return {};
}

Value custom_fields_value(const Books& books, std::string_view entity, const CustomValues& values) {
    List list;
    for (const auto& [name, value] : values) {
        const CustomField* field = books.custom_field(entity, name);
        if (field == nullptr) continue;
        list.push_back(Map{{"customfield_id", Value(field->id)},
                           {"api_name", Value(name)},
                           {"label", Value(field->label)},
                           {"value", Value(value)},
                           {"value_formatted", Value(value)},
                           {"data_type", Value("string")},
                           {"index", Value(static_cast<std::int64_t>(list.size() + 1))}});
    }
    return list;
}

Value custom_field_hash(const CustomValues& values) {
    Map hash;
    for (const auto& [name, value] : values) {
        hash.set(name, Value(value));
        hash.set(name + "_unformatted", Value(value));
    }
    return hash;
}

}  // namespace lockstep::sandbox::zoho
