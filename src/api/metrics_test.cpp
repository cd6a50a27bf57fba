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
    status.connections = {
        {.name = "salesforce", .under_way = 0, .queued = 0, .paused_ms = 0, .paused_because = "", .budget = connector::CallBudget{15, 100}},
        {.name = "sap", .under_way = 3, .queued = 5, .paused_ms = 2500, .paused_because = "429"}};
    auto& counters = status.counters;
    counters.events = 10;
    counters.events_by = {{{"deal-closed", "outbound_message"}, 6}, {{"deal-closed", "webhook"}, 4}};
    counters.runs_ended = {{{"deal-closed", "succeeded"}, 7}};
    counters.run_durations[{"deal-closed", "succeeded"}].note(1500);
    for (std::int64_t ms : {3, 5, 6, 250, 3'600'000}) counters.step_durations[{"deal-closed", "order"}].note(ms);
    counters.calls = {{{"sap", "ok"}, 20}, {{"sap", "transient"}, 1}};
    counters.call_durations[{"sap", "sap.create"}].note(40);
    counters.responses = {{{"sap", 201}, 40}, {{"sap", 0}, 2}};
    counters.retries_by = {{"sap", 3}};
    counters.in_doubt_by = {{"sap", 1}};
    counters.trimmed_runs = 9;
    counters.doubts_settled = {{{"sap", "adopted"}, 1}};
    return status;
}

std::string text() {
    return metrics_text(busy_status(), {.waiting = 4, .running = 2, .succeeded = 7, .skipped = 0, .parked = 6, .dropped = 0},
                        {.bytes = 40'960, .free_bytes = 4'096, .log_bytes = 8'192},
                        {{{"outbound_message", "permission_missing"}, 2}}, 12'000);
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
    for (std::string line : {"lockstep_uptime_seconds 12",
                             "lockstep_events_total{flow=\"deal-closed\",trigger=\"outbound_message\"} 6",
                             "lockstep_events_total{flow=\"deal-closed\",trigger=\"webhook\"} 4",
                             "lockstep_runs_ended_total{flow=\"deal-closed\",outcome=\"succeeded\"} 7",
                             "lockstep_trigger_requests_refused_total{trigger=\"outbound_message\",code=\"permission_missing\"} 2",
                             "lockstep_run_duration_seconds_sum{flow=\"deal-closed\",outcome=\"succeeded\"} 1.5",
                             "lockstep_calls_total{connection=\"sap\",outcome=\"ok\"} 20",
                             "lockstep_calls_total{connection=\"sap\",outcome=\"transient\"} 1",
                             "lockstep_call_duration_seconds_count{connection=\"sap\",action=\"sap.create\"} 1",
                             "lockstep_requests_total{connection=\"sap\",status=\"201\"} 40",
                             "lockstep_requests_total{connection=\"sap\",status=\"none\"} 2",
                             "lockstep_retries_total{connection=\"sap\"} 3",
                             "lockstep_in_doubt_total{connection=\"sap\"} 1",
                             "lockstep_in_doubt_settled_total{connection=\"sap\",outcome=\"adopted\"} 1",
                             "lockstep_runs_waiting 4",
                             "lockstep_runs_parked 6",
                             "lockstep_oldest_waiting_seconds 1.5",
                             "lockstep_connection_paused_seconds{connection=\"sap\"} 2.5",
                             "lockstep_calls_under_way{connection=\"sap\"} 3",
                             "lockstep_calls_queued{connection=\"sap\"} 5",
                             "lockstep_connection_calls_left{connection=\"salesforce\"} 85",
                             "lockstep_trimmed_runs_total 9", "lockstep_store_bytes 40960", "lockstep_store_free_bytes 4096",
                             "lockstep_store_log_bytes 8192", "lockstep_store_ok 1"})
        EXPECT_TRUE(has_line(text(), line)) << line << " in:\n" << text();
    EXPECT_EQ(text().find("calls_left{connection=\"sap\"}"), std::string::npos) << "it says nothing about an allowance";
}

TEST(Metrics, HistogramsCountUpToTheirBoundsInSeconds) {
    const std::string labels = "lockstep_step_duration_seconds_bucket{flow=\"deal-closed\",step=\"order\",le=";
    for (std::string rest : {"\"0.005\"} 2", "\"0.01\"} 3", "\"0.1\"} 3", "\"0.25\"} 4", "\"1800\"} 4", "\"+Inf\"} 5"})
        EXPECT_TRUE(has_line(text(), labels + rest)) << rest << " in:\n" << text();
    EXPECT_TRUE(has_line(text(), "lockstep_step_duration_seconds_count{flow=\"deal-closed\",step=\"order\"} 5"));
    EXPECT_TRUE(has_line(text(), "lockstep_step_duration_seconds_sum{flow=\"deal-closed\",step=\"order\"} 3600.264"));
}

bool is_name(std::string_view name) {
    return name.starts_with("lockstep_") &&
           std::all_of(name.begin(), name.end(), [](char c) { return c == '_' || (c >= 'a' && c <= 'z'); });
}

/// What `promtool check metrics` looks for. Source: prometheus.io, "Metric and label naming".
TEST(Metrics, FollowTheConventionsOfPrometheus) {
    std::istringstream lines(text());
    std::set<std::string> seen;
    std::string name, type;
    bool helped = false;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("# HELP ")) {
            name = line.substr(7, line.find(' ', 7) - 7);
            helped = line.size() > 8 + name.size();
            continue;
        }
        if (line.starts_with("# TYPE ")) {
            EXPECT_TRUE(line.starts_with("# TYPE " + name + " ") && helped) << line;
            EXPECT_TRUE(seen.insert(name).second) << "twice: " << name;
            type = line.substr(8 + name.size());
            EXPECT_TRUE(is_name(name)) << name;
            EXPECT_EQ(name.ends_with("_total"), type == "counter") << line;
            EXPECT_EQ(name.ends_with("_duration_seconds"), type == "histogram") << line;
            for (std::string unit : {"_ms", "_milliseconds", "_minutes", "_count", "_sum", "_bucket"})
                EXPECT_FALSE(name.ends_with(unit)) << name;
            continue;
        }
        EXPECT_TRUE(line.starts_with(name)) << "a sample without its family: " << line;
        std::string suffix = line.substr(name.size(), line.find_first_of("{ ") - name.size());
        EXPECT_EQ(suffix.empty(), type != "histogram") << line;
    }
    EXPECT_GE(seen.size(), 25u);
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
