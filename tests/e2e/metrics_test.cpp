// What Prometheus would scrape from a process that has worked.
#include "company.h"

namespace lockstep::testing {
namespace {

std::string metrics(const Landscape& landscape) { return landscape.send("GET", landscape.base() + "/metrics").body; }

/// The value of a series, such as `lockstep_calls_total{connection="sap",outcome="ok"}`; 0 if there is none.
double value_of(const std::string& text, const std::string& series) {
    const std::size_t at = ("\n" + text).find("\n" + series + " ");
    return at == std::string::npos ? 0 : std::strtod(text.c_str() + at + series.size(), nullptr);
}

TEST(Metrics, OfARunningProcessSayWhatItDid) {
    Landscape landscape;
    const auto deals = load_company(landscape, {.accounts = 2, .deals = 2});
    const auto unpaid = load_company(landscape, {.accounts = 1, .deals = 1, .first = 11, .emails = false});
    landscape.start_serve();
    for (const auto& deal : deals) (void)landscape.wait_for(landscape.close_deal(deal));
    EXPECT_EQ(landscape.wait_for(landscape.close_deal(unpaid[0]))["status"].text(), "parked");
    const std::string slack = "lockstep_calls_total{connection=\"slack\",outcome=\"ok\"}";
    ASSERT_TRUE(wait_until(30'000, [&] { return value_of(metrics(landscape), slack) == 1; })) << "the alert's call is one too";
    const std::string text = metrics(landscape);
    for (const auto& [series, least] : std::initializer_list<std::pair<std::string, double>>{
             {"lockstep_events_total{flow=\"deal-closed\",trigger=\"webhook\"}", 3},
             {"lockstep_runs_ended_total{flow=\"deal-closed\",outcome=\"succeeded\"}", 2},
             {"lockstep_runs_ended_total{flow=\"deal-closed\",outcome=\"parked\"}", 1},
             {"lockstep_run_duration_seconds_count{flow=\"deal-closed\",outcome=\"succeeded\"}", 2},
             {"lockstep_step_duration_seconds_count{flow=\"deal-closed\",step=\"order\"}", 2},
             {"lockstep_step_duration_seconds_bucket{flow=\"deal-closed\",step=\"order\",le=\"+Inf\"}", 2},
             {"lockstep_call_duration_seconds_count{connection=\"sap\",action=\"sap.create\"}", 2},
             {"lockstep_requests_total{connection=\"sap\",status=\"201\"}", 2},
             {"lockstep_requests_total{connection=\"slack\",status=\"200\"}", 1},
             {"lockstep_runs_parked", 1},
             {"lockstep_connection_calls_left{connection=\"salesforce\"}", 1}})
        EXPECT_GE(value_of(text, series), least) << series << " in:\n" << text;
    EXPECT_EQ(text.find("\"006"), std::string::npos) << "keys of records are no labels";
}

TEST(Metrics, SamplesStandUnderTheHelpAndTypeOfTheirFamily) {
    Landscape landscape;
    landscape.start_serve();
    std::istringstream lines(metrics(landscape));
    std::string family;
    int families = 0;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("# HELP ")) {
            family = line.substr(7, line.find(' ', 7) - 7);
            ASSERT_TRUE(std::getline(lines, line)) << family;
            EXPECT_TRUE(line.starts_with("# TYPE " + family + " ")) << line;
            ++families;
        } else {
            EXPECT_TRUE(line.starts_with(family)) << line;
        }
    }
    EXPECT_GE(families, 25);
}

}  // namespace
}  // namespace lockstep::testing
