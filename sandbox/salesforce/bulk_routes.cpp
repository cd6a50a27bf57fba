// The resources of Bulk API 2.0.
#include <fmt/format.h>

#include "sandbox/salesforce/refusal.h"
#include "sandbox/salesforce/service.h"
#include "value/json.h"

namespace lockstep::sandbox::salesforce {
namespace {

bool is_query(const Call& call) { return call.segments[1] == "query"; }

net::Response csv_text(std::string body) {
    net::Response response = json_text(200, std::move(body));
    response.headers.set("Content-Type", "text/csv");
    return response;
}

net::Response no_content(int status) {
    net::Response response;
    response.status = status;
    return response;
}

}  // namespace

net::Response Service::post_job(const Call& call) {
    auto body = body_of(call);
    if (!body) return error_response(body.error());
    auto job = jobs_.open(*body, is_query(call), call.version, author());
    return job ? json_text(200, json::write(describe_job(**job))) : error_response(job.error());
}

net::Response Service::get_jobs(const Call& call) {
    List all;
    for (const Job* job : jobs_.list(is_query(call))) all.push_back(describe_job(*job));
    return json_text(200, json::write(Map{{"done", true}, {"records", std::move(all)}, {"nextRecordsUrl", nullptr}}));
}

net::Response Service::get_job(const Call& call) {
    auto job = jobs_.find(call.segments[2], is_query(call));
    return job ? json_text(200, json::write(describe_job(**job))) : error_response(job.error());
}

net::Response Service::patch_job(const Call& call) {
    auto job = jobs_.find(call.segments[2], is_query(call));
    if (!job) return error_response(job.error());
    auto body = body_of(call);
    if (!body) return error_response(body.error());
    auto done = jobs_.change_state(**job, Value(*body)["state"].string_or(""), options_.clock());
    return done ? json_text(200, json::write(describe_job(**job))) : error_response(done.error());
}

net::Response Service::delete_job(const Call& call) {
    auto job = jobs_.find(call.segments[2], is_query(call));
    if (!job) return error_response(job.error());
    auto done = jobs_.remove(std::string((*job)->id));
    return done ? no_content(204) : error_response(done.error());
}

net::Response Service::put_job_data(const Call& call) {
    auto job = jobs_.find(call.segments[2], false);
    if (!job) return error_response(job.error());
    const std::string type = lower(call.request.headers.get("Content-Type").value_or(""));
    if (!type.starts_with("text/csv"))
        return error_response(refuse("UNSUPPORTED_MEDIA_TYPE", fmt::format("Unsupported media type: {}", type)).error());
    auto done = jobs_.upload(**job, call.request.body);
    return done ? no_content(201) : error_response(done.error());
}

net::Response Service::get_job_results(const Call& call) {
    const std::string& which = call.segments[3];
    if (which != "successfulResults" && which != "failedResults" && which != "unprocessedrecords")
        return error_response(refuse("NOT_FOUND", "The requested resource does not exist").error());
    auto job = jobs_.find(call.segments[2], false);
    if (!job) return error_response(job.error());
    auto csv = jobs_.results(**job, which);
    return csv ? csv_text(*std::move(csv)) : error_response(csv.error());
}

// Source: "Get Results for a Query Job": the last page's Sforce-Locator is the text `null`.
net::Response Service::get_query_results(const Call& call) {
    auto job = jobs_.find(call.segments[2], true);
    if (!job) return error_response(job.error());
    const auto given = [&](const char* name) { return net::parameter(call.parameters, name).value_or(""); };
    auto page = jobs_.page(**job, given("locator"), given("maxRecords"));
    if (!page) return error_response(page.error());
    net::Response response = csv_text(std::move(page->csv));
    response.headers.set("Sforce-Locator", page->locator);
    response.headers.set("Sforce-NumberOfRecords", std::to_string(page->count));
    return response;
}

}  // namespace lockstep::sandbox::salesforce
