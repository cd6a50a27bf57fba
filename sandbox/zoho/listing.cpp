#include "sandbox/zoho/listing.h"

#include <algorithm>
#include <charconv>

#include "sandbox/zoho/text.h"

namespace lockstep::sandbox::zoho {

namespace {

constexpr std::size_t per_page_max = 200;  // [zoho-books, section 1]

Filter filter_of(const std::string& name, const std::string& value) {
    constexpr std::string_view starts = "_startswith", contains = "_contains";
    if (name.ends_with(starts)) return {name.substr(0, name.size() - starts.size()), Filter::Kind::starts_with, value};
    if (name.ends_with(contains)) return {name.substr(0, name.size() - contains.size()), Filter::Kind::contains, value};
    return {name, Filter::Kind::equal, value};
}

Result<std::size_t> read_size(const net::Parameters& parameters, std::string_view name, std::size_t otherwise) {
    auto text = net::parameter(parameters, name);
    if (!text) return otherwise;
    std::size_t value = 0;
    auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (error != std::errc() || end != text->data() + text->size() || value == 0) return invalid(name);
    return value;
}

}  // namespace

Result<ListQuery> read_list_query(const net::Parameters& parameters, std::string_view fields) {
    ListQuery query;
    LS_TRY_ASSIGN(query.page, read_size(parameters, "page", 1));
    LS_TRY_ASSIGN(query.per_page, read_size(parameters, "per_page", per_page_max));
    query.per_page = std::min(query.per_page, per_page_max);
    query.page = std::min<std::size_t>(query.page, 1'000'000);
    query.sort_column = net::parameter(parameters, "sort_column").value_or("");
    query.descending = net::parameter(parameters, "sort_order").value_or("A") == "D";
    for (const auto& [name, value] : parameters) {
        Filter filter = filter_of(name, value);
        if (!is_listed(fields, filter.field) && !filter.field.starts_with("cf_")) continue;
        LS_TRY(check_length(name, value, 100));
        query.filters.push_back(std::move(filter));
    }
    return query;
}

/// Texts compare without regard to case; whether Zoho's do in every field is not documented.
bool fits(const Filter& filter, const std::string& value) {
    switch (filter.kind) {
        case Filter::Kind::equal:
            return lower(value) == lower(filter.value);
        case Filter::Kind::starts_with:
            return lower(value).starts_with(lower(filter.value));
        case Filter::Kind::contains:
            return contains_ignoring_case(value, filter.value);
    }
    return false;
}

net::Response list_reply(const ListQuery& query, std::string name, List rows, bool has_more, std::string_view report_name) {
    Map context{{"page", Value(static_cast<std::int64_t>(query.page))},
                {"per_page", Value(static_cast<std::int64_t>(query.per_page))},
                {"has_more_page", Value(has_more)},
                {"report_name", Value(report_name)},
                {"applied_filter", Value("Status.All")},
                {"sort_column", Value(query.sort_column.empty() ? "created_time" : query.sort_column)},
                {"sort_order", Value(query.descending ? "D" : "A")}};
    return net::json_response(200, Map{{"code", Value(0)},
                                       {"message", Value("success")},
                                       {std::move(name), Value(std::move(rows))},
                                       {"page_context", Value(std::move(context))}});
}

net::Response list_rows(const ListQuery& query, std::string name, const List& all, std::string_view report_name) {
    const std::size_t first = std::min((query.page - 1) * query.per_page, all.size());
    const std::size_t last = std::min(first + query.per_page, all.size());
    List rows;
    for (std::size_t i = first; i < last; ++i) rows.push_back(all[i]);
    return list_reply(query, std::move(name), std::move(rows), last < all.size(), report_name);
}

}  // namespace lockstep::sandbox::zoho
