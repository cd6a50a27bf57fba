#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/log.h"
#include "engine/engine.h"
#include "flow/testing.h"
#include "sim/fiber_runtime.h"
#include "sim/flaky_store.h"

namespace lockstep::sim {

class NoHttp : public net::HttpClient {
public:
    Result<net::Response> send(const net::Request&, const net::SendOptions&) override {
        return fail(ErrorCode::unreachable, "there is no network here");
    }
};

/// The engine alone, with a vendor that does what a test says, in one thread on virtual time.
class EngineTest : public ::testing::Test {
protected:
    struct Vendor : connector::Connection {
        explicit Vendor(EngineTest& its) : test(its) {}
        Result<Value> perform(std::string_view action, const Value& input, connector::CallContext& call) override {
            std::string what = std::string(action) + " " + input["x"].text();
            test.calls.push_back(what);
            test.request_ids.push_back(call.request_id);
            call.runtime.sleep_ms(test.call_ms);
            return test.answer(what);
        }
        Result<void> probe(connector::CallContext&) override {
            ++test.probes;
            return test.probe_answer();
        }
        std::string joint_name(std::string_view action, const Value&) const override { return test.joint ? std::string(action) : ""; }
        std::string joint_record(std::string_view, const Value& input) const override { return input["x"].text(); }
        std::vector<Result<Value>> perform_jointly(std::string_view action, const std::vector<connector::JointCall>& all) override {
            test.calls.push_back("together " + std::to_string(all.size()));
            all.front().context.runtime.sleep_ms(test.call_ms);
            std::vector<Result<Value>> results;
            for (const auto& its : all) results.push_back(test.answer(std::string(action) + " " + its.input["x"].text()));
            return results;
        }
        EngineTest& test;
    };

    EngineTest() : runtime(1, *parse_timestamp("2026-02-18T08:00:00Z")), real(open()), store(*real) {
        log::configure(log::Level::error, log::Format::json);
    }
    ~EngineTest() override { kill(); }

    static std::unique_ptr<store::Store> open() {
        auto store = store::open_sqlite({.path = ":memory:"});
        LS_ASSERT(store.has_value());
        return *std::move(store);
    }

    void start(const std::string& text, engine::Options options = {}) {
        auto flow = flow::testing::parse(text);
        ASSERT_TRUE(flow) << flow.error().message;
        auto flows = std::make_shared<const std::vector<flow::Flow>>(1, *std::move(flow));
        std::vector<engine::ConnectionEntry> connections;
        for (const char* name : {"a", "b"})
            connections.push_back({name, std::make_unique<Vendor>(*this), {.concurrency_max = concurrency, .settle_ms = 10'000}});
        options.workers = 4;
        options.alert_connection = alerts_by;
        engine = std::make_unique<engine::Engine>(engine::Parts{.runtime = runtime,
                                                                .store = store,
                                                                .http = http,
                                                                .flows = std::move(flows),
                                                                .connections = std::move(connections),
                                                                .options = options});
        auto started = engine->start();
        ASSERT_TRUE(started) << started.error().message;
    }
    /// Ends the engine as a crash does.
    void kill() {
        runtime.abandon();
        engine.reset();
    }
    /// Submits an event and returns where its answer will be.
    std::shared_ptr<std::optional<Result<engine::Accepted>>> submit(const std::string& key, const std::string& dedupe_id = "") {
        auto answered = std::make_shared<std::optional<Result<engine::Accepted>>>();
        engine->submit({.flow = "test", .key = key, .trigger = "webhook", .dedupe_id = dedupe_id, .body_json = "{\"id\":\"" + key + "\"}"},
                       [answered](Result<engine::Accepted> accepted) { *answered = std::move(accepted); });
        return answered;
    }
    /// Submits events that come together: each a key and a dedupe id.
    std::shared_ptr<std::optional<Result<std::vector<engine::Accepted>>>> submit_all(
        const std::vector<std::pair<std::string, std::string>>& events) {
        auto answered = std::make_shared<std::optional<Result<std::vector<engine::Accepted>>>>();
        std::vector<engine::Submission> all;
        for (const auto& [key, dedupe_id] : events)
            all.push_back({.flow = "test", .key = key, .trigger = "webhook", .dedupe_id = dedupe_id});
        engine->submit_all(std::move(all), [answered](Result<std::vector<engine::Accepted>> accepted) { *answered = std::move(accepted); });
        return answered;
    }
    std::shared_ptr<std::optional<Result<void>>> replay(const std::string& run_id) {
        auto answered = std::make_shared<std::optional<Result<void>>>();
        engine->replay(run_id, {.actor = "test"}, [answered](Result<void> done) { *answered = std::move(done); });
        return answered;
    }
    void pass(std::int64_t ms) {
        (void)runtime.run_until([] { return false; }, runtime.monotonic_ms() + ms);
    }
    bool becomes_quiet() { return engine->wait_until_quiet(3'600'000); }
    std::vector<store::RunRow> runs(store::RunStatus status) { return *store.list_runs({.status = status, .limit = 1000}); }
    std::size_t doubts() {
        std::size_t count = 0;
        auto all = *store.list_runs({.limit = 1000});
        for (const auto& run : all) {
            auto loaded = *real->load_run(run.id);
            for (const auto& row : loaded->journal) count += row.kind == "in_doubt" ? 1 : 0;
        }
        return count;
    }

    FiberRuntime runtime;
    std::unique_ptr<store::Store> real;
    FlakyStore store;
    NoHttp http;
    std::unique_ptr<engine::Engine> engine;
    std::vector<std::string> calls;
    std::vector<std::string> request_ids;  ///< of `calls`
    std::int64_t call_ms = 10;
    int concurrency = 2;
    int probes = 0;
    std::string alerts_by = {};  ///< the connection that alerts go to; empty: none are made
    bool joint = false;          ///< calls of one action can be made together
    std::function<Result<void>()> probe_answer = [] { return Result<void>(); };
    std::function<Result<Value>(const std::string& what)> answer = [](const std::string&) { return Result<Value>(Value(1)); };
};

}  // namespace lockstep::sim
