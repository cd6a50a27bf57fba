#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "net/client.h"
#include "value/json.h"
#include "value/yaml.h"

/// What tests of connectors share; only `*_test.cpp` may include it.
namespace lockstep::connectors::testing {

/// A row of a vendor's error table: what the vendor answers and what it means to the engine.
///
/// `case`, `source`, `given: {status, body, headers, effect}`, `then: {code, class, message, field, vendor_code,
/// retry_after_ms}`; `then: success` for an answer that is none. A body that is not text is written as JSON.
struct ErrorCase {
    std::string name;
    net::Response given;
    net::Effect effect = net::Effect::read;
    Value then;
};

inline std::vector<ErrorCase> read_error_cases(const std::string& path) {
    std::ifstream file(std::string(LOCKSTEP_SOURCE_DIR) + "/" + path);
    std::stringstream text;
    text << file.rdbuf();
    Result<yaml::Node> root = yaml::parse(text.str());
    if (!root) {
        ADD_FAILURE() << path << ": " << root.error().to_text();
        return {};
    }
    std::vector<ErrorCase> cases;
    const Value all = root->to_value();
    for (const Value& entry : all.is_list() ? all.as_list() : List()) {
        const Value& given = entry["given"];
        ErrorCase read{.name = entry["case"].text(), .then = entry["then"]};
        EXPECT_NE(entry["source"].text(), "") << path << ": no source for: " << read.name;
        read.given.status = static_cast<int>(given["status"].as_int());
        read.given.body = given["body"].is_string() || given["body"].is_null() ? given["body"].text() : json::write(given["body"]);
        if (given["headers"].is_map())
            for (const auto& [name, value] : given["headers"].as_map()) read.given.headers.set(name, value.text());
        if (given["effect"] == Value("write")) read.effect = net::Effect::write;
        cases.push_back(std::move(read));
    }
    EXPECT_FALSE(cases.empty()) << path;
    return cases;
}

inline void expect_case(const ErrorCase& row, const std::optional<Error>& error) {
    if (row.then == Value("success")) {
        EXPECT_FALSE(error) << row.name << ": " << error->to_text();
        return;
    }
    ASSERT_TRUE(error) << row.name << ": taken for a success";
    EXPECT_EQ(row.then["code"].text(), to_string(error->code)) << row.name << ": " << error->message;
    EXPECT_EQ(row.then["class"].text(), to_string(error->cls())) << row.name;
    const Value& then = row.then;
    EXPECT_NE(error->message.find(then["message"].text()), std::string::npos) << row.name << ": " << error->message;
    EXPECT_EQ(then["field"].string_or(error->field), error->field) << row.name;
    EXPECT_EQ(then["vendor_code"].string_or(error->vendor_code), error->vendor_code) << row.name;
    if (then["retry_after_ms"].is_null()) return;
    EXPECT_EQ(Value(error->retry_after_ms.value_or(-1)), then["retry_after_ms"]) << row.name;
}

/// Checks every row of the file against a vendor's `classify`.
template <class Classify>
void expect_cases(const std::string& path, Classify classify) {
    for (const ErrorCase& row : read_error_cases(path)) expect_case(row, classify(row.given, row.effect));
}

}  // namespace lockstep::connectors::testing
