#include "config/vault.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include <openssl/evp.h>

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

/// As the first version of the vault made its key.
std::string former_vault_key(const std::string& material) {
    const std::string text = "lockstep token vault 1\n" + material;
    std::string digest(EVP_MAX_MD_SIZE, '\0');
    unsigned size = 0;
    EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(digest.data()), &size, EVP_sha256(), nullptr);
    digest.resize(size);
    return digest;
}

TEST(SealForEach, IsOpenedByEachSecretAloneAndByNoOther) {
    const std::vector<Secret> two{Secret("one"), Secret("two")};
    const auto sealed = seal_for_each(two, "token", "sap");
    ASSERT_TRUE(sealed);
    EXPECT_EQ(sealed->find("token"), std::string::npos);
    EXPECT_EQ(*unseal_with_any({Secret("one")}, *sealed, "sap"), "token");
    EXPECT_EQ(*unseal_with_any({Secret("three"), Secret("two")}, *sealed, "sap"), "token");
    EXPECT_FALSE(unseal_with_any({Secret("three")}, *sealed, "sap"));
    EXPECT_FALSE(unseal_with_any({}, *sealed, "sap"));
    EXPECT_FALSE(unseal_with_any(two, *sealed, "zoho"));
}

TEST(SealForEach, RefusesATextThatIsCutOrChanged) {
    const std::vector<Secret> one{Secret("one")};
    const auto sealed = seal_for_each(one, "token", "sap");
    ASSERT_TRUE(sealed);
    for (std::size_t i = 0; i < sealed->size(); ++i) {
        EXPECT_FALSE(unseal_with_any(one, sealed->substr(0, i), "sap")) << "cut at " << i;
        std::string changed = *sealed;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        EXPECT_FALSE(unseal_with_any(one, changed, "sap")) << "byte " << i;
    }
}

TEST(SignInSecrets, AreThoseOfEachConnectionAndItsKeyFileWithoutThatOfWebhooks) {
    TemporaryDirectory directory;
    auto names = testing::complete_names();
    names["ZOHO_WEBHOOK_SECRET"] = "only for webhooks";
    names["SF_PRIVATE_KEY_PATH"] = directory.write("key.pem", "a private key");
    Config config;
    for (const auto* connector : connector::all_connectors()) {
        ConnectionConfig connection{.name = connector->name, .connector = connector, .settings = {}, .limits = {}};
        for (const auto& setting : connector->settings)
            if (names.contains(setting.environment)) connection.settings.set(setting.name, names[setting.environment]);
        config.connections.push_back(std::move(connection));
    }
    const auto secrets = sign_in_secrets(config);
    ASSERT_TRUE(secrets.contains("salesforce") && secrets.contains("zoho_books") && secrets.contains("sap"));
    const auto revealed = [&](const std::string& name) {
        std::string all;
        for (const auto& secret : secrets.at(name)) all += secret.reveal() + " ";
        return all;
    };
    EXPECT_EQ(revealed("salesforce"), "private_key_path=a private key client_secret=a-secret-of-salesforce ");
    EXPECT_EQ(revealed("zoho_books"), "client_secret=a-secret-of-zoho refresh_token=1000.token ");
    EXPECT_EQ(revealed("sap"), "password=a-secret-of-sap ");
}

TEST(SignInSecrets, AWordThatEverybodyKnowsIsNone) {
    auto names = testing::complete_names();
    names["ZOHO_REFRESH_TOKEN"] = "stored";
    auto config = load_environment(testing::environment_of(names));
    ASSERT_TRUE(config) << config.error().message;
    const auto secrets = sign_in_secrets(*config);
    ASSERT_EQ(secrets.at("zoho_books").size(), 1u);
    EXPECT_EQ(secrets.at("zoho_books").front().reveal(), "client_secret=a-secret-of-zoho");
}

