#include "sandbox/seed_deals.h"

#include <array>
#include <cstdio>

namespace lockstep::sandbox {

namespace {

constexpr int won_deals = 10;
constexpr int open_deals = 120;
constexpr std::size_t special_accounts = 3;
constexpr std::array<std::string_view, 6> stages = {"Qualification",       "Needs Analysis",       "Value Proposition",
                                                    "Perception Analysis", "Proposal/Price Quote", "Negotiation/Review"};
constexpr std::array<std::string_view, 8> occasions = {"Spring maintenance",
                                                       "Line 3 refit",
                                                       "Retrofit of the cooling water circuit, second construction phase",
                                                       "New plant",
                                                       "Spare parts 2026",
                                                       "Frame order",
                                                       "Emergency replacement",
                                                       "Pilot: \"quiet\" drives & controls"};

std::string date_text(std::uint64_t day_of_year) {
    char text[16];
    std::snprintf(text, sizeof text, "2026-%02d-%02d", static_cast<int>(day_of_year / 28 % 12 + 1), static_cast<int>(day_of_year % 28 + 1));
    return text;
}

/// Pieces in whole numbers; what is measured sometimes with a fraction.
std::string quantity_of(SeedSequence& sequence, const SeedProduct& product) {
    static constexpr std::array<std::string_view, 5> fractions = {".5", ".25", ".125", ".75", ""};
    const std::uint64_t whole = 1 + sequence.below(product.eur_cents > 100000 ? 6 : 48);
    const bool measured = product.sap_unit != "PC";
    return std::to_string(whole) + (measured ? std::string(fractions[sequence.below(fractions.size())]) : std::string());
}

/// Some prices are negotiated down; all keep their cents (JPY: none).
std::int64_t negotiated(SeedSequence& sequence, std::int64_t cents, std::string_view currency) {
    if (sequence.below(3) != 0) return cents;
    const std::int64_t less = cents * static_cast<std::int64_t>(90 + sequence.below(10)) / 100;
    return currency == "JPY" ? less / 100 * 100 : less;
}

SeedDeal make_deal(SeedSequence& sequence, std::size_t account, const std::vector<SeedProduct>& products, int number) {
    const SeedAccount& buyer = seed_accounts()[account];
    SeedDeal deal{.account = account};
    deal.name = std::string(buyer.city) + ": " + std::string(occasions[sequence.below(occasions.size())]) + " " + std::to_string(number);
    deal.stage = std::string(stages[sequence.below(stages.size())]);
    deal.close_date = date_text(60 + sequence.below(200));
    const std::uint64_t count = 1 + sequence.below(5);
    std::size_t product = sequence.below(products.size());
    for (std::uint64_t i = 0; i < count; ++i) {
        const SeedProduct& sold = products[product];
        deal.lines.push_back(
            {product, quantity_of(sequence, sold), negotiated(sequence, price_in(sold.eur_cents, buyer.currency), buyer.currency)});
        product = (product + 37 + sequence.below(40)) % products.size();
    }
    return deal;
}

}  // namespace

std::vector<SeedDeal> seed_deals(std::uint64_t seed, const std::vector<SeedProduct>& products) {
    SeedSequence sequence(seed ^ 0x6465616cU);
    const std::size_t buyers = seed_accounts().size() - special_accounts;
    std::vector<SeedDeal> deals;
    for (int i = 0; i < won_deals; ++i) {
        SeedDeal deal = make_deal(sequence, static_cast<std::size_t>(i) * 5 % buyers, products, i + 1);
        deal.stage = "Closed Won";
        deal.close_date = "2026-01-" + std::string(i < 9 ? "0" : "") + std::to_string(i + 1);
        deal.order = i + 1;
        deals.push_back(std::move(deal));
    }
    for (int i = 0; i < open_deals; ++i)
        deals.push_back(make_deal(sequence, static_cast<std::size_t>(i) % buyers, products, won_deals + i + 1));
    for (std::size_t i = 0; i < special_accounts; ++i)
        deals.push_back(make_deal(sequence, buyers + i, products, won_deals + open_deals + static_cast<int>(i) + 1));
    deals[deals.size() - 2].lines.push_back({unknown_product, "2", 99900});
    return deals;
}

}  // namespace lockstep::sandbox
