#include "connectors/sap/odata_names.h"

#include <algorithm>
#include <cctype>

namespace lockstep::connectors::sap {
namespace {

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_'; }
bool is_name_char(char c) { return is_letter(c) || std::isdigit(static_cast<unsigned char>(c)); }

/// The names of SAP's services may carry a version: `API_X;v=0002`.
bool is_service_name(std::string_view text) {
    std::string_view version = text.substr(std::min(text.find(';'), text.size()));
    bool version_ok = version.empty() || (version.starts_with(";v=") && version.size() > 3 && version.size() <= 7 &&
                                          version.find_first_not_of("0123456789", 3) == std::string_view::npos);
    return version_ok && is_property_name(text.substr(0, text.size() - version.size()));
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

std::vector<std::string> split_commas(std::string_view text) {
    std::vector<std::string> parts;
    while (!text.empty()) {
        std::size_t comma = std::min(text.find(','), text.size());
        parts.emplace_back(trimmed(text.substr(0, comma)));
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return parts;
}

std::vector<std::string> texts(const Value& value) {
    if (value.is_string()) return split_commas(value.as_string());
    std::vector<std::string> parts;
    if (value.is_list())
        for (const Value& element : value.as_list()) parts.push_back(element.string_or("?"));
    return parts;
}

bool is_order_term(std::string_view term) {
    for (std::string_view direction : {" asc", " desc"})
        if (term.ends_with(direction)) term.remove_suffix(direction.size());
    return is_property_path(term);
}

using Check = bool (*)(std::string_view);

Result<std::vector<std::string>> checked_names(std::string_view what, const Value& value, Check check) {
    if (!value.is_null() && !value.is_string() && !value.is_list())
        return fail(ErrorCode::value_invalid, "names must be a text or a list of texts: " + std::string(what));
    std::vector<std::string> names = texts(value);
    for (const std::string& name : names)
        if (!check(name)) return fail(ErrorCode::value_invalid, "not a property name: " + std::string(what) + ", " + name);
    return names;
}

}  // namespace

bool is_property_name(std::string_view text) {
    return !text.empty() && text.size() <= 128 && is_letter(text.front()) && std::all_of(text.begin(), text.end(), is_name_char);
}

bool is_property_path(std::string_view text) {
    while (true) {
        std::size_t slash = text.find('/');
        if (!is_property_name(text.substr(0, slash))) return false;
        if (slash == std::string_view::npos) return true;
        text.remove_prefix(slash + 1);
    }
}

Result<Entity> parse_entity(std::string_view text) {
    std::size_t slash = text.find('/');
    if (slash != std::string_view::npos) {
        Entity entity{std::string(text.substr(0, slash)), std::string(text.substr(slash + 1))};
        if (is_service_name(entity.service) && is_property_name(entity.set)) return entity;
    }
    return fail(ErrorCode::value_invalid,
                "entity must be SERVICE/EntitySet, such as API_SALES_ORDER_SRV/A_SalesOrder: " + std::string(text));
}

Result<std::vector<std::string>> property_paths(std::string_view what, const Value& names) {
    return checked_names(what, names, is_property_path);
}

Result<std::vector<std::string>> order_terms(const Value& terms) { return checked_names("orderby", terms, is_order_term); }

}  // namespace lockstep::connectors::sap
