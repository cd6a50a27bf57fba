#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "value/value.h"

namespace lockstep::net {

/// HTTP header fields in order; names compare without case.
class Headers {
public:
    Headers() = default;
    Headers(std::initializer_list<std::pair<std::string, std::string>> fields) : fields_(fields) {}
    /// Returns the first field of that name, or nullopt.
    std::optional<std::string_view> get(std::string_view name) const;
    std::vector<std::string_view> all(std::string_view name) const;
    void set(std::string name, std::string value);  ///< replaces every field of that name
    void add(std::string name, std::string value);
    void erase(std::string_view name);
    bool contains(std::string_view name) const { return get(name).has_value(); }
    auto begin() const { return fields_.begin(); }
    auto end() const { return fields_.end(); }
    std::size_t size() const { return fields_.size(); }
    void reserve(std::size_t fields) { fields_.reserve(fields); }

private:
    std::vector<std::pair<std::string, std::string>> fields_;
};

/// A request, of the client (absolute `url`) and of the server (`url` in origin form, `/path?query`).
struct Request {
    std::string method = "GET";
    std::string url;
    Headers headers;
    std::string body;
    std::string peer;  ///< server: address of the client

    /// The path of `url`, still percent-encoded; works for both forms.
    std::string_view path() const;
    /// The query of `url` without `?`, still encoded.
    std::string_view query() const;
    /// `http://host:port` of an absolute url; empty otherwise.
    std::string_view origin() const;
};

struct Response {
    int status = 200;
    Headers headers;
    std::string body;

    bool ok() const { return status >= 200 && status < 300; }
};

/// Name and value pairs in order, decoded.
using Parameters = std::vector<std::pair<std::string, std::string>>;
/// Decodes `a=b&c=d` (form bodies and query strings). Errors: `url_invalid`.
Result<Parameters> parse_form(std::string_view text);
std::string write_form(const Parameters& parameters);
/// Returns the first value of that name.
std::optional<std::string> parameter(const Parameters& parameters, std::string_view name);
/// Joins percent-encoded segments: `join_path({"sobjects", "Account", id})` → `/sobjects/Account/001…`. A segment can
/// never become two, nor climb: `/` is written `%2F`, and the dots of `.` and `..` are encoded too.
std::string join_path(const std::vector<std::string>& segments);
/// Splits a path into decoded segments; empty ones dropped. Errors: `url_invalid`, and for `.` and `..`.
Result<std::vector<std::string>> split_path(std::string_view path);

struct Url {
    std::string scheme, host, port, target;
};  ///< port filled in from the scheme
/// Errors: `url_invalid` (only http and https, no user info).
Result<Url> parse_url(std::string_view text);

Response json_response(int status, const Value& body);
Response text_response(int status, std::string text, std::string content_type = "text/plain; charset=utf-8");
std::string_view reason_phrase(int status);

}  // namespace lockstep::net
