#include "sandbox/salesforce/record_id.h"

#include <algorithm>

namespace lockstep::sandbox::salesforce {
namespace {

constexpr std::string_view digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view checksum_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

bool is_alphanumeric(char c) { return digits.find(c) != std::string_view::npos; }

}  // namespace

std::string id_checksum(std::string_view id15) {
    std::string out;
    for (std::size_t block = 0; block < 3; ++block) {
        unsigned bits = 0;
        for (std::size_t i = 0; i < 5; ++i) {
            const char c = id15[block * 5 + i];
            if (c >= 'A' && c <= 'Z') bits |= 1u << i;
        }
        out += checksum_letters[bits];
    }
    return out;
}

std::string make_record_id(std::string_view key_prefix, std::uint64_t serial) {
    std::string id = std::string(key_prefix) + "Hs0000000000";
    for (std::size_t at = 15; serial > 0 && at > 6; serial /= 62) id[--at] = digits[serial % 62];
    return id + id_checksum(id);
}

std::optional<std::string> canonical_id(std::string_view text) {
    if (text.size() != 15 && text.size() != 18) return std::nullopt;
    if (!std::all_of(text.begin(), text.end(), is_alphanumeric)) return std::nullopt;
    std::string id(text.substr(0, 15));
    id += id_checksum(id);
    if (text.size() == 18 && id != text) return std::nullopt;
    return id;
}

}  // namespace lockstep::sandbox::salesforce
