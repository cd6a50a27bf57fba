#include "connectors/sap/auth.h"

#include <gtest/gtest.h>

namespace lockstep::connectors::sap {
namespace {

Result<Access> access(Map settings) { return choose_access(connector::Settings(std::move(settings))); }

}  // namespace

TEST(SapAuth, IsChosenByWhatIsThere) {
    EXPECT_EQ(access({{"token_url", "https://t/x"}, {"client_id", "sb-x!b1|y"}, {"client_secret", "s"}, {"api_key", "k"}})->kind,
              Access::Kind::oauth);
    EXPECT_EQ(access({{"user", "U"}, {"password", "p"}, {"client_id", "left over"}})->kind, Access::Kind::basic);
    EXPECT_EQ(access({{"api_key", "k"}})->kind, Access::Kind::api_key);
}

TEST(SapAuth, SaysWhatIsMissing) {
    Result<Access> none = access({});
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, ErrorCode::config_invalid);
    EXPECT_NE(none.error().message.find("SAP_API_KEY"), std::string::npos);
    Result<Access> half = access({{"token_url", "https://t/x"}, {"client_id", "c"}});
    ASSERT_FALSE(half);
    EXPECT_NE(half.error().message.find("missing: SAP_CLIENT_SECRET"), std::string::npos) << half.error().message;
    EXPECT_FALSE(access({{"token_url", "ftp://t"}, {"client_id", "c"}, {"client_secret", "s"}}));
}

TEST(SapAuth, RootTakesTheHostAloneOrThePath) {
    EXPECT_EQ(*service_root("https://my.s4hana.cloud.sap"), "https://my.s4hana.cloud.sap/sap/opu/odata/sap");
    EXPECT_EQ(*service_root("https://my.s4hana.cloud.sap/sap/opu/odata/sap/"), "https://my.s4hana.cloud.sap/sap/opu/odata/sap");
    EXPECT_EQ(*service_root("https://h/sap/opu/odata"), "https://h/sap/opu/odata/sap");
    EXPECT_EQ(*service_root("https://sandbox.api.sap.com/s4hanacloud"), "https://sandbox.api.sap.com/s4hanacloud/sap/opu/odata/sap");
    for (const char* bad : {"", "my.s4hana.cloud.sap", "https://h/x?y=1", "ftp://h"}) EXPECT_FALSE(service_root(bad)) << bad;
}

TEST(SapAuth, TokenIsRefusedWithoutAnAccessToken) {
    EXPECT_FALSE(read_token({.body = R"({"token_type":"bearer"})"}, Timestamp{}));
    EXPECT_FALSE(read_token({.body = "<html/>"}, Timestamp{}));
    Result<connector::Token> token = read_token({.body = R"({"access_token":"t","expires_in":43199})"}, Timestamp::from_ms(1000));
    ASSERT_TRUE(token);
    EXPECT_EQ(token->expires_at_ms, 43'200'000);
}

}  // namespace lockstep::connectors::sap
