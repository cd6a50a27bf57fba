#include "value/value.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <set>

namespace lockstep {
namespace {

Decimal dec(std::string_view text) { return *Decimal::parse(text); }

TEST(Value, NumbersCompareByValueAcrossKinds) {
    EXPECT_EQ(Value(1), Value(dec("1.0")));
    EXPECT_EQ(Value(Value::Unsigned{7}), Value(7));
    EXPECT_NE(Value(Value::Unsigned{18446744073709551615u}), Value(-1));
    EXPECT_NE(Value(1), Value("1"));
    EXPECT_NE(Value(1), Value(true));
    EXPECT_NE(Value(), Value(0));
}

TEST(Value, KeepsTheKindItWasMadeOf) {
    EXPECT_EQ(Value("x").kind(), Value::Kind::string);
    EXPECT_EQ(Value(Value::Bytes{"x"}).kind(), Value::Kind::bytes);
    EXPECT_EQ(Value(Timestamp{}).kind(), Value::Kind::timestamp);
    EXPECT_EQ(Value(Date{}).kind(), Value::Kind::date);
    EXPECT_EQ(Value(Duration{}).kind(), Value::Kind::duration);
    EXPECT_EQ(Value(List{}).kind(), Value::Kind::list);
    EXPECT_EQ(Value(Map{}).kind(), Value::Kind::map);
    EXPECT_EQ(Value(nullptr).kind(), Value::Kind::null);
    EXPECT_EQ(to_string(Value::Kind::map), "map");
    EXPECT_EQ(to_string(Value::Kind::opaque), "opaque");
}

TEST(Value, ChangingACopyLeavesTheOriginal) {
    Value original = Map{{"a", 1}, {"list", List{1, 2}}};
    Value copy = original;
    copy.mutable_map()["a"] = 2;
    copy.mutable_map()["list"].mutable_list().push_back(3);
    EXPECT_EQ(original["a"], Value(1));
    EXPECT_EQ(original["list"].as_list().size(), 2u);
    EXPECT_EQ(copy["list"].as_list().size(), 3u);
}

TEST(Value, MissingKeysChainToNull) {
    Value deal = Map{{"Account", Map{{"Name", "Küche & Co"}}}};
    EXPECT_EQ(deal["Account"]["Name"].as_string(), "Küche & Co");
    EXPECT_TRUE(deal["Nothing"]["At"]["All"].is_null());
    EXPECT_EQ(deal.find("Nothing"), nullptr);
    EXPECT_EQ(Value(3).find("x"), nullptr);
}

TEST(Value, PathsGoThroughMapsAndLists) {
    Value answer = Map{{"d", Map{{"results", List{Map{{"SalesOrder", "17"}}}}}}};
    EXPECT_EQ(answer.at_path("d.results.0.SalesOrder"), Value("17"));
    for (auto path : {"d.results.1.SalesOrder", "d.results.x", "d.results.-1", "d.results.0x", "d..results", "x.y.z",
                      "d.results.99999999999999999999"}) {
        EXPECT_TRUE(answer.at_path(path).is_null()) << path;
    }
    EXPECT_EQ(answer.at_path(""), answer);
}

TEST(Value, TextIsOfScalarsOnly) {
    EXPECT_EQ(Value("x").text(), "x");
    EXPECT_EQ(Value(dec("1.50")).text(), "1.50");
    EXPECT_EQ(Value(Value::Unsigned{18446744073709551615u}).text(), "18446744073709551615");
    EXPECT_EQ(Value(false).text(), "false");
    EXPECT_EQ(Value().text(), "");
    EXPECT_EQ(Value(List{}).text(), "");
    EXPECT_EQ(Value(1).string_or("none"), "none");
}

TEST(Value, AskingForTheWrongKindAborts) {
    EXPECT_DEATH(Value(1).as_string(), "assertion failed");
    EXPECT_DEATH(Value("x").as_map(), "assertion failed");
    EXPECT_DEATH(Value("x").to_decimal(), "assertion failed");
}

TEST(Value, IsSmall) { EXPECT_LE(sizeof(Value), 32u); }

TEST(Map, KeepsTheOrderOfInsertion) {
    Map map{{"z", 1}, {"a", 2}, {"m", 3}};
    map.set("z", 4);
    std::string keys;
    for (const auto& [key, value] : map) keys += key;
    EXPECT_EQ(keys, "zam");
    EXPECT_EQ(*map.find("z"), Value(4));
}

TEST(Map, FindsEachOfManyKeysThatBeginAlike) {
    std::vector<Map::Entry> entries;
    for (int i = 99; i >= 10; --i) entries.emplace_back("Shipping" + std::to_string(i), i);
    entries.emplace_back("\xff\xff", 1);
    entries.emplace_back(std::string("a\0b", 3), 2);
    const Map map = Map::from_entries(entries);
    EXPECT_EQ(map.size(), entries.size());
    for (const auto& [key, value] : entries) EXPECT_EQ(*map.find(key), value) << key;
    EXPECT_FALSE(map.contains("Shipping9"));
}

TEST(Map, EqualityDoesNotRegardOrder) {
    EXPECT_EQ((Map{{"a", 1}, {"b", 2}}), (Map{{"b", 2}, {"a", 1}}));
    EXPECT_NE((Map{{"a", 1}, {"b", 2}}), (Map{{"a", 1}, {"c", 2}}));
    EXPECT_NE((Map{{"a", 1}}), (Map{{"a", 1}, {"b", 2}}));
}

TEST(Map, OfTwoEntriesWithOneKeyTheLastValueWins) {
    for (int size : {2, 30}) {
        std::vector<Map::Entry> entries;
        for (int i = 0; i < size; ++i) entries.emplace_back("key" + std::to_string(i), i);
        entries.emplace_back("key1", "last");
        Map map = Map::from_entries(entries);
        EXPECT_EQ(map.size(), static_cast<std::size_t>(size));
        EXPECT_EQ(*map.find("key1"), Value("last"));
        EXPECT_EQ(std::next(map.begin())->first, "key1");
        EXPECT_EQ(*map.find("key0"), Value(0));
    }
}

RC_GTEST_PROP(MapProperty, BehavesAsAStandardMapAtEverySize, ()) {
    Map map;
    std::map<std::string, std::int64_t> model;
    const int filled = *rc::gen::inRange(0, 80);
    for (int i = 0; i < filled; ++i) map.set("key" + std::to_string(i), model["key" + std::to_string(i)] = i);
    auto steps = *rc::gen::container<std::vector<std::pair<int, int>>>(rc::gen::pair(rc::gen::inRange(0, 3), rc::gen::inRange(0, 80)));
    for (auto [action, number] : steps) {
        auto key = "key" + std::to_string(number);
        if (action == 0) {
            RC_ASSERT(map.erase(key) == (model.erase(key) > 0));
        } else if (action == 1) {
            map.set(key, number);
            model[key] = number;
        } else {
            map[key] = number + 1;
            model[key] = number + 1;
        }
    }
    RC_ASSERT(map.size() == model.size());
    for (int i = 0; i < 80; ++i) {
        auto key = "key" + std::to_string(i);
        RC_ASSERT(map.contains(key) == model.contains(key));
        if (model.contains(key)) RC_ASSERT(map.find(key)->as_int() == model.at(key));
    }
    Map copy = map;
    RC_ASSERT(copy == map);
}

}  // namespace
}  // namespace lockstep
