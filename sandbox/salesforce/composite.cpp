// Several requests in one. Source: REST API Developer Guide, "Composite" and "Batch": at most 25 subrequests, of them at
// most 5 queries or collections; `@{reference.path}` takes a value from an earlier answer.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "sandbox/salesforce/refusal.h"
#include "sandbox/salesforce/service.h"
#include "value/encoding.h"
#include "value/json.h"

namespace lockstep::sandbox::salesforce {
namespace {

constexpr std::size_t subrequests_max = 25;
constexpr int heavy_max = 5;

Unexpected halted(std::string_view message) { return refuse("PROCESSING_HALTED", std::string(message)); }

// Puts the values of earlier answers in place of `@{…}`. Errors: a reference that has no value.
Result<std::string> resolve(std::string_view text, const std::map<std::string, Value>& answers) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t start = text.find("@{", at), end = start == std::string_view::npos ? start : text.find('}', start);
        out += text.substr(at, start == std::string_view::npos ? start : start - at);
        if (start == std::string_view::npos) break;
        if (end == std::string_view::npos) return halted("Invalid reference specified. An open brace is not closed");
        const std::string_view reference = text.substr(start + 2, end - start - 2);
        const std::size_t dot = reference.find('.');
        std::string path(dot == std::string_view::npos ? std::string_view{} : reference.substr(dot + 1));
        for (char& c : path)
            if (c == '[' || c == ']') c = '.';
        for (std::size_t twice = path.find(".."); twice != std::string::npos; twice = path.find("..")) path.erase(twice, 1);
        while (path.ends_with('.')) path.pop_back();
        const auto answer = answers.find(std::string(reference.substr(0, dot)));
        const Value& value = answer == answers.end() ? null_value() : answer->second.at_path(path);
        if (value.is_null()) return halted(fmt::format("Invalid reference specified. No value for {} found", reference));
        out += value.text();
        at = end + 1;
    }
    return out;
}

Result<Value> resolve_all(const Value& value, const std::map<std::string, Value>& answers) {
    if (value.is_string()) {
        LS_TRY_ASSIGN(std::string text, resolve(value.as_string(), answers));
        return Value(std::move(text));
    }
    if (value.is_list()) {
        List out;
        for (const Value& item : value.as_list()) {
            LS_TRY_ASSIGN(Value resolved, resolve_all(item, answers));
            out.push_back(std::move(resolved));
        }
        return Value(std::move(out));
    }
    if (!value.is_map()) return value;
    Map out;
    for (const auto& [name, item] : value.as_map()) {
        LS_TRY_ASSIGN(Value resolved, resolve_all(item, answers));
        out.set(name, std::move(resolved));
    }
    return Value(std::move(out));
}

Value body_value(const net::Response& response) {
    if (response.body.empty()) return {};
    auto parsed = json::parse(response.body);
    return parsed ? *std::move(parsed) : Value(response.body);
}

Map headers_of(const net::Response& response) {
    Map out;
    for (const char* name : {"Location", "ETag", "Last-Modified"})
        if (const auto value = response.headers.get(name)) out.set(name, *value);
    return out;
}

// Blanks may stand as such in the address of a subrequest.
std::string encoded_url(std::string_view url) {
    std::string out;
    for (const char c : url) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte <= 0x20 || byte >= 0x7F)
            out += encoding::percent_encode(std::string_view(&c, 1));
        else
            out += c;
    }
    return out;
}

bool is_heavy(std::string_view url) {
    return url.find("/query") != std::string_view::npos || url.find("/composite/sobjects") != std::string_view::npos;
}

bool has_header(const Map& headers, std::string_view name) {
    const auto is = [&](const auto& header) { return lower(header.first) == lower(name); };
    return std::any_of(headers.begin(), headers.end(), is);
}

// Source: REST API Developer Guide, "Composite Request Body": three headers come from the request itself; a subrequest that
// has one of them makes the request fail.
Result<void> check_subrequests(const Value& list, std::string_view name, std::string_view address) {
    if (!list.is_list() || list.as_list().empty())
        return refuse("JSON_PARSER_ERROR", fmt::format("{} must be a list with at least one subrequest", name));
    if (list.as_list().size() > subrequests_max)
        return refuse("LIMIT_EXCEEDED", fmt::format("The limit of {} subrequests is exceeded: {}", subrequests_max, list.as_list().size()));
    int heavy = 0;
    for (const Value& one : list.as_list()) {
        if (one["method"].string_or("").empty() || one[address].string_or("").empty())
            return refuse("JSON_PARSER_ERROR", fmt::format("a subrequest needs method and {}", address));
        for (const std::string_view header : {"Accept", "Authorization", "Content-Type"})
            if (one["httpHeaders"].is_map() && has_header(one["httpHeaders"].as_map(), header))
                return refuse("INVALID_HTTP_HEADER", fmt::format("The header {} is not allowed in a subrequest", header));
        heavy += is_heavy(one[address].as_string()) ? 1 : 0;
    }
    if (heavy > heavy_max)
        return refuse("LIMIT_EXCEEDED", fmt::format("The limit of {} query and collection subrequests is exceeded", heavy_max));
    return {};
}

}  // namespace

