#include "connectors/salesforce/errors.h"

#include <gtest/gtest.h>

#include "connectors/testing/error_cases.h"

namespace lockstep::connectors::salesforce {

TEST(SalesforceErrors, MeanWhatTheCasesSay) { testing::expect_cases("src/connectors/salesforce/salesforce.cases.yaml", classify); }

TEST(SalesforceErrors, NoRefusalOfAWriteIsTransientUnlessTheDatabaseSaysSo) {
    for (int status = 500; status < 600; ++status) {
        auto error = classify({.status = status, .body = "<html>"}, net::Effect::write);
        ASSERT_TRUE(error);
        EXPECT_EQ(error->cls(), ErrorClass::in_doubt) << status;
    }
}

TEST(SalesforceErrors, KeepLongAndOddTextsBounded) {
    std::string message(100'000, 'x');
    Value body = List{Map{{"errorCode", "STRING_TOO_LONG"}, {"message", message}}};
    auto error = classify({.status = 400, .body = json::write(body)}, net::Effect::write);
    ASSERT_TRUE(error);
    EXPECT_LT(error->message.size(), 1000u);
    error = classify({.status = 400, .body = std::string("\xff\xfe\x00 binary", 11)}, net::Effect::write);
    ASSERT_TRUE(error);
    EXPECT_NE(error->message.find("not UTF-8"), std::string::npos);
}

TEST(SalesforceErrors, OfARecordWithoutAReasonAreStillErrors) {
    EXPECT_EQ(classify_record({}).cls(), ErrorClass::rejected);
    EXPECT_EQ(classify_record({{.code = "UNABLE_TO_LOCK_ROW", .message = "x"}}).code, ErrorCode::record_locked);
}

}  // namespace lockstep::connectors::salesforce
