#pragma once

#include <deque>

#include "connectors/salesforce/salesforce_test.h"

/// Calls that are made together, from a script; only `*_test.cpp` may include it.
namespace lockstep::connectors::salesforce {

struct JointTest : SalesforceTest {
    std::deque<connector::Trace> traces;
    std::deque<connector::CallContext> contexts;

    /// The outcome of each call: its result as JSON, or its error's text.
    std::vector<std::string> together(std::string_view action, const std::vector<Value>& inputs) {
        std::vector<std::string> texts;
        for (const Result<Value>& result : results(action, inputs))
            texts.push_back(result ? json::write(*result) : result.error().to_text());
        return texts;
    }

    std::vector<Result<Value>> results(std::string_view action, const std::vector<Value>& inputs) {
        traces.clear();
        contexts.clear();
        std::vector<connector::JointCall> calls;
        for (const Value& input : inputs) {
            traces.emplace_back();
            contexts.push_back(
                {.runtime = call.runtime, .http = call.http, .trace = traces.back(), .deadline_ms = call.context.deadline_ms});
            calls.push_back({input, contexts.back()});
        }
        return connection->perform_jointly(action, calls);
    }

    /// `count` ids of opportunities, as Salesforce writes them: 006000000000000AAA, 006000000000001AAA, …
    static std::string deal_id(int number) {
        std::string digits = std::to_string(number);
        return "006" + std::string(12 - digits.size(), '0') + digits + "AAA";
    }
};

}  // namespace lockstep::connectors::salesforce
