#include <fmt/format.h>

#include "sim/oracles/evidence.h"

/// The opportunity says what Zoho's invoice and payments say: the sum of what was applied to this invoice, date and method
/// of the latest payment, and received exactly while the balance is 0.
namespace lockstep::sim::oracles {
namespace {

struct Shown {
    Decimal amount = 0;
    std::string date, method;
    bool received = false;
};

Shown shown_by(const Value& invoice, const List& payments) {
    Shown shown;
    std::string newest;
    for (const auto& payment : payments)
        for (const auto& part : payment["invoices"].as_list()) {
            if (part["invoice_id"].text() != invoice["invoice_id"].text()) continue;
            auto sum = shown.amount.plus(number(part["amount_applied"]));
            if (sum) shown.amount = *sum;
            std::string its = payment["date"].text() + " " + fmt::format("{:>30}", payment["payment_id"].text());
            if (its <= newest) continue;
            newest = its;
            shown.date = payment["date"].text();
            shown.method = payment["payment_mode"].text();
        }
    std::string status = invoice["status"].text();
    shown.received = number(invoice["balance"]).is_zero() && status != "void" && status != "draft";
    return shown;
}

/// An amount that nobody has written yet is 0.
Decimal amount_of(const Value& deal) { return deal["Payment_Amount__c"].is_null() ? Decimal(0) : number(deal["Payment_Amount__c"]); }

bool says(const Value& deal, const Shown& shown) {
    return (deal["Payment_Received__c"] == Value(true)) == shown.received && amount_of(deal) == shown.amount &&
           deal["Payment_Date__c"].text() == shown.date && deal["Payment_Method__c"].text() == shown.method;
}

}  // namespace

Sentences payments_are_shown(const Evidence& evidence) {
    Sentences broken;
    for (const auto& [reference, invoice] : evidence.invoices) {
        if (!evidence.ledger.paid_invoices.contains(invoice["invoice_id"].text()) || !reference.starts_with("SF-")) continue;
        const Value deal = only(evidence.deals, reference.substr(3));
        Shown shown = shown_by(invoice, evidence.payments);
        if (deal.is_null() || invoice_of(evidence, deal["Id"].text())["invoice_id"].text() != invoice["invoice_id"].text()) continue;
        if (says(deal, shown)) continue;
        broken.push_back(fmt::format("{} says received {}, {}, {}, {}; its invoice {}, {}, {}, {}", deal["Id"].text(),
                                     deal["Payment_Received__c"].text(), deal["Payment_Amount__c"].text(), deal["Payment_Date__c"].text(),
                                     deal["Payment_Method__c"].text(), shown.received, shown.amount.to_string(), shown.date, shown.method));
    }
    return broken;
}

}  // namespace lockstep::sim::oracles
