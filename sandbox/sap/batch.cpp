#include <map>

#include "sandbox/sap/service.h"

namespace lockstep::sandbox::sap {

namespace {

/// A part of a multipart body: its headers, and what follows them.
struct Part {
    net::Headers headers;
    std::string_view body;
};

/// Takes a line off the text; lines end in CRLF or, from some clients, in LF.
std::string_view take_line(std::string_view& text) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

net::Headers take_headers(std::string_view& text) {
    net::Headers headers;
    while (!text.empty()) {
        const std::string_view line = take_line(text);
        if (line.empty()) break;
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos) continue;
        std::string_view value = line.substr(colon + 1);
        while (value.starts_with(' ')) value.remove_prefix(1);
        headers.add(std::string(line.substr(0, colon)), std::string(value));
    }
    return headers;
}

/// The boundary of a `multipart/mixed` content type; empty if it is none.
std::string boundary_of(const net::Headers& headers) {
    const std::string_view type = headers.get("Content-Type").value_or(std::string_view());
    const std::size_t at = type.find("boundary=");
    if (!type.starts_with("multipart/mixed") || at == std::string_view::npos) return {};
    std::string_view boundary = type.substr(at + 9);
    boundary = boundary.substr(0, boundary.find(';'));
    if (boundary.size() >= 2 && boundary.starts_with('"')) boundary = boundary.substr(1, boundary.size() - 2);
    return std::string(boundary);
}

std::vector<Part> split_parts(std::string_view text, const std::string& boundary) {
    std::vector<Part> parts;
    const std::string marker = "--" + boundary;
    const char* start = nullptr;
    while (!text.empty()) {
        const char* line_start = text.data();
        const std::string_view line = take_line(text);
        if (!line.starts_with(marker)) continue;
        if (start != nullptr) {
            std::string_view inside(start, static_cast<std::size_t>(line_start - start));
            if (inside.ends_with('\n')) inside.remove_suffix(1);
            if (inside.ends_with('\r')) inside.remove_suffix(1);
            Part part{.headers = take_headers(inside)};
            part.body = inside;
            parts.push_back(std::move(part));
        }
        start = text.data();
        if (line.substr(marker.size()) == "--") break;
    }
    return parts;
}

/// `GET A_SalesOrder?$top=1 HTTP/1.1`, headers, body. The address may be absolute, begin with `/`, or follow the service.
std::optional<net::Request> read_inner(std::string_view text, const std::string& service_path) {
    const std::string_view line = take_line(text);
    const std::size_t first = line.find(' '), last = line.rfind(' ');
    if (first == std::string_view::npos || first == last || !line.substr(last + 1).starts_with("HTTP/")) return std::nullopt;
    net::Request inner{.method = std::string(line.substr(0, first))};
    std::string target(line.substr(first + 1, last - first - 1));
    const std::size_t root = target.find(odata_root);
    if (root != std::string::npos && (root == 0 || target.starts_with("http")))
        target = target.substr(root);
    else
        target = service_path + (target.starts_with('/') ? "" : "/") + target;
    inner.url = std::move(target);
    inner.headers = take_headers(text);
    while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
    inner.body = std::string(text);
    return inner;
}

std::string write_part(const net::Response& response, std::string_view content_id) {
    std::string http = "HTTP/1.1 " + std::to_string(response.status) + " " + std::string(net::reason_phrase(response.status)) + "\r\n";
    for (const auto& [name, value] : response.headers) http += name + ": " + value + "\r\n";
    http += "Content-Length: " + std::to_string(response.body.size()) + "\r\n\r\n" + response.body;
    std::string part =
        "Content-Type: application/http\r\nContent-Length: " + std::to_string(http.size()) + "\r\ncontent-transfer-encoding: binary\r\n";
    if (!content_id.empty()) part += "Content-ID: " + std::string(content_id) + "\r\n";
    return part + "\r\n" + http + "\r\n";
}

/// `$1/to_Item` → the entity that the part with Content-ID 1 made.
std::string with_reference(const std::string& url, const std::map<std::string, std::string>& made) {
    for (const auto& [id, path] : made) {
        const std::size_t at = url.find("/$" + id);
        if (at != std::string::npos) return path + url.substr(at + 2 + id.size());
    }
    return url;
}

net::Response malformed() { return net::text_response(400, "The request body of $batch cannot be read"); }

}  // namespace

