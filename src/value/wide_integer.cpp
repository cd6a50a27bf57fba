#include "value/wide_integer.h"

#include <array>

namespace lockstep {
namespace {

Uint128 low_half(Uint128 x) { return static_cast<std::uint64_t>(x); }

}  // namespace

Uint256 Uint256::product(Uint128 a, Uint128 b) {
    Uint128 low_low = low_half(a) * low_half(b);
    Uint128 low_high = low_half(a) * (b >> 64);
    Uint128 high_low = (a >> 64) * low_half(b);
    Uint128 middle = (low_low >> 64) + low_half(low_high) + low_half(high_low);
    Uint128 high = (a >> 64) * (b >> 64) + (low_high >> 64) + (high_low >> 64) + (middle >> 64);
    return {high, (middle << 64) | low_half(low_low)};
}

Uint256 Uint256::times_small(std::uint64_t factor) const {
    Uint256 result = product(low, factor);
    result.high += high * factor;
    return result;
}

Uint256 Uint256::minus(const Uint256& other) const { return {high - other.high - (low < other.low ? 1 : 0), low - other.low}; }

std::uint64_t Uint256::divide_small(std::uint64_t divisor) {
    std::array<std::uint64_t, 4> parts = {static_cast<std::uint64_t>(high >> 64), static_cast<std::uint64_t>(high),
                                          static_cast<std::uint64_t>(low >> 64), static_cast<std::uint64_t>(low)};
    Uint128 remainder = 0;
    for (auto& part : parts) {
        Uint128 current = (remainder << 64) | part;
        part = static_cast<std::uint64_t>(current / divisor);
        remainder = current % divisor;
    }
    high = (static_cast<Uint128>(parts[0]) << 64) | parts[1];
    low = (static_cast<Uint128>(parts[2]) << 64) | parts[3];
    return static_cast<std::uint64_t>(remainder);
}

}  // namespace lockstep
