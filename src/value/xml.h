#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace lockstep::xml {

/// An element with its namespace resolved.
struct Element {
    std::string name;                                             ///< local name
    std::string namespace_uri;                                    ///< empty if none
    std::vector<std::pair<std::string, std::string>> attributes;  ///< names with prefix, as written
    std::string text;                                             ///< all text directly in this element
    std::vector<Element> children;

    const Element* child(std::string_view local_name) const;
    std::string attribute(std::string_view name) const;  ///< empty if absent
};

/// Reads a document. DTDs and entities other than the five of XML are refused, depth and size are bounded.
/// Errors: `xml_syntax`.
Result<Element> parse(std::string_view text);
/// Escapes text for element content and attribute values. What no XML can hold (control characters, bad UTF-8) becomes
/// U+FFFD.
std::string escape(std::string_view text);

}  // namespace lockstep::xml
