#include "sandbox/sap/state.h"

#include <algorithm>

#include "sandbox/sap/values.h"

namespace lockstep::sandbox::sap {

State::State(const Options& given) : options(given), random_state_(given.seed) {}

void State::clear() {
    tables.clear();
    locks.clear();
    list_prices.clear();
    settings = {};
    next_partner = 1000000;
    next_order = 1;
    next_address = 22000;
}

std::int64_t State::change_ticks() {
    last_ticks = std::max(last_ticks + 1, ticks_of(options.clock()));
    return last_ticks;
}

/// splitmix64: what the sandbox makes up has only to differ, and to be the same for the same seed.
std::uint64_t State::random() {
    std::uint64_t z = (random_state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

std::string State::random_hex(int digits) {
    std::string text;
    while (static_cast<int>(text.size()) < digits) {
        std::uint64_t bits = random();
        for (int i = 0; i < 16; ++i, bits >>= 4) text += "0123456789ABCDEF"[bits & 15];
    }
    text.resize(static_cast<std::size_t>(digits));
    return text;
}

std::string State::random_guid() {
    std::string hex = random_hex(32);
    std::transform(hex.begin(), hex.end(), hex.begin(), [](char c) { return c >= 'A' ? static_cast<char>(c + 32) : c; });
    for (std::size_t at : {20, 16, 12, 8}) hex.insert(at, "-");
    return hex;
}

const ListPrice* State::list_price(std::string_view material, std::string_view currency) const {
    auto found = list_prices.find(std::string(material) + '\x1f' + std::string(currency));
    return found == list_prices.end() ? nullptr : &found->second;
}

}  // namespace lockstep::sandbox::sap
