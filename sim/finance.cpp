#include "sim/finance.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "value/json.h"

namespace lockstep::sim {
namespace {

Decimal minus(const Decimal& a, const Decimal& b) {
    auto difference = a.minus(b);
    LS_ASSERT(difference.has_value());
    return *difference;
}
Decimal plus(const Decimal& a, const Decimal& b) {
    auto sum = a.plus(b);
    LS_ASSERT(sum.has_value());
    return *sum;
}
/// Half of it, whole cents, and no less than one.
Decimal half(const Decimal& amount) {
    auto halved = amount.divided_by(Decimal(2), 6);
    LS_ASSERT(halved.has_value());
    auto cents = halved->rounded(2, Rounding::down);
    LS_ASSERT(cents.has_value());
    return cents->is_zero() ? amount : *cents;
}

Value parts_value(const auto& parts) {
    List list;
    for (const auto& part : parts) list.push_back(Map{{"invoice_id", part.invoice_id}, {"amount_applied", part.amount}});
    return list;
}

}  // namespace

Value Finance::send(const std::string& method, const std::string& path, const Value& body) {
    auto& zoho = sandbox_.vendor("zoho_books");
    if (token_.empty()) {
        net::Request request{.method = "POST", .url = "/oauth/v2/token", .headers = {}, .body = {}, .peer = {}};
        request.headers.set("Content-Type", "application/x-www-form-urlencoded");
        request.body = net::write_form({{"refresh_token", credentials_.zoho_refresh_token},
                                        {"client_id", credentials_.zoho_client_id},
                                        {"client_secret", credentials_.zoho_client_secret},
                                        {"grant_type", "refresh_token"}});
        auto token = json::parse(zoho.handle(request).body);
        LS_ASSERT(token.has_value());
        token_ = (*token)["access_token"].text();
    }
    net::Request request{.method = method,
                         .url = "/books/v3/" + path + "?organization_id=" + credentials_.zoho_org_id,
                         .headers = {},
                         .body = body.is_null() ? "" : json::write(body),
                         .peer = {}};
    request.headers.set("Authorization", "Zoho-oauthtoken " + token_);
    request.headers.set("Content-Type", "application/json");
    net::Response response = zoho.handle(request);
    if (response.status == 401) {  // an hour has passed
        token_.clear();
        return send(method, path, body);
    }
    if (!response.ok()) std::fprintf(stderr, "%s %s: %s\n", method.c_str(), path.c_str(), response.body.c_str());
    LS_ASSERT(response.ok());
    auto answer = json::parse(response.body);
    LS_ASSERT(answer.has_value());
    return *answer;
}

List Finance::records(std::string_view connector, std::string_view object) const {
    auto all = sandbox_.vendor(connector).records(object);
    LS_ASSERT(all.has_value());
    return *all;
}

std::vector<Value> Finance::invoices_of_done_deals() const {
    std::set<std::string> numbers;
    for (const auto& deal : records("salesforce", "Opportunity"))
        if (deal["Sync_Status__c"].text() == "Synced") numbers.insert(deal["Zoho_Invoice_Number__c"].text());
    std::vector<Value> found;
    for (auto& invoice : records("zoho_books", "invoices"))
        if (numbers.contains(invoice["invoice_number"].text()) && invoice["status"].text() != "void") found.push_back(invoice);
    return found;
}

std::vector<Value> Finance::open_invoices(const std::string& customer_id) const {
    auto open = invoices_of_done_deals();
    std::erase_if(open, [&](const Value& invoice) {
        return invoice["balance"].to_decimal().is_zero() || (!customer_id.empty() && invoice["customer_id"].text() != customer_id);
    });
    return open;
}

std::optional<Finance::Told> Finance::act() {
    using Action = std::optional<Told> (Finance::*)();
    static constexpr Action actions[] = {&Finance::pay,  &Finance::pay,    &Finance::pay,     &Finance::edit,
                                         &Finance::move, &Finance::remove, &Finance::void_one};
    auto told = (this->*actions[runtime_.random_below(std::size(actions))])();
    return told ? told : pay();
}

/// The webhook has the invoices as they were when it was sent.
Finance::Told Finance::told_of(const std::string& payment_id, const std::vector<Part>& parts) {
    List named;
    for (const auto& part : parts) named.push_back(Map{{"invoice_id", part.invoice_id}});
    for (const auto& part : parts) touched_.insert(part.invoice_id);
    return {payment_id, Map{{"payment_id", payment_id}, {"invoices", std::move(named)}}};
}

std::optional<Finance::Told> Finance::pay() {
    auto open = open_invoices();
    if (open.empty()) return std::nullopt;
    const Value first = one_of(open);
    std::string customer = first["customer_id"].text();
    auto share = [this](const Value& invoice) {
        Decimal balance = invoice["balance"].to_decimal();
        return runtime_.random_below(2) == 0 ? balance : half(balance);
    };
    std::vector<Part> parts = {{first["invoice_id"].text(), share(first)}};
    auto others = open_invoices(customer);
    if (const Value second = one_of(others); runtime_.random_below(2) == 0 && second["invoice_id"] != first["invoice_id"])
        parts.push_back({second["invoice_id"].text(), share(second)});
    Decimal amount(0);
    for (const auto& part : parts) amount = plus(amount, part.amount);
    if (runtime_.random_below(4) == 0) amount = plus(amount, Decimal(5));  // paid too much
    if (runtime_.random_below(4) != 0) ++days_;
    static constexpr const char* modes[] = {"cash", "check", "banktransfer"};
    const Value made = send("POST", "customerpayments",
                            Map{{"customer_id", customer},
                                {"payment_mode", modes[runtime_.random_below(std::size(modes))]},
                                {"amount", amount},
                                {"date", fmt::format("2026-03-{:02}", 1 + days_ % 28)},
                                {"invoices", parts_value(parts)}});
    return told_of(made["payment"]["payment_id"].text(), parts);
}

Finance::Told Finance::changed(const std::string& payment_id, const std::vector<Part>& parts, const Decimal& amount) {
    (void)send("PUT", "customerpayments/" + payment_id, Map{{"amount", amount}, {"invoices", parts_value(parts)}});
    return told_of(payment_id, parts);
}

std::optional<Finance::Told> Finance::edit() {
    auto payments = records("zoho_books", "customerpayments");
    if (payments.empty()) return std::nullopt;
    const Value payment = one_of(payments);
    std::vector<Part> parts;
    Decimal amount(0);
    for (const auto& part : payment["invoices"].as_list()) {
        parts.push_back({part["invoice_id"].text(), half(part["amount_applied"].to_decimal())});
        amount = plus(amount, parts.back().amount);
    }
    if (parts.empty()) return std::nullopt;
    return changed(payment["payment_id"].text(), parts, amount);
}

std::optional<Finance::Told> Finance::move() {
    auto payments = records("zoho_books", "customerpayments");
    if (payments.empty()) return std::nullopt;
    const Value payment = one_of(payments);
    auto open = open_invoices(payment["customer_id"].text());
    if (open.empty()) return std::nullopt;
    const Value target = one_of(open);
    Decimal amount = payment["amount"].to_decimal();
    std::vector<Part> parts = {{target["invoice_id"].text(), std::min(amount, target["balance"].to_decimal())}};
    return changed(payment["payment_id"].text(), parts, amount);
}

std::optional<Finance::Told> Finance::remove() {
    auto payments = records("zoho_books", "customerpayments");
    if (payments.empty()) return std::nullopt;
    const std::string id = one_of(payments)["payment_id"].text();
    (void)send("DELETE", "customerpayments/" + id);
    return told_of(id, {});
}

std::optional<Finance::Told> Finance::void_one() {
    auto invoices = invoices_of_done_deals();
    if (invoices.size() < 2 || runtime_.random_below(2) == 0) return std::nullopt;
    const std::string id = one_of(invoices)["invoice_id"].text();
    (void)send("POST", "invoices/" + id + "/status/void");
    touched_.insert(id);
    return Told{"invoice-" + id, Map{{"payment_id", Value()}, {"invoices", List{Map{{"invoice_id", id}}}}}};
}

std::vector<std::string> Finance::broken_promises() const {
    std::map<std::string, Value> deals;
    for (const auto& deal : records("salesforce", "Opportunity")) deals["SF-" + deal["Id"].text()] = deal;
    std::vector<std::string> broken;
    for (const auto& invoice : records("zoho_books", "invoices"))
        if (touched_.contains(invoice["invoice_id"].text())) check_deal(deals[invoice["reference_number"].text()], invoice, broken);
    return broken;
}

void Finance::check_deal(const Value& deal, const Value& invoice, std::vector<std::string>& broken) const {
    Decimal amount(0);
    std::string date, method, newest;
    for (const auto& payment : records("zoho_books", "customerpayments"))
        for (const auto& part : payment["invoices"].as_list()) {
            if (part["invoice_id"] != invoice["invoice_id"]) continue;
            amount = plus(amount, part["amount_applied"].to_decimal());
            std::string its = payment["date"].text() + " " + fmt::format("{:>30}", payment["payment_id"].text());
            if (its <= newest) continue;
            newest = its;
            date = payment["date"].text();
            method = payment["payment_mode"].text();
        }
    std::string status = invoice["status"].text();
    bool received = invoice["balance"].to_decimal().is_zero() && status != "void" && status != "draft";
    bool same = deal["Payment_Received__c"] == Value(received) && deal["Payment_Amount__c"].is_number() &&
                minus(deal["Payment_Amount__c"].to_decimal(), amount).is_zero() && deal["Payment_Date__c"].text() == date &&
                deal["Payment_Method__c"].text() == method;
    if (!same)
        broken.push_back(fmt::format("{} says {} {} {} {}, its invoice {} {} {} {}", deal["Id"].text(), deal["Payment_Received__c"].text(),
                                     deal["Payment_Amount__c"].text(), deal["Payment_Date__c"].text(), deal["Payment_Method__c"].text(),
                                     received, amount.to_string(), date, method));
}

}  // namespace lockstep::sim
