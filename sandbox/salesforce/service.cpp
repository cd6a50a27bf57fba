#include "sandbox/salesforce/service.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/nearest.h"
#include "sandbox/salesforce/convert.h"
#include "sandbox/salesforce/refusal.h"
#include "value/json.h"

namespace lockstep::sandbox::salesforce {
namespace {

// Source: API End-of-Life Policy: versions before 31 are gone.
constexpr int version_min = 31, version_max = 68;
// Source: Limits quick reference: a full sandbox has five million calls a day.
constexpr std::int64_t calls_per_day = 5'000'000;
constexpr std::size_t url_bytes_max = 16384;

constexpr std::string_view seasons[] = {"Spring", "Summer", "Winter"};

// Spring '24 is version 60; three releases a year, Winter is named after the year to come.
std::string version_label(int version) {
    const int steps = version - 60;
    const int season = ((steps % 3) + 3) % 3;
    const int year = 24 + (steps - season) / 3 + (season == 2 ? 1 : 0);
    return fmt::format("{} '{}", seasons[season], year);
}

net::Response not_found() { return error_response(refuse("NOT_FOUND", "The requested resource does not exist").error()); }

bool has_json_body(const net::Request& request) {
    const auto type = request.headers.get("Content-Type");
    return !type || lower(*type).starts_with("application/json");
}

}  // namespace

net::Response json_text(int status, std::string body) {
    net::Response response;
    response.status = status;
    response.headers.set("Content-Type", "application/json;charset=UTF-8");
    response.body = std::move(body);
    return response;
}

struct Service::Route {
    std::string_view method;
    std::array<std::string_view, 4> pattern;  ///< `*` takes any segment; empty ends it
    net::Response (Service::*handle)(const Call&);
};

// The first that fits; names come before `*`.
const Service::Route Service::routes[] = {
    {"GET", {}, &Service::get_resources},
    {"GET", {"limits"}, &Service::get_limits},
    {"GET", {"query"}, &Service::get_query},
    {"GET", {"queryAll"}, &Service::get_query},
    {"GET", {"query", "*"}, &Service::get_query_more},
    {"GET", {"queryAll", "*"}, &Service::get_query_more},
    {"POST", {"composite"}, &Service::post_composite},
    {"POST", {"composite", "batch"}, &Service::post_batch},
    {"POST", {"composite", "graph"}, &Service::post_graph},
    {"POST", {"composite", "tree", "*"}, &Service::post_tree},
    {"POST", {"composite", "sobjects"}, &Service::post_collection},
    {"PATCH", {"composite", "sobjects"}, &Service::patch_collection},
    {"DELETE", {"composite", "sobjects"}, &Service::delete_collection},
    {"GET", {"composite", "sobjects", "*"}, &Service::get_collection},
    {"POST", {"composite", "sobjects", "*"}, &Service::post_collection_ids},
    {"PATCH", {"composite", "sobjects", "*", "*"}, &Service::patch_collection_by_key},
    {"POST", {"jobs", "ingest"}, &Service::post_job},
    {"GET", {"jobs", "ingest"}, &Service::get_jobs},
    {"GET", {"jobs", "ingest", "*"}, &Service::get_job},
    {"PATCH", {"jobs", "ingest", "*"}, &Service::patch_job},
    {"DELETE", {"jobs", "ingest", "*"}, &Service::delete_job},
    {"PUT", {"jobs", "ingest", "*", "batches"}, &Service::put_job_data},
    {"GET", {"jobs", "ingest", "*", "*"}, &Service::get_job_results},
    {"POST", {"jobs", "query"}, &Service::post_job},
    {"GET", {"jobs", "query"}, &Service::get_jobs},
    {"GET", {"jobs", "query", "*"}, &Service::get_job},
    {"PATCH", {"jobs", "query", "*"}, &Service::patch_job},
    {"DELETE", {"jobs", "query", "*"}, &Service::delete_job},
    {"GET", {"jobs", "query", "*", "results"}, &Service::get_query_results},
    {"GET", {"sobjects"}, &Service::get_objects},
    {"GET", {"sobjects", "*"}, &Service::get_object},
    {"POST", {"sobjects", "*"}, &Service::post_row},
    {"GET", {"sobjects", "*", "describe"}, &Service::get_describe},
    {"GET", {"sobjects", "*", "updated"}, &Service::get_updated},
    {"GET", {"sobjects", "*", "deleted"}, &Service::get_deleted},
    {"GET", {"sobjects", "*", "*"}, &Service::get_row},
    {"PATCH", {"sobjects", "*", "*"}, &Service::patch_row},
    {"DELETE", {"sobjects", "*", "*"}, &Service::delete_row},
    {"GET", {"sobjects", "*", "*", "*"}, &Service::get_row_by_key},
    {"PATCH", {"sobjects", "*", "*", "*"}, &Service::patch_row_by_key},
    {"DELETE", {"sobjects", "*", "*", "*"}, &Service::delete_row_by_key},
};

Service::Service(const Options& options)
    : options_(options), sessions_(options_), queries_(database_), jobs_(database_), outbox_(database_, options_) {
    reset();
}

void Service::reset() {
    outbox_.clear();
    database_.clear();
    sessions_.clear();
    queries_.clear();
    jobs_.clear();
    founded_ = Timestamp{options_.clock().seconds, 0};
    calls_ = 0;
    refusals_ = {};
    found_organisation(database_,
                       options_.credentials.sf_username.empty() ? "integration@sandbox.example" : options_.credentials.sf_username,
                       options_.clock());
}

net::Response Service::handle(const net::Request& request) {
    net::Response response = answer(request);
    response.headers.set("Date", http_date(options_.clock()));
    return response;
}

net::Response Service::answer(const net::Request& request) {
    if (request.url.size() > url_bytes_max)
        return net::text_response(414, "<h1>Bad Message 414</h1><pre>reason: URI Too Long</pre>", "text/html;charset=iso-8859-1");
    auto split = net::split_path(request.path());
    if (!split) return not_found();
    const std::vector<std::string>& path = *split;
    const auto starts = [&](std::size_t at, std::string_view name) { return path.size() > at && path[at] == name; };
    if (starts(0, "id")) return sessions_.identity(request);
    if (!starts(0, "services")) return not_found();
    if (starts(1, "oauth2") && path.size() == 3) {
        if (path[2] == "authorize") return sessions_.authorize_page(request);
        if (path[2] == "userinfo") return sessions_.identity(request);
        if (path[2] == "revoke") return sessions_.revoke(request);
        if (request.method != "POST")
            return net::json_response(400, Map{{"error", "invalid_request"}, {"error_description", "must use HTTP POST"}});
        if (path[2] == "token") return sessions_.token(request);
        if (path[2] == "introspect") return sessions_.introspect(request);
    }
    if (starts(1, "Soap") && starts(2, "u") && path.size() > 3) {
        std::optional<net::Response> done = soap_records(request);
        return done ? *std::move(done) : sessions_.soap(request, path[3]);
    }
    if (!starts(1, "data")) return not_found();
    if (path.size() == 2) return versions();
    return api(request, {path.begin() + 2, path.end()});
}

net::Response Service::versions() const {
    List all;
    for (int version = version_min; version <= version_max; ++version)
        all.push_back(Map{{"label", version_label(version)},
                          {"url", fmt::format("/services/data/v{}.0", version)},
                          {"version", fmt::format("{}.0", version)}});
    return json_text(200, json::write(all));
}

std::int64_t Service::calls_max() const {
    return options_.salesforce_calls_per_day > 0 ? options_.salesforce_calls_per_day : calls_per_day;
}
std::string Service::limit_info() const { return fmt::format("api-usage={}/{}", calls_, calls_max()); }

bool Service::count_call() {
    const std::int64_t day = options_.clock().seconds / 86400;
    if (day != calls_day_) calls_ = 0;
    calls_day_ = day;
    if (calls_ >= calls_max()) return false;
    ++calls_;
    return true;
}

net::Response Service::api(const net::Request& request, std::vector<std::string> segments) {
    const std::string& version = segments.front();
    int number = 0;
    const auto [end, problem] = std::from_chars(version.data() + 1, version.data() + version.size(), number);
    const bool known = version.starts_with('v') && problem == std::errc{} && std::string_view(end) == ".0" && number >= version_min &&
                       number <= version_max;
    if (!known) return not_found();
    if (!sessions_.authorize(request)) {
        net::Response refused = error_response(refuse("INVALID_SESSION_ID", "Session expired or invalid").error());
        refused.headers.set("WWW-Authenticate", "Token");
        return refused;
    }
    if (!count_call()) return error_response(refuse("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.").error());
    auto parameters = net::parse_form(request.query());
    if (!parameters) return error_response(refuse("MALFORMED_QUERY", "the query string is not validly encoded").error());
    Call call{request, request.method, {segments.begin() + 1, segments.end()}, *std::move(parameters), version.substr(1)};
    // Source: REST API Developer Guide: `_HttpMethod` stands in for PATCH where a client cannot send it.
    if (call.method == "POST")
        if (const auto other = net::parameter(call.parameters, "_HttpMethod")) call.method = *other;
    if (call.method == "HEAD") call.method = "GET";
    net::Response response = dispatch(call);
    if (jobs_.busy()) jobs_.step(author());
    outbox_.watch();
    response.headers.set("Sforce-Limit-Info", limit_info());
    return response;
}

net::Response Service::dispatch(const Call& call) {
    std::string allowed;
    for (const Route& route : routes) {
        std::size_t length = 0;
        while (length < route.pattern.size() && !route.pattern[length].empty()) ++length;
        bool fits = length == call.segments.size();
        for (std::size_t i = 0; fits && i < length; ++i) fits = route.pattern[i] == "*" || route.pattern[i] == call.segments[i];
        if (!fits) continue;
        if (route.method == call.method) return (this->*route.handle)(call);
        allowed += (allowed.empty() ? "" : ",") + std::string(route.method);
    }
    if (allowed.empty()) return not_found();
    net::Response response = error_response(
        refuse("METHOD_NOT_ALLOWED", fmt::format("HTTP Method '{}' not allowed. Allowed are {}", call.method, allowed)).error());
    response.headers.set("Allow", allowed);
    return response;
}

Result<Map> Service::body_of(const Call& call) const {
    if (!has_json_body(call.request))
        return refuse("UNSUPPORTED_MEDIA_TYPE", fmt::format("Unsupported media type: {}", *call.request.headers.get("Content-Type")));
    if (call.request.body.empty())
        return refuse("JSON_PARSER_ERROR", "The HTTP entity body is required, but this request has no entity body.");
    auto body = json::parse(call.request.body);
    if (!body) return refuse("JSON_PARSER_ERROR", body.error().message);
    if (!body->is_map())
        return refuse("JSON_PARSER_ERROR", "Unexpected parameter encountered during deserialization: the body is not an object");
    return body->as_map();
}

Result<const Object*> Service::object_of(const Call& call) const {
    const Object* object = Schema::instance().find(call.segments[1]);
    if (object == nullptr) return refuse("NOT_FOUND", "The requested resource does not exist");
    return object;
}

net::Response Service::get_resources(const Call& call) {
    Map resources;
    for (const char* name : {"sobjects", "query", "queryAll", "limits", "composite", "jobs"})
        resources.set(name, fmt::format("/services/data/v{}/{}", call.version, name));
    resources.set("identity", options_.addresses.salesforce + "/id/" + organization_id() + "/" + integration_user_id());
    return json_text(200, json::write(resources));
}

net::Response Service::get_limits(const Call&) {
    const auto limit = [](std::int64_t max, std::int64_t used) { return Map{{"Max", max}, {"Remaining", max - used}}; };
    return json_text(200, json::write(Map{{"ConcurrentAsyncGetReportInstances", limit(200, 0)},
                                          {"DailyApiRequests", limit(calls_max(), calls_)},
                                          {"DailyAsyncApexExecutions", limit(250000, 0)},
                                          {"DailyBulkApiBatches", limit(15000, 0)},
                                          {"DailyBulkV2QueryFileStorageMB", limit(976562, 0)},
                                          {"DailyBulkV2QueryJobs", limit(10000, 0)},
                                          {"DataStorageMB", limit(1024, 0)},
                                          {"FileStorageMB", limit(1024, 0)}}));
}

// Source: REST API Developer Guide, "Query Options Header": batchSize from 200 to 2000.
static std::size_t batch_size(const net::Request& request, std::size_t otherwise) {
    const auto header = request.headers.get("Sforce-Query-Options");
    if (!header) return otherwise;
    const std::string text = lower(*header);
    const std::size_t at = text.find("batchsize=");
    std::size_t size = 0;
    if (at == std::string::npos || std::from_chars(text.data() + at + 10, text.data() + text.size(), size).ec != std::errc{})
        return otherwise;
    return std::clamp<std::size_t>(size, 200, 2000);
}

net::Response Service::get_query(const Call& call) {
    const auto soql = net::parameter(call.parameters, "q");
    if (!soql) return error_response(refuse("MALFORMED_QUERY", "SOQL statements cannot be empty or null").error());
    auto answer = queries_.query(*soql, call.segments[0] == "queryAll", {call.version, batch_size(call.request, 2000), options_.clock()});
    return answer ? json_text(200, *std::move(answer)) : error_response(answer.error());
}

net::Response Service::get_query_more(const Call& call) {
    auto answer = queries_.more(call.segments[1], {call.version, batch_size(call.request, 0), options_.clock()});
    return answer ? json_text(200, *std::move(answer)) : error_response(answer.error());
}

// Names of what an administrator sets up, beside the objects.
constexpr std::string_view outbound_message = "OutboundMessage", flow_callout = "FlowCallout", outbound_delivery = "OutboundDelivery",
                           settings = "settings", validation_rule = "ValidationRule", duplicate_rule = "DuplicateRule";

std::optional<List> Service::records(std::string_view name) const {
    if (name == outbound_message) return outbox_.rules(OutboundRule::Kind::message);
    if (name == flow_callout) return outbox_.rules(OutboundRule::Kind::callout);
    if (name == outbound_delivery) return outbox_.deliveries();
    if (name == settings) return List{refusals_.to_value()};
    const Object* object = Schema::instance().find(name);
    if (object == nullptr) return std::nullopt;
    List out;
    const Table& table = database_.table(*object);
    for (Row row = 0; row < table.size(); ++row) {
        const Record& record = table.at(row);
        if (record.deleted) continue;
        std::string text = "{";
        append_attributes(text, *object, record, fmt::format("{}.0", version_max));
        for (std::size_t i = 0; i < object->fields.size(); ++i) {
            Value scratch;
            text += fmt::format(",\"{}\":", object->fields[i].name);
            append_json(text, object->fields[i], database_.read(*object, record, static_cast<int>(i), scratch));
        }
        auto parsed = json::parse(text + "}");
        if (parsed) out.push_back(*std::move(parsed));
    }
    return out;
}

Result<void> Service::load(std::string_view name, const List& records) {
    if (name == outbound_message) return outbox_.configure(OutboundRule::Kind::message, records);
    if (name == flow_callout) return outbox_.configure(OutboundRule::Kind::callout, records);
    if (name == settings) {
        for (const Value& record : records) LS_TRY(refusals_.set(record));
        return {};
    }
    if (name == validation_rule) return database_.rules.set_validations(records);
    if (name == duplicate_rule) return database_.rules.set_duplicates(records);
    if (is_deed(name)) return act(name, records);
    const Object* object = Schema::instance().find(name);
    if (object == nullptr) {
        std::vector<std::string> names;
        for (const Object& known : Schema::instance().objects()) names.emplace_back(known.table.name);
        return fail(ErrorCode::not_found, fmt::format("no such object: {}{}", name, did_you_mean(name, names)));
    }
    auto loaded = Loader(database_, author()).load(*object, records);
    outbox_.overlook();
    return loaded;
}

}  // namespace lockstep::sandbox::salesforce

namespace lockstep::sandbox {

std::unique_ptr<Vendor> make_salesforce(const Options& options) { return std::make_unique<salesforce::Service>(options); }

}  // namespace lockstep::sandbox
