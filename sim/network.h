#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "net/client.h"
#include "sandbox/sandbox.h"
#include "sim/fiber_runtime.h"

namespace lockstep::sim {

/// What is wrong with the network on purpose, to see whether the promises notice.
struct NetworkDefects {
    bool resends_lost_writes = false;  ///< as some HTTP libraries do when a reused connection dies
};

/// Delivers requests to the sandbox's handlers in-process: takes virtual time, loses answers, applies late. What is on
/// its way when the process dies arrives or not, as the seed says.
class Network : public net::HttpClient {
public:
    Network(FiberRuntime& runtime, sandbox::Sandbox& sandbox, sandbox::Addresses addresses, NetworkDefects defects = {})
        : runtime_(runtime), sandbox_(sandbox), addresses_(std::move(addresses)), defects_(defects) {}
    Result<net::Response> send(const net::Request& request, const net::SendOptions& options) override;

    /// The process died: some of what it has just sent never arrives.
    void cut_off();

    std::uint64_t requests() const { return requests_; }
    /// A fingerprint of everything that was sent, when, and what became of it.
    std::uint64_t trace_hash() const { return trace_hash_; }
    /// A line a request, in order.
    const std::vector<std::string>& timeline() const { return timeline_; }
    /// Requests that would have made one thing twice and were under way at the same time: a lock was missing.
    const std::vector<std::string>& collisions() const { return collisions_; }
    /// How many requests that make something were watched for that.
    std::uint64_t creations() const { return creations_; }
    void note(std::string line);

private:
    struct Flight;
    std::string connector_of(std::string_view origin) const;
    Result<net::Response> send_once(const net::Request& request, const net::SendOptions& options, const std::string& connector);
    void deliver(const std::shared_ptr<Flight>& flight);
    void set_off(const std::shared_ptr<Flight>& flight);
    void has_landed(Flight& flight);

    FiberRuntime& runtime_;
    sandbox::Sandbox& sandbox_;
    sandbox::Addresses addresses_;
    NetworkDefects defects_;
    std::vector<std::weak_ptr<Flight>> flights_;
    std::map<std::string, int> creating_;  ///< what requests under way would make
    std::vector<std::string> timeline_, collisions_;
    std::uint64_t requests_ = 0, creations_ = 0, trace_hash_ = 14695981039346656037ull;
};

}  // namespace lockstep::sim
