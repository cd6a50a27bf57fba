#pragma once

#include <cstdint>
#include <deque>

#include "base/result.h"
#include "base/time.h"
#include "net/http.h"
#include "value/value.h"

namespace lockstep::sandbox::zoho_crm {

/// The calls that an organisation may make: credits in a rolling day, calls at once. 0: not limited.
/// Source: zoho.com/crm/developer/docs/api, "API Limits".
class Limits {
public:
    /// Reads `edition` (free, standard, professional, enterprise, ultimate, or none), then `credits_per_day` and `concurrency`,
    /// which win. Errors: `request_invalid`.
    Result<void> configure(const Value& settings);
    Value to_value() const;
    void clear() { *this = Limits(); }

    /// The answer to the next call is held back this long: so long it is in process.
    void hold(std::int64_t delay_ms) { delay_ms_ = delay_ms; }
    /// Counts a call of so many credits, or refuses it with TOO_MANY_REQUESTS; a refused call is not counted.
    Result<void> take(Timestamp now, std::int64_t credits);
    /// `X-API-CREDITS-REMAINING`, once half is used, as seen on the live service.
    void describe(net::Response& response) const;

private:
    struct Used {
        Timestamp time;
        std::int64_t credits;
    };
    std::int64_t per_day_ = 0, concurrency_ = 0, delay_ms_ = 0, used_ = 0;
    std::deque<Used> recent_;
    std::deque<Timestamp> in_process_until_;
};

}  // namespace lockstep::sandbox::zoho_crm
