#include "bench/report.h"

#include <fmt/format.h>

#include <array>

#include "value/json.h"

namespace lockstep::bench {
namespace {

struct Quantile {
    const char* name;
    double share;
};
constexpr std::array<Quantile, 4> quantiles = {{{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p999", 0.999}}};

double ms(std::int64_t ns) { return static_cast<double>(ns) / 1e6; }
double per_second(const Outcome& outcome) {
    return outcome.seconds > 0 ? static_cast<double>(outcome.succeeded + outcome.failed) / outcome.seconds : 0;
}

Value number(double value, int decimals) { return *Decimal::parse(fmt::format("{:.{}f}", value, decimals)); }

Value times(const Histogram& histogram) {
    Map map;
    for (const Quantile& quantile : quantiles) map.set(quantile.name, number(ms(histogram.quantile_ns(quantile.share)), 3));
    map.set("max", number(ms(histogram.max_ns()), 3));
    map.set("mean", number(ms(histogram.mean_ns()), 3));
    return map;
}

std::string times_text(const Histogram& histogram) {
    std::string out;
    for (const Quantile& quantile : quantiles)
        fmt::format_to(std::back_inserter(out), "{} {:.2f}   ", quantile.name, ms(histogram.quantile_ns(quantile.share)));
    return out + fmt::format("max {:.2f} ms", ms(histogram.max_ns()));
}

template <class Counts>
std::string counts_text(const Counts& counts) {
    std::string out;
    for (const auto& [name, count] : counts) fmt::format_to(std::back_inserter(out), "{}{}: {}", out.empty() ? "" : ", ", name, count);
    return out.empty() ? "none" : out;
}

template <class Counts>
Value counts_value(const Counts& counts) {
    Map map;
    for (const auto& [name, count] : counts) map.set(fmt::format("{}", name), static_cast<std::int64_t>(count));
    return map;
}

}  // namespace

std::string report_text(const Options& options, const Outcome& outcome) {
    const std::string loop = options.rate > 0 ? fmt::format("open loop at {}/s", options.rate) : "closed loop";
    std::string out = fmt::format("requests    {} in {:.2f} s on {} connection{}, {}\n", outcome.succeeded + outcome.failed,
                                  outcome.seconds, options.connections, options.connections == 1 ? "" : "s", loop);
    out += fmt::format("throughput  {:.0f}/s\n", per_second(outcome));
    out += fmt::format("latency     {}\n", times_text(outcome.latency));
    if (options.rate > 0) out += fmt::format("sent late   {}\n", times_text(outcome.late));
    out += fmt::format("answers     {}\n", counts_text(outcome.statuses));
    out += fmt::format("no answer   {}\n", counts_text(outcome.errors));
    return out;
}

std::string report_json(const Options& options, const Outcome& outcome) {
    Map map{{"loop", options.rate > 0 ? "open" : "closed"}, {"connections", options.connections}};
    if (options.rate > 0) map.set("rate", number(options.rate, 3));
    map.set("requests", static_cast<std::int64_t>(outcome.succeeded + outcome.failed));
    map.set("succeeded", static_cast<std::int64_t>(outcome.succeeded));
    map.set("failed", static_cast<std::int64_t>(outcome.failed));
    map.set("seconds", number(outcome.seconds, 6));
    map.set("per_second", number(per_second(outcome), 1));
    map.set("latency_ms", times(outcome.latency));
    if (options.rate > 0) map.set("sent_late_ms", times(outcome.late));
    map.set("statuses", counts_value(outcome.statuses));
    map.set("errors", counts_value(outcome.errors));
    map.set("cpu_seconds", number(outcome.cpu_seconds, 3));
    return json::write(map) + "\n";
}

}  // namespace lockstep::bench
