// Refunds of customer payments. Only what is not applied to an invoice can be refunded [OpenAPI, "Refund an excess customer
// payment"], so no invoice changes; to refund a paid invoice, the payment is edited first to pay less of it
// [zoho.com/books/kb, "invoice refund"].
#include <algorithm>

#include "sandbox/zoho/api.h"
#include "sandbox/zoho/listing.h"
#include "sandbox/zoho/payments.h"
#include "sandbox/zoho/settlement.h"

namespace lockstep::sandbox::zoho {

namespace {

Unexpected no_payment() { return refuse(not_found, "Payment does not exist."); }
Unexpected no_refund() { return refuse(not_found, "Refund does not exist."); }

Refund* find_refund(Payment& payment, const std::string& id) {
    auto found = std::find_if(payment.refunds.begin(), payment.refunds.end(), [&](const Refund& refund) { return refund.id == id; });
    return found == payment.refunds.end() ? nullptr : &*found;
}

Result<void> apply_refund(Payment& payment, Refund& refund, const Map& body) {
    LS_TRY(check_fields(body, "date refund_mode reference_number amount exchange_rate from_account_id description payment_form"));
    for (const auto& [name, member] :
         {std::pair("refund_mode", &Refund::mode), std::pair("reference_number", &Refund::reference),
          std::pair("description", &Refund::description), std::pair("from_account_id", &Refund::from_account_id)})
        if (body.contains(name)) refund.*member = text_of(body, name);
    LS_TRY(check_length("refund_mode", refund.mode, 50));
    if (refund.from_account_id.empty()) return invalid("from_account_id");
    if (body.contains("date") || refund.date == Date{}) {
        auto date = parse_date(text_of(body, "date"));
        if (!date) return invalid("date");
        refund.date = *date;
    }
    if (const Value* rate = body.find("exchange_rate")) { LS_TRY_ASSIGN(refund.exchange_rate, decimal_of("exchange_rate", *rate)); }
    const Decimal left = plus(payment.unused(), refund.amount);
    const Value* amount = body.find("amount");
    if (amount == nullptr) return refund.amount.is_zero() ? invalid("amount") : Result<void>();
    LS_TRY_ASSIGN(Decimal wanted, decimal_of("amount", *amount));
    if (wanted.is_zero() || wanted.is_negative()) return invalid("amount");
    if (wanted > left) return refuse(invalid_value, "The refund amount is more than the excess amount of the payment");
    refund.amount = wanted;
    return {};
}

net::Response saved(const Books& books, const std::string& payment_id, const std::string& refund_id, const char* message) {
    Payment payment = *books.payments.find(payment_id);
    return reply(200, message, "payment_refunds", List{refund_value(books, payment, *find_refund(payment, refund_id))});
}

void keep_changed(Books& books, Payment payment) {
    payment.modified = books.now();
    keep(books, std::move(payment), "edited");
}

Result<net::Response> create(Books& books, const Call& call) {
    LS_TRY_ASSIGN(Map body, read_body(*call.request));
    const Payment* known = books.payments.find(call.ids[0]);
    if (known == nullptr) return no_payment();
    Payment payment = *known;
    Refund refund{.exchange_rate = payment.exchange_rate};
    LS_TRY(apply_refund(payment, refund, body));
    refund.id = books.make_id();
    const std::string id = refund.id;
    payment.refunds.push_back(std::move(refund));
    keep_changed(books, std::move(payment));
    return saved(books, call.ids[0], id, "The refund information for this payment has been saved.");
}

Result<net::Response> update(Books& books, const Call& call) {
    LS_TRY_ASSIGN(Map body, read_body(*call.request));
    const Payment* known = books.payments.find(call.ids[0]);
    if (known == nullptr) return no_payment();
    Payment payment = *known;
    Refund* refund = find_refund(payment, call.ids[1]);
    if (refund == nullptr) return no_refund();
    LS_TRY(apply_refund(payment, *refund, body));
    keep_changed(books, std::move(payment));
    return saved(books, call.ids[0], call.ids[1], "The refund information has been saved.");
}

Result<net::Response> get(Books& books, const Call& call) {
    const Payment* known = books.payments.find(call.ids[0]);
    if (known == nullptr) return no_payment();
    Payment payment = *known;
    if (find_refund(payment, call.ids[1]) == nullptr) return no_refund();
    return saved(books, call.ids[0], call.ids[1], "success");
}

Result<net::Response> remove(Books& books, const Call& call) {
    const Payment* known = books.payments.find(call.ids[0]);
    if (known == nullptr) return no_payment();
    Payment payment = *known;
    if (std::erase_if(payment.refunds, [&](const Refund& refund) { return refund.id == call.ids[1]; }) == 0) return no_refund();
    keep_changed(books, std::move(payment));
    return reply(200, "The refund has been successfully deleted.");
}

Result<net::Response> list(Books& books, const Call& call) {
    const Payment* payment = books.payments.find(call.ids[0]);
    if (payment == nullptr) return no_payment();
    LS_TRY_ASSIGN(ListQuery query, read_list_query(call.parameters, ""));
    List rows;
    for (const Refund& refund : payment->refunds) rows.push_back(refund_value(books, *payment, refund));
    return list_rows(query, "payment_refunds", rows, "Payment Refunds");
}

constexpr Route routes[] = {
    {"POST", "customerpayments/*/refunds", create},     {"GET", "customerpayments/*/refunds", list},
    {"GET", "customerpayments/*/refunds/*", get},       {"PUT", "customerpayments/*/refunds/*", update},
    {"DELETE", "customerpayments/*/refunds/*", remove},
};

}  // namespace

std::span<const Route> refund_routes() { return routes; }

}  // namespace lockstep::sandbox::zoho
