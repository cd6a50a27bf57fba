#include "sandbox/seed_data.h"

#include <algorithm>
#include <cstdio>

#include "sandbox/salesforce/record_id.h"
#include "sandbox/sandbox_state.h"
#include "sandbox/seed_deals.h"
#include "value/encoding.h"

namespace lockstep::sandbox {

namespace {

using salesforce::make_record_id;

constexpr std::string_view currencies[] = {"EUR", "USD", "GBP", "JPY"};
constexpr std::string_view plants[] = {"1010", "1020", "1030"};
constexpr std::string_view unknown_code = "LEGACY-0001";  // a product that SAP does not have

std::string account_id(std::size_t account) { return make_record_id("001", account + 1); }
std::string contact_id(std::size_t account) { return make_record_id("003", account + 1); }
std::string deal_id(std::size_t deal) { return make_record_id("006", deal + 1); }
std::string product_id(std::size_t product) { return make_record_id("01t", product == unknown_product ? 301 : product + 1); }
std::string entry_id(std::size_t product, std::string_view currency) {
    const auto place = static_cast<std::size_t>(std::find(std::begin(currencies), std::end(currencies), currency) - std::begin(currencies));
    return make_record_id("01u", (product == unknown_product ? 300 : product) * std::size(currencies) + place + 1);
}

std::string mail_address(const SeedAccount& account) {
    return account.mail_host.empty() ? std::string() : "accounts.payable@" + std::string(account.mail_host);
}

std::string sap_country(std::string_view country) {
    static constexpr std::pair<std::string_view, std::string_view> codes[] = {{"Germany", "DE"},
                                                                              {"Deutschland", "DE"},
                                                                              {"Austria", "AT"},
                                                                              {"Österreich", "AT"},
                                                                              {"Switzerland", "CH"},
                                                                              {"Schweiz", "CH"},
                                                                              {"France", "FR"},
                                                                              {"Italy", "IT"},
                                                                              {"Spain", "ES"},
                                                                              {"Netherlands", "NL"},
                                                                              {"The Netherlands", "NL"},
                                                                              {"Belgium", "BE"},
                                                                              {"Finland", "FI"},
                                                                              {"Ireland", "IE"},
                                                                              {"United Kingdom", "GB"},
                                                                              {"UK", "GB"},
                                                                              {"Great Britain", "GB"},
                                                                              {"United States", "US"},
                                                                              {"USA", "US"},
                                                                              {"United States of America", "US"},
                                                                              {"Japan", "JP"},
                                                                              {"Slovenia", "SI"},
                                                                              {"Poland", "PL"}};
    for (const auto& [name, code] : codes)
        if (name == country) return std::string(code);
    return "DE";
}

/// Everything that the parts are made from.
struct World {
    std::vector<SeedProduct> products;
    std::vector<SeedDeal> deals;
    std::uint64_t seed = 0;
};

Value money(std::int64_t cents) {
    auto parsed = Decimal::parse(cents_text(cents));
    LS_ASSERT(parsed.has_value());
    return *parsed;
}

Value quantity(const std::string& text) {
    auto parsed = Decimal::parse(text);
    LS_ASSERT(parsed.has_value());
    return *parsed;
}

// ---- Salesforce ----

List salesforce_products(const World& world) {
    List list;
    auto add = [&](std::size_t index, std::string_view code, std::string_view name, std::string_view family, std::string_view unit) {
        list.push_back(Map{{"Id", Value(product_id(index))},
                           {"Name", Value(name)},
                           {"ProductCode", Value(code)},
                           {"Family", Value(family)},
                           {"IsActive", Value(true)},
                           {"QuantityUnitOfMeasure", Value(unit)},
                           {"StockKeepingUnit", Value(code)}});
    };
    for (std::size_t i = 0; i < world.products.size(); ++i) {
        const SeedProduct& product = world.products[i];
        add(i, product.code, product.name, product.family, product.salesforce_unit);
    }
    add(unknown_product, unknown_code, "Rotary phase converter (discontinued)", "Motors", "Each");
    return list;
}

List salesforce_prices(const World& world) {
    List list;
    auto add = [&](std::size_t index, std::int64_t eur_cents) {
        for (std::string_view currency : currencies)
            list.push_back(Map{{"Id", Value(entry_id(index, currency))},
                               {"Pricebook2Id", Value(make_record_id("01s", 1))},
                               {"Product2Id", Value(product_id(index))},
                               {"UnitPrice", money(price_in(eur_cents, currency))},
                               {"IsActive", Value(true)},
                               {"CurrencyIsoCode", Value(currency)}});
    };
    for (std::size_t i = 0; i < world.products.size(); ++i) add(i, world.products[i].eur_cents);
    add(unknown_product, 99900);
    return list;
}

List salesforce_accounts() {
    List list;
    const auto accounts = seed_accounts();
    for (std::size_t i = 0; i < accounts.size(); ++i) {
        const SeedAccount& account = accounts[i];
        Map map{{"Id", Value(account_id(i))},
                {"Name", Value(account.name)},
                {"Type", Value("Customer - Direct")},
                {"BillingStreet", Value(account.street)},
                {"BillingPostalCode", Value(account.postal_code)},
                {"BillingCity", Value(account.city)},
                {"BillingCountry", Value(account.country)},
                {"CurrencyIsoCode", Value(account.currency)},
                {"AccountNumber", Value("C" + std::to_string(10001 + i))},
                {"External_Id__c", Value("ACC-" + std::to_string(10001 + i))}};
        if (!account.state.empty()) map.set("BillingState", Value(account.state));
        if (!account.mail_host.empty()) map.set("Website", Value("https://www." + std::string(account.mail_host)));
        list.push_back(std::move(map));
    }
    return list;
}

/// Departments, not people. Every account has one for invoices; some have a second that nobody gave an address.
List salesforce_contacts() {
    List list;
    const auto accounts = seed_accounts();
    for (std::size_t i = 0; i < accounts.size(); ++i) {
        Map payable{{"Id", Value(contact_id(i))},
                    {"LastName", Value("Accounts Payable")},
                    {"AccountId", Value(account_id(i))},
                    {"Department", Value("Finance")}};
        if (const std::string mail = mail_address(accounts[i]); !mail.empty()) payable.set("Email", Value(mail));
        list.push_back(std::move(payable));
        if (i % 4 != 0) continue;
        list.push_back(Map{{"Id", Value(contact_id(accounts.size() + i))},
                           {"LastName", Value("Purchasing")},
                           {"AccountId", Value(account_id(i))},
                           {"Department", Value("Purchasing")}});
    }
    return list;
}

List salesforce_deals(const World& world) {
    List list;
    for (std::size_t i = 0; i < world.deals.size(); ++i) {
        const SeedDeal& deal = world.deals[i];
        Map map{{"Id", Value(deal_id(i))},
                {"Name", Value(deal.name)},
                {"AccountId", Value(account_id(deal.account))},
                {"StageName", Value(deal.stage)},
                {"CloseDate", Value(deal.close_date)},
                {"Type", Value("New Customer")},
                {"CurrencyIsoCode", Value(seed_accounts()[deal.account].currency)},
                {"Pricebook2Id", Value(make_record_id("01s", 1))}};
        if (deal.order != 0) {
            char number[16];
            std::snprintf(number, sizeof number, "INV-%06d", deal.order);
            map.set("SAP_Order_Number__c", Value(std::to_string(deal.order)));
            map.set("Zoho_Invoice_Number__c", Value(number));
            map.set("Sync_Status__c", Value("Synced"));
            map.set("Last_Sync_Date__c", Value(deal.close_date + "T09:30:00.000+0000"));
        }
        list.push_back(std::move(map));
    }
    return list;
}

List salesforce_lines(const World& world) {
    List list;
    for (std::size_t i = 0; i < world.deals.size(); ++i) {
        const SeedDeal& deal = world.deals[i];
        const std::string_view currency = seed_accounts()[deal.account].currency;
        int order = 0;
        for (const SeedLine& line : deal.lines)
            list.push_back(Map{{"Id", Value(make_record_id("00k", list.size() + 1))},
                               {"OpportunityId", Value(deal_id(i))},
                               {"Product2Id", Value(product_id(line.product))},
                               {"PricebookEntryId", Value(entry_id(line.product, currency))},
                               {"Quantity", quantity(line.quantity)},
                               {"UnitPrice", money(line.cents)},
                               {"SortOrder", Value(++order)},
                               {"CurrencyIsoCode", Value(currency)}});
    }
    return list;
}

/// Three deals in four name who gets the invoice; for the others the account's contact does.
List salesforce_roles(const World& world) {
    List list;
    for (std::size_t i = 0; i < world.deals.size(); ++i) {
        if (i % 4 == 3) continue;
        list.push_back(Map{{"Id", Value(make_record_id("00K", i + 1))},
                           {"OpportunityId", Value(deal_id(i))},
                           {"ContactId", Value(contact_id(world.deals[i].account))},
                           {"Role", Value("Billing")},
                           {"IsPrimary", Value(true)}});
    }
    return list;
}

// ---- SAP ----

List sap_products(const World& world) {
    List list;
    for (const SeedProduct& product : world.products) {
        List in_plants;
        for (std::string_view plant : plants)
            in_plants.push_back(Map{{"Plant", Value(plant)}, {"BaseUnit", Value(product.sap_unit)}, {"MRPType", Value("PD")}});
        list.push_back(Map{{"Product", Value(product.code)},
                           {"ProductType", Value("FERT")},
                           {"BaseUnit", Value(product.sap_unit)},
                           {"ProductGroup", Value("L00" + std::string(product.code.starts_with("PMP") ? "1" : "2"))},
                           {"Division", Value("00")},
                           {"to_Description",
                            List{Map{{"Language", Value("EN")}, {"ProductDescription", Value(encoding::utf8_prefix(product.name, 40))}}}},
                           {"to_Plant", Value(std::move(in_plants))}});
    }
    return list;
}

List sap_prices(const World& world) {
    List list;
    for (const SeedProduct& product : world.products)
        for (std::string_view currency : currencies)
            list.push_back(Map{{"Material", Value(product.code)},
                               {"Currency", Value(currency)},
                               {"Rate", Value(cents_text(price_in(product.eur_cents, currency)))}});
    return list;
}

/// Stock that is not for sale, or not the company's: whoever sums up rows without looking at these types is wrong.
struct OtherStock {
    std::size_t every, from;  ///< each `every`th material from this one on
    std::string_view plant, location, type, special;
};
constexpr OtherStock other_stock[] = {
    {7, 0, "1010", "101A", "07", ""},                                       // blocked
    {9, 0, "1020", "102A", "01", "E"},                                      // of a customer's order
    {5, 1, "1010", "101Q", "02", ""},                                       // in quality inspection
    {25, 3, "1030", "103A", "03", ""},                                      // returns
    {30, 5, "1010", "101B", "04", ""},                                      // between storage locations
    {30, 6, "1020", "", "05", ""},                                          // between plants
    {30, 8, "1030", "", "06", ""},                                          // in transit
    {40, 9, "1010", "101A", "08", ""},                                      // restricted use
    {60, 14, "1010", "101A", "09", ""},                                     // tied empties
    {35, 4, "1020", "102A", "10", ""},                                      // goods receipt, valuated and blocked
    {11, 2, "1010", "101A", "01", "E"}, {8, 3, "1010", "101A", "01", "K"},  // a vendor's, on consignment
    {13, 1, "1020", "102A", "01", "Q"},                                     // of a project
    {17, 5, "1010", "101A", "02", "Q"},
};

Map stock_row(const SeedProduct& product, std::string_view plant, std::string_view location, std::string_view type,
              std::string_view special, std::string amount) {
    return Map{{"Material", Value(product.code)},
               {"Plant", Value(plant)},
               {"StorageLocation", Value(location)},
               {"InventoryStockType", Value(type)},
               {"InventorySpecialStockType", Value(special)},
               {"Supplier", Value(special == "K" ? "300017" : "")},
               {"WBSElementInternalID", Value(special == "Q" ? "00000042" : "")},
               {"WBSElementExternalID", Value(special == "Q" ? "P-2026-PLANT-4" : "")},
               {"SDDocument", Value(special == "E" ? "9000001" : "")},
               {"SDDocumentItem", Value(special == "E" ? "10" : "")},
               {"MaterialBaseUnit", Value(product.sap_unit)},
               {"MatlWrhsStkQtyInMatlBaseUnit", Value(std::move(amount))}};
}

/// Own unrestricted stock in all plants and in a second storage location of the first one, and stock that is not for sale;
/// every twelfth material has no row at all.
List sap_stock(const World& world) {
    SeedSequence sequence(world.seed ^ 0x73746f63U);
    List list;
    for (std::size_t i = 0; i < world.products.size(); ++i) {
        const SeedProduct& product = world.products[i];
        if (i % 12 == 11) continue;
        for (std::string_view plant : plants) {
            const std::uint64_t amount = sequence.below(5) == 0 ? sequence.below(4) : sequence.below(400);
            list.push_back(stock_row(product, plant, std::string(plant.substr(0, 3)) + "A", "01", "",
                                     std::to_string(amount) + (product.sap_unit == "PC" ? "" : ".375")));
        }
        if (i % 4 == 0) list.push_back(stock_row(product, "1010", "101B", "01", "", std::to_string(1 + sequence.below(40))));
        for (const OtherStock& other : other_stock)
            if (i >= other.from && (i - other.from) % other.every == 0)
                list.push_back(
                    stock_row(product, other.plant, other.location, other.type, other.special, std::to_string(1 + sequence.below(20))));
    }
    return list;
}

/// The accounts of the won deals, as the flow would have made them.
List sap_partners(const World& world) {
    List list;
    for (const SeedDeal& deal : world.deals) {
        if (deal.order == 0) continue;
        const SeedAccount& account = seed_accounts()[deal.account];
        const std::string name(account.name);
        const std::string first(encoding::utf8_prefix(name, 40));
        const std::string second(encoding::utf8_prefix(std::string_view(name).substr(first.size()), 40));
        const std::string third(encoding::utf8_prefix(std::string_view(name).substr(first.size() + second.size()), 40));
        std::string street(account.street.substr(0, account.street.find('\n')));
        List addresses{
            Map{{"AddressID", Value(std::to_string(21000 + deal.order))},
                {"Country", Value(sap_country(account.country))},
                {"Language", Value("EN")},
                {"CityName", Value(account.city)},
                {"PostalCode", Value(account.postal_code)},
                {"StreetName", Value(std::move(street))},
                {"to_EmailAddress", List{Map{{"EmailAddress", Value(mail_address(account))}, {"IsDefaultEmailAddress", Value(true)}}}}}};
        Map customer{{"to_CustomerSalesArea", List{Map{{"SalesOrganization", Value("1010")},
                                                       {"DistributionChannel", Value("10")},
                                                       {"Division", Value("00")},
                                                       {"Currency", Value(account.currency)},
                                                       {"CustomerPaymentTerms", Value("0004")}}}},
                     {"to_CustomerCompany", List{Map{{"CompanyCode", Value("1010")}, {"ReconciliationAccount", Value("12100000")}}}}};
        list.push_back(Map{
            {"BusinessPartner", Value(std::to_string(999999 + deal.order))},
            {"BusinessPartnerCategory", Value("2")},
            {"BusinessPartnerGrouping", Value("BP02")},
            {"OrganizationBPName1", Value(first)},
            {"OrganizationBPName2", Value(second)},
            {"OrganizationBPName3", Value(third)},
            {"BusinessPartnerIDByExtSystem", Value(account_id(deal.account))},
            {"to_BusinessPartnerAddress", Value(std::move(addresses))},
            {"to_BusinessPartnerRole", List{Map{{"BusinessPartnerRole", Value("FLCU00")}}, Map{{"BusinessPartnerRole", Value("FLCU01")}}}},
            {"to_Customer", Value(std::move(customer))}});
    }
    return list;
}

List sap_orders(const World& world) {
    List list;
    for (std::size_t i = 0; i < world.deals.size(); ++i) {
        const SeedDeal& deal = world.deals[i];
        if (deal.order == 0) continue;
        const std::string_view currency = seed_accounts()[deal.account].currency;
        List items;
        for (const SeedLine& line : deal.lines) {
            const SeedProduct& product = world.products[line.product];
            Map price{{"ConditionType", Value("PPR0")},
                      {"ConditionRateValue", Value(cents_text(line.cents))},
                      {"ConditionCurrency", Value(currency)},
                      {"ConditionQuantity", Value("1")}};
            items.push_back(Map{{"Material", Value(product.code)},
                                {"RequestedQuantity", Value(line.quantity)},
                                {"RequestedQuantityUnit", Value(product.sap_unit)},
                                {"RequestedQuantitySAPUnit", Value(product.sap_unit)},
                                {"SalesOrderItemText", Value(encoding::utf8_prefix(product.name, 40))},
                                {"to_PricingElement", List{std::move(price)}}});
        }
        list.push_back(Map{{"SalesOrder", Value(std::to_string(deal.order))},
                           {"SalesOrderType", Value("OR")},
                           {"SalesOrganization", Value("1010")},
                           {"DistributionChannel", Value("10")},
                           {"OrganizationDivision", Value("00")},
                           {"SoldToParty", Value(std::to_string(999999 + deal.order))},
                           {"PurchaseOrderByCustomer", Value(deal_id(i))},
                           {"TransactionCurrency", Value(currency)},
                           {"CreationDate", Value(deal.close_date + "T00:00:00")},
                           {"to_Item", Value(std::move(items))}});
    }
    return list;
}

// ---- Zoho Books ----

/// As Zoho's ids look, below those that it gives to new records.
std::string zoho_contact_id(const SeedDeal& deal) { return std::to_string(450000000000010000 + deal.order); }

List zoho_contacts(const World& world) {
    List list;
    for (const SeedDeal& deal : world.deals) {
        if (deal.order == 0) continue;
        const SeedAccount& account = seed_accounts()[deal.account];
        Map address{{"address", Value(account.street)},
                    {"city", Value(account.city)},
                    {"zip", Value(account.postal_code)},
                    {"country", Value(account.country)}};
        List persons{Map{{"first_name", Value("Accounts")},
                         {"last_name", Value("Payable")},
                         {"email", Value(mail_address(account))},
                         {"is_primary_contact", Value(true)}}};
        list.push_back(
            Map{{"contact_id", Value(zoho_contact_id(deal))},
                {"contact_name", Value(account.name)},
                {"company_name", Value(account.name)},
                {"contact_type", Value("customer")},
                {"currency_code", Value(account.currency)},
                {"payment_terms", Value(30)},
                {"payment_terms_label", Value("Net 30")},
                {"billing_address", Value(std::move(address))},
                {"contact_persons", Value(std::move(persons))},
                {"custom_fields", List{Map{{"api_name", Value("cf_salesforce_id")}, {"value", Value(account_id(deal.account))}}}}});
    }
    return list;
}

List zoho_invoices(const World& world) {
    List list;
    for (std::size_t i = 0; i < world.deals.size(); ++i) {
        const SeedDeal& deal = world.deals[i];
        if (deal.order == 0) continue;
        List lines;
        for (const SeedLine& line : deal.lines)
            lines.push_back(Map{{"name", Value(encoding::utf8_prefix(world.products[line.product].name, 100))},
                                {"description", Value(world.products[line.product].code)},
                                {"rate", money(line.cents)},
                                {"quantity", quantity(line.quantity)}});
        char number[16];
        std::snprintf(number, sizeof number, "INV-%06d", deal.order);
        list.push_back(Map{{"invoice_id", Value(std::to_string(450000000000020000 + deal.order))},
                           {"customer_id", Value(zoho_contact_id(deal))},
                           {"invoice_number", Value(number)},
                           {"reference_number", Value("SF-" + deal_id(i))},
                           {"date", Value(deal.close_date)},
                           {"payment_terms", Value(30)},
                           {"payment_terms_label", Value("Net 30")},
                           {"line_items", Value(std::move(lines))},
                           {"status", Value("sent")},
                           {"is_emailed", Value(true)}});
    }
    return list;
}

}  // namespace

SeedData make_seed_data(std::uint64_t seed) {
    World world{.products = seed_products(seed), .seed = seed};
    world.deals = seed_deals(seed, world.products);
    SeedData data;
    data.objects = {{"salesforce", "Product2", salesforce_products(world)},
                    {"salesforce", "PricebookEntry", salesforce_prices(world)},
                    {"salesforce", "Account", salesforce_accounts()},
                    {"salesforce", "Contact", salesforce_contacts()},
                    {"salesforce", "Opportunity", salesforce_deals(world)},
                    {"salesforce", "OpportunityLineItem", salesforce_lines(world)},
                    {"salesforce", "OpportunityContactRole", salesforce_roles(world)},
                    {"sap", "A_Product", sap_products(world)},
                    {"sap", "list_prices", sap_prices(world)},
                    {"sap", "A_MatlStkInAcctMod", sap_stock(world)},
                    {"sap", "A_BusinessPartner", sap_partners(world)},
                    {"sap", "A_SalesOrder", sap_orders(world)},
                    {"zoho_books", "contacts", zoho_contacts(world)},
                    {"zoho_books", "invoices", zoho_invoices(world)}};
    return data;
}

Result<void> Sandbox::load_seed_data() {
    for (const SeedRecords& part : make_seed_data(state_->options.seed).objects) {
        Lane* lane = state_->lane(part.connector);
        LS_ASSERT(lane != nullptr);
        const std::lock_guard lock(lane->mutex);
        LS_TRY(lane->vendor->load(part.object, part.records));
    }
    return {};
}

}  // namespace lockstep::sandbox
