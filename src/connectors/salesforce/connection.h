#pragma once

#include <mutex>
#include <optional>

#include "connectors/salesforce/api.h"
#include "connectors/salesforce/auth.h"
#include "connectors/salesforce/limits.h"

namespace lockstep::connectors::salesforce {

/// An organisation that is signed in to. Threads: any.
class SalesforceConnection : public connector::Connection {
public:
    /// Errors: `config_invalid`, `key_file_invalid`.
    static Result<std::unique_ptr<connector::Connection>> make(connector::ConnectionParts parts);

    SalesforceConnection(connector::ConnectionParts& parts, SignIn sign_in, std::string version);

    Result<Value> perform(std::string_view action, const Value& input, connector::CallContext& context) override;
    Result<void> probe(connector::CallContext& context) override;

    /// The day's allowance as the newest answer said it; nullopt before the first answer.
    std::optional<CallBudget> budget() const override;

private:
    connector::Dialect dialect(const std::string& name);
    void note_budget(const net::Response& response);

    Authenticator authenticator_;
    connector::Session session_;
    Api api_;
    mutable std::mutex mutex_;
    std::optional<CallBudget> budget_;
};

/// Describes the connector; the registry calls it.
const connector::Connector& descriptor();

}  // namespace lockstep::connectors::salesforce
