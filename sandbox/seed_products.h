#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep::sandbox {

/// A product, in Salesforce and in SAP. Prices are in cents.
struct SeedProduct {
    std::string code, name, family;
    std::string sap_unit, salesforce_unit;
    std::int64_t eur_cents = 0;
};

/// The 300 products. The same for the same seed.
std::vector<SeedProduct> seed_products(std::uint64_t seed);
/// The list price in another currency, in cents (JPY: whole yen with two zeros).
std::int64_t price_in(std::int64_t eur_cents, std::string_view currency);
/// `123456` → `1234.56`.
std::string cents_text(std::int64_t cents);

/// Numbers that are the same for the same seed.
class SeedSequence {
public:
    explicit SeedSequence(std::uint64_t seed) : state_(seed) {}
    /// 0 … bound-1.
    std::uint64_t below(std::uint64_t bound);

private:
    std::uint64_t state_;
};

}  // namespace lockstep::sandbox
