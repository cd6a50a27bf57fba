#include "config/vault.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "config/test_configuration.h"

namespace lockstep::config {
namespace {

using testing::TemporaryDirectory;

const std::string key(32, 'k');

TEST(Seal, GivesBackWhatWasSealed) {
    for (std::string plain : {std::string(), std::string("x"), std::string("{\"access_token\":\"00D…\"}"), std::string(100'000, '\0')}) {
        auto sealed = seal(key, plain, "salesforce");
        ASSERT_TRUE(sealed) << sealed.error().message;
        auto opened = unseal(key, *sealed, "salesforce");
        ASSERT_TRUE(opened) << opened.error().message;
        EXPECT_EQ(*opened, plain);
    }
}

TEST(Seal, NeverSealsTheSameWayTwice) { EXPECT_NE(*seal(key, "token", "sap"), *seal(key, "token", "sap")); }

TEST(Seal, HidesTheText) { EXPECT_EQ(seal(key, "a token that is long enough", "sap")->find("token"), std::string::npos); }

TEST(Unseal, RefusesAnotherKeyAndAnotherConnection) {
    auto sealed = seal(key, "token", "salesforce");
    ASSERT_TRUE(sealed);
    auto other_key = unseal(std::string(32, 'K'), *sealed, "salesforce");
    ASSERT_FALSE(other_key);
    EXPECT_EQ(other_key.error().code, ErrorCode::value_invalid);
    EXPECT_FALSE(unseal(key, *sealed, "sap"));
}

TEST(Unseal, RefusesATextWithAnyByteChanged) {
    auto sealed = seal(key, "token", "salesforce");
    ASSERT_TRUE(sealed);
    for (std::size_t i = 0; i < sealed->size(); ++i) {
        std::string changed = *sealed;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        EXPECT_FALSE(unseal(key, changed, "salesforce")) << "byte " << i;
    }
}

TEST(Unseal, RefusesATextThatIsTooShortOrTooLong) {
    auto sealed = seal(key, "token", "salesforce");
    ASSERT_TRUE(sealed);
    for (std::size_t size = 0; size < sealed->size(); ++size) EXPECT_FALSE(unseal(key, sealed->substr(0, size), "salesforce")) << size;
    EXPECT_FALSE(unseal(key, *sealed + "x", "salesforce"));
}

class StoreVaultTest : public ::testing::Test {
protected:
    void SetUp() override {
        auto opened = store::open_sqlite({.path = path()});
        ASSERT_TRUE(opened) << opened.error().message;
        store_ = *std::move(opened);
    }
    std::string path() const { return directory_.path("lockstep.db"); }
    StoreVault vault(const std::string& secret) { return StoreVault(*store_, runtime_, Secret(secret)); }

    TemporaryDirectory directory_;
    ThreadRuntime runtime_;
    std::unique_ptr<store::Store> store_;
};

TEST_F(StoreVaultTest, KeepsATokenForAnotherStart) {
    vault("secret").save("salesforce", "{\"token\":1}");
    EXPECT_EQ(vault("secret").load("salesforce"), "{\"token\":1}");
    vault("secret").save("salesforce", "{\"token\":2}");
    EXPECT_EQ(vault("secret").load("salesforce"), "{\"token\":2}");
    EXPECT_EQ(vault("secret").load("sap"), std::nullopt);
}

TEST_F(StoreVaultTest, ForgetsTokensWhenTheCredentialsChange) {
    vault("secret").save("salesforce", "{\"token\":1}");
    EXPECT_EQ(vault("other").load("salesforce"), std::nullopt);
}

TEST_F(StoreVaultTest, WritesNoTokenInTheClear) {
    vault("secret").save("salesforce", "{\"access_token\":\"a-token-that-is-looked-for\"}");
    store_.reset();
    for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(path()).parent_path())) {
        std::ifstream file(entry.path(), std::ios::binary);
        std::string bytes(std::istreambuf_iterator<char>(file), {});
        EXPECT_EQ(bytes.find("looked-for"), std::string::npos) << entry.path();
    }
}

}  // namespace
}  // namespace lockstep::config
