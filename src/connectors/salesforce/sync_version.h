#pragma once

#include <string>
#include <string_view>

#include "value/value.h"

/// What lets an update make sure that a record is still as it was read.
///
/// Salesforce has strong guards (`ETag`, `If-Match`) for accounts only; elsewhere `If-Unmodified-Since` must do. It compares
/// whole seconds: what is changed in the second of an earlier change, after it was read, would not be noticed. So a record
/// that is read in the second of its change has no guard yet, and must be read once more.
/// Source: REST API Developer Guide, "Conditional Request Headers".
namespace lockstep::connectors::salesforce {

/// The version of a record that came with this tag.
std::string version_of_tag(std::string_view etag);
/// The version of a record that was last changed at `modified`, read at `read_at_ms` or later. Both by Salesforce's clock.
std::string version_of_time(Timestamp modified, std::int64_t read_at_ms);
/// The version of a record of which only is known that it was written: there is nothing that could guard it.
std::string version_of_unread();

/// Headers for an update of a record that is still of this version; none for the empty version.
/// Errors: `precondition_failed` if the version cannot guard an update, `value_invalid` if it is none.
Result<Map> guard_headers(std::string_view version);

/// `Wed, 18 Feb 2026 10:00:00 GMT`. Source: RFC 9110, 5.6.7.
std::string http_date(Timestamp time);

}  // namespace lockstep::connectors::salesforce
