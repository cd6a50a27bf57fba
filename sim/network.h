#pragma once

#include "net/client.h"
#include "sandbox/sandbox.h"
#include "sim/fiber_runtime.h"

namespace lockstep::sim {

/// Delivers requests to the sandbox's handlers in-process: takes virtual time, loses answers, applies late.
class Network : public net::HttpClient {
public:
    Network(FiberRuntime& runtime, sandbox::Sandbox& sandbox, sandbox::Addresses addresses)
        : runtime_(runtime), sandbox_(sandbox), addresses_(std::move(addresses)) {}
    Result<net::Response> send(const net::Request& request, const net::SendOptions& options) override;

private:
    std::string connector_of(std::string_view origin) const;
    FiberRuntime& runtime_;
    sandbox::Sandbox& sandbox_;
    sandbox::Addresses addresses_;
};

}  // namespace lockstep::sim