class StoreVaultTest : public ::testing::Test {
protected:
    void SetUp() override {
        auto opened = store::open_sqlite({.path = path()});
        ASSERT_TRUE(opened) << opened.error().message;
        store_ = *std::move(opened);
    }
    std::string path() const { return directory_.path("lockstep.db"); }
    /// A vault in which Salesforce has these secrets and SAP one of its own.
    StoreVault vault(const std::vector<std::string>& secrets, const std::string& former = "former") {
        SecretsByConnection all{{"sap", {Secret("sap's own")}}};
        for (const auto& secret : secrets) all["salesforce"].push_back(Secret(secret));
        return StoreVault(*store_, runtime_, std::move(all), Secret(former));
    }

    TemporaryDirectory directory_;
    ThreadRuntime runtime_;
    std::unique_ptr<store::Store> store_;
};

TEST_F(StoreVaultTest, KeepsATokenForAnotherStart) {
    vault({"secret"}).save("salesforce", "{\"token\":1}");
    EXPECT_EQ(vault({"secret"}).load("salesforce"), "{\"token\":1}");
    vault({"secret"}).save("salesforce", "{\"token\":2}");
    EXPECT_EQ(vault({"secret"}).load("salesforce"), "{\"token\":2}");
    EXPECT_EQ(vault({"secret"}).load("sap"), std::nullopt);
}

TEST_F(StoreVaultTest, ForgetsTokensWhenTheCredentialsChange) {
    vault({"secret"}).save("salesforce", "{\"token\":1}");
    EXPECT_EQ(vault({"other"}).load("salesforce"), std::nullopt);
}

TEST_F(StoreVaultTest, KeepsATokenWhileOneSecretOfItsConnectionStays) {
    vault({"client secret", "refresh token"}).save("salesforce", "{\"token\":1}");
    EXPECT_EQ(vault({"new client secret", "refresh token"}).load("salesforce"), "{\"token\":1}");
    EXPECT_EQ(vault({"client secret"}).load("salesforce"), "{\"token\":1}");
    EXPECT_EQ(vault({"a new one", "refresh token", "another"}).load("salesforce"), "{\"token\":1}");
    EXPECT_EQ(vault({"new client secret", "new refresh token"}).load("salesforce"), std::nullopt);
}

TEST_F(StoreVaultTest, WhatAConnectionKeepsBesidesItsTokenIsSealedForItToo) {
    vault({"secret"}).save("salesforce/refresh_token", "rotated");
    EXPECT_EQ(vault({"secret"}).load("salesforce/refresh_token"), "rotated");
    EXPECT_EQ(vault({"other"}).load("salesforce/refresh_token"), std::nullopt);
}

TEST_F(StoreVaultTest, KeepsNothingForAConnectionWithoutASecret) {
    vault({}).save("salesforce", "{\"token\":1}");
    EXPECT_FALSE(store_->token("salesforce")->has_value()) << "anybody could unseal it";
    EXPECT_EQ(vault({}).load("salesforce"), std::nullopt);
}

TEST_F(StoreVaultTest, ReadsWhatWasSealedWithTheFormerKeyOnceAndSealsItAnew) {
    store::Batch batch;
    batch.tokens.push_back({"salesforce/refresh_token", *seal(former_vault_key("former"), "rotated", "salesforce/refresh_token"), 1});
    ASSERT_TRUE(store_->commit(batch));
    EXPECT_EQ(vault({"secret"}, "another former key").load("salesforce/refresh_token"), std::nullopt);
    EXPECT_EQ(vault({"secret"}, "former").load("salesforce/refresh_token"), "rotated");
    EXPECT_EQ(vault({"secret"}, "another former key").load("salesforce/refresh_token"), "rotated") << "it was sealed anew";
}

TEST_F(StoreVaultTest, WritesNoTokenInTheClear) {
    vault({"secret"}).save("salesforce", "{\"access_token\":\"a-token-that-is-looked-for\"}");
    store_.reset();
    for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(path()).parent_path())) {
        std::ifstream file(entry.path(), std::ios::binary);
        std::string bytes(std::istreambuf_iterator<char>(file), {});
        EXPECT_EQ(bytes.find("looked-for"), std::string::npos) << entry.path();
    }
}

}  // namespace
}  // namespace lockstep::config
