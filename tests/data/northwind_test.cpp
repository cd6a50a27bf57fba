// The Northwind traders' 830 orders as won deals, through real processes: every line and total to the cent.
#include "company.h"
#include "value/csv.h"

namespace lockstep::testing {
namespace {

std::filesystem::path northwind() {
    const char* shared = std::getenv("LOCKSTEP_SHARED");
    return (shared != nullptr ? std::filesystem::path(shared) : std::filesystem::path(LOCKSTEP_SOURCE_DIR) / "../shared") /
           "data/northwind";
}

using Record = std::map<std::string, std::string>;

/// Reads a file of the folder; `NULL` is an empty text.
std::vector<Record> read_table(const std::string& name) {
    auto rows = csv::parse(read_file(northwind() / name));
    require(rows.has_value(), name + " is no CSV");
    std::vector<Record> records;
    for (std::size_t i = 1; i < rows->size(); ++i) {
        Record record;
        for (std::size_t column = 0; column < rows->front().size(); ++column) {
            const std::string& text = rows->at(i).at(column);
            record[rows->front()[column]] = text == "NULL" ? "" : text;
        }
        records.push_back(std::move(record));
    }
    return records;
}

int number(const std::string& text) { return static_cast<int>(*decimal(text).to_int64()); }
std::string material(const std::string& product) { return "NW-" + product; }

/// One line of an order as the CSV has it.
struct Line {
    std::string product;
    Decimal quantity, unit_price, discount, total;
};

/// quantity × price × (1 − discount), to the cent.
Decimal line_total(const Decimal& quantity, const Decimal& unit_price, const Decimal& discount) {
    return *quantity.times(unit_price)->times(*Decimal(1).minus(discount))->rounded(2, Rounding::half_up);
}

struct Northwind {
    std::vector<Record> customers = read_table("customers.csv"), products = read_table("products.csv"), orders = read_table("orders.csv");
    std::map<std::string, std::vector<Line>> lines;  ///< by order
    std::map<std::string, int> account_of;           ///< customer → serial of its account
    std::map<std::string, Record> product_of;

