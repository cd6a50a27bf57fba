#include "connector/signature.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/assert.h"
#include "value/encoding.h"

namespace lockstep::connector {

std::string hmac_sha256_hex(const Secret& key, std::string_view text) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    std::string bytes = key.reveal();
    const unsigned char* made = HMAC(EVP_sha256(), bytes.data(), static_cast<int>(bytes.size()),
                                     reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest, &size);
    OPENSSL_cleanse(bytes.data(), bytes.size());
    LS_ASSERT(made != nullptr);
    return encoding::hex({reinterpret_cast<const char*>(digest), size});
}

bool same_secret(std::string_view given, std::string_view wanted) {
    return given.size() == wanted.size() && CRYPTO_memcmp(given.data(), wanted.data(), wanted.size()) == 0;
}

}  // namespace lockstep::connector
