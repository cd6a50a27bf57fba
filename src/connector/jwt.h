#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "value/value.h"

namespace lockstep::connector {

/// An RSA private key that signs JSON Web Tokens. Threads: any.
class SigningKey {
public:
    /// Reads a PEM file (PKCS#1 or PKCS#8, without a passphrase).
    /// Errors: `key_file_invalid` naming the file and what is wrong with it.
    static Result<SigningKey> load(const std::string& path);
    /// As `load`, from the text of such a file; `name` stands in messages.
    static Result<SigningKey> from_pem(std::string_view pem, const std::string& name);

    /// Returns the PKCS#1 v1.5 signature with SHA-256, as RS256 wants it. Errors: `internal`.
    Result<std::string> sign(std::string_view text) const;
    /// What a person should mend although the key works (others may read the file); empty: nothing.
    const std::string& warning() const { return warning_; }

private:
    explicit SigningKey(std::shared_ptr<void> key) : key_(std::move(key)) {}

    std::shared_ptr<void> key_;  // EVP_PKEY
    std::string warning_;
};

/// Makes a signed token `header.claims.signature` with `{"alg":"RS256"}`. Source: RFC 7515, RFC 7519.
Result<std::string> make_jwt(const SigningKey& key, const Map& claims);

}  // namespace lockstep::connector
