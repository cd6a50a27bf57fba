#include <algorithm>

#include <fmt/format.h>

#include "sim/oracles/evidence.h"

/// Stock fields equal SAP's sums after the last run: own, unrestricted stock of the plant, and low below 10. A code that SAP
/// does not know, or that several products have, is an exception: such products are left alone.
namespace lockstep::sim::oracles {
namespace {

constexpr std::string_view plant = "1010";
constexpr int low_below = 10;

std::map<std::string, Decimal> sums(const List& stock) {
    std::map<std::string, Decimal> all;
    for (const auto& row : stock) {
        bool counts =
            row["Plant"].text() == plant && row["InventoryStockType"].text() == "01" && row["InventorySpecialStockType"].text().empty();
        if (!counts) continue;
        auto& sum = all.try_emplace(row["Material"].text(), 0).first->second;
        auto more = sum.plus(number(row["MatlWrhsStkQtyInMatlBaseUnit"]));
        if (more) sum = *more;
    }
    return all;
}

std::map<std::string, int> claims(const List& products) {
    std::map<std::string, int> all;
    for (const auto& product : products)
        if (product["IsActive"] == Value(true)) ++all[product["ProductCode"].text()];
    return all;
}

/// Whether a run of the stock flow that was asked for after the last change has succeeded.
bool was_run_since(const Evidence& evidence, std::int64_t changed_ms) {
    return std::any_of(evidence.runs.begin(), evidence.runs.end(), [&](const store::LoadedRun& run) {
        if (run.run.flow != "inventory" || run.run.status != store::RunStatus::succeeded) return false;
        return std::any_of(evidence.history->triggers.begin(), evidence.history->triggers.end(), [&](const GivenTrigger& trigger) {
            return trigger.run_id == run.run.id && trigger.given_ms && *trigger.given_ms > changed_ms;
        });
    });
}

}  // namespace

Sentences stock_is_shown(const Evidence& evidence) {
    if (!evidence.has_stock || !evidence.ledger.stock_changed_ms) return {};
    if (!was_run_since(evidence, *evidence.ledger.stock_changed_ms)) return {};
    Sentences broken;
    auto sum_of = sums(evidence.stock);
    auto claimed = claims(evidence.products);
    for (const auto& product : evidence.products) {
        std::string code = product["ProductCode"].text();
        bool known = std::any_of(evidence.materials.begin(), evidence.materials.end(),
                                 [&](const Value& its) { return its["Product"].text() == code; });
        if (product["IsActive"] != Value(true) || claimed[code] != 1 || !known) continue;
        Decimal sum = sum_of.contains(code) ? sum_of.at(code) : Decimal(0);
        bool low = sum < Decimal(low_below);
        if (number(product["Available_Stock__c"]) == sum && (product["Low_Stock_Alert__c"] == Value(true)) == low) continue;
        broken.push_back(fmt::format("{}: SAP has {}, Salesforce shows {}, low {}", code, sum.to_string(),
                                     product["Available_Stock__c"].text(), product["Low_Stock_Alert__c"].text()));
    }
    return broken;
}

}  // namespace lockstep::sim::oracles
