// What a query costs with 100,000 records: counted in records that are looked at, so that it holds on any machine.
#include <gtest/gtest.h>

#include "sandbox/salesforce/query.h"
#include "sandbox/salesforce/record_id.h"
#include "sandbox/salesforce/writes.h"
#include "value/json.h"

namespace lockstep::sandbox::salesforce {
namespace {

#ifdef NDEBUG
constexpr int count = 100'000;
#else
constexpr int count = 20'000;  // loading takes half a minute without optimisation
#endif

class Lookup : public testing::Test {
protected:
    static void SetUpTestSuite() {
        all = new Database;
        found_organisation(*all, "user@example.com", start());
        Loader products(*all, {integration_user_id(), start()}), deals(*all, {integration_user_id(), start()});
        for (int i = 0; i < count; ++i) {
            const std::string number = std::to_string(i);
            load(deals, "Opportunity",
                 Map{{"Name", "Deal " + number},
                     {"AccountId", make_record_id("001", 1000 + static_cast<std::uint64_t>(i) / 10)},
                     {"SAP_Order_Number__c", number},
                     {"StageName", i % 2 == 0 ? "Closed Won" : "Qualification"}});
            if (i % 10 == 0) load(products, "Product2", Map{{"Name", "Pump " + number}, {"ProductCode", "P-" + number}});
        }
    }
    static void TearDownTestSuite() { delete all; }
    static Timestamp start() { return *parse_timestamp("2026-02-18T10:00:00Z"); }
    static void load(Loader& loader, std::string_view object, Map record) {
        const auto loaded = loader.load(*Schema::instance().find(object), {Value(std::move(record))});
        ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
    }

    /// How many records the query looks at; it must find `found` of them.
    static std::uint64_t cost(const std::string& soql, std::int64_t found, bool with_deleted = false) {
        Queries queries(*all);
        const std::uint64_t before = all->rows_read;
        auto answer = queries.query(soql, with_deleted, {"60.0", 2000, start()});
        EXPECT_TRUE(answer.has_value()) << answer.error().message;
        const auto size = answer ? json::parse(*answer).value_or(Value())["totalSize"] : Value();
        EXPECT_EQ(size, Value(found)) << soql;
        return all->rows_read - before;
    }
    static std::string deal(int serial) { return make_record_id("006", static_cast<std::uint64_t>(serial)); }
    static std::string account(int serial) { return make_record_id("001", static_cast<std::uint64_t>(serial)); }

