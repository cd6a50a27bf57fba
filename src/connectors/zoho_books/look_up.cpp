#include "connectors/zoho_books/look_up.h"

#include <algorithm>
#include <cctype>

#include "connectors/zoho_books/custom_fields.h"
#include "value/encoding.h"

namespace lockstep::connectors::zoho_books {
namespace {

/// Rows that do not show the field are read one by one, if a filter that works could have let so many through.
constexpr std::size_t details_max = 5;
/// The longest value of a list filter. Source: OpenAPI of contacts, "Max-length [100]".
constexpr std::size_t filter_length_max = 100;

enum class Fit { yes, no, unknown };

Fit fit(const Value& record, const std::string& field, const Value& wanted) {
    std::optional<std::string> actual;
    if (is_custom_field(field))
        actual = custom_field_text(record, field);
    else if (const Value* plain = record.find(field))
        actual = plain->text();
    if (!actual) return Fit::unknown;
    return *actual == wanted.text() ? Fit::yes : Fit::no;
}

Fit fit_all(const Value& record, const Map& unique) {
    Fit all = Fit::yes;
    for (const auto& [field, wanted] : unique) {
        Fit one = fit(record, field, wanted);
        if (one == Fit::no) return Fit::no;
        if (one == Fit::unknown) all = Fit::unknown;
    }
    return all;
}

/// What a list of rows says about the records sought.
struct Sorted {
    List matches;
    List unknown;
    bool strangers = false;  ///< rows that do not fit came along
};

Sorted sort(const List& rows, const Map& unique) {
    Sorted sorted;
    for (const Value& row : rows) {
        Fit one = fit_all(row, unique);
        if (one == Fit::yes) sorted.matches.push_back(row);
        if (one == Fit::unknown) sorted.unknown.push_back(row);
        if (one == Fit::no) sorted.strangers = true;
    }
    return sorted;
}

/// Reads the records of rows that do not show enough, and keeps those that fit.
Result<List> matching_details(connector::CallContext& context, Api& api, const Sought& sought, const List& rows) {
    List matches;
    for (const Value& row : rows) {
        LS_TRY_ASSIGN(std::string id, record_id(sought.entity->id_key, row[sought.entity->id_key]));
        LS_TRY_ASSIGN(Value record, api.record(context, *sought.entity, id));
        if (fit_all(record, sought.unique) == Fit::yes) matches.push_back(std::move(record));
    }
    return matches;
}

Result<List> completed(connector::CallContext& context, Api& api, const Sought& sought, Sorted sorted) {
    LS_TRY_ASSIGN(List more, matching_details(context, api, sought, sorted.unknown));
    for (Value& record : more) sorted.matches.push_back(std::move(record));
    return std::move(sorted.matches);
}

net::Parameters filters_for(const Sought& sought, bool custom) {
    net::Parameters filters;
    for (const auto& [field, wanted] : sought.unique)
        if (is_custom_field(field) == custom) filters.emplace_back(field, wanted.text());
    return filters;
}

bool same_name(const std::string& a, const std::string& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

Result<List> by_plain_fields(connector::CallContext& context, Api& api, const Sought& sought) {
    LS_TRY_ASSIGN(List rows, api.all(context, *sought.entity, filters_for(sought, false)));
    return completed(context, api, sought, sort(rows, sought.unique));
}

Result<List> by_name(connector::CallContext& context, Api& api, const Sought& sought) {
    if (sought.name.empty() || sought.entity->name != "contacts") return List();
    LS_TRY_ASSIGN(List rows, contacts_named(context, api, *sought.entity, sought.name));
    return matching_details(context, api, sought, rows);
}

Result<List> by_every_page(connector::CallContext& context, Api& api, const Sought& sought) {
    LS_TRY_ASSIGN(List rows, api.all(context, *sought.entity, {}));
    return completed(context, api, sought, sort(rows, sought.unique));
}

Result<List> by_custom_field(connector::CallContext& context, Api& api, const Sought& sought) {
    LS_TRY_ASSIGN(ListPage page, api.page(context, *sought.entity, filters_for(sought, true), 1));
    Sorted sorted = sort(page.rows, sought.unique);
    if (!sorted.matches.empty()) return std::move(sorted.matches);
    bool understood = !page.has_more && !sorted.strangers && sorted.unknown.size() <= details_max;
    if (understood) return completed(context, api, sought, std::move(sorted));
    LS_TRY_ASSIGN(List named, by_name(context, api, sought));
    if (!named.empty() || sought.guarded) return named;
    return by_every_page(context, api, sought);
}

Result<void> check_usable(const Entity& entity, const Value& record) {
    if (entity.name != "contacts") return {};
    std::string type = record["contact_type"].text(), status = record["status"].text();
    std::string who = record["contact_id"].text() + ", " + record["contact_name"].text();
    if (!type.empty() && type != "customer")
        return fail(ErrorCode::vendor_rejected, "the contact in Zoho Books is not a customer but a " + type + ": " + who);
    if (!status.empty() && status != "active" && status != "crm")
        return fail(ErrorCode::vendor_rejected, "the contact in Zoho Books is " + status + ": " + who);
    return {};
}

Result<void> check_sought(const Sought& sought) {
    for (const auto& [field, wanted] : sought.unique) {
        if (!is_custom_field(field) && !can_filter_by(*sought.entity, field))
            return fail(ErrorCode::value_invalid, std::string(sought.entity->name) + " cannot be looked up by: " + field);
        std::size_t length = encoding::utf8_length(wanted.text());
        if (length == 0 || wanted.is_map() || wanted.is_list())
            return fail(ErrorCode::value_invalid, "a value of unique is empty or not a single value: " + field);
        if (length > filter_length_max)
            return fail(ErrorCode::value_invalid, "value is longer than a look-up allows: " + field + ", " + std::to_string(length) +
                                                      " of " + std::to_string(filter_length_max));
    }
    return {};
}

std::string described(const Map& unique) {
    std::string out;
    for (const auto& [field, value] : unique) out += (out.empty() ? "" : ", ") + field + " " + value.text();
    return out;
}

}  // namespace

Result<List> contacts_named(connector::CallContext& context, Api& api, const Entity& contacts, const std::string& name) {
    std::string filter(encoding::utf8_prefix(name, filter_length_max));
    // A name longer than a filter may be is looked for by its beginning.
    std::string parameter = filter.size() == name.size() ? "contact_name" : "contact_name_startswith";
    LS_TRY_ASSIGN(List rows, api.all(context, contacts, {{parameter, filter}}));
    std::erase_if(rows, [&](const Value& row) { return !same_name(row["contact_name"].text(), name); });
    return rows;
}

Result<std::optional<Value>> look_up(connector::CallContext& context, Api& api, const Sought& sought) {
    LS_TRY(check_sought(sought));
    bool custom = !filters_for(sought, true).empty();
    LS_TRY_ASSIGN(List found, custom ? by_custom_field(context, api, sought) : by_plain_fields(context, api, sought));
    std::erase_if(found, [](const Value& record) { return record["status"].text() == "void"; });
    if (found.empty()) return std::optional<Value>();
    if (found.size() > 1)
        return fail(ErrorCode::not_unique,
                    "more than one of " + std::string(sought.entity->name) + " in Zoho Books matches: " + described(sought.unique));
    LS_TRY(check_usable(*sought.entity, found.front()));
    return std::optional<Value>(std::move(found.front()));
}

}  // namespace lockstep::connectors::zoho_books
