#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include "api/api.h"

namespace lockstep::api {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

/// Collects families; a sample is a value with its labels.
class Families {
public:
    void add(MetricType type, const std::string& name, const std::string& help) { families_.push_back({name, help, type, {}}); }
    void sample(double value, std::vector<ClientMetric::Label> labels = {}) {
        ClientMetric metric;
        metric.label = std::move(labels);
        if (families_.back().type == MetricType::Counter)
            metric.counter.value = value;
        else
            metric.gauge.value = value;
        families_.back().metric.push_back(std::move(metric));
    }
    void single(MetricType type, const std::string& name, const std::string& help, double value) {
        add(type, name, help);
        sample(value);
    }
    std::string text() const { return prometheus::TextSerializer().Serialize(families_); }

private:
    std::vector<MetricFamily> families_;
};

void add_engine(Families& all, const engine::Status& status) {
    const auto& counters = status.counters;
    all.single(MetricType::Counter, "lockstep_events_total", "Events made durable", static_cast<double>(counters.events));
    all.single(MetricType::Counter, "lockstep_events_duplicate_total", "Events that were there already",
               static_cast<double>(counters.duplicates));
    all.single(MetricType::Counter, "lockstep_events_refused_total",
               "Events refused because the queue was full or the process was stopping", static_cast<double>(counters.refused));
    all.add(MetricType::Counter, "lockstep_runs_ended_total", "Runs ended, by flow and outcome");
    for (const auto& [labels, count] : counters.runs_ended)
        all.sample(static_cast<double>(count), {{"flow", labels.first}, {"outcome", labels.second}});
    all.add(MetricType::Counter, "lockstep_calls_total", "Actions performed, by connection and outcome (ok or the class of the error)");
    for (const auto& [labels, count] : counters.calls)
        all.sample(static_cast<double>(count), {{"connection", labels.first}, {"outcome", labels.second}});
    all.add(MetricType::Counter, "lockstep_requests_total", "HTTP requests to vendors, by connection");
    for (const auto& [connection, count] : counters.requests) all.sample(static_cast<double>(count), {{"connection", connection}});
    all.single(MetricType::Counter, "lockstep_retries_total", "Steps that failed without effect and were put off",
               static_cast<double>(counters.retries));
    all.single(MetricType::Counter, "lockstep_in_doubt_total", "Calls whose answer was lost", static_cast<double>(counters.in_doubt));
    all.single(MetricType::Counter, "lockstep_alerts_sent_total", "Alerts delivered", static_cast<double>(counters.alerts_sent));
    all.single(MetricType::Counter, "lockstep_alerts_retried_total", "Sendings of alerts that failed and are tried again",
               static_cast<double>(counters.alerts_retried));
    all.single(MetricType::Counter, "lockstep_alerts_failed_total", "Alerts given up", static_cast<double>(counters.alerts_failed));
    all.single(MetricType::Counter, "lockstep_store_commits_total", "Transactions committed by the engine",
               static_cast<double>(counters.commits));
    all.single(MetricType::Counter, "lockstep_store_commit_failures_total", "Transactions that the store refused",
               static_cast<double>(counters.commit_failures));
}

void add_state(Families& all, const engine::Status& status, const store::StatusCounts& counts) {
    all.single(MetricType::Gauge, "lockstep_runs_waiting", "Runs that have not begun", static_cast<double>(status.waiting));
    all.single(MetricType::Gauge, "lockstep_runs_active", "Runs under way", static_cast<double>(status.active));
    all.single(MetricType::Gauge, "lockstep_runs_parked", "Runs that wait for a person", static_cast<double>(counts.parked));
    all.single(MetricType::Gauge, "lockstep_oldest_waiting_seconds", "Age of the run that waits longest",
               static_cast<double>(status.oldest_waiting_ms) / 1000);
    all.add(MetricType::Gauge, "lockstep_connection_paused_seconds", "For how long nothing is sent to a connection");
    for (const auto& its : status.connections) all.sample(static_cast<double>(its.paused_ms) / 1000, {{"connection", its.name}});
    all.add(MetricType::Gauge, "lockstep_calls_under_way", "Actions being performed, by connection");
    for (const auto& its : status.connections) all.sample(its.under_way, {{"connection", its.name}});
    all.add(MetricType::Gauge, "lockstep_calls_queued", "Actions that wait for their connection, by connection");
    for (const auto& its : status.connections) all.sample(static_cast<double>(its.queued), {{"connection", its.name}});
    all.add(MetricType::Gauge, "lockstep_connection_calls_used",
            "Calls of the vendor's current allowance that are used, as the vendor says");
    for (const auto& its : status.connections)
        if (its.budget) all.sample(static_cast<double>(its.budget->used), {{"connection", its.name}});
    all.add(MetricType::Gauge, "lockstep_connection_calls_allowed", "The vendor's current allowance of calls, as the vendor says");
    for (const auto& its : status.connections)
        if (its.budget) all.sample(static_cast<double>(its.budget->allowed), {{"connection", its.name}});
    all.single(MetricType::Gauge, "lockstep_store_ok", "1 if the last commit succeeded", status.store_ok ? 1 : 0);
}

}  // namespace

std::string metrics_text(const engine::Status& status, const store::StatusCounts& counts, std::int64_t uptime_ms) {
    Families all;
    all.single(MetricType::Gauge, "lockstep_uptime_seconds", "Time since the start", static_cast<double>(uptime_ms) / 1000);
    add_engine(all, status);
    add_state(all, status, counts);
    return all.text();
}

}  // namespace lockstep::api
