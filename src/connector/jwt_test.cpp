#include "connector/jwt.h"

#include <gtest/gtest.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <unistd.h>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "value/encoding.h"
#include "value/json.h"

namespace lockstep::connector {
namespace {

using KeyPointer = std::shared_ptr<EVP_PKEY>;

KeyPointer rsa_key() {
    static KeyPointer key(EVP_RSA_gen(2048), EVP_PKEY_free);
    return key;
}

std::string pem_of(EVP_PKEY* key, const char* passphrase = nullptr) {
    std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), BIO_free);
    const EVP_CIPHER* cipher = passphrase ? EVP_aes_128_cbc() : nullptr;
    PEM_write_bio_PKCS8PrivateKey(bio.get(), key, cipher, passphrase, passphrase ? static_cast<int>(std::strlen(passphrase)) : 0, nullptr,
                                  nullptr);
    char* data = nullptr;
    long size = BIO_get_mem_data(bio.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

bool verifies(EVP_PKEY* key, std::string_view text, std::string_view signature) {
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key);
    return EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
                            reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1;
}

/// A file of its own, gone at the end.
struct TemporaryFile {
    std::string path =
        (std::filesystem::temp_directory_path() / ("lockstep-key-" + std::to_string(::getpid()) + "-" + std::to_string(counter++)))
            .string();
    explicit TemporaryFile(const std::string& text) {
        std::ofstream(path) << text;
        std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    }
    ~TemporaryFile() { std::filesystem::remove(path); }
    static inline int counter = 0;
};

std::string refusal(const Result<SigningKey>& key) {
    if (key) return "accepted";
    EXPECT_EQ(key.error().code, ErrorCode::key_file_invalid);
    return key.error().message;
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST(MakeJwt, SignsHeaderAndClaims) {
    auto key = SigningKey::from_pem(pem_of(rsa_key().get()), "key.pem");
    ASSERT_TRUE(key);
    auto token = make_jwt(*key, Map{{"iss", "id"}, {"exp", 1'771'408'980}});
    ASSERT_TRUE(token);
    std::size_t first = token->find('.'), second = token->rfind('.');
    EXPECT_EQ(encoding::from_base64url(token->substr(0, first)).value(), R"({"alg":"RS256"})");
    EXPECT_EQ(encoding::from_base64url(token->substr(first + 1, second - first - 1)).value(), R"({"iss":"id","exp":1771408980})");
    EXPECT_TRUE(verifies(rsa_key().get(), token->substr(0, second), encoding::from_base64url(token->substr(second + 1)).value()));
    EXPECT_FALSE(verifies(rsa_key().get(), token->substr(0, second) + "x", encoding::from_base64url(token->substr(second + 1)).value()));
}

TEST(SigningKey, ReadsAFileAndWarnsWhereOthersMayReadItToo) {
    TemporaryFile file(pem_of(rsa_key().get()));
    auto key = SigningKey::load(file.path);
    ASSERT_TRUE(key);
    EXPECT_EQ(key->warning(), "");
    std::filesystem::permissions(file.path, std::filesystem::perms::others_read, std::filesystem::perm_options::add);
    key = SigningKey::load(file.path);
    ASSERT_TRUE(key);
    EXPECT_TRUE(has(key->warning(), "every user")) << key->warning();
    EXPECT_TRUE(has(key->warning(), file.path));
}

TEST(SigningKey, SaysWhatIsWrongWithTheFile) {
    EXPECT_TRUE(has(refusal(SigningKey::load("/nowhere/key.pem")), "does not exist: /nowhere/key.pem"));
    EXPECT_TRUE(has(refusal(SigningKey::load("/tmp")), "is not a regular file: /tmp"));
    TemporaryFile empty("");
    EXPECT_TRUE(has(refusal(SigningKey::load(empty.path)), "is empty: " + empty.path));
}

TEST(SigningKey, SaysWhatATextThatIsNoKeyIs) {
    auto why = [](const std::string& pem) { return refusal(SigningKey::from_pem(pem, "k")); };
    EXPECT_TRUE(has(why("hello"), "is not PEM"));
    EXPECT_TRUE(has(why("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), "holds a certificate"));
    EXPECT_TRUE(has(why("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"), "holds a public key"));
    EXPECT_TRUE(has(why("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"), "is damaged"));
}

TEST(SigningKey, RefusesAPassphraseWithoutAskingForIt) {
    EXPECT_TRUE(has(refusal(SigningKey::from_pem(pem_of(rsa_key().get(), "secret"), "k")), "passphrase"));
}

TEST(SigningKey, RefusesAKeyThatIsNotRsa) {
    KeyPointer curve(EVP_EC_gen("P-256"), EVP_PKEY_free);
    EXPECT_TRUE(has(refusal(SigningKey::from_pem(pem_of(curve.get()), "k")), "not RSA"));
}

}  // namespace lockstep::connector
