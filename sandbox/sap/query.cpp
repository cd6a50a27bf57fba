#include "sandbox/sap/query.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "sandbox/sap/refusal.h"

namespace lockstep::sandbox::sap {

namespace {

constexpr std::array<std::string_view, 9> options = {"$filter", "$select",    "$expand",      "$orderby", "$top",
                                                     "$skip",   "$skiptoken", "$inlinecount", "$format"};

std::string qualified(const EntityType& type) { return std::string(type.service) + "." + std::string(type.set) + "Type"; }

Unexpected no_property(const EntityType& type, std::string_view name) {
    return refuse(property_error, "Property " + std::string(name) + " not found in type " + qualified(type), std::string(name));
}

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (;;) {
        const std::size_t end = text.find(separator);
        parts.push_back(trimmed(text.substr(0, end)));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

Result<std::size_t> parse_size(std::string_view option, std::string_view text) {
    std::size_t value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
        return refuse(syntax_error, "Invalid value '" + std::string(text) + "' of system query option " + std::string(option));
    return value;
}

Shape::Expansion* expansion_of(Shape& shape, std::string_view name) {
    for (Shape::Expansion& expansion : shape.expanded)
        if (expansion.navigation->name == name) return &expansion;
    return nullptr;
}

/// The first `$select` on a level turns "everything" off.
void narrow(Shape& shape) {
    if (!shape.everything || !shape.properties.empty()) return;
    shape.everything = false;
    shape.properties.assign(shape.type->properties.size(), false);
    for (Shape::Expansion& expansion : shape.expanded) expansion.shown = false;
}

Result<void> select_navigation(Shape& shape, const Navigation& navigation, std::string_view rest);

Result<void> select(Shape& shape, std::string_view path) {
    if (path == "*") {
        shape.everything = true;
        shape.properties.assign(shape.type->properties.size(), true);
        return {};
    }
    narrow(shape);
    const std::size_t slash = path.find('/');
    const std::string_view name = path.substr(0, slash);
    if (const Navigation* navigation = shape.type->navigation(name))
        return select_navigation(shape, *navigation, slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1));
    const int property = shape.type->find(name);
    if (property < 0 || slash != std::string_view::npos) return no_property(*shape.type, path);
    if (!shape.everything) shape.properties[static_cast<std::size_t>(property)] = true;
    return {};
}

Result<void> select_navigation(Shape& shape, const Navigation& navigation, std::string_view rest) {
    Shape::Expansion* expansion = expansion_of(shape, navigation.name);
    if (expansion != nullptr) {
        expansion->shown = true;
        return rest.empty() ? Result<void>() : select(expansion->shape, rest);
    }
    if (!rest.empty())
        return refuse(option_error, "Navigation property " + std::string(navigation.name) + " is selected but not expanded",
                      std::string(navigation.name));
    shape.deferred.push_back(&navigation);
    return {};
}

Result<std::vector<OrderBy>> parse_order(const EntityType& type, std::string_view text) {
    std::vector<OrderBy> order;
    for (std::string_view part : split(text, ',')) {
        const std::size_t blank = part.find(' ');
        const std::string_view direction = blank == std::string_view::npos ? "asc" : trimmed(part.substr(blank));
        const int property = type.find(part.substr(0, blank));
        if (property < 0) return no_property(type, part.substr(0, blank));
        if (direction != "asc" && direction != "desc")
            return refuse(syntax_error, "Invalid value '" + std::string(part) + "' of system query option $orderby");
        if (type.properties[static_cast<std::size_t>(property)].has(no_sort))
            return refuse(property_error, "Property " + std::string(part.substr(0, blank)) + " is not sortable");
        order.push_back({property, direction == "desc"});
    }
    return order;
}

Result<void> parse_shape(Query& query, const net::Parameters& parameters) {
    if (auto text = net::parameter(parameters, "$expand"); text && !text->empty())
        for (std::string_view path : split(*text, ',')) LS_TRY(expand(query.shape, path));
    if (auto text = net::parameter(parameters, "$select"); text && !text->empty())
        for (std::string_view path : split(*text, ',')) LS_TRY(select(query.shape, path));
    return {};
}

Result<void> parse_window(Query& query, const net::Parameters& parameters) {
    if (auto text = net::parameter(parameters, "$top")) { LS_TRY_ASSIGN(query.top, parse_size("$top", *text)); }
    if (auto text = net::parameter(parameters, "$skip")) { LS_TRY_ASSIGN(query.skip, parse_size("$skip", *text)); }
    if (auto text = net::parameter(parameters, "$skiptoken")) { LS_TRY_ASSIGN(query.skip_token, parse_size("$skiptoken", *text)); }
    auto count = net::parameter(parameters, "$inlinecount");
    if (count && *count != "allpages" && *count != "none")
        return refuse(syntax_error, "Invalid value '" + *count + "' of system query option $inlinecount");
    query.inline_count = count == "allpages";
    return {};
}

}  // namespace

Shape whole(const EntityType& type) { return Shape{.type = &type}; }

Result<void> expand(Shape& shape, std::string_view path) {
    const std::size_t slash = path.find('/');
    const std::string_view name = path.substr(0, slash);
    const Navigation* navigation = shape.type->navigation(name);
    if (navigation == nullptr) return no_property(*shape.type, name);
    Shape::Expansion* expansion = expansion_of(shape, name);
    if (expansion == nullptr) {
        shape.expanded.push_back({navigation, whole(*entity_type(navigation->target))});
        expansion = &shape.expanded.back();
    }
    return slash == std::string_view::npos ? Result<void>() : expand(expansion->shape, path.substr(slash + 1));
}

Result<Query> parse_query(const EntityType& type, const net::Parameters& parameters) {
    for (const auto& [name, value] : parameters)
        if (name.starts_with('$') && std::find(options.begin(), options.end(), name) == options.end())
            return refuse(option_error,
                          "The Data Services Request contains SystemQueryOptions that are not allowed for "
                          "this Request Type: " +
                              name);
    Query query{.shape = whole(type), .sent = parameters};
    LS_TRY(parse_shape(query, parameters));
    LS_TRY(parse_window(query, parameters));
    if (auto text = net::parameter(parameters, "$filter"); text && !text->empty()) {
        LS_TRY_ASSIGN(query.filter, parse_filter(type, *text));
    }
    if (auto text = net::parameter(parameters, "$orderby"); text && !text->empty()) {
        LS_TRY_ASSIGN(query.order, parse_order(type, *text));
    }
    return query;
}

namespace {

/// Splits at commas outside of quotation marks.
Result<std::vector<std::string_view>> split_key(std::string_view text) {
    std::vector<std::string_view> parts;
    bool quoted = false;
    std::size_t start = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\'') quoted = !quoted;
        if (text[i] != ',' || quoted) continue;
        parts.push_back(text.substr(start, i - start));
        start = i + 1;
    }
    if (quoted) return refuse(syntax_error, "Invalid key predicate: a quotation mark is not closed");
    parts.push_back(text.substr(start));
    return parts;
}

}  // namespace

