#include "config/vault.h"

#include <fstream>
#include <iterator>
#include <memory>

#include <openssl/evp.h>
#include <openssl/rand.h>

#include "base/log.h"
#include "connector/zoho_accounts.h"

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

namespace {

/// In front of the copies of the data key, each sealed with one secret, and the text sealed with the data key.
constexpr std::string_view envelope_mark = "ls2:";
constexpr std::size_t data_key_bytes = 32;
constexpr std::size_t copy_bytes = nonce_bytes + data_key_bytes + tag_bytes;
constexpr std::size_t copies_max = 255;

std::string key_from(const Secret& secret) { return sha256("lockstep token vault 2\n" + secret.reveal()); }

}  // namespace

Result<std::string> seal_for_each(const std::vector<Secret>& secrets, std::string_view plain, std::string_view context) {
    LS_ASSERT(!secrets.empty() && secrets.size() <= copies_max);
    std::string data_key(data_key_bytes, '\0');
    if (RAND_bytes(bytes(data_key), data_key_bytes) != 1) return fail(ErrorCode::internal, "a token could not be sealed");
    std::string out(envelope_mark);
    out += static_cast<char>(secrets.size());
    for (const Secret& secret : secrets) {
        LS_TRY_ASSIGN(const std::string copy, seal(key_from(secret), data_key, context));
        out += copy;
    }
    LS_TRY_ASSIGN(const std::string text, seal(data_key, plain, context));
    return out + text;
}

Result<std::string> unseal_with_any(const std::vector<Secret>& secrets, std::string_view sealed, std::string_view context) {
    Error refused{ErrorCode::value_invalid, "the sealed text does not belong to these secrets"};
    const std::size_t head = envelope_mark.size() + 1;
    if (!sealed.starts_with(envelope_mark) || sealed.size() < head) return fail(refused);
    const std::size_t copies = static_cast<unsigned char>(sealed[envelope_mark.size()]);
    if (sealed.size() < head + copies * copy_bytes) return fail(refused);
    const std::string_view text = sealed.substr(head + copies * copy_bytes);
    for (const Secret& secret : secrets)
        for (std::size_t i = 0; i < copies; ++i) {
            auto data_key = unseal(key_from(secret), sealed.substr(head + i * copy_bytes, copy_bytes), context);
            if (data_key) return unseal(*data_key, text, context);
        }
    return fail(refused);
}

namespace {

/// A person often makes these up, and each copy of the data key is as strong as its secret.
constexpr std::string_view proves_webhooks = "webhook_secret";

std::optional<Secret> sign_in_secret(const ConnectionConfig& connection, const connector::Setting& setting) {
    const bool is_file = setting.name.ends_with("key_path");
    if ((!setting.secret && !is_file) || setting.name == proves_webhooks) return std::nullopt;
    const Value* value = connection.settings.find(setting.name);
    if (!value || value->text().empty()) return std::nullopt;
    std::string text = value->text();
    if (text == connector::zoho::stored) return std::nullopt;  // a word that everybody knows
    if (is_file) {
        std::ifstream file(text, std::ios::binary);
        text.assign(std::istreambuf_iterator<char>(file), {});
        if (text.empty()) return std::nullopt;
    }
    return Secret(setting.name + "=" + text);
}

}  // namespace

SecretsByConnection sign_in_secrets(const Config& config) {
    SecretsByConnection all;
    for (const auto& connection : config.connections)
        for (const auto& setting : connection.connector->settings)
            if (auto secret = sign_in_secret(connection, setting)) all[connection.name].push_back(*std::move(secret));
    return all;
}

Secret former_key_material(const Config& config) {
    std::string all;
    for (const auto& connection : config.connections)
        for (const auto& setting : connection.connector->settings)
            if (setting.secret)
                if (const Value* value = connection.settings.find(setting.name))
                    all += connection.name + "." + setting.name + "=" + value->text() + "\n";
    return Secret(all);
}

StoreVault::StoreVault(store::Store& store, Runtime& runtime, SecretsByConnection secrets, Secret former_key_material)
    : store_(store),
      runtime_(runtime),
      secrets_(std::move(secrets)),
      former_key_(sha256("lockstep token vault 1\n" + former_key_material.reveal())) {}

/// A connection may keep more than its access token: what stands behind its name and `/`.
const std::vector<Secret>& StoreVault::secrets_of(const std::string& name) const {
    static const std::vector<Secret> none;
    auto found = secrets_.find(name);
    if (found == secrets_.end()) found = secrets_.find(name.substr(0, name.rfind('/')));
    return found == secrets_.end() ? none : found->second;
}

std::optional<std::string> StoreVault::load(const std::string& name) {
    const auto& secrets = secrets_of(name);
    auto row = store_.token(name);
    if (secrets.empty() || !row || !*row || (*row)->sealed.empty()) return std::nullopt;
    const std::string& sealed = (*row)->sealed;
    if (auto plain = unseal_with_any(secrets, sealed, name)) return *std::move(plain);
    auto plain = unseal(former_key_, sealed, name);
    if (!plain) return std::nullopt;  // other credentials than when it was sealed: fetch a new one
    save(name, *plain);
    return *std::move(plain);
}

void StoreVault::save(const std::string& name, const std::string& token_json) {
    const auto& secrets = secrets_of(name);
    if (secrets.empty()) return;
    auto sealed = seal_for_each(secrets, token_json, name);
    if (!sealed) return log::error("a token is not kept", {{"connection", name}, {"error", sealed.error().to_text()}});
    store::Batch batch;
    batch.tokens.push_back({name, *std::move(sealed), runtime_.now().ms()});
    auto saved = store_.commit(batch);
    if (!saved)
        log::warning("a token is not kept; the next start fetches a new one", {{"connection", name}, {"error", saved.error().to_text()}});
}

}  // namespace lockstep::config
