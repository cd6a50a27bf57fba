// What changed in a span of time. Source: REST API Developer Guide, "sObject Get Updated", "sObject Get Deleted";
// SOAP API Developer Guide, "getUpdated()": seconds are disregarded, the span is at least a minute, 30 days at most back.
#include <fmt/format.h>

#include "sandbox/salesforce/convert.h"
#include "sandbox/salesforce/refusal.h"
#include "sandbox/salesforce/service.h"
#include "value/json.h"

namespace lockstep::sandbox::salesforce {
namespace {

constexpr std::int64_t day_s = 86400, back_max_s = 30 * day_s;

struct Span {
    Timestamp start, end;
    bool holds(Timestamp time) const { return !(time < start) && time < end; }
};

Result<Timestamp> minute(const Call& call, const char* name) {
    const auto text = net::parameter(call.parameters, name);
    if (!text) return refuse("MISSING_ARGUMENT", fmt::format("Required parameter is missing: {}", name));
    auto time = parse_timestamp(*text);
    if (!time) return refuse("INVALID_FIELD", fmt::format("Invalid date time for {}: {}", name, *text));
    return Timestamp{time->seconds - (time->seconds % 60 + 60) % 60, 0};
}

Result<Span> span_of(const Call& call, Timestamp now) {
    Span span;
    LS_TRY_ASSIGN(span.start, minute(call, "start"));
    LS_TRY_ASSIGN(span.end, minute(call, "end"));
    if (span.end.seconds - span.start.seconds < 60)
        return refuse("INVALID_REPLICATION_DATE",
                      "The value of the endDate parameter must be at least one minute greater than the startDate.");
    if (now.seconds - span.start.seconds > back_max_s)
        return refuse("INVALID_REPLICATION_DATE",
                      "startDate before org replication enabled date: startDate cannot be more than 30 days ago");
    return span;
}

}  // namespace

net::Response Service::get_updated(const Call& call) {
    auto object = object_of(call);
    if (!object) return error_response(object.error());
    auto span = span_of(call, options_.clock());
    if (!span) return error_response(span.error());
    List ids;
    const Table& table = database_.table(**object);
    for (const Row row : table.modified_since(span->start))
        if (!table.at(row).deleted && span->holds(table.modified(row))) ids.emplace_back(table.id_of(row));
    return json_text(200, json::write(Map{{"ids", std::move(ids)}, {"latestDateCovered", datetime_text(span->end)}}));
}

net::Response Service::get_deleted(const Call& call) {
    auto object = object_of(call);
    if (!object) return error_response(object.error());
    const Timestamp now = options_.clock();
    auto span = span_of(call, now);
    if (!span) return error_response(span.error());
    List records;
    const Table& table = database_.table(**object);
    for (const Row row : table.modified_since(span->start))
        if (table.at(row).deleted && span->holds(table.modified(row)))
            records.push_back(Map{{"deletedDate", datetime_text(table.modified(row))}, {"id", table.id_of(row)}});
    return json_text(200, json::write(Map{{"deletedRecords", std::move(records)},
                                          {"earliestDateAvailable", datetime_text(Timestamp{now.seconds - 30 * day_s, 0})},
                                          {"latestDateCovered", datetime_text(span->end)}}));
}

}  // namespace lockstep::sandbox::salesforce
