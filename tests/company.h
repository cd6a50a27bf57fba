#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "landscape.h"

/// Made-up records for tests, and what must have come of them.
namespace lockstep::testing {

/// The 18 characters of a Salesforce id; without capitals the checksum is AAA.
inline std::string record_id(std::string_view prefix, int serial) { return fmt::format("{}{:012}AAA", prefix, serial); }
inline std::string account_id(int serial) { return record_id("001", serial); }
inline std::string deal_id(int serial) { return record_id("006", serial); }
inline std::string product_id(int serial) { return record_id("01t", serial); }

inline Decimal decimal(std::string_view text) {
    auto value = Decimal::parse(text);
    require(value.has_value(), "not a decimal: " + std::string(text));
    return *value;
}
inline Decimal plus(const Decimal& a, const Decimal& b) { return *a.plus(b); }

struct CompanyOptions {
    int accounts = 10;
    int deals = 20;
    int first = 1;  ///< the serial of the first deal and account
    std::string stage = "Closed Won";
    bool emails = true;  ///< whether accounts have a contact with an address
};

inline Map account(int serial) {
    return {{"Id", account_id(serial)},   {"Name", fmt::format("Köhler & Söhne Nº {} “L'Étoile” GmbH", serial)},
            {"Phone", "+49 221 1234"},    {"BillingStreet", fmt::format("Straße {}\nHof 2", serial)},
            {"BillingCity", "Köln"},      {"BillingPostalCode", "50667"},
            {"BillingCountry", "Germany"}};
}
inline Map contact_of(int account) {
    return {{"AccountId", account_id(account)}, {"LastName", "O'Neill"}, {"Email", fmt::format("invoices@account-{}.example", account)}};
}
inline std::string product_code(int serial) { return fmt::format("PART-{:03}", serial); }

/// Deals of 1 to 3 lines; a third of the lines are discounted. The n-th deal is account n mod accounts'.
inline List line_items(int deal) {
    List lines;
    for (int i = 0; i <= deal % 3; ++i) {
        const int quantity = 1 + (deal * 7 + i * 3) % 12;
        const Decimal unit_price = *Decimal::from_parts(995 + deal * 137 % 9000 + i, 2);
        Map line{{"OpportunityId", deal_id(deal)},
                 {"Product2Id", product_id(1 + (deal + i) % 10)},
                 {"Quantity", quantity},
                 {"UnitPrice", unit_price}};
        if ((deal + i) % 3 == 0) line.set("Discount", Decimal(15));
        lines.push_back(std::move(line));
    }
    return lines;
}
inline Map deal(int serial, const CompanyOptions& options) {
    return {{"Id", deal_id(serial)},
            {"Name", fmt::format("Deal {} – Größe ½\"", serial)},
            {"AccountId", account_id(options.first + serial % options.accounts)},
            {"StageName", options.stage},
            {"CloseDate", "2026-02-18"}};
}

inline void load_products(const Landscape& landscape) {
    List products, materials;
    for (int i = 1; i <= 10; ++i) {
        products.push_back(
            Map{{"Id", product_id(i)}, {"Name", fmt::format("Ventil Größe {}", i)}, {"ProductCode", product_code(i)}, {"IsActive", true}});
        materials.push_back(Map{{"Product", product_code(i)}, {"BaseUnit", "PC"}});
    }
    landscape.load("salesforce/Product2", std::move(products));
    landscape.load("sap/A_Product", std::move(materials));
}

/// Loads accounts, contacts, products and deals; returns the deals' ids.
inline std::vector<std::string> load_company(const Landscape& landscape, const CompanyOptions& options) {
    load_products(landscape);
    List accounts, contacts, deals, lines;
    for (int i = options.first; i < options.first + options.accounts; ++i) {
        accounts.push_back(account(i));
        if (options.emails) contacts.push_back(contact_of(i));
    }
    std::vector<std::string> ids;
    for (int i = options.first; i < options.first + options.deals; ++i) {
        deals.push_back(deal(i, options));
        ids.push_back(deal_id(i));
        for (const Value& line : line_items(i)) lines.push_back(line);
    }
    landscape.load("salesforce/Account", std::move(accounts));
    landscape.load("salesforce/Contact", std::move(contacts));
    landscape.load("salesforce/Opportunity", std::move(deals));
    landscape.load("salesforce/OpportunityLineItem", std::move(lines));
    return ids;
}

/// Records by what should be unique in them.
using ByKey = std::multimap<std::string, Value>;
inline ByKey by_key(const List& records, std::string_view path) {
    ByKey all;
    for (const Value& record : records) all.emplace(record.at_path(path).text(), record);
    return all;
}
/// The one record with this key; null (and a failure) if there is none or there are several.
inline Value only(const ByKey& records, const std::string& key, std::string_view what) {
    EXPECT_EQ(records.count(key), 1u) << what << " for " << key;
    auto found = records.find(key);
    return found == records.end() ? Value() : found->second;
}

/// All that flow `deal-closed` makes.
struct Effects {
    ByKey deals, orders, invoices, emails, partners, contacts;
};
inline Effects read_effects(const Landscape& landscape) {
    return {by_key(landscape.state("salesforce/Opportunity"), "Id"),
            by_key(landscape.state("sap/A_SalesOrder"), "PurchaseOrderByCustomer"),
            by_key(landscape.state("zoho_books/invoices"), "reference_number"),
            by_key(landscape.state("zoho_books/emails"), "invoice_id"),
            by_key(landscape.state("sap/A_BusinessPartner"), "BusinessPartnerIDByExtSystem"),
            by_key(landscape.state("zoho_books/contacts"), "custom_field_hash.cf_salesforce_id")};
}

/// One order, one invoice, one email, with the deal's total, and their numbers in Salesforce.
inline void expect_deal_done_once(const Effects& effects, const std::string& id) {
    const Value deal = only(effects.deals, id, "deal"), order = only(effects.orders, id, "order"),
                invoice = only(effects.invoices, "SF-" + id, "invoice");
    if (order.is_null() || invoice.is_null()) return;
    (void)only(effects.emails, invoice["invoice_id"].text(), "email");
    EXPECT_EQ(deal["SAP_Order_Number__c"], order["SalesOrder"]) << id;
    EXPECT_EQ(deal["Zoho_Invoice_Number__c"], invoice["invoice_number"]) << id;
    EXPECT_EQ(deal["Sync_Status__c"].text(), "Synced") << id;
    EXPECT_EQ(decimal(order["TotalNetAmount"].text()), deal["Amount"].to_decimal()) << id;
    EXPECT_EQ(invoice["total"].to_decimal(), deal["Amount"].to_decimal()) << id;
}

/// Every deal done once; one partner and one contact an account; nothing else in SAP or Zoho.
inline void expect_done_once(const Landscape& landscape, const std::vector<std::string>& deals) {
    const Effects effects = read_effects(landscape);
    std::set<std::string> accounts;
    for (const std::string& id : deals) {
        expect_deal_done_once(effects, id);
        accounts.insert(only(effects.deals, id, "deal")["AccountId"].text());
    }
    for (const std::string& id : accounts) {
        (void)only(effects.partners, id, "SAP partner");
        (void)only(effects.contacts, id, "Zoho contact");
    }
    EXPECT_EQ(effects.orders.size(), deals.size());
    EXPECT_EQ(effects.invoices.size(), deals.size());
    EXPECT_EQ(effects.emails.size(), deals.size());
    EXPECT_EQ(effects.partners.size(), accounts.size());
    EXPECT_EQ(effects.contacts.size(), accounts.size());
}

}  // namespace lockstep::testing
