#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include <memory>

#include "sandbox/salesforce/sessions.h"

namespace lockstep::sandbox::salesforce {
namespace {

template <auto function>
struct Free {
    template <class T>
    void operator()(T* pointer) const {
        function(pointer);
    }
};
using Bio = std::unique_ptr<BIO, Free<BIO_free>>;
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Digest = std::unique_ptr<EVP_MD_CTX, Free<EVP_MD_CTX_free>>;

/// Reading a key takes far longer than using it: the last one is kept.
EVP_PKEY* public_key(const std::string& pem) {
    thread_local std::string known_pem;
    thread_local Key known;
    if (known && pem == known_pem) return known.get();
    const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    known.reset(bio ? PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr) : nullptr);
    known_pem = pem;
    return known.get();
}

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

}  // namespace

Result<bool> verify_rs256(const std::string& public_key_pem, std::string_view signed_text, std::string_view signature) {
    EVP_PKEY* key = public_key(public_key_pem);
    const Digest digest(EVP_MD_CTX_new());
    if (!key || !digest || EVP_DigestVerifyInit(digest.get(), nullptr, EVP_sha256(), nullptr, key) != 1)
        return fail(ErrorCode::value_invalid, "the public key of the connected app cannot be used");
    return EVP_DigestVerify(digest.get(), bytes(signature), signature.size(), bytes(signed_text), signed_text.size()) == 1;
}

std::string hmac_sha256(std::string_view key, std::string_view text) {
    unsigned char out[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes(text), text.size(), out, &length);
    return {reinterpret_cast<char*>(out), length};
}

std::string sha1(std::string_view text) {
    unsigned char out[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    EVP_Digest(text.data(), text.size(), out, &length, EVP_sha1(), nullptr);
    return {reinterpret_cast<char*>(out), length};
}

std::string sha256(std::string_view text) {
    unsigned char out[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    EVP_Digest(text.data(), text.size(), out, &length, EVP_sha256(), nullptr);
    return {reinterpret_cast<char*>(out), length};
}

}  // namespace lockstep::sandbox::salesforce
