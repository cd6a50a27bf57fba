#pragma once

#include <mutex>
#include <string>

#include "base/runtime.h"
#include "base/secret.h"
#include "connector/connector.h"
#include "store/store.h"

namespace lockstep::config {

/// Keeps access tokens in the store, sealed with AES-256-GCM, so that a restart does not ask vendors for new ones (Zoho
/// grants ten in ten minutes). The key is derived from the connections' own credentials, which the database does not
/// hold: who has only the file can read no token, and changed credentials make old tokens unreadable, which is right.
class StoreVault : public connector::TokenVault {
public:
    StoreVault(store::Store& store, Runtime& runtime, Secret key_material);
    std::optional<std::string> load(const std::string& connection) override;
    void save(const std::string& connection, const std::string& token_json) override;

private:
    store::Store& store_;
    Runtime& runtime_;
    std::string key_;
};

/// Seals a text: 12 bytes nonce, ciphertext, 16 bytes tag; `context` is authenticated with it.
/// Requires a key of 32 bytes. Errors: `internal`.
Result<std::string> seal(const std::string& key, std::string_view plain, std::string_view context);
/// Errors: `value_invalid` if it was not sealed with this key and context.
Result<std::string> unseal(const std::string& key, std::string_view sealed, std::string_view context);

}  // namespace lockstep::config
