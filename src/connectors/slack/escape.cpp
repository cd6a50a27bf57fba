#include "connectors/slack/escape.h"

#include "base/assert.h"
#include "value/encoding.h"

namespace lockstep::connectors::slack {

std::string escape(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

std::string cut(std::string_view escaped, std::size_t code_points_max) {
    constexpr std::string_view mark = "… (cut)";
    constexpr std::size_t mark_code_points = 7;
    constexpr std::size_t entity_bytes_max = 5;  // &amp;
    LS_ASSERT(code_points_max >= 20);
    if (encoding::utf8_length(escaped) <= code_points_max) return std::string(escaped);
    std::string_view kept = encoding::utf8_prefix(escaped, code_points_max - mark_code_points);
    std::size_t entity = kept.rfind('&');
    bool within_entity =
        entity != std::string_view::npos && kept.size() - entity < entity_bytes_max && kept.find(';', entity) == std::string_view::npos;
    if (within_entity) kept = kept.substr(0, entity);
    return std::string(kept) + std::string(mark);
}

}  // namespace lockstep::connectors::slack
