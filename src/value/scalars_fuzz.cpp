#include <iterator>

#include "base/cron.h"
#include "base/time.h"
#include "tests/fuzz/target.h"
#include "value/decimal.h"
#include "value/encoding.h"

using namespace lockstep;

namespace {

bool same(const Decimal& a, const Decimal& b) { return a.coefficient() == b.coefficient() && a.scale() == b.scale(); }

void check_one(const Decimal& number) {
    LS_ASSERT(same(*Decimal::parse(number.to_string()), number));
    LS_ASSERT(number.normalized() == number && number.negated().negated() == number);
    LS_ASSERT(number.abs() >= Decimal(0));
    for (int digits : {-3, 0, 2, 18})
        for (auto mode : {Rounding::half_up, Rounding::half_even, Rounding::down, Rounding::up, Rounding::floor, Rounding::ceiling})
            if (const auto rounded = number.rounded(digits, mode)) LS_ASSERT(*rounded->rounded(digits, mode) == *rounded);
    if (const auto whole = number.to_int64()) LS_ASSERT(Decimal(*whole) == number);
}

void check_two(const Decimal& a, const Decimal& b) {
    LS_ASSERT((a <=> b) == (0 <=> (b <=> a)));
    if (const auto sum = a.plus(b)) {
        LS_ASSERT(*sum == *b.plus(a));
        if (const auto back = sum->minus(b)) LS_ASSERT(*back == a);
    }
    const auto product = a.times(b);
    if (!product || b.is_zero()) return;
    LS_ASSERT(*product == *b.times(a));
    if (const auto back = product->divided_by(b)) LS_ASSERT(*back == a);
}

void check_numbers(std::string_view first, std::string_view second) {
    const auto a = Decimal::parse(first), b = Decimal::parse(second);
    if (a) check_one(*a);
    if (a && b) check_two(*a, *b);
}

void check_encodings(const std::string& text) {
    using namespace encoding;
    LS_ASSERT(*from_base64(base64(text)) == text && *from_base64url(base64url(text)) == text);
    LS_ASSERT(*percent_decode(percent_encode(text), true) == text && *percent_decode(percent_encode(text), false) == text);
    LS_ASSERT(hex(text).size() == 2 * text.size());
    if (const auto bytes = from_base64(text)) LS_ASSERT(*from_base64(base64(*bytes)) == *bytes);
    if (const auto bytes = from_base64url(text)) LS_ASSERT(*from_base64url(base64url(*bytes)) == *bytes);
    if (const auto plain = percent_decode(text, true)) LS_ASSERT(*percent_decode(percent_encode(*plain), true) == *plain);
    const std::string mended = replace_invalid_utf8(text);
    LS_ASSERT(is_valid_utf8(mended) && (mended == text) == is_valid_utf8(text));
    for (std::size_t length : {0u, 1u, 5u}) {
        const auto prefix = utf8_prefix(mended, length);
        LS_ASSERT(mended.starts_with(prefix) && is_valid_utf8(prefix) && utf8_length(prefix) <= length);
    }
}

void check_duration(std::string_view text) {
    const auto duration = parse_duration(text);
    if (duration) LS_ASSERT(*parse_duration(format_duration(*duration)) == *duration);
}

void check_date(std::string_view text) {
    const auto date = parse_date(text);
    if (!date) return;
    LS_ASSERT(format_date(*date) == text);
    LS_ASSERT(days_from_epoch(add_days(*date, 1)) == days_from_epoch(*date) + 1);
}

/// An offset as written, else one of a few zones: looking for a name that is not there takes long.
std::string_view zone_of(std::string_view text) {
    constexpr std::string_view zones[] = {"Europe/Berlin", "UTC", "Australia/Lord_Howe", "America/St_Johns"};
    return text.starts_with('+') || text.starts_with('-') ? text.substr(0, 6) : zones[text.size() % std::size(zones)];
}

/// A local time names at most two points in time, and the one it was made of is between them.
void check_zone(Timestamp time, std::string_view zone) {
    const auto civil = to_civil(time, zone);
    if (!civil) return;
    const auto instants = instants_of(civil->date, civil->hour, civil->minute, civil->second, zone);
    LS_ASSERT(instants && instants->first.seconds <= time.seconds && time.seconds <= instants->last.seconds);
}

void check_time(std::string_view text, std::string_view zone) {
    const auto time = parse_timestamp(text);
    if (!time) return;
    LS_ASSERT(*parse_timestamp(format_timestamp(*time)) == *time);
    LS_ASSERT(Timestamp::from_ms(time->ms()) <= *time);
    check_zone(*time, zone);
}

void check_schedule(std::string_view text, std::string_view zone) {
    const auto cron = Cron::parse(text);
    if (!cron) return;
    const Timestamp from{1'771'408'800, 5};
    const auto next = cron->next_after(from, zone);
    if (next) LS_ASSERT(*next > from && *cron->next_after(*next, zone) > *next);
}

}  // namespace

/// Two decimals on two lines, or a time or schedule and a zone; and all of it as an encoded and as a plain text.
FUZZ(scalars) {
    check_encodings(std::string(data));
    const auto first = fuzz::take(data);
    check_numbers(first, data);
    check_duration(first);
    check_date(first);
    check_time(first, zone_of(data));
    check_schedule(first, zone_of(data));
}
