#include "net/http.h"
#include "tests/fuzz/target.h"

using namespace lockstep;
using namespace lockstep::net;

namespace {

void check_form(std::string_view text) {
    const auto form = parse_form(text);
    if (form) LS_ASSERT(*parse_form(write_form(*form)) == *form);
}

void check_path(std::string_view path) {
    const auto segments = split_path(path);
    if (!segments) return;
    const auto again = split_path(join_path(*segments));
    LS_ASSERT(again && *again == *segments);
}

void check_url(std::string_view text) {
    const auto url = parse_url(text);
    if (!url) return;
    LS_ASSERT(!url->host.empty() && url->target.starts_with('/'));
    const auto again = parse_url(url->scheme + "://" + url->host + ":" + url->port + url->target);
    LS_ASSERT(again && again->host == url->host && again->port == url->port && again->target == url->target);
}

Request request_of(std::string_view url, std::string_view fields) {
    Request request;
    request.url = url;
    while (!fields.empty()) {
        auto line = fuzz::take(fields);
        const auto name = fuzz::take(line, ':');
        request.headers.add(std::string(name), std::string(line));
    }
    return request;
}

}  // namespace

/// An address on the first line, header fields on the others.
FUZZ(http) {
    const auto url = fuzz::take(data);
    const Request request = request_of(url, data);
    check_url(url);
    check_form(request.query());
    check_form(data);
    check_path(request.path());
    LS_ASSERT(request.origin().size() + request.path().size() + request.query().size() <= url.size() + 1);
    Headers headers = request.headers;
    for (const auto& [name, value] : request.headers) {
        LS_ASSERT(request.headers.get(name) && !headers.all(name).empty());
        headers.set(name, value);
        LS_ASSERT(headers.all(name).size() == 1 && headers.get(name) == value);
    }
    for (const auto& [name, value] : request.headers) headers.erase(name);
    LS_ASSERT(headers.size() == 0);
}
