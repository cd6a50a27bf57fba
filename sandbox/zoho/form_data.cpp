#include "sandbox/zoho/form_data.h"

#include <string>

#include "sandbox/zoho/text.h"

namespace lockstep::sandbox::zoho {

namespace {

/// The value behind `name=`, with or without quotes; empty: there is none.
std::string attribute(std::string_view text, std::string_view name) {
    const std::size_t at = lower(text).find(std::string(name) + '=');
    if (at == std::string::npos) return {};
    std::string_view value = text.substr(at + name.size() + 1);
    if (!value.starts_with('"')) return std::string(value.substr(0, value.find_first_of("; \r\n")));
    value.remove_prefix(1);
    return std::string(value.substr(0, value.find('"')));
}

}  // namespace

net::Parameters read_form_data(std::string_view content_type, std::string_view body) {
    const std::string boundary = attribute(content_type, "boundary");
    net::Parameters fields;
    if (boundary.empty()) return fields;
    const std::string mark = "--" + boundary;
    for (std::size_t at = body.find(mark); at != std::string_view::npos;) {
        const std::size_t start = at + mark.size();
        const std::size_t next = body.find("\r\n" + mark, start);
        const std::size_t head_end = body.find("\r\n\r\n", start);
        if (body.substr(start, 2) == "--" || next == std::string_view::npos || head_end > next) break;
        const std::string name = attribute(body.substr(start, head_end - start), " name");
        if (!name.empty()) fields.emplace_back(name, body.substr(head_end + 4, next - head_end - 4));
        at = next + 2;
    }
    return fields;
}

}  // namespace lockstep::sandbox::zoho
