#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "connectors/sap/odata_names.h"

/// Values of a flow to OData V2 JSON and back.
namespace lockstep::connectors::sap {

/// Makes the body of a create or change: decimals and whole numbers as texts, dates as `/Date(ms)/`, maps and lists of
/// maps as a deep insert (`{"results":[…]}`). Entries that begin with `__` are left out (what a read added).
/// Errors: `value_invalid` naming the property.
Result<Value> to_odata(const Map& record);

/// Reads `{"d":{…}}` to the record. `__metadata` becomes `__etag` (its etag, if any); `{"results":[…]}` becomes a list;
/// what was not expanded is dropped; properties that hold decimals become decimals, dates and times such values.
/// Errors: `vendor_protocol`.
Result<Value> read_record(std::string_view body);

struct Page {
    List rows;
    std::string next;                   ///< address of the next page, as the server gave it; empty: this was the last
    std::optional<std::int64_t> count;  ///< of all pages together, where it was asked for
};
/// Reads `{"d":{"results":[…]}}`. Errors: `vendor_protocol`.
Result<Page> read_page(std::string_view body);

/// Returns the last segment of `__metadata.uri` in an answer (`A_SalesOrder('1')`), checked to be a key of `set`;
/// empty if there is none.
std::string own_segment(std::string_view body, std::string_view set);

/// Reads the header `sap-message`: warnings and errors as `{code, message, severity, target}`, those under `details`
/// too.
List read_sap_messages(std::string_view header);

}  // namespace lockstep::connectors::sap