Result<ServiceRequest> take_apart(const net::Request& request) {
    ServiceRequest parsed{.request = &request};
    LS_TRY_ASSIGN(auto segments, net::split_path(request.path().substr(odata_root.size())));
    LS_TRY_ASSIGN(parsed.parameters, net::parse_form(request.query()));
    parsed.format = wanted_format(request, parsed.parameters);
    if (segments.empty()) return parsed;
    parsed.service = segments.front().substr(0, segments.front().find(';'));
    parsed.segments.assign(segments.begin() + 1, segments.end());
    return parsed;
}

net::Response Service::answer_inner(const ServiceRequest& batch, net::Request inner) {
    // What a part does not say of its format, the batch says.
    if (!inner.headers.contains("Accept")) inner.headers.set("Accept", std::string(batch.request->headers.get("Accept").value_or("")));
    auto parsed = take_apart(inner);
    if (!parsed) return malformed();
    if (parsed->service != batch.service) return net::text_response(404, "A part of $batch names another service");
    return handle(*parsed);
}

/// One answer for each change; if one fails, its answer alone, and nothing has happened.
std::string Service::answer_change_set(const ServiceRequest& batch, std::string_view body, const std::string& boundary) {
    const std::string own = "ejjeeffe" + state_.random_hex(8);
    const std::string service_path = std::string(odata_root) + batch.service;
    std::map<std::string, std::string> made;
    std::string answers;
    state_.tables.remember();
    for (const Part& part : split_parts(body, boundary)) {
        auto inner = read_inner(part.body, service_path);
        const bool reads = inner && (inner->method == "GET" || inner->method == "HEAD");
        const std::string content_id(part.headers.get("Content-ID").value_or(""));
        if (inner) inner->url = with_reference(inner->url, made);
        const net::Response response = !inner || reads ? malformed() : answer_inner(batch, *inner);
        if (!response.ok()) {
            state_.tables.undo();
            return write_part(response, content_id);
        }
        const std::string location(response.headers.get("Location").value_or(""));
        if (const std::size_t root = location.find(odata_root); !content_id.empty() && root != std::string::npos)
            made[content_id] = location.substr(root);
        answers += "--" + own + "\r\n" + write_part(response, content_id);
    }
    state_.tables.keep();
    answers += "--" + own + "--\r\n";
    return "Content-Type: multipart/mixed; boundary=" + own + "\r\nContent-Length: " + std::to_string(answers.size()) + "\r\n\r\n" +
           answers;
}

net::Response Service::batch(const ServiceRequest& request) {
    const std::string boundary = boundary_of(request.request->headers);
    if (boundary.empty()) return malformed();
    const std::string own = "ejjeeffe" + state_.random_hex(8);
    std::string body;
    for (const Part& part : split_parts(request.request->body, boundary)) {
        body += "--" + own + "\r\n";
        if (const std::string inner_boundary = boundary_of(part.headers); !inner_boundary.empty()) {
            body += answer_change_set(request, part.body, inner_boundary);
            continue;
        }
        auto inner = read_inner(part.body, std::string(odata_root) + request.service);
        // Outside of a change set there are only reads.
        const bool reads = inner && (inner->method == "GET" || inner->method == "HEAD");
        body += write_part(reads ? answer_inner(request, *inner) : malformed(), {});
    }
    body += "--" + own + "--\r\n";
    net::Response response{.status = 202, .body = std::move(body)};
    response.headers.set("Content-Type", "multipart/mixed; boundary=" + own);
    response.headers.set("dataserviceversion", "2.0");
    return response;
}

}  // namespace lockstep::sandbox::sap
