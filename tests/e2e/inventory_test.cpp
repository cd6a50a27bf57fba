// The stock run, through real processes: what it writes, what it leaves alone, what it tells, and how many calls it takes.
#include "company.h"

namespace lockstep::testing {
namespace {

Map product(int serial, std::string_view code, Map more = {}) {
    Map record{{"Id", product_id(serial)}, {"Name", fmt::format("Ventil Größe {}", serial)}, {"ProductCode", code}, {"IsActive", true}};
    for (const auto& [name, value] : more) record.set(name, value);
    return record;
}
Map material(std::string_view number, std::string_view unit = "PC") { return {{"Product", number}, {"BaseUnit", unit}}; }
/// Own, unrestricted stock in plant 1010, unless `more` says otherwise.
Map stock(std::string_view number, std::string_view amount, Map more = {}) {
    Map row{{"Material", number},         {"Plant", "1010"},          {"StorageLocation", "101A"},
            {"InventoryStockType", "01"}, {"MaterialBaseUnit", "PC"}, {"MatlWrhsStkQtyInMatlBaseUnit", amount}};
    for (const auto& [name, value] : more) row.set(name, value);
    return row;
}

struct Company {
    List products, materials, stock;
    void load_into(const Landscape& landscape) const {
        landscape.load("salesforce/Product2", products);
        landscape.load("sap/A_Product", materials);
        landscape.load("sap/A_MatlStkInAcctMod", stock);
    }
};

void load_stock(const Landscape& landscape, List rows) { landscape.load("sap/A_MatlStkInAcctMod", std::move(rows)); }

/// Runs the flow to its end. Returns the run, which must have ended so.
Value run_inventory(const Landscape& landscape, std::string_view status = "succeeded") {
    const Finished finished = landscape.lockstep({"run", "inventory", "--json"});
    auto run = json::parse(finished.out);
    require(run.has_value(), finished.out + finished.err);
    EXPECT_EQ((*run)["status"].text(), status) << finished.out;
    return *run;
}

Value product_of(const Landscape& landscape, int serial) {
    for (const Value& record : landscape.state("salesforce/Product2"))
        if (record["Id"].text() == product_id(serial)) return record;
    return {};
}
Value shown(const Landscape& landscape, int serial) { return product_of(landscape, serial)["Available_Stock__c"]; }
bool is_low(const Landscape& landscape, int serial) { return product_of(landscape, serial)["Low_Stock_Alert__c"] == Value(true); }

std::vector<std::string> messages(const Landscape& landscape) {
    std::vector<std::string> texts;
    for (const Value& message : landscape.state("slack/messages")) texts.push_back(message["text"].text());
    return texts;
}
bool says(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

/// How many requests the vendors have got since they were forgotten last; tokens are not counted.
std::int64_t calls(const Landscape& landscape) {
    std::int64_t total = 0;
    const Value all = landscape.control("GET", "/calls")["calls"];
    for (const Value& call : all.as_list())
        if (!says(call["route"].text(), "token")) total += call["count"].as_int();
    return total;
}
void forget_calls(const Landscape& landscape) { (void)landscape.control("DELETE", "/calls"); }

/// A lockstep.yaml with this under the flow's `config:`.
std::string write_config(const TemporaryFolder& folder, const std::string& its_config) {
    const std::string path = folder.file("lockstep.yaml");
    write_file(path,
               connections_with_sap_at("${env.SAP_BASE_URL}", "{ settle_ms: 1000 }") + "flows:\n  inventory:\n    config:\n" + its_config);
    return path;
}

}  // namespace

TEST(Inventory, SumsOwnUnrestrictedStockOfItsPlantsOverAllPages) {
    Landscape landscape;
    Company{.products = {product(1, "A"), product(2, "B"), product(3, " c "), product(4, "4711"), product(5, "E"), product(6, "F"),
                         product(7, "G", {{"IsActive", false}})},
            .materials = {material("A"), material("B"), material("C"), material("000000000000004711"), material("E"), material("F"),
                          material("G")},
            .stock = {stock("A", "0.10000000000000"), stock("A", "0.20000000000000", {{"StorageLocation", "101B"}}),
                      stock("A", "20.07550000000000", {{"Batch", "B1"}}), stock("A", "500", {{"InventoryStockType", "07"}}),
                      stock("A", "500", {{"InventoryStockType", "02"}}), stock("A", "500", {{"Plant", "1020"}}),
                      stock("A", "500", {{"InventorySpecialStockType", "E"}, {"SDDocument", "9000001"}, {"SDDocumentItem", "10"}}),
                      stock("B", "-3.50000000000000"), stock("C", "7000000000.125"), stock("000000000000004711", "42"),
                      stock("E", "12", {{"Plant", "1020"}}), stock("G", "5")}}
        .load_into(landscape);
    landscape.load("sap/settings", {Map{{"stock_page_size", 2}}});

    const Value run = run_inventory(landscape);
    EXPECT_EQ(shown(landscape, 1), Value(decimal("20.375"))) << "20.3755, of which the field holds three decimals";
    EXPECT_EQ(shown(landscape, 2), Value(decimal("-3.5")));
    EXPECT_EQ(shown(landscape, 3), Value(decimal("7000000000.125")));
    EXPECT_EQ(shown(landscape, 4), Value(42));
    EXPECT_EQ(shown(landscape, 5), Value(0)) << "all of it is in another plant";
    EXPECT_EQ(shown(landscape, 6), Value(0)) << "known, without a row";
    EXPECT_TRUE(shown(landscape, 7).is_null()) << "not active";
    EXPECT_FALSE(is_low(landscape, 1));
    EXPECT_TRUE(is_low(landscape, 2));
    EXPECT_TRUE(is_low(landscape, 6));
    EXPECT_FALSE(product_of(landscape, 6)["Stock_Last_Updated__c"].is_null());
    EXPECT_EQ(run.at_path("report.updated"), Value(6));
    ASSERT_EQ(messages(landscape).size(), 1u);
    EXPECT_TRUE(says(messages(landscape)[0], "3 products are newly low on stock")) << messages(landscape)[0];
    EXPECT_TRUE(says(messages(landscape)[0], "B Ventil Größe 2: -3.5, alert below 10")) << messages(landscape)[0];
}

TEST(Inventory, AQuietLandscapeMakesNoWrites) {
    Landscape landscape({.seed_data = true});
    const Value first = run_inventory(landscape);
    EXPECT_EQ(first.at_path("report.updated"), Value(300));
    const List before = landscape.state("salesforce/Product2");
    const auto told = messages(landscape).size();
    forget_calls(landscape);
    const Value second = run_inventory(landscape);
    EXPECT_EQ(second.at_path("report.updated"), Value(0));
    EXPECT_EQ(landscape.vendor_writes(), 0);
    EXPECT_LE(calls(landscape), 5);
    EXPECT_EQ(Value(landscape.state("salesforce/Product2")), Value(before));
    EXPECT_EQ(messages(landscape).size(), told);
}

TEST(Inventory, TellsOfLowStockWhenItBecomesLowAndNotWhileItIs) {
    Landscape landscape;
    Company{.products = {product(1, "A"), product(2, "B")},
            .materials = {material("A"), material("B")},
            .stock = {stock("A", "50"), stock("B", "60")}}
        .load_into(landscape);
    (void)run_inventory(landscape);
    EXPECT_TRUE(messages(landscape).empty());

    load_stock(landscape, {stock("A", "9.999")});
    (void)run_inventory(landscape);
    ASSERT_EQ(messages(landscape).size(), 1u);
    EXPECT_EQ(messages(landscape)[0], "1 product is newly low on stock:\n• A Ventil Größe 1: 9.999, alert below 10");

    load_stock(landscape, {stock("A", "4"), stock("B", "70")});
    (void)run_inventory(landscape);
    EXPECT_EQ(shown(landscape, 1), Value(4));
    EXPECT_EQ(messages(landscape).size(), 1u) << "still low";

    load_stock(landscape, {stock("A", "10")});
    (void)run_inventory(landscape);
    EXPECT_FALSE(is_low(landscape, 1)) << "10 is not below 10";
    EXPECT_EQ(messages(landscape).size(), 1u);

    load_stock(landscape, {stock("A", "0")});
    (void)run_inventory(landscape);
    ASSERT_EQ(messages(landscape).size(), 2u);
    EXPECT_TRUE(says(messages(landscape)[1], "A Ventil Größe 1: 0, alert below 10"));
}

TEST(Inventory, WhatCannotBeKnownOrWrittenIsReportedOnceAndTheRestIsWritten) {
    Landscape landscape;
    Company company;
    for (int i = 1; i <= 200; ++i) {
        const std::string code = product_code(i);
        company.products.push_back(product(i, code, {{"QuantityUnitOfMeasure", "Each"}}));
        company.materials.push_back(material(code));
        // More digits than the field has: Salesforce refuses this one.
        company.stock.push_back(stock(code, i == 77 ? "1234567890123456" : "100"));
    }
    for (Map more : {product(201, "GONE", {{"Available_Stock__c", 8}}), product(202, "twice"), product(203, "TWICE"), product(204, "0815"),
                     product(205, "HOSE", {{"QuantityUnitOfMeasure", "Box"}, {"Available_Stock__c", 3}})})
        company.products.emplace_back(std::move(more));
    for (Map more : {material("TWICE"), material("815"), material("0815"), material("HOSE")})
        company.materials.emplace_back(std::move(more));
    for (Map more : {stock("TWICE", "30"), stock("815", "1"), stock("0815", "2"), stock("HOSE", "40")})
        company.stock.emplace_back(std::move(more));
    company.load_into(landscape);

    const Value run = run_inventory(landscape);
    EXPECT_EQ(run.at_path("report.updated"), Value(199));
    EXPECT_EQ(shown(landscape, 1), Value(100));
    EXPECT_EQ(shown(landscape, 200), Value(100));
    EXPECT_TRUE(shown(landscape, 77).is_null());
    EXPECT_EQ(shown(landscape, 201), Value(8)) << "SAP does not know it: what is shown stays";
    EXPECT_TRUE(shown(landscape, 202).is_null());
    EXPECT_TRUE(shown(landscape, 203).is_null());
    EXPECT_TRUE(shown(landscape, 204).is_null());
    EXPECT_EQ(shown(landscape, 205), Value(3));
    const std::string which = run.at_path("report.which").text();
    EXPECT_EQ(run.at_path("report.exceptions"), Value(6)) << which;
    for (const std::string& part :
         {std::string("GONE: SAP does not know the material GONE"), std::string("twice: 2 products have this code"),
          std::string("TWICE: 2 products have this code"), std::string("0815: several of SAP go by this code: "),
          std::string("HOSE: sold by Box, counted by SAP in PC"), product_id(77) + ": Salesforce refuses it: "})
        EXPECT_TRUE(says(which, part)) << part << " is not in " << which;
    ASSERT_EQ(messages(landscape).size(), 1u);
    EXPECT_TRUE(says(messages(landscape)[0], "6 products keep the stock that Salesforce shows:")) << messages(landscape)[0];

    const Value again = run_inventory(landscape);
    EXPECT_EQ(again.at_path("report.exceptions"), Value(6));
    EXPECT_EQ(messages(landscape).size(), 1u) << "told already";

    load_stock(landscape, {stock(product_code(77), "5")});
    (void)run_inventory(landscape);
    ASSERT_EQ(messages(landscape).size(), 2u);
    EXPECT_EQ(messages(landscape)[1],
              "1 product is newly low on stock:\n• " + product_code(77) + " Ventil Größe 77: 5 Each, alert below 10");
}

TEST(Inventory, FiveThousandProductsTakeThirtyCallsAndFiveWhenNothingChanged) {
    constexpr int count = 5'000;
    Landscape landscape;
    const auto load_all = [&](int amount) {
        for (int first = 1; first <= count; first += 1'000) {
            Company company;
            for (int i = first; i < first + 1'000; ++i) {
                const std::string code = fmt::format("MAT-{:05}", i);
                if (amount == 100) {
                    company.products.push_back(product(i, code));
                    company.materials.push_back(material(code));
                }
                company.stock.push_back(stock(code, std::to_string(amount)));
            }
            company.load_into(landscape);
        }
    };
    load_all(100);
    (void)run_inventory(landscape);  // signs in
    load_all(5);
    forget_calls(landscape);
    const Value changed = run_inventory(landscape);
    EXPECT_EQ(changed.at_path("report.updated"), Value(count));
    EXPECT_EQ(changed.at_path("report.newly_low"), Value(count));
    EXPECT_EQ(calls(landscape), 3 + 1 + 25 + 1) << json::write(landscape.control("GET", "/calls"));
    EXPECT_EQ(messages(landscape).size(), 1u);
    EXPECT_TRUE(says(messages(landscape)[0], "and 4980 more"));
    EXPECT_LE(messages(landscape)[0].size(), 4'000u);
    EXPECT_EQ(shown(landscape, count), Value(5));

    forget_calls(landscape);
    (void)run_inventory(landscape);
    EXPECT_EQ(calls(landscape), 3 + 1) << json::write(landscape.control("GET", "/calls"));
    EXPECT_EQ(landscape.vendor_writes(), 0);
    EXPECT_EQ(messages(landscape).size(), 1u);
}

TEST(Inventory, GoesOnAfterAKillWithoutALostWriteAndWithOneMessage) {
    Landscape landscape;
    Company company;
    for (int i = 1; i <= 600; ++i) {
        company.products.push_back(product(i, product_code(i)));
        company.materials.push_back(material(product_code(i)));
        company.stock.push_back(stock(product_code(i), std::to_string(i % 20)));
    }
    company.load_into(landscape);
    Map slow{{"connector", "salesforce"}, {"method", "PATCH"}, {"route", "*"}, {"kind", "delay"}, {"delay_ms", 1'000}};
    landscape.set_faults(1, {slow});
    landscape.start_serve();
    const net::Response accepted = landscape.post("/api/v1/flows/inventory/run", Map{});
    ASSERT_EQ(accepted.status, 202) << accepted.body;
    const std::string id = Landscape::json_of(accepted)["run"].text();
    ASSERT_TRUE(wait_until(20'000, [&] { return landscape.vendor_writes() >= 2; }));
    landscape.kill_serve();
    landscape.set_faults(1, {});
    landscape.start_serve();
    const Value run = landscape.wait_for(id);
    EXPECT_EQ(run["status"].text(), "succeeded") << json::write(run).substr(0, 2'000);
    int interrupted = 0;
    for (const Value& fact : run["journal"].as_list()) interrupted += fact.at_path("data.error.code").text() == "interrupted";
    EXPECT_EQ(interrupted, 1) << "the kill came in the middle of the write";
    const List products = landscape.state("salesforce/Product2");
    for (int i = 1; i <= 600; ++i) EXPECT_EQ(products[static_cast<std::size_t>(i - 1)]["Available_Stock__c"], Value(i % 20)) << i;
    ASSERT_EQ(messages(landscape).size(), 1u);
    EXPECT_TRUE(says(messages(landscape)[0], "300 products are newly low on stock")) << messages(landscape)[0];
}

/// Salesforce has them as low already when a later run reads them.
TEST(Inventory, WhatCouldNotBeToldIsToldByTheNextRunUnlessItHasRecovered) {
    Landscape landscape;
    Company{.products = {product(1, "A"), product(2, "B")},
            .materials = {material("A"), material("B")},
            .stock = {stock("A", "5"), stock("B", "6")}}
        .load_into(landscape);
    Map refused{{"connector", "slack"}, {"method", "*"}, {"route", "*"}, {"kind", "status"}, {"status", 400}};
    landscape.set_faults(1, {refused});
    const Value run = run_inventory(landscape);
    EXPECT_EQ(run.at_path("report.told"), Value(false));
    EXPECT_TRUE(is_low(landscape, 1));
    EXPECT_TRUE(messages(landscape).empty());

    landscape.set_faults(1, {});
    load_stock(landscape, {stock("B", "66")});
    (void)run_inventory(landscape);
    ASSERT_EQ(messages(landscape).size(), 1u);
    EXPECT_EQ(messages(landscape)[0], "1 product is newly low on stock:\n• A Ventil Größe 1: 5, alert below 10") << "B has recovered";
    (void)run_inventory(landscape);
    EXPECT_EQ(messages(landscape).size(), 1u);
}

TEST(Inventory, WhatWasWrittenBeforeARunGaveUpIsToldToo) {
    Landscape landscape;
    Company company;
    for (int i = 1; i <= 300; ++i) {
        company.products.push_back(product(i, product_code(i)));
        company.materials.push_back(material(product_code(i)));
        company.stock.push_back(stock(product_code(i), "1"));
    }
    company.load_into(landscape);
    landscape.set_faults(
        1, {Map{{"connector", "salesforce"}, {"method", "PATCH"}, {"route", "*"}, {"kind", "status"}, {"status", 404}, {"skip", 1}}});
    (void)run_inventory(landscape, "parked");
    EXPECT_TRUE(is_low(landscape, 1));
    EXPECT_FALSE(is_low(landscape, 300));
    EXPECT_FALSE(says(json::write(Value(landscape.state("slack/messages"))), "newly low"));

    landscape.set_faults(1, {});
    EXPECT_EQ(run_inventory(landscape).at_path("report.updated"), Value(100));
    const auto told = messages(landscape);
    EXPECT_EQ(std::count_if(told.begin(), told.end(), [](const std::string& text) { return says(text, "newly low"); }), 1);
    EXPECT_TRUE(says(told.back(), "300 products are newly low on stock")) << told.back();
}

TEST(Inventory, GoesByWhatTheCompanySays) {
    const TemporaryFolder folder;
    Landscape landscape({.config = write_config(folder,
                                                "      plants: [\"1010\", \"1020\"]\n"
                                                "      storage_locations: [\"101A\", \"102A\"]\n"
                                                "      materials: { SET-1: M-77, SET-2: m-77 }\n"
                                                "      per_unit: { HOSE-100M: 100 }\n"
                                                "      stock_decimals: 0\n"
                                                "      threshold_field: Low_Stock_Threshold__c\n"
                                                "      low_stock_below: 5\n"
                                                "      low_stock_below_by_code: { SET-2: 1000 }\n")});
    Company{.products = {product(1, "SET-1"), product(2, "SET-2"), product(3, "HOSE-100M", {{"QuantityUnitOfMeasure", "Roll"}}),
                         product(4, "T", {{"Low_Stock_Threshold__c", 50}}), product(5, "U", {{"Low_Stock_Threshold__c", 0}})},
            .materials = {material("M-77"), material("HOSE-100M", "M"), material("T"), material("U")},
            .stock = {stock("M-77", "8"), stock("M-77", "4", {{"Plant", "1020"}, {"StorageLocation", "102A"}}),
                      stock("M-77", "500", {{"StorageLocation", "101Z"}}), stock("HOSE-100M", "799.5", {{"MaterialBaseUnit", "M"}}),
                      stock("T", "49"), stock("U", "0")}}
        .load_into(landscape);
    const Value run = run_inventory(landscape);
    EXPECT_EQ(run.at_path("report.exceptions"), Value(0)) << run.at_path("report.which").text();
    EXPECT_EQ(shown(landscape, 1), Value(12));
    EXPECT_EQ(shown(landscape, 2), Value(12));
    EXPECT_EQ(shown(landscape, 3), Value(7)) << "whole rolls of 100 m";
    EXPECT_FALSE(is_low(landscape, 1));
    EXPECT_TRUE(is_low(landscape, 2));
    EXPECT_TRUE(is_low(landscape, 4));
    EXPECT_FALSE(is_low(landscape, 5)) << "its own threshold is 0";
}

TEST(Inventory, AnEmptyAnswerOfSapDoesNotEmptyTheShop) {
    Landscape landscape;
    Company company;
    for (int i = 1; i <= 21; ++i) {
        company.products.push_back(product(i, product_code(i), {{"Available_Stock__c", 5}}));
        company.materials.push_back(material(product_code(i)));
    }
    company.load_into(landscape);
    const Value run = run_inventory(landscape, "parked");
    EXPECT_TRUE(says(run["reason"].text(), "SAP has no row of own, unrestricted stock in the plants 1010")) << run["reason"].text();
    EXPECT_EQ(landscape.vendor_writes(), 0);
    landscape.load("salesforce/Product2", {product(21, product_code(21), {{"Available_Stock__c", 0}})});
    EXPECT_EQ(run_inventory(landscape).at_path("report.updated"), Value(21));
}

TEST(Inventory, IsOneRunAtATime) {
    Landscape landscape;
    Company{.products = {product(1, "A")}, .materials = {material("A")}, .stock = {stock("A", "50")}}.load_into(landscape);
    landscape.set_faults(1, {Map{{"connector", "sap"}, {"kind", "delay"}, {"delay_ms", 500}}});
    landscape.start_serve();
    EXPECT_EQ(landscape.post("/api/v1/flows/inventory/run", Map{{"key", "other"}}).status, 400);
    std::vector<std::string> ids;
    for (int i = 0; i < 2; ++i) ids.push_back(Landscape::json_of(landscape.post("/api/v1/flows/inventory/run", Map{}))["run"].text());
    const Value first = landscape.wait_for(ids[0]), second = landscape.wait_for(ids[1]);
    EXPECT_EQ(first.at_path("report.updated"), Value(1));
    EXPECT_EQ(second.at_path("report.updated"), Value(0)) << "it came after the first";
}

}  // namespace lockstep::testing
