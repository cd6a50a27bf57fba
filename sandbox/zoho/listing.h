#pragma once

#include <functional>
#include <string>
#include <vector>

#include "net/http.h"
#include "sandbox/zoho/reply.h"

namespace lockstep::sandbox::zoho {

/// What a list call asks for. Fields may carry `_startswith` and `_contains`.
struct Filter {
    std::string field;
    enum class Kind { equal, starts_with, contains } kind = Kind::equal;
    std::string value;
};

struct ListQuery {
    std::vector<Filter> filters;
    std::size_t page = 1, per_page = 200;
    std::string sort_column;
    bool descending = false;
};

/// Reads the parameters; `fields` are the names that can be filtered by, every `cf_…` too. Parameters that Zoho does not know
/// are ignored, as it does. Errors: refusals (values longer than 100 letters).
Result<ListQuery> read_list_query(const net::Parameters& parameters, std::string_view fields);
bool fits(const Filter& filter, const std::string& value);
/// `page_context` and the page of the rows.
net::Response list_reply(const ListQuery& query, std::string name, const std::vector<std::function<Value()>>& rows,
                         std::string_view report_name);

}  // namespace lockstep::sandbox::zoho
