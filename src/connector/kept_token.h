#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "connector/session.h"

namespace lockstep::connector {

/// Names the credentials a token was obtained with, without giving them away: a kept token is of no use, and harmful,
/// once the connection points at another account.
std::string account_fingerprint(const Dialect& dialect);

/// Writes a token for the vault.
std::string write_kept_token(const Token& token, const std::string& fingerprint);
/// Returns nullopt for a token of other credentials and for a text that cannot be read: a fresh one is fetched then.
std::optional<Token> read_kept_token(std::string_view text, const std::string& fingerprint);

}  // namespace lockstep::connector
