#include "connectors/salesforce/record_id.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "connector/one_line.h"

namespace lockstep::connectors::salesforce {
namespace {

constexpr std::size_t short_length = 15;
constexpr std::size_t long_length = 18;
constexpr std::size_t name_length_max = 255;

struct Prefix {
    std::string_view object, prefix;
};
constexpr std::array<Prefix, 8> prefixes = {{
    {"Account", "001"},
    {"Contact", "003"},
    {"User", "005"},
    {"Opportunity", "006"},
    {"OpportunityLineItem", "00k"},
    {"Pricebook2", "01s"},
    {"Product2", "01t"},
    {"PricebookEntry", "01u"},
}};

bool is_alphanumeric(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }
bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }

/// Three characters, each telling which of five characters are upper case, the first in the lowest bit.
std::string checksum(std::string_view id) {
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
    std::string sum;
    for (std::size_t group = 0; group < short_length; group += 5) {
        unsigned bits = 0;
        for (std::size_t i = 0; i < 5; ++i)
            if (std::isupper(static_cast<unsigned char>(id[group + i]))) bits |= 1u << i;
        sum += digits[bits];
    }
    return sum;
}

std::string quoted_for_message(std::string_view text) {
    constexpr std::size_t code_points_max = 40;
    return "`" + connector::one_line(text, code_points_max) + "`";
}

}  // namespace

Result<std::string> normalise_record_id(std::string_view id) {
    bool fits = id.size() == short_length || id.size() == long_length;
    if (!fits || !std::all_of(id.begin(), id.end(), is_alphanumeric))
        return fail(ErrorCode::value_invalid, "not a Salesforce record id (15 or 18 letters and digits): " + quoted_for_message(id));
    return id.size() == long_length ? std::string(id) : std::string(id) + checksum(id);
}

Result<std::string> record_id_of(std::string_view object, std::string_view id) {
    LS_TRY_ASSIGN(std::string normal, normalise_record_id(id));
    auto known = std::find_if(prefixes.begin(), prefixes.end(), [&](const Prefix& p) { return p.object == object; });
    if (known != prefixes.end() && !normal.starts_with(known->prefix))
        return fail(ErrorCode::value_invalid, "the id belongs to another object: " + std::string(object) + " ids begin with " +
                                                  std::string(known->prefix) + ", got " + normal);
    return normal;
}

Result<std::string> checked_name(std::string_view name, std::string_view what) {
    bool fits = !name.empty() && name.size() <= name_length_max && is_letter(name.front()) &&
                std::all_of(name.begin(), name.end(), [](char c) { return is_alphanumeric(c) || c == '_'; });
    if (fits) return std::string(name);
    return fail(ErrorCode::value_invalid, "not a name of a Salesforce " + std::string(what) + ": " + quoted_for_message(name));
}

}  // namespace lockstep::connectors::salesforce
