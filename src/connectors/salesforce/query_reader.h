#pragma once

#include <limits>

#include "connectors/salesforce/api.h"
#include "connectors/salesforce/soql.h"

namespace lockstep::connectors::salesforce {

/// Reads results page by page and turns them into plain records. One per query; pages of subqueries count too.
class QueryReader {
public:
    QueryReader(Api& api, connector::CallContext& context) : api_(api), context_(context) {}

    /// The records as they came, over all pages; stops after more than `records_max`.
    Result<List> all_pages(Value page, std::size_t records_max);
    /// Records without `attributes`, their subqueries as lists.
    Result<List> plain_records(const List& raw, const std::vector<Subquery>& subqueries);

private:
    Result<Value> next_page(const Value& page);
    Result<Value> plain_record(const Map& record, const std::vector<Subquery>& subqueries);
    Result<Value> plain_field(const Value& value, const Subquery* subquery);

    Api& api_;
    connector::CallContext& context_;
    int pages_ = 0;
};

constexpr std::size_t all_records = std::numeric_limits<std::size_t>::max();

/// The name of a field as the record has it, however it is written in the query; empty if the record has no such field.
std::string name_in(const Map& record, std::string_view field);

}  // namespace lockstep::connectors::salesforce
