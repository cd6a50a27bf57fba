#pragma once

#include <array>
#include <compare>
#include <cstdint>

#include "base/assert.h"

namespace lockstep {

using Uint128 = unsigned __int128;

/// 256 bits without sign, just enough for products and quotients of decimals.
struct Uint256 {
    Uint128 high = 0;
    Uint128 low = 0;

    /// 128 by 128 bits.
    static Uint256 product(Uint128 a, Uint128 b);
    /// Requires that the product fits.
    Uint256 times_small(std::uint64_t factor) const;
    Uint256 minus(const Uint256& other) const;
    /// Divides in place and returns the remainder.
    std::uint64_t divide_small(std::uint64_t divisor);

    auto operator<=>(const Uint256&) const = default;
};

inline constexpr std::array<Uint128, 39> powers_of_ten = [] {
    std::array<Uint128, 39> powers{};
    powers[0] = 1;
    for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
    return powers;
}();

/// Requires 0 ≤ exponent ≤ 38.
constexpr Uint128 power_of_ten(int exponent) {
    LS_ASSERT(exponent >= 0 && exponent <= 38);
    return powers_of_ten[static_cast<std::size_t>(exponent)];
}

}  // namespace lockstep
