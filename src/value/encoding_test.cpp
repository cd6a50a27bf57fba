#include "value/encoding.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace lockstep {
namespace {

TEST(Encoding, Base64FollowsTheRfc) {
    // Source: RFC 4648, section 10.
    for (auto [plain, coded] : std::initializer_list<std::pair<std::string, std::string>>{{"", ""},
                                                                                          {"f", "Zg=="},
                                                                                          {"fo", "Zm8="},
                                                                                          {"foo", "Zm9v"},
                                                                                          {"foob", "Zm9vYg=="},
                                                                                          {"fooba", "Zm9vYmE="},
                                                                                          {"foobar", "Zm9vYmFy"}}) {
        EXPECT_EQ(encoding::base64(plain), coded);
        EXPECT_EQ(*encoding::from_base64(coded), plain);
    }
    EXPECT_EQ(encoding::base64url("\xfb\xff"), "-_8");
    EXPECT_EQ(*encoding::from_base64("Zg"), "f");
}

TEST(Encoding, BrokenBase64IsRefused) {
    for (auto text : {"Z", "Zg=", "Zm9v=", "Zm9vY===", "Z!==", "Zh==", "Zm9v\n", "====", "-_8", "Zg==Zg=="}) {
        auto decoded = encoding::from_base64(text);
        ASSERT_FALSE(decoded.has_value()) << text;
        EXPECT_EQ(decoded.error().code, ErrorCode::value_invalid);
    }
    EXPECT_FALSE(encoding::from_base64url("+/8").has_value());
}

TEST(Encoding, PercentEncodesAllButUnreserved) {
    EXPECT_EQ(encoding::percent_encode("a-b._~ /?&=+%'ü"), "a-b._~%20%2F%3F%26%3D%2B%25%27%C3%BC");
    EXPECT_EQ(*encoding::percent_decode("a%20b+c%c3%bc", false), "a b+c\xc3\xbc");
    EXPECT_EQ(*encoding::percent_decode("a+b%2B", true), "a b+");
    for (auto text : {"%", "%2", "a%2", "%zz", "%-1"}) {
        EXPECT_EQ(encoding::percent_decode(text, false).error().code, ErrorCode::url_invalid) << text;
    }
}

TEST(Encoding, KnowsWellFormedUtf8) {
    for (auto text : {"", "plain ascii text", "ü", "€uro", "😀", "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf", "eight...ü...nine"}) {
        EXPECT_TRUE(encoding::is_valid_utf8(text)) << text;
    }
    for (auto text : {"\x80", "\xc3", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe2\x82", "\xed\xa0\x80", "\xf0\x80\x80\x80",
                      "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "12345678\xff", "\xc3(", "\xe2(\xa1"}) {
        EXPECT_FALSE(encoding::is_valid_utf8(text));
        EXPECT_TRUE(encoding::is_valid_utf8(encoding::replace_invalid_utf8(text)));
    }
    EXPECT_EQ(encoding::replace_invalid_utf8("a\xff\xc3\xbc"), "a\xef\xbf\xbd\xc3\xbc");
}

TEST(Encoding, CutsBetweenCodePoints) {
    EXPECT_EQ(encoding::utf8_prefix("Müller", 2), "Mü");
    EXPECT_EQ(encoding::utf8_prefix("Müller", 6), "Müller");
    EXPECT_EQ(encoding::utf8_prefix("Müller", 0), "");
    EXPECT_EQ(encoding::utf8_length("Mü😀"), 3u);
}

RC_GTEST_PROP(EncodingProperty, RoundTrips, (const std::string& bytes)) {
    RC_ASSERT(*encoding::from_base64(encoding::base64(bytes)) == bytes);
    RC_ASSERT(*encoding::from_base64url(encoding::base64url(bytes)) == bytes);
    RC_ASSERT(*encoding::percent_decode(encoding::percent_encode(bytes), true) == bytes);
}

}  // namespace
}  // namespace lockstep
