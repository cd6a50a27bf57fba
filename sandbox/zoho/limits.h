#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "net/http.h"
#include "value/value.h"

namespace lockstep::sandbox::zoho {

/// The calls that an organisation may make: a minute, a day, at once. 0: not limited.
/// Source: Zoho Books API v3, "API call limit"; where the day ends is not documented, here it is the organisation's.
class Limits {
public:
    /// Reads `plan` (free, standard, professional, premium, elite, ultimate, or none), then `calls_per_minute`,
    /// `calls_per_day` and `concurrency`, which win. Errors: `request_invalid`.
    Result<void> configure(const Value& settings);
    void set_per_minute(std::int64_t calls) { per_minute_ = calls; }
    Value to_value() const;
    void clear();

    /// The answer to the next call is held back this long: so long it is in process.
    void hold(std::int64_t delay_ms) { delay_ms_ = delay_ms; }
    /// Counts a call, or refuses it with 1070, 44 or 45; a refused call is not counted.
    Result<void> take(Timestamp now, Date today);
    /// `X-Rate-Limit-Limit` and `-Remaining`, if calls a day are limited. Source: seen on the live service.
    void describe(net::Response& response) const;

private:
    std::int64_t per_minute_ = 0, per_day_ = 0, concurrency_ = 0;
    std::int64_t delay_ms_ = 0;
    std::deque<Timestamp> recent_;
    std::deque<Timestamp> in_process_until_;
    Date day_;
    std::int64_t used_today_ = 0;
};

}  // namespace lockstep::sandbox::zoho
