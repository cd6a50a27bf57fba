#pragma once

#include <string>

#include "connector/session.h"

namespace lockstep::connectors::salesforce {

/// The REST API of one organisation as the actions use it: paths in, JSON out. Threads: any.
class Api {
public:
    /// `version` as in the path: `v60.0`.
    Api(connector::Session& session, std::string version) : session_(session), version_(std::move(version)) {}

    /// Puts percent-encoded segments behind `/services/data/vNN.0`. Each is checked by the caller as well.
    std::string path(const std::vector<std::string>& segments) const;

    /// Reads a target in origin form. Errors: the session's; `connection_lost` for an answer that is not JSON (nothing
    /// was changed, so reading again is right).
    Result<Value> get(connector::CallContext& context, std::string target);

    /// Sends a JSON body; returns null for an empty answer. Errors: the session's; `answer_lost` for an answer that is
    /// not JSON.
    Result<Value> write(connector::CallContext& context, std::string method, std::string target, const Value& body);

private:
    connector::Session& session_;
    std::string version_;
};

}  // namespace lockstep::connectors::salesforce
