#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "connector/zoho_accounts.h"

namespace lockstep::connectors::zoho_crm {

struct ApiSettings {
    std::string name;  ///< of the connection
    connector::zoho::Addresses addresses;
    connector::zoho::Client client;
    Secret refresh_token;
    std::string path = "/crm/v8";
    std::int64_t credits_per_day = 0;  ///< of the edition; 0: not known
};

/// What Zoho CRM answered.
struct Answer {
    int status = 200;
    Value body;          ///< null where there is none: nothing was found, or nothing is newer
    Timestamp earliest;  ///< by Zoho's clock, the earliest second in which it can have looked
    const Value& data() const { return body["data"]; }
};

/// One page of rows that a query finds.
struct QueryPage {
    List rows;
    bool more = false;
    Timestamp earliest;
};

/// Sends requests to one organisation of Zoho CRM. Threads: any.
class Api {
public:
    Api(ApiSettings settings, Runtime& runtime, connector::TokenVault* vault);

    /// GET. `path` is behind the version: `/Accounts`.
    Result<Answer> get(connector::CallContext& context, const std::string& path, const net::Parameters& parameters,
                       const net::Headers& headers = {});
    /// POST, PUT or PATCH with a body.
    Result<Answer> write(connector::CallContext& context, std::string method, const std::string& path, const Map& body,
                         const net::Headers& headers = {});
    Result<Answer> remove(connector::CallContext& context, const std::string& path, const net::Parameters& parameters);
    /// One page of a COQL query, whose own `limit` says how many rows. Source: OpenAPI v8.0, coql.
    Result<QueryPage> query(connector::CallContext& context, const std::string& coql);

    /// The credits of 24 hours as the last answer that told of them had them. Zoho tells only what is left, and not before
    /// half is used: if the edition's credits are not configured, there are taken to be twice as many as ever were left.
    std::optional<connector::CallBudget> budget() const;

private:
    Result<Answer> send(connector::CallContext& context, net::Request request, const std::string& path, net::Effect effect);
    void note_credits(const net::Response& response);

    ApiSettings settings_;
    connector::Session session_;
    mutable std::mutex mutex_;
    std::optional<connector::CallBudget> credits_;
    std::int64_t most_left_ = 0;
};

/// Reads `X-API-CREDITS-REMAINING`; nullopt if it is absent or odd.
/// Source: seen on the live service, once half of the credits is used; not in Zoho's documents.
std::optional<std::int64_t> credits_left(const net::Response& response);

/// The earliest second in which Zoho can have looked at its records, having needed at most `duration_ms` to answer.
/// By the `Date` of the answer; without one by our own clock, which may go five minutes before Zoho's.
Timestamp earliest_look(const net::Response& response, Timestamp now, std::int64_t duration_ms);

/// A text inside a query. A quote is written twice. Source: Zoho's developer community, Kaizen 171, question 3.
std::string coql_text(std::string_view text);

}  // namespace lockstep::connectors::zoho_crm
