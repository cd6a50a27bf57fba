#include "sandbox/zoho/limits.h"

#include <algorithm>
#include <array>

#include "sandbox/zoho/reply.h"

namespace lockstep::sandbox::zoho {

namespace {

constexpr std::int64_t minute_ms = 60'000;

struct Plan {
    std::string_view name;
    std::int64_t per_minute, per_day, concurrency;
};
/// Source: Zoho Books API v3, "API call limit" and "Concurrent rate limiter".
constexpr std::array<Plan, 7> plans = {{
    {"none", 0, 0, 0},
    {"free", 100, 1'000, 5},
    {"standard", 100, 2'000, 10},
    {"professional", 100, 5'000, 10},
    {"premium", 100, 10'000, 10},
    {"elite", 100, 10'000, 10},
    {"ultimate", 100, 10'000, 10},
}};

Result<void> read_count(const Value& settings, std::string_view name, std::int64_t& count) {
    const Value& given = settings[name];
    if (given.is_null()) return {};
    if (given.kind() != Value::Kind::integer || given.as_int() < 0) return invalid(name);
    count = given.as_int();
    return {};
}

void forget_before(std::deque<Timestamp>& times, Timestamp limit) {
    std::erase_if(times, [&](Timestamp time) { return time <= limit; });
}

}  // namespace

Result<void> Limits::configure(const Value& settings) {
    if (const std::string name = settings["plan"].text(); !name.empty()) {
        auto plan = std::find_if(plans.begin(), plans.end(), [&](const Plan& known) { return known.name == name; });
        if (plan == plans.end()) return invalid("plan");
        per_minute_ = plan->per_minute;
        per_day_ = plan->per_day;
        concurrency_ = plan->concurrency;
    }
    LS_TRY(read_count(settings, "calls_per_minute", per_minute_));
    LS_TRY(read_count(settings, "calls_per_day", per_day_));
    return read_count(settings, "concurrency", concurrency_);
}

Value Limits::to_value() const {
    return Map{{"calls_per_minute", Value(per_minute_)},
               {"calls_per_day", Value(per_day_)},
               {"concurrency", Value(concurrency_)},
               {"calls_today", Value(used_today_)}};
}

void Limits::clear() { *this = Limits(); }

Result<void> Limits::take(Timestamp now, Date today) {
    const std::int64_t delay_ms = std::exchange(delay_ms_, 0);
    if (concurrency_ > 0) {
        forget_before(in_process_until_, now);
        if (static_cast<std::int64_t>(in_process_until_.size()) >= concurrency_)
            return refuse(too_many_in_process,
                          "You have reached the maximum number of in process requests allowed. Kindly try again after some time.");
    }
    if (per_minute_ > 0) {
        forget_before(recent_, now.plus_ms(-minute_ms));
        if (static_cast<std::int64_t>(recent_.size()) >= per_minute_)
            return refuse(minute_limit,
                          "For security reasons your organization has been blocked as it have exceeded the maximum number of "
                          "requests per minute that can originate from an organization.");
    }
    if (day_ != today) used_today_ = 0;
    day_ = today;
    if (per_day_ > 0 && used_today_ >= per_day_)
        return refuse(day_limit,
                      "The API call for this organization has exceeded the maximum call rate limit of " + std::to_string(per_day_) + ".");
    ++used_today_;
    if (per_minute_ > 0) recent_.push_back(now);
    if (concurrency_ > 0 && delay_ms > 0) in_process_until_.push_back(now.plus_ms(delay_ms));
    return {};
}

void Limits::describe(net::Response& response) const {
    if (per_day_ <= 0) return;
    response.headers.set("X-Rate-Limit-Limit", std::to_string(per_day_));
    response.headers.set("X-Rate-Limit-Remaining", std::to_string(std::max<std::int64_t>(per_day_ - used_today_, 0)));
}

}  // namespace lockstep::sandbox::zoho
