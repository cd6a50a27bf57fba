#include "connector/kept_token.h"

#include <openssl/evp.h>

#include "value/encoding.h"
#include "value/json.h"

namespace lockstep::connector {

std::string account_fingerprint(const Dialect& dialect) {
    std::string text = dialect.connection + '\n' + dialect.account;
    for (const Secret& secret : dialect.secrets) text += '\n' + secret.reveal();
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    LS_ASSERT(EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha256(), nullptr) == 1);
    return encoding::hex({reinterpret_cast<const char*>(digest), size});
}

std::string write_kept_token(const Token& token, const std::string& fingerprint) {
    return json::write(Map{{"access_token", token.access.reveal()},
                           {"api_base", token.api_base},
                           {"expires_at_ms", token.expires_at_ms},
                           {"owner", token.owner},
                           {"account", fingerprint}});
}

std::optional<Token> read_kept_token(std::string_view text, const std::string& fingerprint) {
    Result<Value> kept = json::parse(text);
    if (!kept || (*kept)["account"] != Value(fingerprint)) return std::nullopt;
    const Value& expires = (*kept)["expires_at_ms"];
    if (!(*kept)["access_token"].is_string() || expires.kind() != Value::Kind::integer) return std::nullopt;
    return Token{.access = Secret((*kept)["access_token"].as_string()),
                 .api_base = (*kept)["api_base"].text(),
                 .expires_at_ms = expires.as_int(),
                 .owner = (*kept)["owner"].text()};
}

}  // namespace lockstep::connector