    Northwind() {
        for (const Record& row : read_table("order_details.csv")) {
            Line line{row.at("productID"), decimal(row.at("quantity")), decimal(row.at("unitPrice")), decimal(row.at("discount")), {}};
            line.total = line_total(line.quantity, line.unit_price, line.discount);
            lines[row.at("orderID")].push_back(line);
        }
        for (const Record& row : customers) account_of.emplace(row.at("customerID"), static_cast<int>(account_of.size()) + 1);
        for (const Record& row : products) product_of[row.at("productID")] = row;
    }
    Decimal total(const std::string& order) const {
        Decimal sum;
        for (const Line& line : lines.at(order)) sum = plus(sum, line.total);
        return sum;
    }
};

void load(const Landscape& landscape, const Northwind& data) {
    List accounts, contacts, products, materials, deals, lines;
    for (const Record& row : data.customers) {
        const std::string id = account_id(data.account_of.at(row.at("customerID")));
        accounts.push_back(Map{{"Id", id},
                               {"Name", row.at("companyName")},
                               {"Phone", row.at("phone")},
                               {"BillingStreet", row.at("address")},
                               {"BillingCity", row.at("city")},
                               {"BillingState", row.at("region")},
                               {"BillingPostalCode", row.at("postalCode")},
                               {"BillingCountry", row.at("country")}});
        contacts.push_back(
            Map{{"AccountId", id}, {"LastName", row.at("contactName")}, {"Email", "orders@" + row.at("customerID") + ".example"}});
    }
    for (const Record& row : data.products) {
        products.push_back(Map{{"Id", product_id(number(row.at("productID")))},
                               {"Name", row.at("productName")},
                               {"ProductCode", material(row.at("productID"))},
                               {"Description", row.at("quantityPerUnit")}});
        materials.push_back(Map{{"Product", material(row.at("productID"))}, {"BaseUnit", "PC"}});
    }
    for (const Record& row : data.orders)
        deals.push_back(Map{{"Id", deal_id(number(row.at("orderID")))},
                            {"Name", "Order " + row.at("orderID")},
                            {"StageName", "Closed Won"},
                            {"AccountId", account_id(data.account_of.at(row.at("customerID")))},
                            {"CloseDate", row.at("orderDate").substr(0, 10)},
                            {"CurrencyIsoCode", "USD"}});
    for (const auto& [order, its] : data.lines)
        for (const Line& line : its)
            lines.push_back(Map{{"OpportunityId", deal_id(number(order))},
                                {"Product2Id", product_id(number(line.product))},
                                {"Quantity", line.quantity},
                                {"UnitPrice", line.unit_price},
                                {"Discount", *line.discount.times(Decimal(100))},
                                {"TotalPrice", line.total}});
    landscape.load("salesforce/Account", std::move(accounts));
    landscape.load("salesforce/Contact", std::move(contacts));
    landscape.load("salesforce/Product2", std::move(products));
    landscape.load("sap/A_Product", std::move(materials));
    landscape.load("salesforce/Opportunity", std::move(deals));
    landscape.load("salesforce/OpportunityLineItem", std::move(lines));
}

/// What both systems must say of a line, whatever order they keep lines in.
std::string shown(const std::string& product, const std::string& name, const Decimal& quantity, const Decimal& total) {
    return fmt::format("{} {} × {} = {}", product, name, quantity.normalized().to_string(), total.normalized().to_string());
}

void expect_lines(const Northwind& data, const std::string& order, const Value& sap, const Value& invoice) {
    std::multiset<std::string> wanted, in_sap, in_zoho;
    for (const Line& line : data.lines.at(order))
        wanted.insert(shown(material(line.product), data.product_of.at(line.product).at("productName"), line.quantity, line.total));
    const Value items = sap.at_path("to_Item.results"), invoiced = invoice["line_items"];
    for (const Value& item : items.as_list())
        in_sap.insert(shown(item["Material"].text(), item["SalesOrderItemText"].text(), decimal(item["RequestedQuantity"].text()),
                            decimal(item["NetAmount"].text())));
    for (const Value& line : invoiced.as_list())
        in_zoho.insert(
            shown(line["description"].text(), line["name"].text(), line["quantity"].to_decimal(), line["item_total"].to_decimal()));
    EXPECT_EQ(in_sap, wanted) << order;
    EXPECT_EQ(in_zoho, wanted) << order;
}

/// SAP's three fields of a street, each of at most 40 characters, as one text.
std::string street_of(const Value& partner) {
    std::string street;
    for (const char* field : {"StreetName", "StreetPrefixName", "StreetSuffixName"})
        if (const std::string part = partner.at_path(std::string("to_BusinessPartnerAddress.results.0.") + field).text(); !part.empty())
            street += (street.empty() ? "" : " ") + part;
    return street;
}

void expect_customer(const Record& row, const Value& partner, const Value& contact) {
    EXPECT_EQ(partner["OrganizationBPName1"].text(), row.at("companyName"));
    EXPECT_EQ(partner.at_path("to_BusinessPartnerAddress.results.0.CityName").text(), row.at("city"));
    EXPECT_EQ(street_of(partner), row.at("address"));
    EXPECT_EQ(contact["contact_name"].text(), row.at("companyName"));
    EXPECT_EQ(contact.at_path("billing_address.city").text(), row.at("city"));
    EXPECT_EQ(contact.at_path("billing_address.address").text(), row.at("address"));
    EXPECT_EQ(contact.at_path("billing_address.state").text(), row.at("region"));
    EXPECT_EQ(contact.at_path("billing_address.country").text(), row.at("country"));
}

}  // namespace

TEST(Northwind, AllOrdersComeThroughToTheCentWithEveryAccent) {
    if (!std::filesystem::exists(northwind() / "orders.csv")) {
        std::printf("[ SKIPPED ] no Northwind data at %s; LOCKSTEP_SHARED names the folder that has data/northwind\n", northwind().c_str());
        return;
    }
    const Northwind data;
    ASSERT_EQ(data.orders.size(), 830u);
    Landscape landscape;
    load(landscape, data);
    landscape.start_serve();
    for (const Record& row : data.orders) (void)landscape.close_deal(deal_id(number(row.at("orderID"))));
    ASSERT_TRUE(landscape.wait_until_quiet(300'000)) << json::write(landscape.counts());
    for (const Value& run : landscape.runs("status=parked")) ADD_FAILURE() << run["key"].text() << " is parked: " << run["reason"].text();

    const Effects effects = read_effects(landscape);
    Decimal all_deals, all_orders, all_invoices;
    std::set<std::string> customers;
    for (const Record& row : data.orders) {
        const std::string order = row.at("orderID"), id = deal_id(number(order));
        expect_deal_done_once(effects, id);
        const Value sap = only(effects.orders, id, "order"), invoice = only(effects.invoices, "SF-" + id, "invoice");
        if (sap.is_null() || invoice.is_null()) continue;
        EXPECT_EQ(decimal(sap["TotalNetAmount"].text()), data.total(order)) << order;
        EXPECT_EQ(invoice["total"].to_decimal(), data.total(order)) << order;
        EXPECT_EQ(sap["TransactionCurrency"].text(), "USD");
        EXPECT_EQ(invoice["currency_code"].text(), "USD");
        expect_lines(data, order, sap, invoice);
        all_deals = plus(all_deals, data.total(order));
        all_orders = plus(all_orders, decimal(sap["TotalNetAmount"].text()));
        all_invoices = plus(all_invoices, invoice["total"].to_decimal());
        customers.insert(row.at("customerID"));
    }
    EXPECT_EQ(all_orders, all_deals);
    EXPECT_EQ(all_invoices, all_deals);
    EXPECT_EQ(effects.orders.size(), 830u);
    EXPECT_EQ(effects.invoices.size(), 830u);
    EXPECT_EQ(effects.emails.size(), 830u);
    EXPECT_EQ(effects.partners.size(), customers.size());
    EXPECT_EQ(effects.contacts.size(), customers.size());
    for (const Record& row : data.customers) {
        if (!customers.contains(row.at("customerID"))) continue;
        const std::string id = account_id(data.account_of.at(row.at("customerID")));
        expect_customer(row, only(effects.partners, id, "partner"), only(effects.contacts, id, "contact"));
    }
    std::printf("[ TOTALS  ] deals %s, orders %s, invoices %s USD\n", all_deals.to_string().c_str(), all_orders.to_string().c_str(),
                all_invoices.to_string().c_str());
}

}  // namespace lockstep::testing
