#include "net/http.h"

#include <algorithm>
#include <array>

#include "value/json.h"

namespace lockstep::net {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool same_name(std::string_view a, std::string_view b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

/// Where the parts of a request's `url` are; works for both forms.
struct UrlParts {
    std::string_view origin, path, query;
};

UrlParts url_parts(std::string_view url) {
    UrlParts parts;
    url = url.substr(0, url.find('#'));
    const auto scheme = url.find("://");
    if (scheme != std::string_view::npos && scheme < url.find_first_of("/?")) {
        parts.origin = url.substr(0, url.find_first_of("/?", scheme + 3));
        url.remove_prefix(parts.origin.size());
    }
    const auto question = url.find('?');
    parts.path = url.substr(0, question);
    if (parts.path.empty() && !parts.origin.empty()) parts.path = "/";
    if (question != std::string_view::npos) parts.query = url.substr(question + 1);
    return parts;
}

struct Reason {
    int status;
    std::string_view phrase;
};

/// The IANA registry of HTTP status codes, as far as vendors and Lockstep use it.
constexpr std::array reasons = {
    Reason{100, "Continue"},
    Reason{101, "Switching Protocols"},
    Reason{200, "OK"},
    Reason{201, "Created"},
    Reason{202, "Accepted"},
    Reason{203, "Non-Authoritative Information"},
    Reason{204, "No Content"},
    Reason{205, "Reset Content"},
    Reason{206, "Partial Content"},
    Reason{207, "Multi-Status"},
    Reason{300, "Multiple Choices"},
    Reason{301, "Moved Permanently"},
    Reason{302, "Found"},
    Reason{303, "See Other"},
    Reason{304, "Not Modified"},
    Reason{307, "Temporary Redirect"},
    Reason{308, "Permanent Redirect"},
    Reason{400, "Bad Request"},
    Reason{401, "Unauthorized"},
    Reason{402, "Payment Required"},
    Reason{403, "Forbidden"},
    Reason{404, "Not Found"},
    Reason{405, "Method Not Allowed"},
    Reason{406, "Not Acceptable"},
    Reason{407, "Proxy Authentication Required"},
    Reason{408, "Request Timeout"},
    Reason{409, "Conflict"},
    Reason{410, "Gone"},
    Reason{411, "Length Required"},
    Reason{412, "Precondition Failed"},
    Reason{413, "Content Too Large"},
    Reason{414, "URI Too Long"},
    Reason{415, "Unsupported Media Type"},
    Reason{416, "Range Not Satisfiable"},
    Reason{417, "Expectation Failed"},
    Reason{421, "Misdirected Request"},
    Reason{422, "Unprocessable Content"},
    Reason{423, "Locked"},
    Reason{425, "Too Early"},
    Reason{426, "Upgrade Required"},
    Reason{428, "Precondition Required"},
    Reason{429, "Too Many Requests"},
    Reason{431, "Request Header Fields Too Large"},
    Reason{451, "Unavailable For Legal Reasons"},
    Reason{500, "Internal Server Error"},
    Reason{501, "Not Implemented"},
    Reason{502, "Bad Gateway"},
    Reason{503, "Service Unavailable"},
    Reason{504, "Gateway Timeout"},
    Reason{505, "HTTP Version Not Supported"},
    Reason{507, "Insufficient Storage"},
};

}  // namespace

std::optional<std::string_view> Headers::get(std::string_view name) const {
    for (const auto& [field, value] : fields_)
        if (same_name(field, name)) return value;
    return std::nullopt;
}

std::vector<std::string_view> Headers::all(std::string_view name) const {
    std::vector<std::string_view> values;
    for (const auto& [field, value] : fields_)
        if (same_name(field, name)) values.push_back(value);
    return values;
}

void Headers::set(std::string name, std::string value) {
    const auto first = std::find_if(fields_.begin(), fields_.end(), [&](const auto& f) { return same_name(f.first, name); });
    if (first == fields_.end()) return add(std::move(name), std::move(value));
    fields_.erase(std::remove_if(first + 1, fields_.end(), [&](const auto& f) { return same_name(f.first, name); }), fields_.end());
    *first = {std::move(name), std::move(value)};
}

void Headers::add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }

void Headers::erase(std::string_view name) {
    std::erase_if(fields_, [&](const auto& field) { return same_name(field.first, name); });
}

std::string_view Request::path() const { return url_parts(url).path; }
std::string_view Request::query() const { return url_parts(url).query; }
std::string_view Request::origin() const { return url_parts(url).origin; }

Response json_response(int status, const Value& body) {
    return {.status = status, .headers = {{"Content-Type", "application/json"}}, .body = json::write(body)};
}

Response text_response(int status, std::string text, std::string content_type) {
    return {.status = status, .headers = {{"Content-Type", std::move(content_type)}}, .body = std::move(text)};
}

std::string_view reason_phrase(int status) {
    const auto found = std::find_if(reasons.begin(), reasons.end(), [&](const Reason& r) { return r.status == status; });
    return found == reasons.end() ? std::string_view{} : found->phrase;
}

}  // namespace lockstep::net
