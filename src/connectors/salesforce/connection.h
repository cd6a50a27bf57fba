#pragma once

#include <mutex>
#include <optional>

#include "connectors/salesforce/api.h"
#include "connectors/salesforce/auth.h"
#include "connectors/salesforce/joint.h"
#include "connectors/salesforce/limits.h"

namespace lockstep::connectors::salesforce {

/// An organisation that is signed in to. Threads: any.
class SalesforceConnection : public connector::Connection {
public:
    /// Errors: `config_invalid`, `key_file_invalid`.
    static Result<std::unique_ptr<connector::Connection>> make(connector::ConnectionParts parts);

    /// `organization`: as configured, or empty.
    SalesforceConnection(connector::ConnectionParts& parts, SignIn sign_in, std::string version, std::string organization);

    Result<Value> perform(std::string_view action, const Value& input, connector::CallContext& context) override;
    /// See `joint.h`: single-record queries by an id, updates and upserts.
    std::string joint_name(std::string_view action, const Value& input) const override;
    std::string joint_record(std::string_view action, const Value& input) const override;
    std::size_t joint_max() const override { return joint_size_.now(); }
    std::vector<Result<Value>> perform_jointly(std::string_view action, const std::vector<connector::JointCall>& calls) override;
    Result<void> probe(connector::CallContext& context) override;

    /// The day's allowance as the newest answer said it; nullopt before the first answer.
    std::optional<CallBudget> budget() const override;

    /// Outbound Messages of this organisation: the one that is configured, else the one that tokens are for, as far as one
    /// was ever fetched; before that any is taken, because flows read the record from this organisation anyway.
    Result<connector::Delivery> receive(const net::Request& request) const override;
    net::Response acknowledge(const Result<void>& taken, net::Response plain) const override;

private:
    std::optional<JointKey> joint_key(std::string_view action, const Value& input) const;
    connector::Dialect dialect(const std::string& name);
    void note_budget(const net::Response& response);
    void note_organization(const connector::Token& token);
    void note_access(const Secret& access);
    std::vector<Secret> secrets() const;

    const std::string configured_organization_;
    Authenticator authenticator_;
    connector::Session session_;
    Api api_;
    JointSize joint_size_;
    mutable std::mutex mutex_;
    std::optional<CallBudget> budget_;
    Secret access_;             // of the newest request
    std::string organization_;  // as the newest token says; empty: no token was seen yet
};

/// Describes the connector; the registry calls it.
const connector::Connector& descriptor();

}  // namespace lockstep::connectors::salesforce
