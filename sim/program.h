#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/application.h"
#include "sandbox/sandbox.h"
#include "sim/fiber_runtime.h"
#include "sim/flaky_store.h"
#include "sim/history.h"
#include "sim/scenario.h"

namespace lockstep::sim {

/// The addresses and credentials that program and vendors have in common; made once a process, keys are dear.
const sandbox::Addresses& addresses();
const sandbox::Credentials& credentials();
/// Of the Salesforce user, in PEM.
const std::string& private_key();

/// So much of a day's calls the connections leave to others where a day's calls are few.
constexpr int tight_reserve_percent = 30;

/// What a vendor sends, in its own words, for one of the program's connections.
struct Message {
    std::string connection;
    net::Request request;
};

/// What a program runs with instead of the usual: a configuration with its flows, read once.
struct Setup {
    config::Config config;
    std::shared_ptr<const std::vector<flow::Flow>> flows;
};

/// The real program: its life from start to death, over and over, on one database. A killed process leaves its files as
/// the system has them at that moment, write-ahead log and all; the next one opens those.
class Program {
public:
    Program(const Scenario& scenario, FiberRuntime& runtime, net::HttpClient& http, History& history, const Setup* setup = nullptr);
    ~Program();

    /// Returns whether it came up; else it has ended already, as a program does that cannot read its store.
    bool start();
    /// Kills it where it is.
    void kill(std::string_view of_what);
    /// Ends it for good.
    void end();
    bool is_alive() const { return application_ != nullptr; }
    /// Why it dies now; empty: it lives on. True once for each crash of the scenario.
    std::string_view due_death();

    /// Reads a vendor's message as the program's server does. Errors: those of the connection, of the flow's key, and
    /// `not_found` if no flow listens to it.
    Result<engine::Submission> receive(const Message& message);
    engine::Engine& engine() { return application_->engine(); }
    store::Store& store() { return application_->store(); }
    std::uint64_t retries() const { return retries_; }
    std::uint64_t in_doubt() const { return in_doubt_; }

private:
    class Disk;
    Result<void> before_commit(const store::Batch& batch);
    void after_commit(const store::Batch& batch, const Result<void>& done);
    void dies_here(Crash::Where where);
    void note_commit(const store::Batch& batch, const Result<void>& done);
    void note_counters();
    bool has_file() const;
    void limit(config::ConnectionConfig& connection) const;
    Result<std::unique_ptr<store::Store>> open_disk(const std::string& path);
    std::filesystem::path path_of(int life) const;
    void forget_files(int life) const;

    const Scenario& scenario_;
    FiberRuntime& runtime_;
    net::HttpClient& http_;
    History& history_;
    const Setup* setup_;
    std::unique_ptr<config::Application> application_;
    std::uint64_t play_;  ///< tells the files of plays in one process apart
    int life_ = 0;
    std::uint64_t commits_ = 0;
    std::vector<Crash> crashes_;  ///< still to come
    std::string_view death_;
    std::uint64_t retries_ = 0, in_doubt_ = 0;
};

}  // namespace lockstep::sim
