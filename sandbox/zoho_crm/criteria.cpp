#include "sandbox/zoho_crm/criteria.h"

#include <algorithm>

#include "sandbox/zoho/text.h"
#include "sandbox/zoho_crm/values.h"

namespace lockstep::sandbox::zoho_crm {

namespace {

bool is_number(Type type) { return type == Type::integer || type == Type::currency || type == Type::decimal; }

const Field& field_of(const Table& table, int position) { return table.module.fields[static_cast<std::size_t>(position)]; }

Value user_member(const Crm& crm, std::string_view id, std::string_view member) {
    const User* user = crm.user(id);
    if (user == nullptr) return {};
    if (member == "first_name") return user->first_name;
    if (member == "last_name") return user->last_name;
    if (member == "full_name" || member == "name") return user->name();
    return member == "email" ? Value(user->email) : Value(user->id);
}

Value of_field(const Table& table, const Record& record, int position) {
    switch (field_of(table, position).source) {
        case Source::kept:
            break;
        case Source::id:
            return std::to_string(record.id);
        case Source::created_time:
            return record.created;
        case Source::modified_time:
            return record.modified;
        case Source::created_by:
            return record.created_by;
        case Source::modified_by:
            return record.modified_by;
        case Source::full_name:
            return display_name(table, record);
    }
    const Value& value = record.at(position);
    if (value.is_number()) return Value(value.to_decimal());
    return value.is_null() && field_of(table, position).type == Type::boolean ? Value(false) : value;
}

/// `%` stands for any text.
bool matches(std::string_view text, std::string_view pattern) {
    std::size_t t = 0, p = 0, star = std::string_view::npos, resume = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '%') {
            star = p++;
            resume = t;
        } else if (p < pattern.size() && pattern[p] == text[t]) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('%', p) == std::string_view::npos;
}

bool is_like(const Value& value, const Value& pattern) { return matches(zoho::lower(value.text()), zoho::lower(pattern.text())); }

bool is_among(const Value& value, const std::vector<Value>& values) {
    return std::ranges::any_of(values, [&](const Value& one) { return compare(value, one) == 0; });
}

bool holds(const Value& value, const Criterion& criterion) {
    const std::vector<Value>& values = criterion.values;
    // Nothing but the questions for null is true of null, but that it is not equal.
    if (value.is_null() && criterion.op != Operator::is_null)
        return criterion.op == Operator::not_equal || criterion.op == Operator::not_in || criterion.op == Operator::not_like;
    switch (criterion.op) {
        case Operator::equal:
            return compare(value, values[0]) == 0;
        case Operator::not_equal:
            return compare(value, values[0]) != 0;
        case Operator::less:
            return compare(value, values[0]) < 0;
        case Operator::less_equal:
            return compare(value, values[0]) <= 0;
        case Operator::greater:
            return compare(value, values[0]) > 0;
        case Operator::greater_equal:
            return compare(value, values[0]) >= 0;
        case Operator::like:
            return is_like(value, values[0]);
        case Operator::not_like:
            return !is_like(value, values[0]);
        case Operator::starts_with:
            return zoho::lower(value.text()).starts_with(zoho::lower(values[0].text()));
        case Operator::contains:
            return zoho::contains_ignoring_case(value.text(), values[0].text());
        case Operator::in:
            return is_among(value, values);
        case Operator::not_in:
            return !is_among(value, values);
        case Operator::between:
            return compare(value, values[0]) >= 0 && compare(value, values[1]) <= 0;
        case Operator::is_null:
            return value.is_null();
        case Operator::is_not_null:
            return !value.is_null();
    }
    return false;
}

std::vector<RecordId> modified_between(const Table& table, std::int64_t first_s, std::int64_t last_s) {
    std::vector<RecordId> ids;
    auto at = table.by_modified().lower_bound({first_s, 0});
    for (; at != table.by_modified().end() && at->first <= last_s; ++at) ids.push_back(at->second);
    return ids;
}

std::optional<std::vector<RecordId>> by_time(const Table& table, const Criterion& criterion) {
    const std::int64_t first_s = criterion.values[0].kind() == Value::Kind::timestamp ? criterion.values[0].as_timestamp().seconds : 0;
    switch (criterion.op) {
        case Operator::equal:
            return modified_between(table, first_s, first_s);
        case Operator::greater:
        case Operator::greater_equal:
            return modified_between(table, first_s, INT64_MAX);
        case Operator::between:
            return modified_between(table, first_s, criterion.values[1].as_timestamp().seconds);
        default:
            return std::nullopt;
    }
}

std::optional<std::vector<RecordId>> by_value(const Table& table, const Criterion& criterion) {
    if (criterion.op != Operator::equal && criterion.op != Operator::in) return std::nullopt;
    const bool ids = field_of(table, criterion.column.position).source == Source::id;
    if (!ids && !table.is_indexed(criterion.column.position)) return std::nullopt;
    std::vector<RecordId> found;
    for (const Value& value : criterion.values) {
        const RecordId id = read_id(value.text());
        const auto some = !ids                        ? table.holders(criterion.column.position, value.text())
                          : table.find(id) != nullptr ? std::vector<RecordId>{id}
                                                      : std::vector<RecordId>{};
        found.insert(found.end(), some.begin(), some.end());
    }
    return found;
}

}  // namespace

