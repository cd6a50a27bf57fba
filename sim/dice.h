#pragma once

#include <cstdint>

namespace lockstep::sim {

/// Draws numbers from a seed of its own (splitmix64), so that dropping one draw does not change another's.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : state_(seed) {}
    /// The dice of one of many things that share a seed.
    Dice(std::uint64_t seed, std::uint64_t thing) : state_(seed ^ (thing + 1) * 0xd1342543de82ef95U) { (void)next(); }

    std::uint64_t next() {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
        return z ^ (z >> 31);
    }
    /// Uniform over 0 … bound-1. Requires bound > 0.
    int below(int bound) { return static_cast<int>(next() % static_cast<std::uint64_t>(bound)); }
    /// True once in `times`.
    bool once_in(int times) { return below(times) == 0; }

private:
    std::uint64_t state_;
};

}  // namespace lockstep::sim
