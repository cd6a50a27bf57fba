#include <fmt/format.h>

#include "connector/connector.h"
#include "value/json.h"

namespace lockstep::connector {
namespace {

void append_text(std::string& out, std::string_view name, const std::string& text) {
    if (text.empty()) return;
    out.append(",\"").append(name).append("\":");
    json::append_quoted(out, text);
}

void append_exchange(std::string& out, const Exchange& exchange) {
    out += R"({"method":)";
    json::append_quoted(out, exchange.method);
    out += R"(,"url":)";
    json::append_quoted(out, exchange.url);
    out += fmt::format(R"(,"status":{},"at_ms":{},"duration_ms":{})", exchange.status, exchange.at_ms, exchange.duration_ms);
    append_text(out, "request", exchange.request_body);
    append_text(out, "response", exchange.response_body);
    append_text(out, "error", exchange.error);
    out += '}';
}

}  // namespace

std::string Trace::to_json() const {
    std::string out = "[";
    for (const Exchange& exchange : exchanges_) {
        if (out.size() > 1) out += ',';
        append_exchange(out, exchange);
    }
    return out += ']';
}

}  // namespace lockstep::connector
