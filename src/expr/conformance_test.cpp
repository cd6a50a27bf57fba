// Runs the public conformance cases of CEL where they lie beside the project, and judges them by the list of deliberate
// exceptions in conformance_exceptions.txt.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "expr/expr.h"
#include "value/json.h"

namespace lockstep::expr {
namespace {

const std::set<std::string> core_sections = {"basic", "comparisons", "conversions", "fields",   "fp_math", "integer_math", "lists",
                                             "logic", "macros",      "parse",       "plumbing", "string",  "timestamps"};

std::filesystem::path cases_folder() {
    const char* shared = std::getenv("LOCKSTEP_SHARED");
    const std::filesystem::path root = shared ? shared : std::filesystem::path(LOCKSTEP_SOURCE_DIR) / "../shared";
    return root / "spec/cel";
}

/// `section/group/name | reason`, or `section/* | reason` for what is not part of the language.
std::map<std::string, std::string> exceptions() {
    std::map<std::string, std::string> listed;
    std::ifstream file(std::filesystem::path(LOCKSTEP_SOURCE_DIR) / "src/expr/conformance_exceptions.txt");
    for (std::string line; std::getline(file, line);) {
        const std::size_t bar = line.rfind(" | ");
        if (!line.starts_with('#') && bar != std::string::npos) listed[line.substr(0, bar)] = line.substr(bar + 3);
    }
    return listed;
}

bool same(const Value& expected, const Value& actual);

bool same_pairs(const List& expected, const List& actual) {
    if (expected.size() != actual.size()) return false;
    return std::all_of(expected.begin(), expected.end(), [&](const Value& pair) {
        return std::any_of(actual.begin(), actual.end(), [&](const Value& other) {
            return same(pair.as_list()[0], other.as_list()[0]) && same(pair.as_list()[1], other.as_list()[1]);
        });
    });
}

bool same_list(const List& expected, const List& actual) {
    return expected.size() == actual.size() && std::equal(expected.begin(), expected.end(), actual.begin(), same);
}

/// Doubles count by numeric value, as the format says; -0.0 is 0.
bool same_double(const Value& expected, const Value& actual) {
    const auto number = Decimal::parse(expected.text());
    if (!number || !actual.is_number()) return false;
    return *number == actual.to_decimal() || number->to_double_lossy() == actual.to_decimal().to_double_lossy();
}

bool same(const Value& expected, const Value& actual) {
    const std::string type = expected["type"].text();
    if (type != actual["type"].text()) return false;
    if (type == "double") return same_double(expected["value"], actual["value"]);
    if (type == "list") return same_list(expected["value"].as_list(), actual["value"].as_list());
    if (type == "map") return same_pairs(expected["value"].as_list(), actual["value"].as_list());
    return expected["value"] == actual["value"];
}

bool holds(const Value& row) {
    Map request = row.as_map();
    request.erase("expect");
    request.set("id", 1);
    const Value answer = *json::parse(evaluate_jsonl_line(json::write(Value(std::move(request)))));
    const Value* expected = row["expect"].find("value");
    if (!expected) return answer.find("error") != nullptr;
    return answer.find("value") && same(*expected, answer["value"]);
}

/// The text of a field of a row that cannot be read because of a number no decimal can hold.
std::string raw_field(const std::string& line, const std::string& name) {
    const std::string start = "\"" + name + "\": \"";
    const std::size_t at = line.find(start) + start.size();
    return line.substr(at, line.find('"', at) - at);
}

struct Tally {
    int run = 0;
    int held = 0;
};

class Conformance : public testing::Test {
protected:
    void judge(const std::string& line) {
        const auto row = json::parse(line);
        if (row && row->find("check_only")) return;
        const std::string section = raw_field(line, "section");
        const std::string name = row ? section + "/" + (*row)["group"].text() + "/" + (*row)["name"].text()
                                     : section + "/" + raw_field(line, "group") + "/" + raw_field(line, "name");
        const bool good = row && holds(*row);
        ++tallies_[section].run;
        tallies_[section].held += good ? 1 : 0;
        if (good) return;
        failed_.insert(name);
        const bool allowed = listed_.contains(name) || listed_.contains(section + "/*");
        EXPECT_TRUE(allowed) << name << " is not listed: " << line << "\n" << evaluate_jsonl_line(line);
    }

    std::map<std::string, std::string> listed_ = exceptions();
    std::map<std::string, Tally> tallies_;
    std::set<std::string> failed_;
};

TEST_F(Conformance, HoldsButForTheListedExceptions) {
    if (!std::filesystem::exists(cases_folder())) {
        std::printf("the conformance cases are not there, skipped: %s\n", cases_folder().c_str());
        GTEST_SKIP();
    }
    for (const auto& entry : std::filesystem::directory_iterator(cases_folder())) {
        if (entry.path().extension() != ".jsonl") continue;
        std::ifstream file(entry.path());
        for (std::string line; std::getline(file, line);) judge(line);
    }
    Tally core;
    for (const auto& [section, tally] : tallies_) {
        std::printf("  %-16s %4d of %4d\n", section.c_str(), tally.held, tally.run);
        if (!core_sections.contains(section)) continue;
        core.run += tally.run;
        core.held += tally.held;
    }
    std::printf("  core             %4d of %4d\n", core.held, core.run);
    EXPECT_GE(core.held * 100, core.run * 90);
    for (const auto& [name, reason] : listed_) {
        EXPECT_TRUE(name.ends_with("/*") || failed_.contains(name)) << name << " holds and needs no exception";
        EXPECT_FALSE(reason.empty()) << name;
    }
}

TEST(ConformanceFormat, AnswersALineWithALine) {
    EXPECT_EQ(evaluate_jsonl_line(R"({"id": 7, "expr": "x + 1", "bindings": {"x": {"type": "int", "value": "41"}}})"),
              R"({"id":7,"value":{"type":"int","value":"42"}})");
    EXPECT_EQ(evaluate_jsonl_line(R"({"id": 8, "expr": "{1: 2.0, 'b': b'x'}"})"),
              R"({"id":8,"value":{"type":"map","value":[[{"type":"int","value":"1"},{"type":"double","value":2.0}],)"
              R"([{"type":"string","value":"b"},{"type":"bytes","value":"eA=="}]]}})");
    EXPECT_EQ(evaluate_jsonl_line(R"({"id": 9, "expr": "1 / 0"})"), R"({"id":9,"error":"1:3: division by zero: in `1 / 0`"})");
    EXPECT_EQ(evaluate_jsonl_line(R"-({"id": 10, "expr": "[1].all(x, true)", "disable_macros": true})-").find("value"), std::string::npos);
    EXPECT_NE(evaluate_jsonl_line("{").find("error"), std::string::npos);
}

}  // namespace
}  // namespace lockstep::expr
