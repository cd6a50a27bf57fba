#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "net/client.h"
#include "sandbox/sandbox.h"
#include "sim/dice.h"
#include "sim/fiber_runtime.h"
#include "sim/history.h"
#include "sim/scenario.h"

namespace lockstep::sim {

/// Delivers requests to the emulated vendors in-process: takes virtual time, and spoils what the scenario says. What is
/// on its way when the process dies arrives or not, as the seed says. Writes everything into the history.
class Network : public net::HttpClient {
public:
    Network(FiberRuntime& runtime, sandbox::Sandbox& sandbox, const sandbox::Addresses& addresses, const Scenario& scenario,
            History& history);
    Result<net::Response> send(const net::Request& request, const net::SendOptions& options) override;

    /// The process died: some of what it has just sent never arrives.
    void cut_off();
    /// From now on nothing is spoiled, and nobody holds what the vendors have taken.
    void heal() { healed_ = true; }
    /// Called when a vendor has processed a request, whatever becomes of its answer.
    std::function<void(std::string_view connector, const net::Request&)> processed;

    /// A fingerprint of everything that was sent, when, and what became of it.
    std::uint64_t trace_hash() const { return trace_hash_; }
    /// Requests that would have made one thing twice and were under way at the same time: a lock was missing.
    const std::vector<std::string>& collisions() const { return collisions_; }
    /// How many requests that make something were watched for that.
    std::uint64_t creations() const { return creations_; }
    const std::array<std::uint64_t, fault_kinds>& faults_made() const { return faults_made_; }

private:
    struct Flight;
    using Shared = std::shared_ptr<Flight>;
    std::string connector_of(std::string_view origin) const;
    Result<net::Response> send_once(const net::Request& request, const net::SendOptions& options, const std::string& connector);
    void set_off(const Shared& flight);
    void deliver(const Shared& flight);
    void spoil(Flight& flight);
    const Outage* outage_of(std::string_view connector);
    std::optional<FaultKind> draw(const Flight& flight);
    net::Response process(Flight& flight);
    net::Response process_half(Flight& flight);
    void apply_at(const Shared& flight, std::int64_t at_ms, bool answers);
    void answer_at(const Shared& flight, std::int64_t at_ms);
    void has_landed(Flight& flight);
    void is_over(Flight& flight);
    bool is_refused_by_state(Flight& flight);
    SentCall& record(const Flight& flight);
    std::int64_t way_ms();
    void remember_token(const net::Request& request);

    FiberRuntime& runtime_;
    sandbox::Sandbox& sandbox_;
    const sandbox::Addresses& addresses_;
    const Scenario& scenario_;
    History& history_;
    Dice dice_, ways_;
    std::vector<Shared> flights_;
    std::set<std::string, std::less<>> tokens_, dead_tokens_, dead_sessions_;
    std::map<std::string, int> creating_;  ///< what requests under way would make
    std::vector<std::string> collisions_;
    std::array<std::uint64_t, fault_kinds> faults_made_{};
    std::uint64_t creations_ = 0, trace_hash_ = 14695981039346656037ull;
    bool healed_ = false;
};

}  // namespace lockstep::sim
