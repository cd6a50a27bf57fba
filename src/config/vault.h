#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/runtime.h"
#include "base/secret.h"
#include "config/config.h"
#include "connector/connector.h"
#include "store/store.h"

namespace lockstep::config {

/// What a connection signs in with, by its name. Each secret alone opens what was sealed for the connection.
using SecretsByConnection = std::map<std::string, std::vector<Secret>, std::less<>>;

/// The secrets that the connections sign in with: their secret settings and key files, without what only proves that a
/// webhook is genuine.
SecretsByConnection sign_in_secrets(const Config& config);
/// All secrets of all connections in one text: what tokens were sealed with up to version 1 of the vault.
Secret former_key_material(const Config& config);

/// Keeps access tokens in the store, sealed with AES-256-GCM, so that a restart does not ask vendors for new ones (Zoho
/// grants ten in ten minutes), and what cannot be asked for again (a rotated refresh token). They are sealed for the
/// secrets of their own connection, which the database does not hold: who has only the file can read no token. While one
/// of these secrets stays, the others may change; without any a connection's tokens are not kept.
class StoreVault : public connector::TokenVault {
public:
    StoreVault(store::Store& store, Runtime& runtime, SecretsByConnection secrets, Secret former_key_material);
    std::optional<std::string> load(const std::string& name) override;
    void save(const std::string& name, const std::string& token_json) override;

private:
    const std::vector<Secret>& secrets_of(const std::string& name) const;

    store::Store& store_;
    Runtime& runtime_;
    SecretsByConnection secrets_;
    std::string former_key_;
};

/// Seals a text: 12 bytes nonce, ciphertext, 16 bytes tag; `context` is authenticated with it.
/// Requires a key of 32 bytes. Errors: `internal`.
Result<std::string> seal(const std::string& key, std::string_view plain, std::string_view context);
/// Errors: `value_invalid` if it was not sealed with this key and context.
Result<std::string> unseal(const std::string& key, std::string_view sealed, std::string_view context);

/// Seals a text so that each of the secrets alone opens it. Requires at least one. Errors: `internal`.
Result<std::string> seal_for_each(const std::vector<Secret>& secrets, std::string_view plain, std::string_view context);
/// Errors: `value_invalid` if it was sealed for none of the secrets, or with another context.
Result<std::string> unseal_with_any(const std::vector<Secret>& secrets, std::string_view sealed, std::string_view context);

}  // namespace lockstep::config