Result<Segment> parse_segment(std::string_view text) {
    const std::size_t open = text.find('(');
    Segment segment{.name = std::string(text.substr(0, open))};
    if (open == std::string_view::npos) return segment;
    if (!text.ends_with(')')) return refuse(syntax_error, "Invalid key predicate in '" + std::string(text) + "'");
    const std::string_view inside = text.substr(open + 1, text.size() - open - 2);
    segment.key.emplace();
    if (inside.empty()) return segment;
    LS_TRY_ASSIGN(auto parts, split_key(inside));
    for (std::string_view part : parts) {
        const std::size_t equals = part.find('=');
        const bool named = equals != std::string_view::npos && equals < part.find('\'');
        segment.key->emplace_back(named ? trimmed(part.substr(0, equals)) : std::string_view(),
                                  named ? trimmed(part.substr(equals + 1)) : trimmed(part));
    }
    return segment;
}

Result<std::vector<std::string>> key_values(const EntityType& type, const Segment& segment) {
    std::vector<std::string> values;
    std::vector<const Property*> keys;
    for (const Property& property : type.properties)
        if (property.has(key)) keys.push_back(&property);
    const auto& given = *segment.key;
    if (given.size() != keys.size())
        return refuse(invalid_argument,
                      "The number of keys specified in the URI does not match number of key properties for the "
                      "resource '" +
                          qualified(type) + "'");
    for (const Property* property : keys) {
        auto found = std::find_if(given.begin(), given.end(), [&](const auto& entry) {
            return entry.first == property->name || (entry.first.empty() && given.size() == 1);
        });
        if (found == given.end()) return refuse(invalid_argument, "Invalid key predicate type for '" + std::string(property->name) + "'");
        LS_TRY_ASSIGN(Scalar literal, parse_literal(found->second));
        LS_TRY_ASSIGN(std::string text, text_from_literal(*property, literal));
        values.push_back(std::move(text));
    }
    return values;
}

}  // namespace lockstep::sandbox::sap
