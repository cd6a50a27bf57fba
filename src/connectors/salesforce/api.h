#pragma once

#include <functional>
#include <string>
#include <vector>

#include "connector/session.h"

namespace lockstep::connectors::salesforce {

/// An answer with what its headers say.
struct Answer {
    Value body;  ///< null if there is none
    net::Headers headers;
    /// Salesforce's own time when it was asked, or before that: what it read, it read at this time or later.
    std::int64_t asked_at_ms = 0;
};

/// The REST API of one organisation as the actions use it: paths in, JSON out. Threads: any.
class Api {
public:
    /// `version` as in the path: `v60.0`. `secrets`: what no trace may have, at the moment.
    Api(connector::Session& session, std::string version, std::function<std::vector<Secret>()> secrets)
        : session_(session), version_(std::move(version)), secrets_(std::move(secrets)) {}

    /// Puts percent-encoded segments behind `/services/data/vNN.0`. Each is checked by the caller as well.
    std::string path(const std::vector<std::string>& segments) const;
    /// The target that asks a query, and how many bytes a target may have.
    std::string query_target(std::string_view soql) const;
    static std::size_t target_bytes_max();

    /// The number of the version: 60.
    int version() const;

    /// Reads a target in origin form. Errors: the session's; `connection_lost` for an answer that is not JSON (nothing
    /// was changed, so reading again is right).
    Result<Value> get(connector::CallContext& context, std::string target);

    /// Sends a JSON body; returns null for an empty answer. Errors: the session's; `answer_lost` for an answer that is
    /// not JSON.
    Result<Value> write(connector::CallContext& context, std::string method, std::string target, const Value& body);

    /// Sends a request whose target is in origin form. Errors: the session's; for an answer that is not JSON as `get` and
    /// `write` say.
    Result<Answer> ask(connector::CallContext& context, net::Request request, net::Effect effect);
    /// A request with a JSON body.
    static net::Request request(std::string method, std::string target, const Value& body);

    /// Takes out of a text what a trace must not have.
    connector::Redactor redactor() const { return connector::Redactor(secrets_()); }

private:
    connector::Session& session_;
    std::string version_;
    std::function<std::vector<Secret>()> secrets_;
};

}  // namespace lockstep::connectors::salesforce
