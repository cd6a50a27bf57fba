#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "connector/renewable.h"
#include "net/http.h"

namespace lockstep::connectors::sap {

/// What every change must carry: the token, and the cookies of the session that it belongs to.
/// Source: SAP Gateway, CSRF protection; several public clients. A server that gives no token wants none.
struct CsrfSession {
    std::string token;   ///< empty: the server gave none
    std::string cookie;  ///< `a=b; c=d`, empty if none
};

/// Takes token and cookies out of the answer to a read that asked for them with `x-csrf-token: Fetch`.
CsrfSession read_csrf_session(const net::Response& response);
void put_csrf_session(net::Request& request, const CsrfSession& session);

/// The sessions of a connection, one a service; each is fetched by one task while the others wait.
/// Threads: any.
class CsrfSessions {
public:
    explicit CsrfSessions(Runtime& runtime) : runtime_(runtime) {}
    /// Lives as long as this object.
    connector::Renewable<CsrfSession>& of(const std::string& service);

private:
    Runtime& runtime_;
    std::mutex mutex_;
    std::map<std::string, std::unique_ptr<connector::Renewable<CsrfSession>>> by_service_;
};

}  // namespace lockstep::connectors::sap
