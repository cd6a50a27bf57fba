#include "connectors/sap/errors.h"

#include "connectors/testing/error_cases.h"

namespace lockstep::connectors::sap {

TEST(SapErrors, MeanWhatTheTableSays) {
    testing::expect_cases("src/connectors/sap/sap.cases.yaml", [](const net::Response& response, net::Effect effect) {
        return classify(response, effect, Credentials::renewable);
    });
}

TEST(SapErrors, ARefusedPasswordIsNotRefreshed) {
    std::optional<Error> error = classify({.status = 401}, net::Effect::read, Credentials::fixed);
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, ErrorCode::credentials_refused);
}

TEST(SapErrors, ALongMessageIsCut) {
    std::string body = R"({"error":{"code":"X/1","message":{"value":")" + std::string(5000, 'x') + R"("}}})";
    std::optional<Error> error = classify({.status = 400, .body = body}, net::Effect::read, Credentials::fixed);
    ASSERT_TRUE(error);
    EXPECT_LT(error->message.size(), 1200u);
}

}  // namespace lockstep::connectors::sap
