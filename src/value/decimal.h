#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace lockstep {

enum class Rounding : std::uint8_t { half_up, half_even, down, up, floor, ceiling };

/// An exact decimal: a 128-bit coefficient and a scale (digits after the point, 0 … 38), at most 38 digits.
///
/// Never rounds unless told digits and mode; what does not fit is `decimal_overflow`. Keeps its digits: `1.50` prints
/// as `1.50` and equals `1.5`. Order and equality are numeric.
class Decimal {
public:
    constexpr Decimal() = default;
    constexpr Decimal(std::int64_t integer)  // NOLINT(google-explicit-constructor)
        : low_(static_cast<std::uint64_t>(integer)), high_(integer < 0 ? -1 : 0) {}

    /// Reads `-12.340`, `1e3`, `+.5`. Errors: `decimal_invalid`, `decimal_overflow`.
    static Result<Decimal> parse(std::string_view text);
    /// Errors: `decimal_overflow` if the coefficient has more than 38 digits.
    static Result<Decimal> from_parts(__int128 coefficient, int scale);

    /// Writes plain notation with all digits: `1.50`, `-0.001`, `12`.
    std::string to_string() const;
    /// The same value without trailing zeros: 1.50 → 1.5, 100 → 100.
    Decimal normalized() const;

    __int128 coefficient() const {
        return static_cast<__int128>((static_cast<unsigned __int128>(static_cast<std::uint64_t>(high_)) << 64) | low_);
    }
    int scale() const { return scale_; }
    bool is_zero() const { return low_ == 0 && high_ == 0; }
    bool is_negative() const { return high_ < 0; }
    bool is_integer() const;
    /// Errors: `decimal_overflow` if there is a fraction or it does not fit 64 bits.
    Result<std::int64_t> to_int64() const;
    /// For display and bounds only, never for money.
    double to_double_lossy() const;

    Result<Decimal> plus(const Decimal& other) const;
    Result<Decimal> minus(const Decimal& other) const;
    Result<Decimal> times(const Decimal& other) const;
    /// Divides. Exact if the quotient ends within 38 digits, otherwise rounded half-even to `digits` after the point.
    /// Errors: `value_invalid` for a zero divisor, `decimal_overflow`.
    Result<Decimal> divided_by(const Decimal& other, int digits = 18) const;
    Decimal negated() const;
    Decimal abs() const;
    /// Rounds to `digits` after the point (negative: before it); fewer digits are filled up with zeros, where 38 allow it:
    /// 1.5 to two digits is 1.50. Errors: `decimal_overflow`.
    Result<Decimal> rounded(int digits, Rounding mode) const;

    std::strong_ordering operator<=>(const Decimal& other) const;
    bool operator==(const Decimal& other) const { return (*this <=> other) == 0; }

private:
    constexpr Decimal(__int128 coefficient, int scale)
        : low_(static_cast<std::uint64_t>(coefficient)),
          high_(static_cast<std::int64_t>(coefficient >> 64)),
          scale_(static_cast<std::int8_t>(scale)) {}

    // Two halves instead of one __int128, whose alignment of 16 would make every Value half as large again.
    std::uint64_t low_ = 0;
    std::int64_t high_ = 0;
    std::int8_t scale_ = 0;
};

}  // namespace lockstep
