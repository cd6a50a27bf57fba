#include "base/limits.h"
#include "tests/fuzz/target.h"
#include "value/encoding.h"
#include "value/xml.h"

using namespace lockstep;

namespace {

int depth_of(const xml::Element& element) {
    int inner = 0;
    for (const auto& child : element.children) inner = std::max(inner, depth_of(child));
    return inner + 1;
}

bool is_sound(const xml::Element& element) {
    bool sound = !element.name.empty() && encoding::is_valid_utf8(element.text) && element.text.find('\0') == std::string::npos;
    for (const auto& child : element.children) sound = sound && is_sound(child);
    return sound;
}

/// Any text at all, escaped, stays one text and one attribute.
void check_escape(std::string_view text) {
    const std::string escaped = xml::escape(text);
    const auto element = xml::parse("<a b=\"" + escaped + "\">" + escaped + "</a>");
    LS_ASSERT(element && element->children.empty());
    LS_ASSERT(xml::escape(element->text) == escaped);
}

}  // namespace

FUZZ(xml) {
    check_escape(data);
    const auto document = xml::parse(data);
    if (!document) return;
    LS_ASSERT(depth_of(*document) <= limits::nesting_depth_max && is_sound(*document));
}
