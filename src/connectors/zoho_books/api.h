#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "connector/session.h"
#include "connectors/zoho_books/auth.h"
#include "connectors/zoho_books/entities.h"

namespace lockstep::connectors::zoho_books {

struct ApiSettings {
    std::string name;  ///< of the connection
    Account account;
    std::string path = "/books/v3";
    std::string day_zone = "UTC";  ///< where the organisation's day of calls ends
    int calls_per_minute = 0;      ///< 0: no bound of our own
};

/// The custom field by which Zoho itself keeps a record single.
/// Source: OpenAPI, "Update an invoice using a custom field's unique value".
struct UniqueKey {
    std::string field;  ///< `cf_…`, set to refuse duplicates; empty: none
    std::string value;
};

/// One page of a list.
struct ListPage {
    List rows;
    bool has_more = false;
};

/// Sends requests to one organisation of Zoho Books. Answers are read and made fit for flows. Threads: any.
class Api {
public:
    Api(ApiSettings settings, Runtime& runtime, connector::TokenVault* vault);

    /// GET one record. Errors: `not_found`.
    Result<Value> record(connector::CallContext& context, const Entity& entity, const std::string& id);
    /// GET one page of 200 rows; `page` from 1.
    Result<ListPage> page(connector::CallContext& context, const Entity& entity, net::Parameters parameters, int page);
    /// GET all pages.
    Result<List> all(connector::CallContext& context, const Entity& entity, const net::Parameters& parameters);
    /// GET any path behind the API's; returns the whole answer.
    Result<Value> read(connector::CallContext& context, const std::string& path, net::Parameters parameters);

    /// POST a new record, or PUT it under a unique key. Returns the whole answer.
    Result<Value> create(connector::CallContext& context, const Entity& entity, const Map& body, const UniqueKey& key);
    Result<Value> change(connector::CallContext& context, const Entity& entity, const std::string& id, const Map& body);
    Result<Value> post(connector::CallContext& context, const std::string& path, const Map& body);

    /// The day's calls as the last answer that told of them had them.
    std::optional<connector::CallBudget> budget() const;

private:
    net::Request request(std::string method, const std::string& path, net::Parameters parameters) const;
    Result<Value> send(connector::CallContext& context, net::Request request, net::Effect effect);
    Result<Value> write(connector::CallContext& context, net::Request request, const Map& body);

    ApiSettings settings_;
    connector::Session session_;
    connector::MinuteBudget minute_;
    mutable std::mutex mutex_;
    std::optional<connector::CallBudget> day_;
};

/// Reads `X-Rate-Limit-Limit` and `X-Rate-Limit-Remaining`; nullopt if they are absent or odd.
/// Source: seen on the live service by public programs; not in Zoho's documents.
std::optional<connector::CallBudget> call_budget(const net::Response& response);

}  // namespace lockstep::connectors::zoho_books
