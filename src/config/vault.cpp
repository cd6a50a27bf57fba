#include "config/vault.h"

#include <memory>

#include <openssl/evp.h>
#include <openssl/rand.h>

#include "base/log.h"

namespace lockstep::config {
namespace {

constexpr int nonce_bytes = 12;
constexpr int tag_bytes = 16;

using Cipher = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;
Cipher make_cipher() { return {EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free}; }

unsigned char* bytes(std::string& text, std::size_t offset = 0) { return reinterpret_cast<unsigned char*>(text.data() + offset); }
const unsigned char* bytes(std::string_view text, std::size_t offset = 0) {
    return reinterpret_cast<const unsigned char*>(text.data() + offset);
}

std::string sha256(std::string_view text) {
    std::string digest(32, '\0');
    unsigned length = 0;
    LS_ASSERT(EVP_Digest(text.data(), text.size(), bytes(digest), &length, EVP_sha256(), nullptr) == 1 && length == 32);
    return digest;
}

}  // namespace

Result<std::string> seal(const std::string& key, std::string_view plain, std::string_view context) {
    LS_ASSERT(key.size() == 32);
    std::string out(nonce_bytes + plain.size() + tag_bytes, '\0');
    Cipher cipher = make_cipher();
    int length = 0;
    bool ok = RAND_bytes(bytes(out), nonce_bytes) == 1 &&
              EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, bytes(key), bytes(out)) == 1 &&
              EVP_EncryptUpdate(cipher.get(), nullptr, &length, bytes(context), static_cast<int>(context.size())) == 1 &&
              EVP_EncryptUpdate(cipher.get(), bytes(out, nonce_bytes), &length, bytes(plain), static_cast<int>(plain.size())) == 1 &&
              EVP_EncryptFinal_ex(cipher.get(), bytes(out, nonce_bytes + plain.size()), &length) == 1 &&
              EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, tag_bytes, bytes(out, nonce_bytes + plain.size())) == 1;
    if (!ok) return fail(ErrorCode::internal, "a token could not be sealed");
    return out;
}

Result<std::string> unseal(const std::string& key, std::string_view sealed, std::string_view context) {
    LS_ASSERT(key.size() == 32);
    Error refused{ErrorCode::value_invalid, "the sealed text does not belong to this key"};
    if (sealed.size() < nonce_bytes + tag_bytes) return fail(refused);
    std::size_t size = sealed.size() - nonce_bytes - tag_bytes;
    std::string out(size, '\0'), tag(sealed.substr(nonce_bytes + size));
    Cipher cipher = make_cipher();
    int length = 0;
    bool ok = EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, bytes(key), bytes(sealed)) == 1 &&
              EVP_DecryptUpdate(cipher.get(), nullptr, &length, bytes(context), static_cast<int>(context.size())) == 1 &&
              EVP_DecryptUpdate(cipher.get(), bytes(out), &length, bytes(sealed, nonce_bytes), static_cast<int>(size)) == 1 &&
              EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, tag_bytes, bytes(tag)) == 1 &&
              EVP_DecryptFinal_ex(cipher.get(), bytes(out, size), &length) == 1;
    if (!ok) return fail(refused);
    return out;
}

StoreVault::StoreVault(store::Store& store, Runtime& runtime, Secret key_material)
    : store_(store), runtime_(runtime), key_(sha256("lockstep token vault 1\n" + key_material.reveal())) {}

std::optional<std::string> StoreVault::load(const std::string& connection) {
    auto row = store_.token(connection);
    if (!row || !*row || (*row)->sealed.empty()) return std::nullopt;
    auto plain = unseal(key_, (*row)->sealed, connection);
    if (!plain) return std::nullopt;  // other credentials than when it was sealed: fetch a new one
    return *std::move(plain);
}

void StoreVault::save(const std::string& connection, const std::string& token_json) {
    auto sealed = seal(key_, token_json, connection);
    if (!sealed) return log::error("a token is not kept", {{"connection", connection}, {"error", sealed.error().to_text()}});
    store::Batch batch;
    batch.tokens.push_back({connection, *std::move(sealed), runtime_.now().ms()});
    auto saved = store_.commit(batch);
    if (!saved)
        log::warning("a token is not kept; the next start fetches a new one",
                     {{"connection", connection}, {"error", saved.error().to_text()}});
}

}  // namespace lockstep::config
