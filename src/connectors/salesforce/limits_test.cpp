#include "connectors/salesforce/limits.h"

#include <gtest/gtest.h>

namespace lockstep::connectors::salesforce {
namespace {

std::optional<CallBudget> read(std::string header) {
    return call_budget({.status = 200, .headers = {{"sforce-limit-info", std::move(header)}}});
}

}  // namespace

TEST(CallBudget, ReadsUsedAndAllowed) {
    EXPECT_EQ(read("api-usage=18/5000"), (CallBudget{18, 5000}));
    EXPECT_EQ(read("api-usage=14/25000, per-app-api-usage=17/250(appName=sample-connected-app)"), (CallBudget{14, 25000}));
    EXPECT_EQ(read("per-app-api-usage=17/250(appName=x), api-usage=14/25000"), (CallBudget{14, 25000}));
}

TEST(CallBudget, IsAbsentWhereTheHeaderIsAbsentOrOdd) {
    EXPECT_EQ(call_budget({}), std::nullopt);
    for (std::string odd : {"", "api-usage=", "api-usage=18", "api-usage=18/", "api-usage=x/5", "api-usage=-1/5",
                            "per-app-api-usage=17/250", "api-usage=99999999999999999999/1"})
        EXPECT_EQ(read(odd), std::nullopt) << odd;
}

}  // namespace lockstep::connectors::salesforce