std::optional<Column> find_column(const Crm& crm, const Table& table, std::string_view name) {
    const std::size_t dot = name.find('.');
    const int position = table.module.position(name.substr(0, dot));
    if (position < 0) return std::nullopt;
    if (dot == std::string_view::npos) return Column{position, {}};
    const std::string sub(name.substr(dot + 1));
    const Field& field = field_of(table, position);
    if (field.type == Type::ownerlookup) {
        const bool known =
            sub == "id" || sub == "first_name" || sub == "last_name" || sub == "full_name" || sub == "name" || sub == "email";
        return known ? std::optional(Column{position, sub}) : std::nullopt;
    }
    const Table* other = field.type == Type::lookup ? crm.table(field.lookup_module) : nullptr;
    if (other == nullptr || other->module.position(sub) < 0) return std::nullopt;
    return Column{position, sub};
}

Value comparable(const Crm& crm, const Table& table, const Record& record, const Column& column) {
    const Value own = of_field(table, record, column.position);
    if (column.sub.empty() || own.is_null()) return own;
    const Field& field = field_of(table, column.position);
    if (field.type == Type::ownerlookup) return user_member(crm, own.text(), column.sub);
    const Table* other = crm.table(field.lookup_module);
    const Record* record_there = other == nullptr ? nullptr : other->find(read_id(own.text()));
    return record_there == nullptr ? Value() : of_field(*other, *record_there, other->module.position(column.sub));
}

std::optional<Value> literal_of(const Crm& crm, const Table& table, const Column& column, const Value& given) {
    const Field* field = &field_of(table, column.position);
    if (!column.sub.empty() && field->type == Type::lookup) {
        const Table* other = crm.table(field->lookup_module);
        field = &field_of(*other, other->module.position(column.sub));
    }
    if (is_number(field->type)) {
        auto number = given.is_number() ? Result<Decimal>(given.to_decimal()) : Decimal::parse(given.text());
        return number ? std::optional<Value>(*number) : std::nullopt;
    }
    if (field->type == Type::datetime) {
        auto time = read_time(given.text());
        return time ? std::optional<Value>(*time) : std::nullopt;
    }
    if (field->type == Type::boolean) {
        if (given.kind() == Value::Kind::boolean) return given;
        return given.text() == "true" || given.text() == "false" ? std::optional<Value>(given.text() == "true") : std::nullopt;
    }
    if (field->type == Type::date && !parse_date(given.text())) return std::nullopt;
    return Value(given.text());
}

int compare(const Value& a, const Value& b) {
    if (a.is_null() || b.is_null()) return static_cast<int>(!a.is_null()) - static_cast<int>(!b.is_null());
    if (a.kind() == Value::Kind::timestamp && b.kind() == Value::Kind::timestamp) {
        const auto order = a.as_timestamp() <=> b.as_timestamp();
        return order < 0 ? -1 : order > 0 ? 1 : 0;
    }
    if (a.is_number() && b.is_number()) {
        const Decimal left = a.to_decimal(), right = b.to_decimal();
        return left < right ? -1 : right < left ? 1 : 0;
    }
    return zoho::lower(a.text()).compare(zoho::lower(b.text()));
}

bool fits(const Crm& crm, const Table& table, const Record& record, const Criterion& criterion) {
    const auto fitting = [&](const Criterion& part) { return fits(crm, table, record, part); };
    switch (criterion.kind) {
        case Criterion::Kind::all:
            return std::ranges::all_of(criterion.parts, fitting);
        case Criterion::Kind::any:
            return std::ranges::any_of(criterion.parts, fitting);
        case Criterion::Kind::compare:
            return holds(comparable(crm, table, record, criterion.column), criterion);
    }
    return false;
}

std::optional<std::vector<RecordId>> candidates(const Table& table, const Criterion& criterion) {
    std::optional<std::vector<RecordId>> found;
    if (criterion.kind == Criterion::Kind::all) {
        for (const Criterion& part : criterion.parts)
            if (auto some = candidates(table, part); some && (!found || some->size() < found->size())) found = std::move(some);
        return found;
    }
    if (criterion.kind != Criterion::Kind::compare || !criterion.column.sub.empty()) return std::nullopt;
    const bool time = field_of(table, criterion.column.position).source == Source::modified_time;
    if (time && criterion.values.empty()) return std::nullopt;
    found = time ? by_time(table, criterion) : by_value(table, criterion);
    if (!found) return found;
    std::ranges::sort(*found);
    found->erase(std::unique(found->begin(), found->end()), found->end());
    return found;
}

}  // namespace lockstep::sandbox::zoho_crm
