#pragma once

#include <atomic>
#include <string>

#include "connector/session.h"
#include "connectors/sap/auth.h"
#include "connectors/sap/csrf.h"

namespace lockstep::connectors::sap {

struct GatewaySettings {
    std::string name;  ///< of the connection
    std::string root;  ///< of `service_root`
    Access access;
    std::string client;    ///< `sap-client`; empty: the system's default
    std::string language;  ///< of SAP's messages
};

/// A change to send: a create or an update.
struct Change {
    std::string method;
    std::string service;  ///< whose CSRF session it needs
    std::string target;   ///< `/API_SALES_ORDER_SRV/A_SalesOrder`
    std::string body;
    std::string if_match;     ///< ETag; empty: no guard
    bool repeatable = false;  ///< carry the headers of repeatable requests
};

/// Sends requests to the OData services of one SAP system. Threads: any.
class Gateway {
public:
    Gateway(GatewaySettings settings, Runtime& runtime, connector::TokenVault* vault);

    /// Reads `target`, an address behind the root of the services.
    Result<net::Response> read(connector::CallContext& context, const std::string& target);
    /// Sends a change with token and cookies; after a 403 that asks for a fresh token, fetches one and sends once more.
    Result<net::Response> change(connector::CallContext& context, const Change& change);

    const std::string& root() const { return settings_.root; }

private:
    net::Request request(std::string method, const std::string& target) const;
    net::Request change_request(const connector::CallContext& context, const Change& change) const;
    Result<CsrfSession> fetch_csrf(connector::CallContext& context, const std::string& service);
    Result<net::Response> change_once(connector::CallContext& context, const Change& change, const CsrfSession& csrf);

    GatewaySettings settings_;
    connector::Session session_;
    CsrfSessions csrf_;
    std::atomic<bool> repeatable_{true};  ///< off once the system says that it cannot keep answers
};

}  // namespace lockstep::connectors::sap
