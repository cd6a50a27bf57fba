#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.h"

/// What guards updates: `If-Unmodified-Since`, one time for a request, of whole seconds as `Modified_Time` is.
///
/// A record may be changed again in the very second of its `Modified_Time`, and neither time would tell. So a time can only
/// guard if that second was over when the record was read: it is at least `Modified_Time` and before the second of reading.
/// Source: zoho.com/crm/developer/docs/api/v8/update-records, header `If-Unmodified-Since: 2024-01-15T15:26:49+05:30`;
/// OpenAPI v8.0, record, 412 `ALREADY_MODIFIED`.
namespace lockstep::connectors::zoho_crm {

struct Version {
    Timestamp modified;  ///< `Modified_Time`
    Timestamp read;      ///< the earliest second, by the vendor's clock, in which it can have been read
    bool operator==(const Version&) const = default;

    /// The latest time that guards this version.
    Timestamp latest_guard() const { return {.seconds = read.seconds - 1}; }
    bool can_guard() const { return modified <= latest_guard(); }
};

/// As text: `2026-02-18T10:05:00Z/2026-02-18T10:05:07Z`.
std::string write_version(const Version& version);
/// Errors: `value_invalid`.
Result<Version> read_version(std::string_view text);

/// A time that guards each of some versions.
struct GuardGroup {
    Timestamp time;
    std::vector<std::size_t> members;  ///< indexes into the versions
};
/// Sorts versions that can guard into as few requests as need be.
std::vector<GuardGroup> guard_groups(const std::vector<Version>& versions);

/// As the header is written: `2026-02-18T10:05:00+00:00`.
std::string header_time(Timestamp time);

}  // namespace lockstep::connectors::zoho_crm
