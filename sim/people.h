#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sandbox/sandbox.h"

namespace lockstep::sim {

/// Somebody who works in SAP: speaks its API as a user, beside the faults.
class SapClerk {
public:
    SapClerk(sandbox::Sandbox& sandbox, const sandbox::Credentials& credentials) : sandbox_(sandbox), credentials_(credentials) {}
    /// Reads one entity or a list of them; null if there is none.
    Value read(const std::string& target);
    /// Returns whether SAP took it: it may be locked by somebody else.
    bool send(const std::string& method, const std::string& target, const Value& body = {});
    /// What the last `send` made; null if it made nothing.
    Value made() const;
    const std::string& refusal() const { return refusal_; }

private:
    net::Request request(const std::string& method, const std::string& target, const Value& body) const;
    void begin_session();

    sandbox::Sandbox& sandbox_;
    const sandbox::Credentials& credentials_;
    std::string token_, cookie_, answer_, refusal_;
};

/// Somebody in finance: speaks Zoho Books' API, beside the faults.
class Accountant {
public:
    Accountant(sandbox::Sandbox& sandbox, const sandbox::Credentials& credentials) : sandbox_(sandbox), credentials_(credentials) {}
    /// What Zoho answers; nullopt if it refuses. `path` begins without a slash and has no organisation.
    std::optional<Value> send(const std::string& method, const std::string& path, const Value& body = {});
    const std::string& refusal() const { return refusal_; }
    /// How often somebody in finance may have changed something.
    std::uint64_t changes() const { return changes_; }

private:
    bool sign_in();

    sandbox::Sandbox& sandbox_;
    const sandbox::Credentials& credentials_;
    std::string token_, refusal_;
    std::uint64_t changes_ = 0;
};

}  // namespace lockstep::sim
