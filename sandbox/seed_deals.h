#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sandbox/seed_accounts.h"
#include "sandbox/seed_products.h"

namespace lockstep::sandbox {

struct SeedLine {
    std::size_t product = 0;  ///< index into the products; `unknown_product`: the one that SAP does not know
    std::string quantity;     ///< at most three decimals
    std::int64_t cents = 0;
};
inline constexpr std::size_t unknown_product = 1'000'000;

struct SeedDeal {
    std::size_t account = 0;
    std::string name, stage, close_date;
    std::vector<SeedLine> lines;
    int order = 0;  ///< number in SAP and in Zoho Books; 0: open
};

/// 10 won and carried through, then 120 open ones, then the 3 that cannot be carried through.
std::vector<SeedDeal> seed_deals(std::uint64_t seed, const std::vector<SeedProduct>& products);

}  // namespace lockstep::sandbox
