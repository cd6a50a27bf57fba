#include "sandbox/zoho_crm/limits.h"

#include <algorithm>
#include <array>

#include "sandbox/zoho_crm/refusal.h"

namespace lockstep::sandbox::zoho_crm {

namespace {

constexpr std::int64_t day_ms = 86'400'000;

struct Edition {
    std::string_view name;
    std::int64_t per_day, concurrency;
};
/// For an organisation without additional users.
constexpr std::array<Edition, 6> editions = {{{"none", 0, 0},
                                              {"free", 5'000, 5},
                                              {"standard", 50'000, 10},
                                              {"professional", 50'000, 15},
                                              {"enterprise", 50'000, 20},
                                              {"ultimate", 50'000, 25}}};

Result<void> read_count(const Value& settings, std::string_view name, std::int64_t& count) {
    const Value& given = settings[name];
    if (given.is_null()) return {};
    if (given.kind() != Value::Kind::integer || given.as_int() < 0)
        return fail(ErrorCode::request_invalid, "a setting is a number from 0 on: " + std::string(name));
    count = given.as_int();
    return {};
}

Unexpected too_many() { return refuse("TOO_MANY_REQUESTS", "too many requests. please try again after some time"); }

}  // namespace

Result<void> Limits::configure(const Value& settings) {
    if (const std::string name = settings["edition"].text(); !name.empty()) {
        const auto edition = std::ranges::find(editions, name, &Edition::name);
        if (edition == editions.end()) return fail(ErrorCode::request_invalid, "no such edition: " + name);
        per_day_ = edition->per_day;
        concurrency_ = edition->concurrency;
    }
    LS_TRY(read_count(settings, "credits_per_day", per_day_));
    return read_count(settings, "concurrency", concurrency_);
}

Value Limits::to_value() const { return Map{{"credits_per_day", per_day_}, {"concurrency", concurrency_}, {"credits_used", used_}}; }

Result<void> Limits::take(Timestamp now, std::int64_t credits) {
    const std::int64_t delay_ms = std::exchange(delay_ms_, 0);
    std::erase_if(in_process_until_, [&](Timestamp time) { return time <= now; });
    if (concurrency_ > 0 && static_cast<std::int64_t>(in_process_until_.size()) >= concurrency_) return too_many();
    if (per_day_ > 0) {
        for (; !recent_.empty() && recent_.front().time.plus_ms(day_ms) <= now; recent_.pop_front()) used_ -= recent_.front().credits;
        if (used_ + credits > per_day_) return too_many();
        recent_.push_back({now, credits});
    }
    used_ += credits;
    if (concurrency_ > 0 && delay_ms > 0) in_process_until_.push_back(now.plus_ms(delay_ms));
    return {};
}

void Limits::describe(net::Response& response) const {
    if (per_day_ <= 0 || used_ * 2 < per_day_) return;
    response.headers.set("X-API-CREDITS-REMAINING", std::to_string(std::max<std::int64_t>(per_day_ - used_, 0)));
}

}  // namespace lockstep::sandbox::zoho_crm
