#include "cli/demo_proof.h"

#include <algorithm>

#include <fmt/format.h>

namespace lockstep::cli {
namespace {

constexpr const char* plant = "1010";
const Decimal low_below = 10;  // as flows/inventory.yaml has it
constexpr int stock_decimals = 3;
constexpr std::array<const char*, 5> counted = {"sap/A_SalesOrder", "sap/A_BusinessPartner", "zoho_books/invoices", "zoho_books/contacts",
                                                "zoho_books/emails"};
enum Sum { won, ordered, invoiced, paid, shown };

void add(Decimal& sum, const Decimal& more) {
    auto total = sum.plus(more);
    LS_ASSERT(total.has_value());
    sum = *total;
}

using ByKey = std::multimap<std::string, Value>;

ByKey by_key(const List& records, std::string_view path) {
    ByKey all;
    for (const Value& record : records) all.emplace(record.at_path(path).text(), record);
    return all;
}

const Value& only(const ByKey& records, const std::string& key) {
    auto found = records.find(key);
    return found == records.end() ? null_value() : found->second;
}

}  // namespace

Decimal number_of(const Value& value) {
    if (value.is_number()) return value.to_decimal();
    auto parsed = Decimal::parse(value.text());
    return parsed ? *parsed : Decimal();
}

std::map<std::string, Decimal> sap_stock(const DemoVendors& vendors) {
    std::map<std::string, Decimal> stock;
    for (const Value& row : vendors.records("sap/A_MatlStkInAcctMod"))
        if (row["Plant"].text() == plant && row["InventoryStockType"].text() == "01" && row["InventorySpecialStockType"].text().empty())
            add(stock[row["Material"].text()], number_of(row["MatlWrhsStkQtyInMatlBaseUnit"]));
    return stock;
}

/// All that the deals are held against, by what it is found by.
struct DemoProof::Found {
    ByKey orders, invoices, emails;
    std::map<std::string, Decimal> paid;  // by invoice
};

void DemoProof::begin() {
    for (const char* object : counted) before_[object] = static_cast<std::int64_t>(vendors_.records(object).size());
    for (const Value& partner : vendors_.records("sap/A_BusinessPartner"))
        known_accounts_.insert(partner["BusinessPartnerIDByExtSystem"].text());
}

void DemoProof::expect(Topic topic, std::string what, std::int64_t expected, std::int64_t found) {
    rows_.push_back({topic, std::move(what), expected, found});
}

std::int64_t DemoProof::shown_as_parked() const {
    std::int64_t parked = 0;
    for (const Value& deal : vendors_.records("salesforce/Opportunity"))
        parked += deals_.contains(deal["Id"].text()) && deal["Sync_Status__c"].text().starts_with("Parked: ") ? 1 : 0;
    return parked;
}

DemoProof::Found DemoProof::find() const {
    Found found{by_key(vendors_.records("sap/A_SalesOrder"), "PurchaseOrderByCustomer"),
                by_key(vendors_.records("zoho_books/invoices"), "reference_number"),
                by_key(vendors_.records("zoho_books/emails"), "invoice_id"),
                {}};
    for (const Value& payment : vendors_.records("zoho_books/customerpayments"))
        for (const Value& part : payment["invoices"].as_list())
            add(found.paid[part["invoice_id"].text()], number_of(part["amount_applied"]));
    return found;
}

/// `Payment_Received__c` exactly at balance 0, `Payment_Amount__c` what payments apply to the invoice.
void DemoProof::judge_payment(const Value& deal, const Value& invoice, const Found& found, Sums& sums) {
    auto its = found.paid.find(invoice["invoice_id"].text());
    const Decimal amount = its == found.paid.end() ? Decimal() : its->second;
    add(sums[paid], amount);
    add(sums[shown], number_of(deal["Payment_Amount__c"]));
    const std::string& name = deal["Name"].text();
    if (number_of(deal["Payment_Amount__c"]) != amount)
        wrong(fmt::format("{}: {} is paid, Salesforce shows {}", name, amount.to_string(), deal["Payment_Amount__c"].text()));
    if ((deal["Payment_Received__c"] == Value(true)) != number_of(invoice["balance"]).is_zero())
        wrong(fmt::format("{}: the balance is {}, and Salesforce says otherwise", name, invoice["balance"].text()));
}

void DemoProof::judge_deal(const Value& deal, const Found& found) {
    const std::string id = deal["Id"].text(), name = deal["Name"].text();
    const Value &order = only(found.orders, id), &invoice = only(found.invoices, "SF-" + id);
    if (found.orders.count(id) != 1) wrong(fmt::format("{}: {} orders in SAP", name, found.orders.count(id)));
    if (found.invoices.count("SF-" + id) != 1) wrong(fmt::format("{}: {} invoices in Zoho Books", name, found.invoices.count("SF-" + id)));
    if (order.is_null() || invoice.is_null()) return;
    if (found.emails.count(invoice["invoice_id"].text()) != 1)
        wrong(fmt::format("{}: emailed {} times", name, found.emails.count(invoice["invoice_id"].text())));
    if (deal["Sync_Status__c"].text() != "Synced") wrong(fmt::format("{}: {}", name, deal["Sync_Status__c"].text()));
    if (deal["SAP_Order_Number__c"] != order["SalesOrder"] || deal["Zoho_Invoice_Number__c"] != invoice["invoice_number"])
        wrong(name + ": the numbers in Salesforce are others");
    const std::string currency = deal["CurrencyIsoCode"].text();
    if (order["TransactionCurrency"].text() != currency || invoice["currency_code"].text() != currency)
        wrong(name + ": the currencies differ");
    const Decimal amount = number_of(deal["Amount"]), total = number_of(order["TotalNetAmount"]), billed = number_of(invoice["total"]);
    if (amount != total || amount != billed)
        wrong(fmt::format("{}: the deal is {}, the order {}, the invoice {}", name, amount.to_string(), total.to_string(),
                          billed.to_string()));
    Sums& sums = sums_[currency];
    add(sums[won], amount);
    add(sums[ordered], total);
    add(sums[invoiced], billed);
    judge_payment(deal, invoice, found, sums);
}

/// One partner and one contact for each customer, those of before the day too.
void DemoProof::judge_customers(const std::set<std::string>& accounts) {
    std::set<std::string> all = known_accounts_;
    all.insert(accounts.begin(), accounts.end());
    const ByKey partners = by_key(vendors_.records("sap/A_BusinessPartner"), "BusinessPartnerIDByExtSystem"),
                contacts = by_key(vendors_.records("zoho_books/contacts"), "custom_field_hash.cf_salesforce_id");
    for (const std::string& account : accounts) {
        if (partners.count(account) != 1) wrong(fmt::format("{}: {} partners in SAP", account, partners.count(account)));
        if (contacts.count(account) != 1) wrong(fmt::format("{}: {} contacts in Zoho Books", account, contacts.count(account)));
    }
    const auto expected = static_cast<std::int64_t>(all.size());
    expect(Topic::deals, "customers in SAP", expected, static_cast<std::int64_t>(partners.size()));
    expect(Topic::deals, "customers in Zoho Books", expected, static_cast<std::int64_t>(contacts.size()));
}

void DemoProof::judge_deals() {
    const Found found = find();
    std::set<std::string> accounts;
    std::int64_t synced = 0;
    for (const Value& deal : vendors_.records("salesforce/Opportunity")) {
        if (!deals_.contains(deal["Id"].text())) continue;
        accounts.insert(deal["AccountId"].text());
        synced += deal["Sync_Status__c"].text() == "Synced" ? 1 : 0;
        judge_deal(deal, found);
    }
    const auto expected = static_cast<std::int64_t>(deals_.size());
    auto made = [&](const char* object) { return static_cast<std::int64_t>(vendors_.records(object).size()) - before_.at(object); };
    expect(Topic::deals, "deals synced in Salesforce", expected, synced);
    expect(Topic::deals, "sales orders in SAP", expected, made("sap/A_SalesOrder"));
    expect(Topic::deals, "invoices in Zoho Books", expected, made("zoho_books/invoices"));
    expect(Topic::deals, "invoices emailed", expected, made("zoho_books/emails"));
    judge_customers(accounts);
}

void DemoProof::judge_products() {
    const auto stock = sap_stock(vendors_);
    std::set<std::string> materials;
    for (const Value& material : vendors_.records("sap/A_Product")) materials.insert(material["Product"].text());
    std::int64_t known = 0, right = 0;
    for (const Value& product : vendors_.records("salesforce/Product2")) {
        const std::string code = product["ProductCode"].text();
        if (product["IsActive"] != Value(true) || !materials.contains(code)) continue;
        ++known;
        auto its = stock.find(code);
        const auto wanted = (its == stock.end() ? Decimal() : its->second).rounded(stock_decimals, Rounding::floor);
        const Value& available = product["Available_Stock__c"];
        const bool low = product["Low_Stock_Alert__c"] == Value(true);
        if (wanted && available.is_number() && available.to_decimal() == *wanted && low == (*wanted < low_below))
            ++right;
        else
            wrong(fmt::format("{}: SAP has {}, Salesforce shows {}{}", code, wanted ? wanted->to_string() : "?", available.text(),
                              low ? " (low)" : ""));
    }
    expect(Topic::stock, "products with SAP's stock", known, right);
}

/// Amounts by currency: the first three must be equal, and the last two.
bool DemoProof::print_sums(DemoScreen& screen) const {
    bool good = true;
    screen.say(fmt::format("      {:>13} {:>13} {:>13} {:>13} {:>13}", "deals won", "SAP orders", "invoices", "paid", "shown as paid"));
    for (const auto& [currency, sums] : sums_) {
        const bool equal = sums[won] == sums[ordered] && sums[won] == sums[invoiced] && sums[paid] == sums[shown];
        good = good && equal;
        std::string text;
        for (const Decimal& sum : sums) {
            const std::string amount = money_text(sum, currency);
            text += fmt::format(" {:>13}", amount.substr(0, amount.find(' ')));
        }
        screen.say(fmt::format("{} {}{}", screen.marked(equal ? Mark::good : Mark::bad, equal ? "=" : "≠"), currency, text));
    }
    return good;
}

bool DemoProof::print(DemoScreen& screen) const {
    bool good = wrong_.empty();
    std::vector<Row> rows = rows_;
    std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.topic < b.topic; });
    screen.heading("Proof, from the vendors' own records");
    screen.say(fmt::format("  {:<44} {:>8} {:>8}", "", "expected", "found"));
    for (const Row& row : rows) {
        const bool holds = row.expected == row.found;
        good = good && holds;
        screen.say(fmt::format("{} {:<44} {:>8} {:>8}", screen.marked(holds ? Mark::good : Mark::bad, holds ? "=" : "≠"), row.what,
                               row.expected, row.found));
    }
    screen.line();
    good = print_sums(screen) && good;
    for (const std::string& message : wrong_) screen.say(screen.marked(Mark::bad, "wrong: ") + message);
    return good;
}

}  // namespace lockstep::cli
