#include "bench/load.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <atomic>
#include <mutex>
#include <set>

#include "bench/ids.h"
#include "bench/report.h"
#include "net/server.h"
#include "value/json.h"

namespace lockstep::bench {
namespace {

/// A server that notes the bodies it gets, and what drives it.
class Load : public ::testing::Test {
protected:
    void serve(net::Handler handler) { server_ = *net::start_server({}, std::move(handler)); }
    void serve_notes() {
        serve([this](net::Request request, std::unique_ptr<net::Responder> responder) {
            {
                const std::lock_guard lock(mutex_);
                bodies_.insert(request.method + ' ' + request.url + ' ' + request.body);
            }
            responder->send(net::text_response(202, "noted"));
        });
    }
    Options options(const std::string& path = "/hook") const {
        Options made;
        made.url = fmt::format("http://127.0.0.1:{}{}", server_->port(), path);
        made.connections = 4;
        made.timeout_s = 5;
        return made;
    }
    static Result<Outcome> run(const Options& options) {
        LS_TRY_ASSIGN(const Requests requests, Requests::make(options));
        return run_load(options, requests);
    }

    std::mutex mutex_;
    std::multiset<std::string> bodies_;
    std::unique_ptr<net::Server> server_;
};

TEST_F(Load, SendsEveryRequestOnce) {
    serve_notes();
    Options given = options("/hook/{n}");
    given.body_template = R"({"n":{n}})";
    given.count = 500;
    const auto outcome = run(given);
    ASSERT_TRUE(outcome.has_value());
    EXPECT_EQ(outcome->succeeded, 500u);
    EXPECT_EQ(outcome->statuses.at(202), 500u);
    EXPECT_EQ(bodies_.size(), 500u);
    for (int n = 0; n < 500; ++n) EXPECT_EQ(bodies_.count(fmt::format("POST /hook/{0} {{\"n\":{0}}}", n)), 1u);
}

TEST_F(Load, KeepsToItsScheduleAndCountsLatencyFromIt) {
    // A server that answers one request at a time, 4 ms each, cannot keep up with 1000 a second: a closed loop would
    // show 4 to 16 ms, but the last of these 100 answers comes some 300 ms after its time.
    std::mutex one;
    serve([&](net::Request, std::unique_ptr<net::Responder> responder) {
        const std::lock_guard lock(one);
        const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(4);
        while (std::chrono::steady_clock::now() < until) {}
        responder->send(net::text_response(200, "done"));
    });
    Options given = options();
    given.rate = 1000;
    given.count = 100;
    const auto outcome = run(given);
    ASSERT_TRUE(outcome.has_value());
    EXPECT_EQ(outcome->succeeded, 100u);
    EXPECT_GE(outcome->latency.max_ns(), 250'000'000);
    EXPECT_GE(outcome->late.max_ns(), 250'000'000);
}

TEST_F(Load, DoesNotHurryAnOpenLoop) {
    serve_notes();
    Options given = options();
    given.rate = 200;
    given.count = 21;
    const auto outcome = run(given);
    ASSERT_TRUE(outcome.has_value());
    EXPECT_GE(outcome->seconds, 0.1);
}

TEST_F(Load, EndsWithItsTime) {
    serve_notes();
    Options given = options();
    given.duration_s = 0.05;
    const auto outcome = run(given);
    ASSERT_TRUE(outcome.has_value());
    EXPECT_GT(outcome->succeeded, 0u);
    EXPECT_EQ(outcome->failed, 0u);
}

TEST_F(Load, CountsRefusalsByStatusAndGoesOn) {
    std::atomic<int> asked = 0;
    serve([&](net::Request, std::unique_ptr<net::Responder> responder) {
        responder->send(net::text_response(++asked % 2 == 0 ? 503 : 202, "x"));
    });
    Options given = options();
    given.count = 100;
    const auto outcome = run(given);
    ASSERT_TRUE(outcome.has_value());
    EXPECT_EQ(outcome->failed, 50u);
    EXPECT_EQ(outcome->statuses.at(503), 50u);
}

TEST_F(Load, CountsConnectionsThatAreCutAndOpensThemAgain) {
    std::atomic<int> asked = 0;
    serve([&](net::Request, std::unique_ptr<net::Responder> responder) {
        if (++asked % 5 == 0) return responder->drop();
        if (asked % 7 == 0) return responder->send_truncated(net::text_response(200, "half of it"), 3);
        responder->send(net::text_response(200, "whole"));
    });
    Options given = options();
    given.count = 35;
    given.connections = 1;
    const auto outcome = run(given);
    ASSERT_TRUE(outcome.has_value());
    EXPECT_EQ(outcome->errors.at("closed"), 11u);
    EXPECT_EQ(outcome->succeeded, 24u);
}

TEST_F(Load, GivesUpOnAnAnswerThatDoesNotCome) {
    std::mutex mutex;
    std::vector<std::unique_ptr<net::Responder>> kept;
    serve([&](net::Request, std::unique_ptr<net::Responder> responder) {
        const std::lock_guard lock(mutex);
        kept.push_back(std::move(responder));
    });
    Options given = options();
    given.count = 4;
    given.timeout_s = 0.1;
    const auto outcome = run(given);
    ASSERT_TRUE(outcome.has_value());
    EXPECT_EQ(outcome->errors.at("timeout"), 4u);
    server_.reset();
}

TEST_F(Load, SaysThatNobodyIsThere) {
    serve_notes();
    Options given = options();
    given.count = 1;
    server_.reset();
    const auto outcome = run(given);
    ASSERT_FALSE(outcome.has_value());
    EXPECT_EQ(outcome.error().code, ErrorCode::unreachable);
}

TEST_F(Load, TakesIdsFromASandbox) {
    serve([](net::Request request, std::unique_ptr<net::Responder> responder) {
        const bool deals = request.url == "/state/salesforce/Opportunity";
        responder->send(
            net::text_response(200, deals ? R"({"records":[{"Id":"A","StageName":"Closed Won"},{"Id":"B","StageName":"Open"},
            {"Id":"C","StageName":"Closed Won","SAP_Order_Number__c":"1"}]})"
                                          : R"({"records":[{"payment_id":"9","amount":1.50,"date":"2026-01-02","payment_mode":"cash",
            "invoices":[{"invoice_id":"7"}]},{"payment_id":"8","invoices":[]}]})"));
    });
    Options given = options();
    given.ids_from = fmt::format("http://127.0.0.1:{}", server_->port());
    given.kind = "deal";
    EXPECT_EQ(*read_ids(given), (Ids{{"A"}}));
    given.kind = "payment";
    EXPECT_EQ(*read_ids(given), (Ids{{"9", "1.50", "2026-01-02", "cash", "7"}}));
}

TEST_F(Load, ReportsForScripts) {
    serve_notes();
    Options given = options();
    given.count = 10;
    const auto outcome = run(given);
    ASSERT_TRUE(outcome.has_value());
    const auto read = json::parse(report_json(given, *outcome));
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ((*read)["succeeded"], Value(10));
    EXPECT_EQ(read->at_path("statuses.202"), Value(10));
    EXPECT_TRUE(read->at_path("latency_ms.p99").is_number());
    EXPECT_NE(report_text(given, *outcome).find("202: 10"), std::string::npos);
}

TEST(LoadIds, AreLinesOfColumns) {
    EXPECT_EQ(split_ids("a\r\nb,2\n\n,x"), (Ids{{"a"}, {"b", "2"}, {"", "x"}}));
    EXPECT_TRUE(split_ids("").empty());
}

}  // namespace
}  // namespace lockstep::bench