net::Response Service::inner(const Call& outer, std::string_view method, std::string_view url, const Value& body, const Map& headers) {
    net::Request request;
    request.method = method;
    request.url = encoded_url(url);
    if (!body.is_null()) request.body = json::write(body);
    for (const auto& [name, value] : headers) request.headers.set(name, value.text());
    auto path = net::split_path(request.path());
    auto parameters = net::parse_form(request.query());
    const bool ours = path && path->size() > 2 && (*path)[0] == "services" && (*path)[1] == "data" && (*path)[2] == "v" + outer.version;
    const bool composite = ours && path->size() > 3 && (*path)[3] == "composite" && (path->size() == 4 || (*path)[4] != "sobjects");
    if (!ours || !parameters || composite) return error_response(refuse("NOT_FOUND", "The requested resource does not exist").error());
    return dispatch(Call{
        request, std::string(method == "HEAD" ? "GET" : method), {path->begin() + 3, path->end()}, *std::move(parameters), outer.version});
}

Service::Composed Service::compose(const Call& call, const List& subrequests, bool all_or_none) {
    constexpr std::string_view rolled_back = "The transaction was rolled back since another operation in the same transaction failed.";
    if (all_or_none) database_.begin();
    std::map<std::string, Value> answers;
    Composed out;
    for (const Value& one : subrequests) {
        const std::string reference = one["referenceId"].string_or("");
        net::Response response;
        auto url = resolve(one["url"].as_string(), answers);
        auto inner_body = resolve_all(one["body"], answers);
        if (reference.empty() || answers.contains(reference))
            response = error_response(refuse("JSON_PARSER_ERROR", "a subrequest needs a referenceId of its own").error());
        else if (out.failed && all_or_none)
            response = error_response(halted(rolled_back).error());
        else if (!url || !inner_body)
            response = error_response(!url ? url.error() : inner_body.error());
        else
            response = inner(call, one["method"].as_string(), *url, *inner_body,
                             one["httpHeaders"].is_map() ? one["httpHeaders"].as_map() : Map{});
        Value answer = body_value(response);
        if (response.ok())
            answers[reference] = answer;
        else
            out.failed = true;
        out.results.push_back(Map{{"body", std::move(answer)},
                                  {"httpHeaders", headers_of(response)},
                                  {"httpStatusCode", response.status},
                                  {"referenceId", reference}});
    }
    if (!all_or_none) return out;
    database_.finish(!out.failed);
    if (!out.failed) return out;
    // What had succeeded is undone, and says so.
    const Value undone = body_value(error_response(halted(rolled_back).error()));
    for (Value& result : out.results)
        if (result["httpStatusCode"].as_int() < 300)
            result = Map{{"body", undone}, {"httpHeaders", Map{}}, {"httpStatusCode", 400}, {"referenceId", result["referenceId"]}};
    return out;
}

net::Response Service::post_composite(const Call& call) {
    auto body = body_of(call);
    if (!body) return error_response(body.error());
    const Value given(*std::move(body));
    if (auto checked = check_subrequests(given["compositeRequest"], "compositeRequest", "url"); !checked)
        return error_response(checked.error());
    Composed done = compose(call, given["compositeRequest"].as_list(), given["allOrNone"] == Value(true));
    return json_text(200, json::write(Map{{"compositeResponse", std::move(done.results)}}));
}

net::Response Service::post_batch(const Call& call) {
    auto body = body_of(call);
    if (!body) return error_response(body.error());
    const Value given(*std::move(body));
    if (auto checked = check_subrequests(given["batchRequests"], "batchRequests", "url"); !checked) return error_response(checked.error());
    const bool halt = given["haltOnError"] == Value(true);
    List results;
    bool failed = false;
    for (const Value& one : given["batchRequests"].as_list()) {
        // Addresses of a batch begin at the version: `v60.0/sobjects/…`.
        std::string url = one["url"].as_string();
        if (!url.starts_with("/services/data/")) url = "/services/data/" + url;
        net::Response response =
            failed && halt
                ? error_response(refuse("BATCH_PROCESSING_HALTED", "Batch processing halted per request, haltOnError=true").error())
                : inner(call, one["method"].as_string(), url, one["richInput"], Map{});
        failed |= !response.ok();
        results.push_back(Map{{"statusCode", response.status}, {"result", body_value(response)}});
    }
    return json_text(200, json::write(Map{{"hasErrors", failed}, {"results", std::move(results)}}));
}

}  // namespace lockstep::sandbox::salesforce
