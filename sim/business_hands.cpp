#include <algorithm>

#include <fmt/format.h>

#include "sim/business.h"

/// What people do by hand in SAP and Zoho Books, beside what the flows do there.
namespace lockstep::sim {
namespace {

constexpr std::string_view partners = "API_BUSINESS_PARTNER/A_BusinessPartner";
constexpr std::string_view orders = "API_SALES_ORDER_SRV/A_SalesOrder";
/// What people look at of an order.
constexpr std::string_view of_order = "SalesOrder,TotalNetAmount,to_Item/SalesOrderItem";

/// What the line comes to, as Salesforce says: rounded half up to the cent.
Decimal line_total(std::int64_t cents, int quantity, int discount) {
    return *Decimal::from_parts((cents * quantity * (100 - discount) + 50) / 100, 2);
}

Decimal number(const Value& value) {
    auto parsed = Decimal::parse(value.text());
    return parsed ? *parsed : Decimal(-1);
}

bool is_none(const Value& found) { return !found.is_list() || found.as_list().empty(); }

}  // namespace

Business::Happened Business::make_partner(const Act& act, Dice&) {
    const Account& its = account(deal(act));
    std::string where = fmt::format("{}?$filter=BusinessPartnerIDByExtSystem%20eq%20'{}'&$select=BusinessPartner", partners, its.id);
    if (!is_none(clerk_.read(where))) return {.what = "SAP has the partner already: " + its.id};
    auto one = [](Map map) { return List{Value(std::move(map))}; };
    Map body{{"BusinessPartnerCategory", "2"},
             {"BusinessPartnerGrouping", "BP02"},
             {"OrganizationBPName1", "By hand"},
             {"BusinessPartnerIDByExtSystem", its.id},
             {"to_BusinessPartnerAddress", one({{"Country", "DE"}, {"Language", "EN"}, {"CityName", "Köln"}})},
             {"to_BusinessPartnerRole", List{Map{{"BusinessPartnerRole", "FLCU00"}}, Map{{"BusinessPartnerRole", "FLCU01"}}}},
             {"to_Customer", Map{{"to_CustomerSalesArea", one({{"SalesOrganization", "1010"},
                                                               {"DistributionChannel", "10"},
                                                               {"Division", "00"},
                                                               {"Currency", its.currency},
                                                               {"CustomerPaymentTerms", "0004"}})},
                                 {"to_CustomerCompany", one({{"CompanyCode", "1010"}, {"ReconciliationAccount", "12100000"}})}}}};
    if (!clerk_.send("POST", std::string(partners), body)) return {.possible = false, .what = clerk_.refusal()};
    std::string made = clerk_.made()["BusinessPartner"].text();
    ledger_.hand_partners.insert(made);
    ledger_.hand_made_ms.emplace("partner " + its.id, clock_ms_());
    return {.what = fmt::format("partner {} made by hand: {}", made, its.id)};
}

Business::Happened Business::make_contact(const Act& act, Dice&) {
    const Account& its = account(deal(act));
    std::string currency_id;
    if (auto known = accountant_.send("GET", "settings/currencies"))
        for (const auto& currency : (*known)["currencies"].as_list())
            if (currency["currency_code"].text() == its.currency) currency_id = currency["currency_id"].text();
    Value persons = List{Map{{"first_name", "By"}, {"last_name", "Hand"}, {"email", "hand@account.example"}, {"is_primary_contact", true}}};
    auto made = accountant_.send("POST", "contacts",
                                 Map{{"contact_name", its.id + " by hand"},
                                     {"contact_type", "customer"},
                                     {"currency_id", currency_id},
                                     {"custom_fields", List{Map{{"api_name", "cf_salesforce_id"}, {"value", its.id}}}},
                                     {"contact_persons", std::move(persons)}});
    if (!made) return {.what = "no contact by hand: " + accountant_.refusal()};
    ledger_.hand_contacts.insert((*made)["contact"]["contact_id"].text());
    ledger_.hand_made_ms.emplace("contact " + its.id, clock_ms_());
    return {.what = "contact made by hand: " + its.id};
}

Business::Happened Business::edit_order(const Act& act, Dice& dice) {
    const Deal& its = deal(act);
    Value found =
        clerk_.read(fmt::format("{}?$filter=PurchaseOrderByCustomer%20eq%20'{}'&$expand=to_Item&$select={}", orders, its.id, of_order));
    if (is_none(found)) return {.possible = false, .what = "no order: " + its.id};
    const Value& order = found.at_path("0");
    std::string number = order["SalesOrder"].text();
    std::string header = fmt::format("{}('{}')", orders, number);
    if (dice.once_in(2)) {
        bool taken = clerk_.send("PATCH", header, Map{{"PurchaseOrderByShipToParty", "by hand"}});
        return {.possible = taken, .what = "text of order " + number + " edited by hand"};
    }
    const Value& item = order.at_path("to_Item.results.0");
    std::string target =
        fmt::format("API_SALES_ORDER_SRV/A_SalesOrderItem(SalesOrder='{}',SalesOrderItem='{}')", number, item["SalesOrderItem"].text());
    if (!clerk_.send("PATCH", target, Map{{"RequestedQuantity", "77"}})) return {.possible = false, .what = clerk_.refusal()};
    ledger_.hand_edited.insert(number);
    return {.what = "quantity of order " + number + " edited by hand"};
}

Business::Happened Business::edit_invoice(const Act& act, Dice& dice) {
    const Deal& its = deal(act);
    Value invoice = invoice_of(its);
    std::string id = invoice["invoice_id"].text();
    if (id.empty()) return {.possible = false, .what = "no invoice: " + its.id};
    Map change{{"notes", "by hand"}};
    bool totals = dice.once_in(3);
    if (totals) change = {{"line_items", List{Map{{"name", "By hand"}, {"rate", 4711}, {"quantity", 1}}}}};
    if (!accountant_.send("PUT", "invoices/" + id, change)) return {.what = "invoice cannot be edited: " + accountant_.refusal()};
    if (totals) ledger_.hand_edited.insert(id);
    return invoice_told(id, (totals ? "total of an invoice edited by hand: " : "text of an invoice edited by hand: ") + its.id);
}

Business::Happened Business::send_invoice(const Act& act, Dice&) {
    const Deal& its = deal(act);
    std::string id = invoice_of(its)["invoice_id"].text();
    if (id.empty()) return {.possible = false, .what = "no invoice: " + its.id};
    Map mail{{"to_mail_ids", List{"hand@account.example"}}, {"subject", "By hand"}, {"body", "By hand"}};
    if (!accountant_.send("POST", "invoices/" + id + "/email", mail)) return {.what = accountant_.refusal()};
    return {.what = "invoice sent by hand: " + its.id};
}

/// Order and invoice of a deal that was changed by people are made to say what the deal says.
std::optional<Business::Happened> Business::amend(Deal& deal) {
    if (!deal.won) return std::nullopt;
    bool edited = ledger_.edited_deals.contains(deal.id);
    if (!edited && ledger_.hand_edited.empty()) return std::nullopt;
    Happened happened;
    Value found =
        clerk_.read(fmt::format("{}?$filter=PurchaseOrderByCustomer%20eq%20'{}'&$expand=to_Item&$select={}", orders, deal.id, of_order));
    if (!is_none(found) && (edited || ledger_.hand_edited.contains(found.at_path("0.SalesOrder").text())) &&
        amend_order(deal, found.at_path("0")))
        happened.what = "order amended: " + deal.id;
    Value invoice = invoice_of(deal);
    std::string id = invoice["invoice_id"].text();
    if (!id.empty() && (edited || ledger_.hand_edited.contains(id)) && amend_invoice(deal, invoice)) {
        Happened told = invoice_told(id, "invoice amended: " + deal.id);
        happened.told = std::move(told.told);
        happened.what += (happened.what.empty() ? "" : "; ") + told.what;
    }
    if (happened.what.empty()) return std::nullopt;
    return happened;
}

/// Somebody made a partner at the very moment in which the program did: theirs loses the account's id.
std::optional<Business::Happened> Business::part_partners(const Account& account) {
    if (ledger_.hand_partners.empty()) return std::nullopt;
    Value found =
        clerk_.read(fmt::format("{}?$filter=BusinessPartnerIDByExtSystem%20eq%20'{}'&$select=BusinessPartner", partners, account.id));
    if (is_none(found) || found.as_list().size() < 2) return std::nullopt;
    for (const auto& partner : found.as_list()) {
        std::string number = partner["BusinessPartner"].text();
        if (!ledger_.hand_partners.contains(number)) continue;
        if (clerk_.send("PATCH", fmt::format("{}('{}')", partners, number), Map{{"BusinessPartnerIDByExtSystem", ""}}))
            return Happened{.what = fmt::format("partner {} is no longer {}", number, account.id)};
    }
    return std::nullopt;
}

/// An invoice that was voided before its deal had its number is made valid again: else nobody would ever send it.
std::optional<Business::Happened> Business::take_back_void(const Deal& deal) {
    if (ledger_.voided_invoices.empty() || !deal.won) return std::nullopt;
    Value invoice = invoice_of(deal);
    if (invoice["status"].text() != "void") return std::nullopt;
    auto opportunities = sandbox_.vendor("salesforce").records("Opportunity");
    for (const auto& record : *opportunities)
        if (record["Id"].text() == deal.id && !record["Zoho_Invoice_Number__c"].text().empty()) return std::nullopt;
    std::string id = invoice["invoice_id"].text();
    (void)accountant_.send("POST", "invoices/" + id + "/status/draft");
    (void)accountant_.send("POST", "invoices/" + id + "/status/sent");
    ledger_.voided_invoices.erase(id);
    return invoice_told(id, "invoice valid again: " + deal.id);
}

bool Business::amend_order(const Deal& deal, const Value& order) {
    Decimal wanted(0);
    for (const auto& line : deal.lines) wanted = *wanted.plus(line_total(line.cents, line.quantity, line.discount));
    if (number(order["TotalNetAmount"]) == wanted) return false;
    std::string its = order["SalesOrder"].text();
    for (const auto& item : order.at_path("to_Item.results").as_list())
        (void)clerk_.send("DELETE", fmt::format("API_SALES_ORDER_SRV/A_SalesOrderItem(SalesOrder='{}',SalesOrderItem='{}')", its,
                                                item["SalesOrderItem"].text()));
    for (const auto& line : deal.lines) {
        Map price{{"ConditionType", "PPR0"},
                  {"ConditionRateValue", line_total(line.cents, line.quantity, line.discount).to_string()},
                  {"ConditionQuantity", fmt::to_string(line.quantity)},
                  {"ConditionQuantityUnit", "PC"}};
        Map item{{"Material", material(line.product)},
                 {"RequestedQuantity", fmt::to_string(line.quantity)},
                 {"RequestedQuantityUnit", "PC"},
                 {"to_PricingElement", List{Value(std::move(price))}}};
        if (!clerk_.send("POST", fmt::format("{}('{}')/to_Item", orders, its), item))
            std::fprintf(stderr, "%s\n", clerk_.refusal().c_str());
    }
    return true;
}

/// Nothing settles the invoice any more.
void Business::take_off(const std::string& invoice) {
    (void)accountant_.send("POST", invoice + "/writeoff/cancel");
    if (auto paid = accountant_.send("GET", invoice + "/payments"))
        for (const auto& part : (*paid)["payments"].as_list())
            (void)accountant_.send("DELETE", invoice + "/payments/" + part["invoice_payment_id"].text());
    if (auto credited = accountant_.send("GET", invoice + "/creditsapplied"))
        for (const auto& part : (*credited)["credits"].as_list())
            (void)accountant_.send("DELETE", invoice + "/creditsapplied/" + part["creditnotes_invoice_id"].text());
}

bool Business::amend_invoice(const Deal& deal, const Value& invoice) {
    Decimal wanted(0);
    List lines;
    for (const auto& line : deal.lines) {
        Decimal total = line_total(line.cents, line.quantity, line.discount);
        wanted = *wanted.plus(total);
        lines.push_back(Map{{"name", "Amended"}, {"rate", total}, {"quantity", 1}});
    }
    bool is_void = invoice["status"].text() == "void";
    if (number(invoice["total"]) == wanted && !is_void) return false;
    std::string id = "invoices/" + invoice["invoice_id"].text();
    if (is_void) (void)accountant_.send("POST", id + "/status/draft");
    ledger_.voided_invoices.erase(invoice["invoice_id"].text());
    if (!accountant_.send("PUT", id, Map{{"line_items", lines}})) {
        // More is paid than it is to be: that is taken off it, and is the customer's again.
        take_off(id);
        (void)accountant_.send("PUT", id, Map{{"line_items", lines}});
    }
    if (is_void) (void)accountant_.send("POST", id + "/status/sent");
    return true;
}

}  // namespace lockstep::sim
