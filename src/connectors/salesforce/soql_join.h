#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep::connectors::salesforce {

/// A query for the records that one id names, so written that it can ask for those of many ids at once.
struct JoinableQuery {
    std::string before;        ///< up to the field that is compared, which is among those selected
    std::string after;         ///< what follows the bound name
    std::string field;         ///< the field that is compared: `Id`, `AccountId`
    std::string bound;         ///< the name whose value is the id
    bool field_added = false;  ///< the query as given does not select the field
};

/// Takes a query apart whose only bound name stands in `<Field> = :name`, a condition that every record must meet, of a
/// field that holds ids. None for a query whose result for several ids is not the results for each put together: with
/// LIMIT, OFFSET, GROUP BY, OR or NOT around it, functions in the field list, FOR …; and for one that cannot be read.
/// Source: SOQL and SOSL Reference, "SOQL SELECT Syntax".
std::optional<JoinableQuery> joinable_query(std::string_view soql);

/// The query for all of the ids, which are letters and digits only.
std::string joined_query(const JoinableQuery& query, const std::vector<std::string>& ids);

}  // namespace lockstep::connectors::salesforce
