#include "sim/company.h"

#include <map>

#include <fmt/format.h>

namespace lockstep::sim {
namespace {

constexpr int products = 4;

/// The 18 characters of a Salesforce id; without capitals the checksum is AAA.
std::string record_id(std::string_view prefix, int serial) { return fmt::format("{}{:012}AAA", prefix, serial + 1); }
std::string product_code(int serial) { return fmt::format("PART-{:03}", serial); }

List lines_of(const Company& company, int deal) {
    List lines;
    for (int i = 0; i <= deal % 3; ++i) {
        Map line{{"OpportunityId", company.deal_id(deal)},
                 {"Product2Id", record_id("01t", (deal + i) % products)},
                 {"Quantity", 1 + (deal * 7 + i * 3) % 12},
                 {"UnitPrice", *Decimal::from_parts(995 + deal * 137 % 9000 + i, 2)}};
        if ((deal + i) % 3 == 0) line.set("Discount", Decimal(15));
        lines.push_back(std::move(line));
    }
    return lines;
}

using Records = std::multimap<std::string, Value>;
Records by(sandbox::Sandbox& sandbox, std::string_view connector, std::string_view object, std::string_view path) {
    Records found;
    auto all = sandbox.vendor(connector).records(object);
    LS_ASSERT(all.has_value());
    for (auto& record : *all) {
        std::string key = record.at_path(path).text();
        found.emplace(std::move(key), std::move(record));
    }
    return found;
}

Decimal number(const Value& value) {
    auto parsed = Decimal::parse(value.text());
    return parsed ? *parsed : Decimal(-1);
}

class Audit {
public:
    Audit(const Company& company, sandbox::Sandbox& sandbox)
        : company_(company),
          deals_(by(sandbox, "salesforce", "Opportunity", "Id")),
          orders_(by(sandbox, "sap", "A_SalesOrder", "PurchaseOrderByCustomer")),
          partners_(by(sandbox, "sap", "A_BusinessPartner", "BusinessPartnerIDByExtSystem")),
          contacts_(by(sandbox, "zoho_books", "contacts", "custom_field_hash.cf_salesforce_id")),
          invoices_(by(sandbox, "zoho_books", "invoices", "reference_number")),
          emails_(by(sandbox, "zoho_books", "emails", "invoice_id")) {}

    std::vector<std::string> run() {
        for (int deal = 0; deal < company_.deals; ++deal) check_deal(company_.deal_id(deal));
        for (int account = 0; account < company_.accounts; ++account) {
            (void)only(partners_, company_.account_id(account), "SAP partner");
            (void)only(contacts_, company_.account_id(account), "Zoho contact");
        }
        auto deals = static_cast<std::size_t>(company_.deals), accounts = static_cast<std::size_t>(company_.accounts);
        nothing_besides(orders_, deals, "SAP order");
        nothing_besides(invoices_, deals, "Zoho invoice");
        nothing_besides(emails_, deals, "email");
        nothing_besides(partners_, accounts, "SAP partner");
        nothing_besides(contacts_, accounts, "Zoho contact");
        return std::move(broken_);
    }

private:
    void check_deal(const std::string& id) {
        Value deal = only(deals_, id, "deal"), order = only(orders_, id, "SAP order"),
              invoice = only(invoices_, "SF-" + id, "Zoho invoice");
        if (order.is_null() || invoice.is_null()) return;
        (void)only(emails_, invoice["invoice_id"].text(), "email");
        must(deal["SAP_Order_Number__c"].text() == order["SalesOrder"].text(), id + ": another order's number is written back");
        must(deal["Zoho_Invoice_Number__c"].text() == invoice["invoice_number"].text(), id + ": another invoice's number is written back");
        must(deal["Sync_Status__c"].text() == "Synced", id + ": its status is `" + deal["Sync_Status__c"].text() + "`");
        must(number(order["TotalNetAmount"]) == number(deal["Amount"]), id + ": the order's total differs");
        must(number(invoice["total"]) == number(deal["Amount"]), id + ": the invoice's total differs");
    }

    Value only(const Records& records, const std::string& key, std::string_view what) {
        must(records.count(key) == 1, fmt::format("{}: {} of kind {}", key, records.count(key), what));
        auto found = records.find(key);
        return found == records.end() ? Value() : found->second;
    }
    void nothing_besides(const Records& records, std::size_t expected, std::string_view what) {
        must(records.size() == expected, fmt::format("{} of kind {}, {} were wanted", records.size(), what, expected));
    }
    void must(bool holds, std::string what) {
        if (!holds) broken_.push_back(std::move(what));
    }

    const Company& company_;
    Records deals_, orders_, partners_, contacts_, invoices_, emails_;
    std::vector<std::string> broken_;
};

}  // namespace

std::string Company::account_id(int serial) const { return record_id("001", serial); }
std::string Company::deal_id(int serial) const { return record_id("006", serial); }

Result<void> Company::load(sandbox::Sandbox& sandbox) const {
    List items, materials, clients, persons, opportunities, lines;
    for (int i = 0; i < products; ++i) {
        items.push_back(Map{{"Id", record_id("01t", i)},
                            {"Name", fmt::format("Ventil Größe {}", i)},
                            {"ProductCode", product_code(i)},
                            {"IsActive", true}});
        materials.push_back(Map{{"Product", product_code(i)}, {"BaseUnit", "PC"}});
    }
    for (int i = 0; i < accounts; ++i) {
        clients.push_back(Map{{"Id", account_id(i)},
                              {"Name", fmt::format("Köhler & Söhne Nº {} “L'Étoile” GmbH", i)},
                              {"BillingStreet", fmt::format("Straße {}\nHof 2", i)},
                              {"BillingCity", "Köln"},
                              {"BillingPostalCode", "50667"},
                              {"BillingCountry", "Germany"}});
        persons.push_back(
            Map{{"AccountId", account_id(i)}, {"LastName", "O'Neill"}, {"Email", fmt::format("invoices@account-{}.example", i)}});
    }
    for (int i = 0; i < deals; ++i) {
        opportunities.push_back(Map{{"Id", deal_id(i)},
                                    {"Name", fmt::format("Deal {}", i)},
                                    {"AccountId", account_id(account_of(i))},
                                    {"StageName", "Closed Won"},
                                    {"CloseDate", "2026-02-18"}});
        for (auto& line : lines_of(*this, i)) lines.push_back(std::move(line));
    }
    LS_TRY(sandbox.vendor("salesforce").load("Product2", items));
    LS_TRY(sandbox.vendor("sap").load("A_Product", materials));
    LS_TRY(sandbox.vendor("salesforce").load("Account", clients));
    LS_TRY(sandbox.vendor("salesforce").load("Contact", persons));
    LS_TRY(sandbox.vendor("salesforce").load("Opportunity", opportunities));
    return sandbox.vendor("salesforce").load("OpportunityLineItem", lines);
}

std::vector<std::string> broken_promises(const Company& company, sandbox::Sandbox& sandbox) { return Audit(company, sandbox).run(); }

}  // namespace lockstep::sim
