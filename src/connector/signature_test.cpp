#include "connector/signature.h"

#include <gtest/gtest.h>

namespace lockstep::connector {
namespace {

/// Source: RFC 4231, test cases 1, 2 and 6.
TEST(Signature, IsHmacSha256) {
    EXPECT_EQ(hmac_sha256_hex(Secret(std::string(20, '\x0b')), "Hi There"),
              "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    EXPECT_EQ(hmac_sha256_hex(Secret("Jefe"), "what do ya want for nothing?"),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    EXPECT_EQ(hmac_sha256_hex(Secret(std::string(131, '\xaa')), "Test Using Larger Than Block-Size Key - Hash Key First"),
              "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Secrets, AreTheSameOnlyAsAWhole) {
    EXPECT_TRUE(same_secret("s3cret", "s3cret"));
    for (std::string_view other : {"", "s3cre", "s3crets", "S3cret", "s3cres"}) EXPECT_FALSE(same_secret(other, "s3cret")) << other;
}

}  // namespace
}  // namespace lockstep::connector
