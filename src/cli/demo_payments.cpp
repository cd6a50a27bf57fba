// Payments: finance enters them in Zoho Books, whose own webhooks tell of them.
#include <algorithm>

#include <fmt/format.h>

#include "cli/demo_day.h"

namespace lockstep::cli {
namespace {

constexpr std::int64_t payment_timeout_ms = 30'000;
constexpr const char* zone = "Europe/Berlin";

/// The first write's answer is lost, and some reads fail: what is shown is computed anew each time, so it does no harm.
List flaws_of_finance() {
    return {Map{{"connector", "salesforce"}, {"method", "PATCH"}, {"kind", "drop_after"}, {"count", 1}},
            Map{{"connector", "zoho_books"}, {"method", "GET"}, {"kind", "status"}, {"status", 500}, {"count", 2}, {"skip", 2}}};
}

Decimal minus(const Decimal& a, const Decimal& b) {
    auto difference = a.minus(b);
    LS_ASSERT(difference.has_value());
    return *difference;
}

/// Two fifths, in whole units of the currency.
Decimal first_part(const Decimal& total) {
    auto part = total.times(2);
    LS_ASSERT(part.has_value());
    auto fifth = part->divided_by(5);
    LS_ASSERT(fifth.has_value());
    auto whole = fifth->rounded(0, Rounding::half_up);
    LS_ASSERT(whole.has_value());
    return *whole;
}

}  // namespace

/// The deals of the morning with their invoices, the dearest first.
std::vector<DemoDay::Billed> DemoDay::billed_deals() const {
    std::map<std::string, Value> invoices;
    for (const Value& invoice : vendors_.records("zoho_books/invoices")) invoices[invoice["reference_number"].text()] = invoice;
    std::vector<Billed> all;
    for (const auto& deal : deals_.morning) {
        auto its = invoices.find("SF-" + deal);
        if (its == invoices.end()) continue;
        const Value& invoice = its->second;
        all.push_back({deal, invoice["currency_code"].text(), invoice["invoice_id"].text(), invoice["invoice_number"].text(),
                       invoice["customer_id"].text(), number_of(invoice["total"])});
    }
    std::stable_sort(all.begin(), all.end(), [](const Billed& a, const Billed& b) { return a.total > b.total; });
    return all;
}

/// Enters a payment. Returns its id.
Result<std::string> DemoDay::pay(const std::vector<std::pair<Billed, Decimal>>& parts, const std::string& mode) {
    List invoices;
    Decimal amount;
    for (const auto& [its, part] : parts) {
        invoices.push_back(Map{{"invoice_id", its.invoice_id}, {"amount_applied", part}});
        amount = minus(amount, part.negated());
    }
    LS_TRY_ASSIGN(auto today, date_in(application_.runtime().now(), zone));
    LS_TRY_ASSIGN(auto made, vendors_.zoho("POST", "customerpayments",
                                           Map{{"customer_id", parts.front().first.customer_id},
                                               {"payment_mode", mode},
                                               {"amount", amount},
                                               {"date", format_date(today)},
                                               {"invoices", invoices}}));
    return made["payment"]["payment_id"].text();
}

/// Waits until Salesforce shows it, and nothing else comes.
Result<void> DemoDay::expect_shown(const Billed& deal, const Decimal& amount, bool received) {
    Value its;
    auto shows = [&] {
        its = vendors_.record("salesforce/Opportunity", "Id", deal.deal);
        return number_of(its["Payment_Amount__c"]) == amount && (its["Payment_Received__c"] == Value(true)) == received;
    };
    LS_TRY(wait_until(fmt::format("Salesforce shows {} on {}", money_text(amount, deal.currency), deal.number), payment_timeout_ms, shows));
    LS_TRY(wait_until_quiet());
    if (!shows()) return fail(ErrorCode::internal, deal.number + ": Salesforce did not keep showing what is paid");
    screen_.happened(Mark::good, "paid",
                     fmt::format("{}  {:>14} of {:>14}  Salesforce: {}", deal.number, money_text(amount, deal.currency),
                                 money_text(deal.total, deal.currency),
                                 received ? "received on " + its["Payment_Date__c"].text() : std::string("not received")));
    return {};
}

/// Two invoices of one customer, the dearest of the others, and one that somebody takes by mistake.
Result<DemoDay::Payers> DemoDay::choose_payers() const {
    auto all = billed_deals();
    Payers payers;
    for (std::size_t i = 0; i < all.size() && payers.pair.empty(); ++i)
        for (std::size_t j = i + 1; j < all.size() && payers.pair.empty(); ++j)
            if (all[i].customer_id == all[j].customer_id) payers.pair = {all[i], all[j]};
    if (payers.pair.empty()) return fail(ErrorCode::internal, "no customer has two invoices");
    std::erase_if(all, [&](const Billed& its) { return its.customer_id == payers.pair[0].customer_id; });
    if (all.size() < 2) return fail(ErrorCode::internal, "too few customers have invoices");
    payers.in_parts = all[0];
    payers.mistaken = all[1];
    return payers;
}

Result<void> DemoDay::payments() {
    screen_.heading("Payments in Zoho Books, told by its own signed webhooks");
    LS_TRY(vendors_.zoho("POST", "settings/webhooks",
                         Map{{"webhook_name", "Lockstep"},
                             {"entity", "customer_payment"},
                             {"url", address_ + "/webhook/zoho/payment"},
                             {"secret", webhook_secret_}}));
    LS_TRY(show_flaws(flaws_of_finance()));
    LS_TRY_ASSIGN(const auto payers, choose_payers());
    LS_TRY(pay_in_parts(payers.in_parts));
    screen_.say(fmt::format("One payment for {} and {}:", payers.pair[0].number, payers.pair[1].number));
    LS_TRY(pay({{payers.pair[0], payers.pair[0].total}, {payers.pair[1], payers.pair[1].total}}, "banktransfer"));
    for (const auto& its : payers.pair) LS_TRY(expect_shown(its, its.total, true));
    LS_TRY(pay_by_mistake(payers.mistaken));
    return show_flaws({});
}

Result<void> DemoDay::pay_in_parts(const Billed& invoice) {
    const Decimal first = first_part(invoice.total);
    LS_TRY(pay({{invoice, first}}, "banktransfer"));
    LS_TRY(expect_shown(invoice, first, false));
    LS_TRY(pay({{invoice, minus(invoice.total, first)}}, "check"));
    return expect_shown(invoice, invoice.total, true);
}

Result<void> DemoDay::pay_by_mistake(const Billed& invoice) {
    screen_.say(fmt::format("A payment for {} is entered, and deleted again:", invoice.number));
    LS_TRY_ASSIGN(const auto payment, pay({{invoice, invoice.total}}, "cash"));
    LS_TRY(expect_shown(invoice, invoice.total, true));
    LS_TRY(vendors_.zoho("DELETE", "customerpayments/" + payment, {}));
    return expect_shown(invoice, Decimal(), false);
}

void DemoDay::judge_payments() {
    std::int64_t taken = 0, received = 0;
    const List deliveries = vendors_.records("zoho_books/webhook_deliveries");
    for (const Value& delivery : deliveries) taken += delivery["status"] == Value(202) ? 1 : 0;
    for (const Value& deal : vendors_.records("salesforce/Opportunity")) received += deal["Payment_Received__c"] == Value(true) ? 1 : 0;
    proof_.expect(Topic::payments, "payments in Zoho Books (a fourth was deleted)", 3,
                  static_cast<std::int64_t>(vendors_.records("zoho_books/customerpayments").size()));
    proof_.expect(Topic::payments, "webhooks of Zoho Books taken", 5, taken);
    proof_.expect(Topic::payments, "webhooks of Zoho Books not taken", 0, static_cast<std::int64_t>(deliveries.size()) - taken);
    proof_.expect(Topic::payments, "deals shown as paid in full", 3, received);
}

}  // namespace lockstep::cli