    static Database* all;
};
Database* Lookup::all = nullptr;

TEST_F(Lookup, AnIdIsOneRecord) {
    EXPECT_EQ(cost("SELECT Id FROM Opportunity WHERE Id = '" + deal(5) + "'", 1), 1u);
    EXPECT_EQ(cost("SELECT Id FROM Opportunity WHERE Id = '" + deal(5).substr(0, 15) + "' AND IsWon = true", 1), 1u);
    EXPECT_EQ(cost("SELECT Id FROM Opportunity WHERE Id IN ('" + deal(5) + "', '" + deal(9) + "')", 2), 2u);
    EXPECT_EQ(cost("SELECT Id FROM Opportunity WHERE Id = '" + deal(5) + "'", 1, true), 1u);
}

TEST_F(Lookup, ExternalIdsNamesAndCodesAreFoundByTheirIndex) {
    EXPECT_EQ(cost("SELECT Id FROM Opportunity WHERE SAP_Order_Number__c = '17777'", 1), 1u);
    EXPECT_EQ(cost("SELECT Id FROM Opportunity WHERE Name = 'deal 17777'", 1), 1u);
    EXPECT_EQ(cost("SELECT Id FROM Product2 WHERE ProductCode IN ('P-10', 'p-20', 'P-none')", 2), 2u);
}

TEST_F(Lookup, AParentsChildrenAreFoundByTheirReference) {
    EXPECT_EQ(cost("SELECT Id FROM Opportunity WHERE AccountId = '" + account(1500) + "' AND StageName = 'Closed Won'", 5), 10u);
}

TEST_F(Lookup, ASemiJoinLooksAtItsOwnRowsOnly) {
    EXPECT_EQ(cost("SELECT Id FROM Opportunity WHERE Id IN (SELECT OpportunityId FROM OpportunityLineItem)", 0), 0u);
}

TEST_F(Lookup, BothSidesOfAnOrAreLookedUp) {
    EXPECT_EQ(cost("SELECT Id FROM Opportunity WHERE Id = '" + deal(7) + "' OR SAP_Order_Number__c = '6'", 1), 1u);
    EXPECT_EQ(cost("SELECT Id FROM Opportunity WHERE (Name = 'Deal 1' OR Name = 'Deal 2') AND AccountId = '" + account(1000) + "'", 2), 2u);
    // One side without an index needs all.
    EXPECT_EQ(cost("SELECT Id FROM Opportunity WHERE Id = '" + deal(7) + "' OR NextStep = 'x'", 1), static_cast<std::uint64_t>(count));
}

TEST_F(Lookup, WhatChangedLatelyIsFoundByItsTime) {
    Writer later(*all, {integration_user_id(), start().plus_ms(3'600'000)});
    for (const int serial : {40, 15'000})
        ASSERT_TRUE(later.update(*Schema::instance().find("Opportunity"), deal(serial), Map{{"NextStep", "call"}}).has_value());
    EXPECT_EQ(cost("SELECT Id FROM Opportunity WHERE SystemModstamp > 2026-02-18T10:00:00Z ORDER BY SystemModstamp, Id LIMIT 200", 2), 2u);
    EXPECT_EQ(
        cost("SELECT Id FROM Opportunity WHERE SystemModstamp > 2026-02-18T11:00:00Z OR (SystemModstamp = 2026-02-18T11:00:00Z AND Id > '" +
                 deal(40) + "')",
             1),
        2u);
}

TEST_F(Lookup, AnUndoneChangeLeavesTheIndexesAsTheyWere) {
    const Object& deals = *Schema::instance().find("Opportunity");
    Writer writer(*all, {integration_user_id(), start().plus_ms(7'200'000)});
    all->begin();
    ASSERT_TRUE(writer.update(deals, deal(3), Map{{"Name", "Renamed"}, {"AccountId", nullptr}}).has_value());
    ASSERT_TRUE(writer.remove(deals, deal(4)).has_value());
    all->finish(false);
    EXPECT_EQ(cost("SELECT Id FROM Opportunity WHERE Name = 'Renamed'", 0), 0u);
    EXPECT_EQ(cost("SELECT Id FROM Opportunity WHERE Name IN ('Deal 2', 'Deal 3')", 2), 2u);
    EXPECT_EQ(cost("SELECT Id FROM Opportunity WHERE AccountId = '" + account(1000) + "'", 10), 10u);
    EXPECT_EQ(cost("SELECT Id FROM Opportunity WHERE SystemModstamp > 2026-02-18T11:30:00Z", 0), 0u);
}

TEST_F(Lookup, DeletedRecordsAreFoundByIdAndTimeOnly) {
    Writer writer(*all, {integration_user_id(), start().plus_ms(10'800'000)});
    ASSERT_TRUE(writer.remove(*Schema::instance().find("Opportunity"), deal(19'999)).has_value());
    EXPECT_EQ(cost("SELECT Id FROM Opportunity WHERE Name = 'Deal 19998'", 0), 0u);
    EXPECT_EQ(cost("SELECT Id FROM Opportunity WHERE Id = '" + deal(19'999) + "'", 1, true), 1u);
    EXPECT_EQ(cost("SELECT Id FROM Opportunity WHERE SystemModstamp > 2026-02-18T12:30:00Z AND IsDeleted = true", 1, true), 1u);
}

}  // namespace
}  // namespace lockstep::sandbox::salesforce
