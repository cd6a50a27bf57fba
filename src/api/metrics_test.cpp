#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "api/api.h"
#include "tests/page.h"

namespace lockstep::api {
namespace {

engine::Status busy_status() {
    engine::Status status;
    status.running = true;
    status.waiting = 4;
    status.active = 2;
    status.oldest_waiting_ms = 1500;
    status.connections = {{.name = "sap", .under_way = 3, .queued = 5, .paused_ms = 2500, .paused_because = "429"}};
    status.counters.events = 10;
    status.counters.runs_ended = {{{"deal-closed", "succeeded"}, 7}};
    status.counters.calls = {{{"sap", "ok"}, 20}, {{"sap", "transient"}, 1}};
    status.counters.requests = {{"sap", 42}};
    status.counters.in_doubt = 1;
    return status;
}

std::string text() {
    return metrics_text(busy_status(), {.waiting = 4, .running = 2, .succeeded = 7, .skipped = 0, .parked = 6, .dropped = 0}, 12'000);
}

bool has_line(const std::string& text, const std::string& line) { return ("\n" + text).find("\n" + line + "\n") != std::string::npos; }

/// The names behind `# TYPE`.
std::set<std::string> names_in(const std::string& text) {
    std::set<std::string> names;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with("# TYPE ")) names.insert(line.substr(7, line.find(' ', 7) - 7));
    return names;
}

TEST(Metrics, SayWhatTheEngineCounts) {
    for (std::string line :
         {"lockstep_uptime_seconds 12", "lockstep_events_total 10",
          "lockstep_runs_ended_total{flow=\"deal-closed\",outcome=\"succeeded\"} 7",
          "lockstep_calls_total{connection=\"sap\",outcome=\"ok\"} 20", "lockstep_calls_total{connection=\"sap\",outcome=\"transient\"} 1",
          "lockstep_requests_total{connection=\"sap\"} 42", "lockstep_in_doubt_total 1", "lockstep_runs_waiting 4",
          "lockstep_runs_parked 6", "lockstep_oldest_waiting_seconds 1.5", "lockstep_connection_paused_seconds{connection=\"sap\"} 2.5",
          "lockstep_calls_under_way{connection=\"sap\"} 3", "lockstep_calls_queued{connection=\"sap\"} 5", "lockstep_store_ok 1"})
        EXPECT_TRUE(has_line(text(), line)) << line << " in:\n" << text();
}

TEST(Metrics, FollowTheConventionsOfPrometheus) {
    std::istringstream lines(text());
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with("# TYPE ")) continue;
        std::string name = line.substr(7, line.find(' ', 7) - 7);
        EXPECT_TRUE(name.starts_with("lockstep_")) << name;
        EXPECT_EQ(name.ends_with("_total"), line.ends_with(" counter")) << line;
        EXPECT_NE(text().find("# HELP " + name + " "), std::string::npos) << name;
    }
}

TEST(Metrics, StandOnTheirPageAllOfThemAndNoOthers) {
    std::string page = lockstep::testing::read_project_file("docs/metrics.md");
    auto names = names_in(text());
    ASSERT_FALSE(names.empty());
    std::set<std::string> listed;
    for (std::size_t at = 0; (at = page.find("\n| `lockstep_", at)) != std::string::npos; ++at)
        listed.insert(page.substr(at + 4, page.find('`', at + 4) - at - 4));
    EXPECT_EQ(listed, names);
}

}  // namespace
}  // namespace lockstep::api
