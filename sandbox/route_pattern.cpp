#include <algorithm>

#include "sandbox/faults.h"

namespace lockstep::sandbox {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool all_digits(std::string_view text) { return !text.empty() && std::ranges::all_of(text, is_digit); }

// `A_SalesOrder('1')/to_Item` → `A_SalesOrder({key})/to_Item`: a quoted key may hold slashes and parentheses.
std::string sap_pattern(std::string_view path) {
    std::string out;
    for (std::size_t i = 0; i < path.size(); ++i) {
        out += path[i];
        if (path[i] != '(') continue;
        bool quoted = false;
        std::size_t end = i + 1;
        for (; end < path.size() && (quoted || path[end] != ')'); ++end)
            if (path[end] == '\'') quoted = !quoted;
        if (end > i + 1) out += "{key}";
        i = end - 1;
    }
    return out;
}

struct Segments {
    std::string out;
    std::size_t count = 0;
    std::string_view previous, before_previous;
};

// What stands for a segment, or the segment itself.
std::string_view salesforce_segment(const Segments& so_far, std::string_view segment) {
    if (so_far.previous == "query" || so_far.previous == "queryAll") return "{locator}";
    if (so_far.before_previous == "sobjects" && segment != "describe" && segment != "deleted" && segment != "updated")
        return segment.ends_with("__c") || segment.size() < 15 ? segment : "{id}";
    if (so_far.previous.ends_with("__c") && so_far.count > 5) return "{value}";
    if (so_far.before_previous == "jobs") return "{id}";
    if (so_far.count == 2 && so_far.before_previous == "id") return "{user}";
    if (so_far.count == 1 && so_far.previous == "id") return "{organization}";
    return segment;
}

std::string_view segment_pattern(std::string_view connector, const Segments& so_far, std::string_view segment) {
    if (connector == "salesforce") return salesforce_segment(so_far, segment);
    if (connector == "slack") return so_far.previous == "services" || so_far.count > 1 ? "{secret}" : segment;
    return all_digits(segment) ? "{id}" : segment;
}

}  // namespace

std::string route_pattern(std::string_view connector, std::string_view path) {
    if (connector == "sap") return sap_pattern(path);
    Segments segments;
    while (!path.empty()) {
        if (path.front() == '/') {
            segments.out += '/';
            path.remove_prefix(1);
            continue;
        }
        const std::string_view segment = path.substr(0, path.find('/'));
        segments.out += segment_pattern(connector, segments, segment);
        segments.before_previous = segments.previous;
        segments.previous = segment;
        ++segments.count;
        path.remove_prefix(segment.size());
    }
    return segments.out;
}

}  // namespace lockstep::sandbox
