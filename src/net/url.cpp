#include <algorithm>
#include <charconv>

#include "net/http.h"
#include "value/encoding.h"

namespace lockstep::net {
namespace {

bool is_visible_ascii(char c) { return c > 0x20 && c < 0x7f; }
bool is_alphanumeric(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_name_character(char c) { return is_alphanumeric(c) || c == '.' || c == '-' || c == '_'; }
bool is_address_character(char c) { return is_alphanumeric(c) || c == ':' || c == '.'; }

std::string lower_case(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    return result;
}

/// The default port of a scheme that is allowed; empty for every other.
std::string_view default_port(std::string_view scheme) {
    if (scheme == "https") return "443";
    if (scheme == "http") return "80";
    return {};
}

bool is_port(std::string_view text) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() && value >= 1 && value <= 65535;
}

Unexpected invalid(std::string_view what, std::string_view url) {
    // The query may hold a token: it stays out of messages.
    return fail(ErrorCode::url_invalid, std::string(what) + ": " + std::string(url.substr(0, url.find('?'))));
}

/// Splits `host:port` and `[::1]:port`; the port is empty where there is none.
Result<std::pair<std::string_view, std::string_view>> split_authority(std::string_view authority, std::string_view url) {
    std::string_view host = authority;
    std::string_view rest;
    bool valid = false;
    if (authority.starts_with('[')) {
        const auto close = authority.find(']');
        if (close == std::string_view::npos) return invalid("the address in the URL lacks its ']'", url);
        host = authority.substr(0, close + 1);
        rest = authority.substr(close + 1);
        const auto address = host.substr(1, close - 1);
        valid = !address.empty() && std::all_of(address.begin(), address.end(), is_address_character);
    } else {
        host = authority.substr(0, authority.find(':'));
        rest = authority.substr(host.size());
        valid = !host.empty() && std::all_of(host.begin(), host.end(), is_name_character);
    }
    if (!valid) return invalid("the URL names no valid host", url);
    if (rest.empty()) return std::pair{host, rest};
    if (rest.front() != ':' || !is_port(rest.substr(1))) return invalid("the URL's port is not 1 to 65535", url);
    return std::pair{host, rest.substr(1)};
}

bool is_all_dots(std::string_view segment) { return segment == "." || segment == ".."; }

std::string encode_segment(std::string_view segment) {
    if (segment == ".") return "%2E";
    if (segment == "..") return "%2E%2E";
    return encoding::percent_encode(segment);
}

}  // namespace

Result<Parameters> parse_form(std::string_view text) {
    Parameters parameters;
    while (!text.empty()) {
        const auto field = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(field.size() + 1, text.size()));
        if (field.empty()) continue;
        const auto name = field.substr(0, field.find('='));
        const auto value = field.substr(std::min(name.size() + 1, field.size()));
        LS_TRY_ASSIGN(auto decoded_name, encoding::percent_decode(name, true));
        LS_TRY_ASSIGN(auto decoded_value, encoding::percent_decode(value, true));
        parameters.emplace_back(std::move(decoded_name), std::move(decoded_value));
    }
    return parameters;
}

std::string write_form(const Parameters& parameters) {
    std::string text;
    for (const auto& [name, value] : parameters) {
        if (!text.empty()) text += '&';
        text += encoding::percent_encode(name);
        text += '=';
        text += encoding::percent_encode(value);
    }
    return text;
}

std::optional<std::string> parameter(const Parameters& parameters, std::string_view name) {
    for (const auto& [key, value] : parameters)
        if (key == name) return value;
    return std::nullopt;
}

std::string join_path(const std::vector<std::string>& segments) {
    std::string path;
    for (const auto& segment : segments) {
        path += '/';
        path += encode_segment(segment);
    }
    return path.empty() ? "/" : path;
}

Result<std::vector<std::string>> split_path(std::string_view path) {
    std::vector<std::string> segments;
    while (!path.empty()) {
        const auto segment = path.substr(0, path.find('/'));
        path.remove_prefix(std::min(segment.size() + 1, path.size()));
        if (segment.empty()) continue;
        LS_TRY_ASSIGN(auto decoded, encoding::percent_decode(segment, false));
        if (is_all_dots(decoded)) return fail(ErrorCode::url_invalid, "a path must not contain the segment " + decoded);
        segments.push_back(std::move(decoded));
    }
    return segments;
}

Result<Url> parse_url(std::string_view text) {
    if (!std::all_of(text.begin(), text.end(), is_visible_ascii))
        return invalid("the URL contains a character that must be percent-encoded", text);
    const auto scheme_end = text.find("://");
    Url url;
    if (scheme_end != std::string_view::npos) url.scheme = lower_case(text.substr(0, scheme_end));
    const auto fallback_port = default_port(url.scheme);
    if (fallback_port.empty()) return invalid("the URL does not begin with http:// or https://", text);

    const auto rest = text.substr(scheme_end + 3, text.find('#') - (scheme_end + 3));
    const auto authority = rest.substr(0, rest.find_first_of("/?"));
    // Not shown: what stands before the @ is a user name and a password.
    if (authority.find('@') != std::string_view::npos) return fail(ErrorCode::url_invalid, "the URL must not contain a user name");
    LS_TRY_ASSIGN(auto host_and_port, split_authority(authority, text));
    url.host = lower_case(host_and_port.first);
    url.port = host_and_port.second.empty() ? fallback_port : host_and_port.second;
    url.target = rest.substr(authority.size());
    if (!url.target.starts_with('/')) url.target.insert(0, "/");
    return url;
}

}  // namespace lockstep::net
