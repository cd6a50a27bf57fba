#include <algorithm>
#include <limits>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include "api/api.h"

namespace lockstep::api {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

using Labels = std::vector<ClientMetric::Label>;

/// Collects families; a sample is a value with its labels.
class Families {
public:
    void add(MetricType type, const std::string& name, const std::string& help) { families_.push_back({name, help, type, {}}); }
    template <class Number>
    void sample(Number value, Labels labels = {}) {
        ClientMetric& metric = next(std::move(labels));
        (families_.back().type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = static_cast<double>(value);
    }
    void sample(const engine::Histogram& histogram, Labels labels) {
        auto& its = next(std::move(labels)).histogram;
        its.sample_sum = seconds(histogram.sum_ms);
        its.sample_count = histogram.count();
        std::uint64_t up_to = 0;
        for (std::size_t i = 0; i < histogram.bounds_ms.size(); ++i)
            its.bucket.push_back({up_to += histogram.counts[i], seconds(histogram.bounds_ms[i])});
        its.bucket.push_back({its.sample_count, std::numeric_limits<double>::infinity()});
    }
    template <class Number>
    void single(MetricType type, const std::string& name, const std::string& help, Number value) {
        add(type, name, help);
        sample(value);
    }
    /// A family with two labels.
    template <class T>
    void by(MetricType type, const std::string& name, const std::string& help, const char* first, const char* second,
            const engine::Counters::By<T>& values) {
        add(type, name, help);
        for (const auto& [labels, value] : values) sample(value, {{first, labels.first}, {second, labels.second}});
    }
    /// A counter with the label `connection`.
    void by_connection(const std::string& name, const std::string& help, const std::map<std::string, std::uint64_t>& values) {
        add(MetricType::Counter, name, help);
        for (const auto& [connection, value] : values) sample(value, {{"connection", connection}});
    }
    /// A gauge with the label `connection`; connections for which `value` is nullopt are left out.
    template <class Of>
    void each(const std::string& name, const std::string& help, const std::vector<engine::ConnectionStatus>& connections, const Of& of) {
        add(MetricType::Gauge, name, help);
        for (const auto& its : connections)
            if (std::optional<double> value = of(its)) sample(*value, {{"connection", its.name}});
    }
    std::string text() const { return prometheus::TextSerializer().Serialize(families_); }

    static double seconds(std::int64_t ms) { return static_cast<double>(ms) / 1000; }

private:
    ClientMetric& next(Labels labels) {
        families_.back().metric.emplace_back().label = std::move(labels);
        return families_.back().metric.back();
    }

    std::vector<MetricFamily> families_;
};

void add_events_and_runs(Families& all, const engine::Counters& counters) {
    all.by(MetricType::Counter, "lockstep_events_total", "Events made durable, by flow and trigger", "flow", "trigger", counters.events_by);
    all.single(MetricType::Counter, "lockstep_events_duplicate_total", "Events that were there already", counters.duplicates);
    all.single(MetricType::Counter, "lockstep_events_refused_total",
               "Events refused because the queue was full or the process was stopping", counters.refused);
    all.by(MetricType::Counter, "lockstep_runs_ended_total", "Runs ended, by flow and outcome", "flow", "outcome", counters.runs_ended);
    all.by(MetricType::Histogram, "lockstep_run_duration_seconds", "From an event to the end of its run, by flow and outcome", "flow",
           "outcome", counters.run_durations);
    all.by(MetricType::Histogram, "lockstep_step_duration_seconds",
           "From the decision to make a step's first call to its end, with all waits and retries, by flow and step", "flow", "step",
           counters.step_durations);
}

void add_calls(Families& all, const engine::Counters& counters) {
    all.by(MetricType::Counter, "lockstep_calls_total", "Actions performed, by connection and outcome (ok or the class of the error)",
           "connection", "outcome", counters.calls);
    all.by(MetricType::Histogram, "lockstep_call_duration_seconds", "One action with all its requests, by connection and action",
           "connection", "action", counters.call_durations);
    all.add(MetricType::Counter, "lockstep_requests_total", "HTTP requests to vendors, by connection and status");
    for (const auto& [labels, count] : counters.responses)
        all.sample(count, {{"connection", labels.first}, {"status", labels.second == 0 ? "none" : std::to_string(labels.second)}});
    all.by_connection("lockstep_retries_total", "Calls that had no effect and were put off, by connection", counters.retries_by);
    all.by_connection("lockstep_in_doubt_total", "Calls whose answer was lost, by connection", counters.in_doubt_by);
    all.by(MetricType::Counter, "lockstep_in_doubt_settled_total",
           "Steps that had been in doubt and are over, by connection and what became of them", "connection", "outcome",
           counters.doubts_settled);
}

void add_alerts_and_store(Families& all, const engine::Status& status) {
    const auto& counters = status.counters;
    all.single(MetricType::Counter, "lockstep_alerts_sent_total", "Alerts delivered", counters.alerts_sent);
    all.single(MetricType::Counter, "lockstep_alerts_retried_total", "Sendings of alerts that failed and are tried again",
               counters.alerts_retried);
    all.single(MetricType::Counter, "lockstep_alerts_failed_total", "Alerts given up", counters.alerts_failed);
    all.single(MetricType::Counter, "lockstep_store_commits_total", "Transactions committed by the engine", counters.commits);
    all.single(MetricType::Counter, "lockstep_store_commit_failures_total", "Transactions that the store refused",
               counters.commit_failures);
    all.single(MetricType::Gauge, "lockstep_store_ok", "1 if the last commit succeeded", status.store_ok ? 1 : 0);
}

void add_size(Families& all, const engine::Counters& counters, const store::StoreSize& size) {
    all.single(MetricType::Counter, "lockstep_trimmed_runs_total", "Runs of which retention deleted the journal or the whole",
               counters.trimmed_runs);
    all.single(MetricType::Gauge, "lockstep_store_bytes", "Size of the database", size.bytes);
    all.single(MetricType::Gauge, "lockstep_store_free_bytes", "Bytes of the database that are free for what comes next", size.free_bytes);
    all.single(MetricType::Gauge, "lockstep_store_log_bytes", "Size of the write-ahead log beside the database", size.log_bytes);
}

void add_queues(Families& all, const engine::Status& status, const store::StatusCounts& counts) {
    all.single(MetricType::Gauge, "lockstep_runs_waiting", "Runs that have not begun: the depth of the queue", status.waiting);
    all.single(MetricType::Gauge, "lockstep_runs_active", "Runs under way", status.active);
    all.single(MetricType::Gauge, "lockstep_recovering", "1 while open runs of an earlier process are read", status.recovering ? 1 : 0);
    all.single(MetricType::Gauge, "lockstep_runs_waiting_for_locks", "Runs under way whose lock step waits for another run",
               status.waiting_for_locks);
    all.single(MetricType::Gauge, "lockstep_runs_parked", "Runs that wait for a person", counts.parked);
    all.single(MetricType::Gauge, "lockstep_oldest_waiting_seconds", "Age of the run that waits longest",
               Families::seconds(status.oldest_waiting_ms));
}

void add_connections(Families& all, const std::vector<engine::ConnectionStatus>& connections) {
    using Its = const engine::ConnectionStatus&;
    using Maybe = std::optional<double>;
    auto calls = [](std::int64_t count) { return Maybe(static_cast<double>(count)); };
    all.each("lockstep_connection_paused_seconds", "For how long nothing is sent to a connection", connections,
             [](Its its) { return Maybe(Families::seconds(its.paused_ms)); });
    all.each("lockstep_calls_under_way", "Actions being performed, by connection", connections,
             [&](Its its) { return calls(its.under_way); });
    all.each("lockstep_calls_queued", "Actions that wait for their connection, by connection", connections,
             [&](Its its) { return calls(static_cast<std::int64_t>(its.queued)); });
    all.each("lockstep_connection_calls_used", "Calls of the vendor's current allowance that are used, as the vendor says", connections,
             [&](Its its) { return its.budget ? calls(its.budget->used) : std::nullopt; });
    all.each("lockstep_connection_calls_allowed", "The vendor's current allowance of calls, as the vendor says", connections,
             [&](Its its) { return its.budget ? calls(its.budget->allowed) : std::nullopt; });
    all.each("lockstep_connection_calls_left", "Calls that are left of the vendor's current allowance", connections,
             [&](Its its) { return its.budget ? calls(std::max<std::int64_t>(0, its.budget->allowed - its.budget->used)) : std::nullopt; });
}

void add_sweeps(Families& all, const std::vector<engine::SweepStatus>& sweeps) {
    auto each = [&](MetricType type, const char* name, const char* help, auto of) {
        all.add(type, name, help);
        for (const auto& its : sweeps) all.sample(of(its), {{"flow", its.flow}, {"sweep", its.name}});
    };
    using Its = const engine::SweepStatus&;
    each(MetricType::Counter, "lockstep_sweep_calls_total", "Actions performed for a sweep", [](Its its) { return its.calls; });
    each(MetricType::Counter, "lockstep_sweep_rows_total", "Rows that a sweep was given", [](Its its) { return its.rows; });
    each(MetricType::Counter, "lockstep_sweep_events_total", "Events made of what a sweep found and nobody had told of",
         [](Its its) { return its.events; });
    each(MetricType::Counter, "lockstep_sweep_refused_rows_total", "Rows of a sweep that make no sense", [](Its its) { return its.rows_refused; });
    each(MetricType::Counter, "lockstep_sweep_failures_total", "Calls of a sweep that failed", [](Its its) { return its.failures; });
    each(MetricType::Gauge, "lockstep_sweep_failing", "1 if the sweep's last call failed", [](Its its) { return its.failing_since_ms > 0 ? 1 : 0; });
    each(MetricType::Gauge, "lockstep_sweep_last_success_timestamp_seconds", "When the sweep was last through with all that had changed; 0: never",
         [](Its its) { return Families::seconds(its.complete_ms); });
}

}  // namespace

std::string metrics_text(const engine::Status& status, const store::StatusCounts& counts, const store::StoreSize& size,
                         const Refusals& refusals, std::int64_t uptime_ms) {
    Families all;
    all.single(MetricType::Gauge, "lockstep_uptime_seconds", "Time since the start", Families::seconds(uptime_ms));
    all.by(MetricType::Counter, "lockstep_trigger_requests_refused_total",
           "Requests to triggers that were refused, by trigger and error code", "trigger", "code", refusals);
    add_events_and_runs(all, status.counters);
    add_calls(all, status.counters);
    add_queues(all, status, counts);
    add_connections(all, status.connections);
    add_sweeps(all, status.sweeps);
    add_alerts_and_store(all, status);
    add_size(all, status.counters, size);
    return all.text();
}

}  // namespace lockstep::api
