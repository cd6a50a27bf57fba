#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "value/encoding.h"

/// An RSA key made for the test program; only `*_test.cpp` may include it.
namespace lockstep::connectors::salesforce {

class TestKey {
public:
    TestKey() : key_(EVP_RSA_gen(2048), EVP_PKEY_free) {
        path_ = (std::filesystem::temp_directory_path() / ("lockstep-sf-key-" + std::to_string(::getpid()) + ".pem")).string();
        std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), BIO_free);
        PEM_write_bio_PrivateKey(bio.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
        char* data = nullptr;
        long size = BIO_get_mem_data(bio.get(), &data);
        std::ofstream(path_) << std::string(data, static_cast<std::size_t>(size));
        std::filesystem::permissions(path_, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    }
    ~TestKey() { std::filesystem::remove(path_); }

    const std::string& path() const { return path_; }

    bool verifies(const std::string& token) const {
        std::size_t dot = token.rfind('.');
        Result<std::string> signature = encoding::from_base64url(token.substr(dot + 1));
        std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
        return signature && EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1 &&
               EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature->data()), signature->size(),
                                reinterpret_cast<const unsigned char*>(token.data()), dot) == 1;
    }

private:
    std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
    std::string path_;
};

inline const TestKey& test_key() {
    static const TestKey key;
    return key;
}

}  // namespace lockstep::connectors::salesforce
