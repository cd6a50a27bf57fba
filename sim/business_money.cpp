#include <algorithm>

#include <fmt/format.h>

#include "sim/business.h"

/// What people in finance do in Zoho Books. What its webhook tells of it has the invoices as they were when it was sent.
namespace lockstep::sim {
namespace {

Decimal plus(const Decimal& a, const Decimal& b) {
    auto sum = a.plus(b);
    LS_ASSERT(sum.has_value());
    return *sum;
}
/// Half of it in whole units of the currency's least, and no less than one.
Decimal half(const Decimal& amount, int decimals = 2) {
    auto halved = amount.divided_by(Decimal(2), 6);
    LS_ASSERT(halved.has_value());
    auto whole = halved->rounded(decimals, Rounding::down);
    LS_ASSERT(whole.has_value());
    return whole->is_zero() ? amount : *whole;
}

int decimals_of(const Value& record) { return record["currency_code"].text() == "JPY" ? 0 : 2; }

Value parts_value(const auto& parts) {
    List list;
    for (const auto& part : parts) list.push_back(Map{{"invoice_id", part.invoice_id}, {"amount_applied", part.amount}});
    return list;
}

}  // namespace

Value Business::invoice_of(const Deal& deal) {
    Seen& seen = invoices_seen_[deal.id];
    std::uint64_t changes = changes_by_program_ + accountant_.changes();
    if (seen.changes == changes) return seen.invoice;
    auto asked = invoice_asked_for(deal);
    if (asked) seen = {.changes = changes, .invoice = *asked};
    return asked.value_or(Value());
}

/// As the list of invoices shows it, a void one if there is no other; null: there is none. nullopt: Zoho does not say.
std::optional<Value> Business::invoice_asked_for(const Deal& deal) {
    auto found = accountant_.send("GET", "invoices?reference_number=SF-" + deal.id);
    if (!found) return std::nullopt;
    if ((*found)["invoices"].as_list().empty()) return Value();
    for (const auto& invoice : (*found)["invoices"].as_list())
        if (invoice["status"].text() != "void") return invoice;
    return (*found).at_path("invoices.0");
}

/// One that has been sent and is not paid; null: there is none.
Value Business::payable_invoice_of(const Deal& deal) {
    Value invoice = invoice_of(deal);
    std::string status = invoice["status"].text();
    bool payable = !invoice.is_null() && status != "draft" && status != "void" && !invoice["balance"].to_decimal().is_zero();
    return payable ? invoice : Value();
}

std::optional<Business::Payment> Business::some_payment(Dice& dice) const {
    if (payments_.empty()) return std::nullopt;
    return payments_[static_cast<std::size_t>(dice.below(static_cast<int>(payments_.size())))];
}

Business::Happened Business::payment_told(const std::string& payment_id, const std::vector<Part>& parts, std::string what) {
    List named;
    for (const auto& part : parts) {
        named.push_back(Map{{"invoice_id", part.invoice_id}});
        ledger_.paid_invoices.insert(part.invoice_id);
    }
    Told told{.flow = "payment", .key = payment_id, .body = Map{{"payment_id", payment_id}, {"invoices", std::move(named)}}};
    return {.told = {std::move(told)}, .what = std::move(what)};
}

Business::Happened Business::invoice_told(const std::string& invoice_id, std::string what) {
    ledger_.paid_invoices.insert(invoice_id);
    Value body = Map{{"invoices", List{Map{{"invoice_id", invoice_id}}}}};
    return {.told = {{.flow = "payment", .key = "invoice-" + invoice_id, .body = std::move(body)}}, .what = std::move(what)};
}

Business::Happened Business::pay(const Act& act, Dice& dice) {
    const Deal& its = deal(act);
    Value first = payable_invoice_of(its);
    if (first.is_null()) return {.possible = false, .what = "nothing to pay: " + its.id};
    auto share = [&](const Value& invoice) {
        Decimal balance = invoice["balance"].to_decimal();
        return dice.once_in(2) ? balance : half(balance, decimals_of(invoice));
    };
    std::vector<Part> parts = {{first["invoice_id"].text(), share(first)}};
    int other = (act.subject + plan_.accounts * (1 + dice.below(3))) % plan_.deals;
    if (dice.once_in(2) && account_of(other) == its.account && deals_[static_cast<std::size_t>(other)].id != its.id)
        if (Value second = payable_invoice_of(deals_[static_cast<std::size_t>(other)]); !second.is_null())
            parts.push_back({second["invoice_id"].text(), share(second)});
    Decimal amount(0);
    for (const auto& part : parts) amount = plus(amount, part.amount);
    if (dice.once_in(4)) amount = plus(amount, Decimal(5));  // paid too much
    if (!dice.once_in(4)) ++days_;
    static constexpr const char* modes[] = {"cash", "check", "banktransfer"};
    auto made = accountant_.send("POST", "customerpayments",
                                 Map{{"customer_id", first["customer_id"]},
                                     {"payment_mode", modes[dice.below(std::size(modes))]},
                                     {"amount", amount},
                                     {"date", fmt::format("2026-03-{:02}", 1 + days_ % 28)},
                                     {"invoices", parts_value(parts)}});
    if (!made) return {.possible = false, .what = accountant_.refusal()};
    std::string id = (*made)["payment"]["payment_id"].text();
    payments_.push_back({id, first["customer_id"].text()});
    return payment_told(id, parts, fmt::format("paid: {} of {} invoices", amount.to_string(), parts.size()));
}

Business::Happened Business::change_payment(const Payment& payment, const std::vector<Part>& parts, const Decimal& amount) {
    if (!accountant_.send("PUT", "customerpayments/" + payment.id, Map{{"amount", amount}, {"invoices", parts_value(parts)}}))
        return {.what = "payment cannot be changed: " + accountant_.refusal()};
    return payment_told(payment.id, parts, "payment changed: " + payment.id);
}

Business::Happened Business::edit_payment(const Act&, Dice& dice) {
    auto payment = some_payment(dice);
    if (!payment) return {.possible = false, .what = "no payment to edit"};
    auto read = accountant_.send("GET", "customerpayments/" + payment->id);
    if (!read) return {.what = "the payment is gone"};
    std::vector<Part> parts;
    Decimal amount(0);
    const Value& its = (*read)["payment"];
    for (const auto& part : its["invoices"].as_list()) {
        parts.push_back({part["invoice_id"].text(), half(part["amount_applied"].to_decimal(), decimals_of(its))});
        amount = plus(amount, parts.back().amount);
    }
    if (parts.empty()) return {.what = "the payment pays nothing"};
    if (dice.once_in(2)) amount = its["amount"].to_decimal();  // the rest is the customer's, and may be refunded
    return change_payment(*payment, parts, amount);
}

Business::Happened Business::move_payment(const Act& act, Dice& dice) {
    auto payment = some_payment(dice);
    if (!payment) return {.possible = false, .what = "no payment to move"};
    Value target = payable_invoice_of(deal(act));
    auto read = accountant_.send("GET", "customerpayments/" + payment->id);
    if (!read || target["customer_id"].text() != payment->customer_id) return {.what = "the payment cannot be moved there"};
    Decimal amount = (*read)["payment"]["amount"].to_decimal();
    Decimal applied = std::min(amount, target["balance"].to_decimal());
    return change_payment(*payment, {{target["invoice_id"].text(), applied}}, amount);
}

Business::Happened Business::delete_payment(const Act&, Dice& dice) {
    auto payment = some_payment(dice);
    if (!payment) return {.possible = false, .what = "no payment to delete"};
    std::erase_if(payments_, [&](const Payment& its) { return its.id == payment->id; });
    if (!accountant_.send("DELETE", "customerpayments/" + payment->id)) return {.what = "not deleted: " + accountant_.refusal()};
    return payment_told(payment->id, {}, "payment deleted: " + payment->id);
}

/// Only what no invoice has of it can be refunded.
Business::Happened Business::refund(const Act&, Dice& dice) {
    auto payment = some_payment(dice);
    if (!payment) return {.possible = false, .what = "no payment to refund"};
    auto read = accountant_.send("GET", "customerpayments/" + payment->id);
    Decimal unused = read ? (*read)["payment"]["unused_amount"].to_decimal() : Decimal(0);
    if (unused.is_zero()) return {.what = "nothing of the payment is left to refund"};
    auto done = accountant_.send("POST", "customerpayments/" + payment->id + "/refunds",
                                 Map{{"date", "2026-03-28"}, {"refund_mode", "cash"}, {"amount", unused}, {"from_account_id", "1"}});
    if (!done) return {.what = "not refunded: " + accountant_.refusal()};
    return payment_told(payment->id, {}, "refunded: " + payment->id);
}

Business::Happened Business::void_invoice(const Act& act, Dice&) {
    const Deal& its = deal(act);
    Value invoice = invoice_of(its);
    std::string id = invoice["invoice_id"].text(), status = invoice["status"].text();
    if (id.empty() || status == "draft") return {.possible = false, .what = "no invoice to void: " + its.id};
    if (status == "void") return {.what = "void already: " + its.id};
    if (!accountant_.send("POST", "invoices/" + id + "/status/void")) return {.what = accountant_.refusal()};
    ledger_.voided_invoices.insert(id);
    return invoice_told(id, "invoice voided: " + its.id);
}

Business::Happened Business::write_off(const Act& act, Dice&) {
    const Deal& its = deal(act);
    Value invoice = payable_invoice_of(its);
    if (invoice.is_null()) return {.possible = false, .what = "nothing to write off: " + its.id};
    std::string id = invoice["invoice_id"].text();
    if (!accountant_.send("POST", "invoices/" + id + "/writeoff")) return {.what = accountant_.refusal()};
    return invoice_told(id, "written off: " + its.id);
}

Business::Happened Business::take_back_write_off(const Act& act, Dice&) {
    const Deal& its = deal(act);
    std::string id = invoice_of(its)["invoice_id"].text();
    if (id.empty()) return {.possible = false, .what = "no invoice: " + its.id};
    if (!accountant_.send("POST", "invoices/" + id + "/writeoff/cancel")) return {.what = "nothing was written off: " + its.id};
    return invoice_told(id, "write-off taken back: " + its.id);
}

Business::Happened Business::credit(const Act& act, Dice&) {
    const Deal& its = deal(act);
    Value invoice = payable_invoice_of(its);
    if (invoice.is_null()) return {.possible = false, .what = "nothing to credit: " + its.id};
    Decimal amount = half(invoice["balance"].to_decimal(), decimals_of(invoice));
    std::string id = invoice["invoice_id"].text(), note = fmt::format("99{:010}", act.dice % 1'000'000'000);
    put("zoho_books", "creditnotes", {{"creditnote_id", note}, {"customer_id", invoice["customer_id"]}, {"total", amount}});
    Value notes = List{Map{{"creditnote_id", note}, {"amount_applied", amount}}};
    if (!accountant_.send("POST", "invoices/" + id + "/credits", Map{{"apply_creditnotes", notes}})) return {.what = accountant_.refusal()};
    return invoice_told(id, "credited: " + its.id);
}

}  // namespace lockstep::sim
