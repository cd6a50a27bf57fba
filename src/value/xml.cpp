// The only file that knows pugixml. It is lenient, so what it lets pass and XML does not is checked here.

#include "value/xml.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <pugixml.hpp>

#include "base/limits.h"
#include "value/encoding.h"
#include "value/text_place.h"

namespace lockstep::xml {
namespace {

/// Entities stay as written, so that unknown ones can be told from escaped ampersands; a DTD becomes a node.
constexpr unsigned parse_flags = pugi::parse_cdata | pugi::parse_eol | pugi::parse_doctype | pugi::parse_fragment |
                                 pugi::parse_wconv_attribute | pugi::parse_ws_pcdata_single;

using Bindings = std::vector<std::pair<std::string, std::string>>;  // prefix and URI, the innermost last

struct Entity {
    std::string_view name;
    char character;
};
constexpr Entity known_entities[] = {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};

void append_utf8(std::string& out, std::uint32_t point) {
    if (point < 0x80) {
        out += static_cast<char>(point);
        return;
    }
    int following = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
    constexpr unsigned leads[] = {0, 0xc0, 0xe0, 0xf0};
    out += static_cast<char>(leads[following] | (point >> (6 * following)));
    for (int i = following - 1; i >= 0; --i) out += static_cast<char>(0x80 | ((point >> (6 * i)) & 0x3f));
}

bool is_xml_character(std::uint32_t point) {
    return point == 0x9 || point == 0xa || point == 0xd || (point >= 0x20 && point <= 0xd7ff) || (point >= 0xe000 && point <= 0xfffd) ||
           (point >= 0x10000 && point <= 0x10ffff);
}

/// `#233` or `#xE9`; 0 if it is neither.
std::uint32_t numbered_character(std::string_view name) {
    if (!name.starts_with('#')) return 0;
    name.remove_prefix(1);
    bool hexadecimal = name.starts_with('x');
    if (hexadecimal) name.remove_prefix(1);
    std::uint32_t point = 0;
    const char* end = name.data() + name.size();
    auto [stop, problem] = std::from_chars(name.data(), end, point, hexadecimal ? 16 : 10);
    return problem == std::errc{} && stop == end && is_xml_character(point) ? point : 0;
}

bool append_entity(std::string& out, std::string_view name) {
    for (const auto& known : known_entities) {
        if (known.name == name) {
            out += known.character;
            return true;
        }
    }
    auto point = numbered_character(name);
    if (point != 0) append_utf8(out, point);
    return point != 0;
}

Result<std::string> unescape(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (true) {
        auto ampersand = text.find('&');
        out += text.substr(0, ampersand);
        if (ampersand == std::string_view::npos) return out;
        text.remove_prefix(ampersand + 1);
        auto name = text.substr(0, std::min(text.find(';'), text.size()));
        if (name.size() == text.size() || !append_entity(out, name)) {
            return fail(ErrorCode::xml_syntax, fmt::format("entity is not known: &{}", name.substr(0, 40)));
        }
        text.remove_prefix(name.size() + 1);
    }
}

std::pair<std::string_view, std::string_view> split_name(std::string_view name) {
    auto colon = name.find(':');
    if (colon == std::string_view::npos) return {"", name};
    return {name.substr(0, colon), name.substr(colon + 1)};
}

Result<std::string> resolve(std::string_view prefix, const Bindings& bindings) {
    for (auto binding = bindings.rbegin(); binding != bindings.rend(); ++binding) {
        if (binding->first == prefix) return binding->second;
    }
    if (prefix.empty()) return std::string();
    return fail(ErrorCode::xml_syntax, fmt::format("namespace prefix is not declared: {}", prefix));
}

Result<void> read_attributes(const pugi::xml_node& node, Element& element, Bindings& bindings) {
    for (const auto& attribute : node.attributes()) {
        std::string_view name = attribute.name();
        auto same_name = [&](const auto& known) { return known.first == name; };
        if (std::any_of(element.attributes.begin(), element.attributes.end(), same_name)) {
            return fail(ErrorCode::xml_syntax, fmt::format("attribute stands twice: {}", name));
        }
        LS_TRY_ASSIGN(auto value, unescape(attribute.value()));
        if (name == "xmlns") bindings.emplace_back("", value);
        if (name.starts_with("xmlns:")) bindings.emplace_back(name.substr(6), value);
        element.attributes.emplace_back(name, std::move(value));
    }
    return {};
}

Result<Element> read_element(const pugi::xml_node& node, Bindings& bindings, int depth);

Result<void> read_content(const pugi::xml_node& node, Element& element, Bindings& bindings, int depth) {
    for (const auto& child : node.children()) {
        if (child.type() == pugi::node_element) {
            LS_TRY_ASSIGN(auto inner, read_element(child, bindings, depth + 1));
            element.children.push_back(std::move(inner));
        } else if (child.type() == pugi::node_cdata) {
            element.text += child.value();
        } else if (child.type() == pugi::node_pcdata) {
            LS_TRY_ASSIGN(auto text, unescape(child.value()));
            element.text += text;
        }
    }
    return {};
}

Result<Element> read_element(const pugi::xml_node& node, Bindings& bindings, int depth) {
    if (depth > limits::nesting_depth_max) {
        return fail(ErrorCode::xml_syntax, fmt::format("nested deeper than allowed, {} levels", limits::nesting_depth_max));
    }
    auto outer_bindings = bindings.size();
    auto [prefix, local_name] = split_name(node.name());
    if (node.name()[0] == ':' || local_name.empty() || local_name.find(':') != std::string_view::npos) {
        return fail(ErrorCode::xml_syntax, fmt::format("name of an element is not valid: {}", node.name()));
    }
    Element element;
    element.name = local_name;
    LS_TRY(read_attributes(node, element, bindings));
    LS_TRY_ASSIGN(element.namespace_uri, resolve(prefix, bindings));
    LS_TRY(read_content(node, element, bindings, depth));
    bindings.resize(outer_bindings);
    return element;
}

/// Control characters are no XML, and a NUL would hide from pugixml what follows it.
bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r'; }

Unexpected failure_at(std::string_view text, std::size_t offset, std::string_view what) {
    auto place = place_of(text, offset);
    return fail(ErrorCode::xml_syntax, fmt::format("{}: line {}, column {}", what, place.line, place.column));
}

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

/// The one element of the document; text, DTDs and second elements beside it are refused.
Result<pugi::xml_node> root_of(const pugi::xml_document& document) {
    pugi::xml_node root;
    for (const auto& node : document.children()) {
        if (node.type() == pugi::node_doctype) return fail(ErrorCode::xml_syntax, "document type declarations are refused");
        bool text = node.type() == pugi::node_cdata || (node.type() == pugi::node_pcdata && !is_blank(node.value()));
        if (text) return fail(ErrorCode::xml_syntax, "text outside the document's element");
        if (node.type() != pugi::node_element) continue;
        if (root) return fail(ErrorCode::xml_syntax, fmt::format("second element beside the document's: {}", node.name()));
        root = node;
    }
    if (!root) return fail(ErrorCode::xml_syntax, "document has no element");
    return root;
}

}  // namespace

const Element* Element::child(std::string_view local_name) const {
    for (const auto& element : children) {
        if (element.name == local_name) return &element;
    }
    return nullptr;
}

std::string Element::attribute(std::string_view wanted) const {
    for (const auto& [known, value] : attributes) {
        if (known == wanted) return value;
    }
    return "";
}

Result<Element> parse(std::string_view text) {
    if (!encoding::is_valid_utf8(text)) return fail(ErrorCode::xml_syntax, "text is not valid UTF-8");
    auto control = std::find_if(text.begin(), text.end(), is_control);
    if (control != text.end()) {
        return failure_at(text, static_cast<std::size_t>(control - text.begin()), "control characters are not allowed");
    }
    pugi::xml_document document;
    auto outcome = document.load_buffer(text.data(), text.size(), parse_flags, pugi::encoding_utf8);
    if (!outcome) return failure_at(text, static_cast<std::size_t>(outcome.offset), outcome.description());
    LS_TRY_ASSIGN(auto root, root_of(document));
    Bindings bindings = {{"xml", "http://www.w3.org/XML/1998/namespace"}};
    return read_element(root, bindings, 1);
}

std::string escape(std::string_view text) {
    if (!encoding::is_valid_utf8(text)) return escape(encoding::replace_invalid_utf8(text));
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
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&apos;";
                break;
            case '\r':
                out += "&#13;";
                break;
            default:
                is_control(c) ? void(out += "\xef\xbf\xbd") : void(out += c);
        }
    }
    return out;
}

}  // namespace lockstep::xml
