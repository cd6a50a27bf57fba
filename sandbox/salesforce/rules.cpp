// Source: REST API Developer Guide, "Status Codes and Error Responses"; SOAP API Developer Guide, "StatusCode":
// FIELD_CUSTOM_VALIDATION_EXCEPTION, DUPLICATES_DETECTED.
#include "sandbox/salesforce/rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "sandbox/salesforce/refusal.h"
#include "sandbox/salesforce/text_fold.h"
#include "sandbox/salesforce/writes.h"

namespace lockstep::sandbox::salesforce {
namespace {

Result<const Object*> object_of(const Value& rule) {
    const Object* object = Schema::instance().find(rule["Object"].string_or("Account"));
    if (object == nullptr) return fail(ErrorCode::request_invalid, "no such Object: " + rule["Object"].text());
    return object;
}

Result<int> field_of(const Object& object, const Value& name) {
    const int field = object.field_index(name.text());
    if (field < 0) return fail(ErrorCode::request_invalid, fmt::format("{} has no such field: {}", object.table.name, name.text()));
    return field;
}

Result<ValidationRule> read_validation(const Value& given) {
    ValidationRule rule;
    rule.name = given["Name"].string_or("ValidationRule");
    rule.message = given["Message"].string_or("A value must be given");
    LS_TRY_ASSIGN(rule.object, object_of(given));
    LS_TRY_ASSIGN(rule.field, field_of(*rule.object, given["Field"]));
    return rule;
}

Result<DuplicateRule> read_duplicate(const Value& given) {
    DuplicateRule rule;
    rule.name = given["Name"].string_or("DuplicateRule");
    LS_TRY_ASSIGN(rule.object, object_of(given));
    const List names = given["Fields"].is_list() ? given["Fields"].as_list() : List{"Name"};
    for (const Value& name : names) {
        LS_TRY_ASSIGN(const int field, field_of(*rule.object, name));
        rule.fields.push_back(field);
    }
    return rule;
}

template <class Rule>
Result<void> set_rules(std::vector<Rule>& rules, const List& given, Result<Rule> (*read)(const Value&)) {
    for (const Value& one : given) {
        LS_TRY_ASSIGN(Rule rule, read(one));
        std::erase_if(rules, [&](const Rule& old) { return old.name == rule.name; });
        if (one["IsActive"] != Value(false)) rules.push_back(std::move(rule));
    }
    return {};
}

}  // namespace

Result<void> Rules::set_validations(const List& rules) { return set_rules(validations, rules, read_validation); }
Result<void> Rules::set_duplicates(const List& rules) { return set_rules(duplicates, rules, read_duplicate); }

const Value& Writer::value_after(const Record* existing, const Changes& changes, int field) {
    for (const Change& change : changes)
        if (change.field == field) return change.value;
    return existing == nullptr ? null_value() : existing->get(field);
}

Result<void> Writer::check_rules(const Object& object, const Record* existing, const Changes& changes) const {
    for (const ValidationRule& rule : database_.rules.validations) {
        if (rule.object != &object || !value_after(existing, changes, rule.field).is_null()) continue;
        const std::string field(object.fields[static_cast<std::size_t>(rule.field)].name);
        return refuse("FIELD_CUSTOM_VALIDATION_EXCEPTION", rule.message, field);
    }
    for (const DuplicateRule& rule : database_.rules.duplicates)
        if (rule.object == &object && existing == nullptr && has_like(object, rule, changes))
            return refuse("DUPLICATES_DETECTED", "Use one of these records?");
    return {};
}

bool Writer::has_like(const Object& object, const DuplicateRule& rule, const Changes& changes) const {
    const Table& table = database_.table(object);
    const auto same = [&](const Record& record, int field) {
        const Value& wanted = value_after(nullptr, changes, field);
        return !wanted.is_null() && fold(wanted.text()) == fold(record.get(field).text());
    };
    for (Row row = 0; row < table.size(); ++row) {
        const Record& record = table.at(row);
        if (!record.deleted && std::ranges::all_of(rule.fields, [&](int field) { return same(record, field); })) return true;
    }
    return false;
}

}  // namespace lockstep::sandbox::salesforce
