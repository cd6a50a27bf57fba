#include <fmt/format.h>

#include "sim/oracles/evidence.h"

/// "Money is exact": a won deal, its order and its invoice have one total and one currency, to the cent.
namespace lockstep::sim::oracles {

Sentences totals_agree(const Evidence& evidence) {
    Sentences broken;
    for (const auto& [id, deal] : evidence.deals) {
        if (deal["IsWon"] != Value(true)) continue;
        const Decimal amount = number(deal["Amount"]);
        const std::string currency = deal["CurrencyIsoCode"].text();
        auto check = [&](const Value& record, const char* what, const char* total_name, const char* currency_name) {
            if (record.is_null()) return;
            Decimal total = number(record[total_name]);
            if (total == amount && record[currency_name].text() == currency) return;
            broken.push_back(fmt::format("{} is {} {}, its {} is {} {}", id, amount.to_string(), currency, what, total.to_string(),
                                         record[currency_name].text()));
        };
        check(only(evidence.orders, id), "SAP order", "TotalNetAmount", "TransactionCurrency");
        check(invoice_of(evidence, id), "Zoho invoice", "total", "currency_code");
    }
    return broken;
}

}  // namespace lockstep::sim::oracles
