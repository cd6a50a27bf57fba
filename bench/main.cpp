#include <sys/resource.h>

#include <cstdio>

#include "bench/report.h"

namespace lockstep::bench {
namespace {

constexpr int exit_done = 0, exit_failed = 1, exit_usage = 2;

int report_error(const Error& error) {
    std::fprintf(stderr, "lockstep-load: %s\n", error.message.c_str());
    return error.code == ErrorCode::config_invalid || error.code == ErrorCode::url_invalid ? exit_usage : exit_failed;
}

// Thousands of connections need as many descriptors.
void raise_descriptor_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

int load(const std::vector<std::string>& arguments) {
    auto line = read_command_line(arguments);
    if (!line) return report_error(line.error());
    if (!line->options) {
        std::fputs(line->text.c_str(), stdout);
        return exit_done;
    }
    raise_descriptor_limit();
    const Options& options = *line->options;
    const auto requests = Requests::make(options);
    if (!requests) return report_error(requests.error());
    const auto outcome = run_load(options, *requests);
    if (!outcome) return report_error(outcome.error());
    std::fputs((options.json ? report_json(options, *outcome) : report_text(options, *outcome)).c_str(), stdout);
    return outcome->failed == 0 ? exit_done : exit_failed;
}

}  // namespace
}  // namespace lockstep::bench

int main(int argc, char** argv) { return lockstep::bench::load({argv + 1, argv + argc}); }
