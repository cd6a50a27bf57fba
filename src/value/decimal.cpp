#include "value/decimal.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "value/wide_integer.h"

namespace lockstep {
namespace {

constexpr int digits_max = 38;
constexpr int scale_max = 38;

constexpr Uint128 coefficient_limit = power_of_ten(digits_max);  // the first that does not fit

Uint128 magnitude(__int128 value) { return value < 0 ? -static_cast<Uint128>(value) : static_cast<Uint128>(value); }

__int128 with_sign(Uint128 value, bool negative) {
    auto positive = static_cast<__int128>(value);
    return negative ? -positive : positive;
}

Unexpected overflow() { return fail(ErrorCode::decimal_overflow, "number needs more than 38 digits"); }

/// A magnitude with its scale on the way to a Decimal; the scale may still be out of range.
struct Wide {
    Uint256 digits;
    int scale = 0;
    bool negative = false;
};

/// Drops trailing zeros after the point while the number is too long, and fails if that is not enough.
Result<Decimal> narrow(Wide wide) {
    while ((wide.digits >= Uint256{0, coefficient_limit} || wide.scale > scale_max) && wide.scale > 0) {
        Uint256 shorter = wide.digits;
        if (shorter.divide_small(10) != 0) return overflow();
        wide.digits = shorter;
        --wide.scale;
    }
    if (wide.digits >= Uint256{0, coefficient_limit}) return overflow();
    return Decimal::from_parts(with_sign(wide.digits.low, wide.negative), wide.scale);
}

/// The coefficient as it would be with another, larger or equal scale.
Uint256 at_scale(const Decimal& value, int scale) {
    return Uint256::product(magnitude(value.coefficient()), power_of_ten(scale - value.scale()));
}

Uint256 sum(const Uint256& a, const Uint256& b) {
    Uint256 result{a.high + b.high, a.low + b.low};
    if (result.low < a.low) ++result.high;
    return result;
}

Wide add_aligned(const Decimal& a, const Decimal& b) {
    int scale = std::max(a.scale(), b.scale());
    Uint256 left = at_scale(a, scale);
    Uint256 right = at_scale(b, scale);
    if (a.is_negative() == b.is_negative()) return {sum(left, right), scale, a.is_negative()};
    if (left >= right) return {left.minus(right), scale, a.is_negative()};
    return {right.minus(left), scale, b.is_negative()};
}

Uint128 greatest_common_divisor(Uint128 a, Uint128 b) {
    while (b != 0) {
        Uint128 rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

int remove_factor(Uint128& number, unsigned factor) {
    int count = 0;
    while (number % factor == 0) {
        number /= factor;
        ++count;
    }
    return count;
}

/// The exact quotient a/b, if it ends within 38 digits. Requires normalized operands, b not zero.
Result<Decimal> divide_exactly(const Decimal& a, const Decimal& b) {
    Uint128 divisor = magnitude(b.coefficient());
    Uint128 common = greatest_common_divisor(magnitude(a.coefficient()), divisor);
    Wide quotient{{0, magnitude(a.coefficient()) / common}, a.scale() - b.scale(), a.is_negative() != b.is_negative()};
    divisor /= common;
    int twos = remove_factor(divisor, 2);
    int fives = remove_factor(divisor, 5);
    if (divisor != 1) return overflow();
    int places = std::max(twos, fives);
    int tens = std::max(0, -(quotient.scale + places));
    quotient.scale += places + tens;
    auto grow = [&](int times, std::uint64_t factor) {
        for (; times > 0 && quotient.digits < Uint256{0, coefficient_limit}; --times) {
            quotient.digits = quotient.digits.times_small(factor);
        }
        return times <= 0;
    };
    if (!grow(places - twos, 2) || !grow(places - fives, 5) || !grow(tens, 10)) return overflow();
    return narrow(quotient);
}

/// Long division to `digits` places, half to even.
Result<Decimal> divide_rounding(const Decimal& a, const Decimal& b, int digits) {
    int shift = digits + b.scale() - a.scale();
    // At 10^75 one digit more makes 77 digits, of which at most 38 can be zeros to drop.
    const Uint256 hopeless = Uint256::product(power_of_ten(38), power_of_ten(37));
    Uint256 divisor = Uint256::product(magnitude(b.coefficient()), power_of_ten(std::max(0, -shift)));
    Uint256 rest{0, magnitude(a.coefficient())};
    Uint256 quotient;
    if (divisor.high == 0) {
        quotient.low = rest.low / divisor.low;
        rest.low %= divisor.low;
    }
    for (; shift > 0; --shift) {
        if (quotient >= hopeless) return overflow();
        rest = rest.times_small(10);
        Uint256 digit;
        for (; rest >= divisor; ++digit.low) rest = rest.minus(divisor);
        quotient = sum(quotient.times_small(10), digit);
    }
    Uint256 missing = divisor.minus(rest);
    bool up = rest > missing || (rest == missing && quotient.low % 2 == 1);
    return narrow({sum(quotient, {0, up ? 1u : 0u}), digits, a.is_negative() != b.is_negative()});
}

/// Whether the kept digits go up by one, away from zero.
bool rounds_away(Rounding mode, bool negative, bool odd, std::strong_ordering rest_to_half) {
    switch (mode) {
        case Rounding::half_up:
            return rest_to_half >= 0;
        case Rounding::half_even:
            return rest_to_half > 0 || (rest_to_half == 0 && odd);
        case Rounding::down:
            return false;
        case Rounding::up:
            return true;
        case Rounding::floor:
            return negative;
        case Rounding::ceiling:
            return !negative;
    }
    return false;
}

/// The parts of a number's text, before they are put together.
struct Scanned {
    std::string digits;  // without leading zeros
    std::int64_t scale = 0;
    bool negative = false;
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Reads `e-12`. Exponents that are absurdly large stay absurdly large.
bool scan_exponent(std::string_view text, std::int64_t& exponent) {
    bool negative = text.starts_with('-');
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    if (text.empty()) return false;
    for (char c : text) {
        if (!is_digit(c)) return false;
        if (exponent < 1'000'000'000) exponent = exponent * 10 + (c - '0');
    }
    if (negative) exponent = -exponent;
    return true;
}

bool scan(std::string_view text, Scanned& number) {
    number.negative = text.starts_with('-');
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    bool any = false;
    bool point = false;
    for (; !text.empty() && (is_digit(text.front()) || (text.front() == '.' && !point)); text.remove_prefix(1)) {
        if (text.front() == '.') {
            point = true;
            continue;
        }
        any = true;
        if (point) ++number.scale;
        if (text.front() != '0' || !number.digits.empty()) number.digits += text.front();
    }
    std::int64_t exponent = 0;
    if (!text.empty() && (text.front() == 'e' || text.front() == 'E')) {
        if (!scan_exponent(text.substr(1), exponent)) return false;
        text = {};
    }
    number.scale -= exponent;
    return any && text.empty();
}

/// Makes digits and scale fit where trailing zeros allow it; false if they cannot.
bool fit(Scanned& number) {
    auto& [digits, scale, negative] = number;
    if (digits.empty()) {
        scale = std::clamp<std::int64_t>(scale, 0, scale_max);
        return true;
    }
    if (scale < 0) {
        if (static_cast<std::int64_t>(digits.size()) - scale > digits_max) return false;
        digits.append(static_cast<std::size_t>(-scale), '0');
        scale = 0;
    }
    while ((digits.size() > digits_max || scale > scale_max) && scale > 0 && digits.back() == '0') {
        digits.pop_back();
        --scale;
    }
    return digits.size() <= digits_max && scale <= scale_max;
}

/// The usual case, quickly: up to 18 digits without an exponent.
struct ShortNumber {
    std::int64_t digits = 0;
    int scale = 0;
};
std::optional<ShortNumber> scan_short(std::string_view text) {
    bool negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    if (text.empty() || text.size() > 19 || !is_digit(text.front()) || !is_digit(text.back())) return std::nullopt;
    ShortNumber number;
    std::size_t point = std::string_view::npos;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '.' && point == std::string_view::npos) {
            point = i;
        } else if (is_digit(text[i]) && (i < 18 || point != std::string_view::npos)) {
            number.digits = number.digits * 10 + (text[i] - '0');
        } else {
            return std::nullopt;
        }
    }
    if (point != std::string_view::npos) number.scale = static_cast<int>(text.size() - point) - 1;
    if (negative) number.digits = -number.digits;
    return number;
}

}  // namespace

Result<Decimal> Decimal::from_parts(__int128 coefficient, int scale) {
    LS_ASSERT(scale >= 0 && scale <= scale_max);
    if (magnitude(coefficient) >= coefficient_limit) return overflow();
    return Decimal(coefficient, scale);
}

Result<Decimal> Decimal::parse(std::string_view text) {
    if (auto number = scan_short(text)) return Decimal(number->digits, number->scale);
    Scanned number;
    if (!scan(text, number)) { return fail(ErrorCode::decimal_invalid, fmt::format("text is not a decimal number: {}", text)); }
    if (!fit(number)) { return fail(ErrorCode::decimal_overflow, fmt::format("number needs more than 38 digits: {}", text)); }
    Uint128 coefficient = 0;
    for (char c : number.digits) coefficient = coefficient * 10 + static_cast<unsigned>(c - '0');
    return Decimal(with_sign(coefficient, number.negative), static_cast<int>(number.scale));
}

std::string Decimal::to_string() const {
    char buffer[48];
    char* end = buffer + sizeof buffer;
    char* out = end;
    Uint128 rest = magnitude(coefficient());
    int written = 0;
    do {
        if (written == scale_ && scale_ > 0) *--out = '.';
        *--out = static_cast<char>('0' + static_cast<int>(rest % 10));
        rest /= 10;
        ++written;
    } while (rest != 0 || written <= scale_);
    if (is_negative()) *--out = '-';
    return {out, end};
}

Decimal Decimal::normalized() const {
    __int128 rest = coefficient();
    int scale = scale_;
    for (; scale > 0 && rest % 10 == 0; --scale) rest /= 10;
    return Decimal(rest, scale);
}

bool Decimal::is_integer() const { return magnitude(coefficient()) % power_of_ten(scale_) == 0; }

Result<std::int64_t> Decimal::to_int64() const {
    auto whole = normalized();
    auto fits = whole.coefficient() >= INT64_MIN && whole.coefficient() <= INT64_MAX;
    if (whole.scale_ == 0 && fits) return static_cast<std::int64_t>(whole.coefficient());
    return fail(ErrorCode::decimal_overflow, fmt::format("number is not a 64-bit integer: {}", to_string()));
}

double Decimal::to_double_lossy() const { return static_cast<double>(coefficient()) / static_cast<double>(power_of_ten(scale_)); }

Result<Decimal> Decimal::plus(const Decimal& other) const {
    __int128 total = 0;
    bool inside = scale_ == other.scale_ && !__builtin_add_overflow(coefficient(), other.coefficient(), &total);
    if (inside && magnitude(total) < coefficient_limit) return Decimal(total, scale_);
    return narrow(add_aligned(*this, other));
}

Result<Decimal> Decimal::minus(const Decimal& other) const { return plus(other.negated()); }

Result<Decimal> Decimal::times(const Decimal& other) const {
    Uint256 product = Uint256::product(magnitude(coefficient()), magnitude(other.coefficient()));
    return narrow({product, scale_ + other.scale_, is_negative() != other.is_negative()});
}

Result<Decimal> Decimal::divided_by(const Decimal& other, int digits) const {
    LS_ASSERT(digits >= 0 && digits <= scale_max);
    if (other.is_zero()) return fail(ErrorCode::value_invalid, fmt::format("division by zero: {} / 0", to_string()));
    auto exact = divide_exactly(normalized(), other.normalized());
    return exact ? exact : divide_rounding(*this, other, digits);
}

Decimal Decimal::negated() const { return Decimal(-coefficient(), scale_); }

Decimal Decimal::abs() const { return is_negative() ? negated() : *this; }

Result<Decimal> Decimal::rounded(int digits, Rounding mode) const {
    if (digits >= scale_) {
        Wide padded{at_scale(*this, std::min(digits, scale_max)), std::min(digits, scale_max), is_negative()};
        return narrow(padded);
    }
    int dropped = scale_ - digits;
    Uint128 all = magnitude(coefficient());
    if (dropped > digits_max) dropped = digits_max + 1;
    Uint256 unit = Uint256::product(power_of_ten(std::min(dropped, digits_max)), dropped > digits_max ? 10 : 1);
    Uint128 kept = unit.high == 0 ? all / unit.low : 0;
    Uint256 rest{0, unit.high == 0 ? all % unit.low : all};
    bool exact = rest == Uint256{};
    if (!exact && rounds_away(mode, is_negative(), kept % 2 == 1, rest <=> unit.minus(rest))) ++kept;
    Wide result{{0, kept}, std::max(digits, 0), is_negative()};
    for (int i = digits; i < 0 && result.digits < Uint256{0, coefficient_limit} && kept != 0; ++i) {
        result.digits = result.digits.times_small(10);
    }
    return narrow(result);
}

std::strong_ordering Decimal::operator<=>(const Decimal& other) const {
    if (scale_ == other.scale_) return coefficient() <=> other.coefficient();
    if (is_negative() != other.is_negative()) return is_negative() ? std::strong_ordering::less : std::strong_ordering::greater;
    int scale = std::max(scale_, other.scale_);
    auto order = at_scale(*this, scale) <=> at_scale(other, scale);
    return is_negative() ? 0 <=> order : order;
}

}  // namespace lockstep
