#include "value/encoding.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "base/utf8.h"

namespace lockstep::encoding {
namespace {

constexpr std::string_view standard_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view upper_hex = "0123456789ABCDEF";
constexpr std::string_view lower_hex = "0123456789abcdef";

unsigned byte_at(std::string_view text, std::size_t i) { return static_cast<unsigned char>(text[i]); }

std::string encode_base64(std::string_view bytes, std::string_view letters, bool padded) {
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        auto count = std::min<std::size_t>(3, bytes.size() - i);
        unsigned group = byte_at(bytes, i) << 16;
        if (count > 1) group |= byte_at(bytes, i + 1) << 8;
        if (count > 2) group |= byte_at(bytes, i + 2);
        for (std::size_t letter = 0; letter <= count; ++letter) out += letters[(group >> (18 - 6 * letter)) & 63];
        if (padded) out.append(3 - count, '=');
    }
    return out;
}

using Inverse = std::array<std::int8_t, 256>;

constexpr Inverse inverse_of(std::string_view letters) {
    Inverse inverse{};
    inverse.fill(-1);
    for (std::size_t i = 0; i < letters.size(); ++i) { inverse[static_cast<unsigned char>(letters[i])] = static_cast<std::int8_t>(i); }
    return inverse;
}

constexpr Inverse standard_inverse = inverse_of(standard_letters);
constexpr Inverse url_inverse = inverse_of(url_letters);

Unexpected not_base64() { return fail(ErrorCode::value_invalid, "text is not valid base64"); }

Result<std::string> decode_base64(std::string_view text, const Inverse& inverse) {
    bool padded = text.ends_with('=');
    if (padded && text.size() % 4 != 0) return not_base64();
    for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
    if (text.size() % 4 == 1) return not_base64();
    std::string out;
    out.reserve(text.size() * 3 / 4);
    std::uint32_t bits = 0;
    int count = 0;
    for (char c : text) {
        auto six = inverse[static_cast<unsigned char>(c)];
        if (six < 0) return not_base64();
        bits = (bits << 6) | static_cast<std::uint32_t>(six);
        count += 6;
        if (count >= 8) {
            count -= 8;
            out += static_cast<char>((bits >> count) & 0xff);
        }
    }
    if ((bits & ((1u << count) - 1)) != 0) return not_base64();
    return out;
}

/// Letters, digits and what else a URL holds as it is. Source: RFC 3986, 2.3.
constexpr std::array<bool, 256> unreserved = [] {
    std::array<bool, 256> table{};
    for (char c : std::string_view("-._~")) table[static_cast<std::size_t>(c)] = true;
    for (char c : url_letters) table[static_cast<std::size_t>(c)] = true;
    return table;
}();

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool eight_are_ascii(const char* at) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    return (word & 0x8080808080808080u) == 0;
}

bool starts_code_point(char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }

}  // namespace

std::string base64(std::string_view bytes) { return encode_base64(bytes, standard_letters, true); }
std::string base64url(std::string_view bytes) { return encode_base64(bytes, url_letters, false); }
Result<std::string> from_base64(std::string_view text) { return decode_base64(text, standard_inverse); }
Result<std::string> from_base64url(std::string_view text) { return decode_base64(text, url_inverse); }

std::string hex(std::string_view bytes) {
    std::string out;
    out.reserve(bytes.size() * 2);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        out += lower_hex[byte_at(bytes, i) >> 4];
        out += lower_hex[byte_at(bytes, i) & 15];
    }
    return out;
}

std::string percent_encode(std::string_view text) {
    std::string out;
    out.reserve(text.size() + text.size() / 4);
    for (std::size_t i = 0; i < text.size(); ++i) {
        const std::size_t plain_from = i;
        while (i < text.size() && unreserved[byte_at(text, i)]) ++i;
        out += text.substr(plain_from, i - plain_from);
        if (i == text.size()) break;
        out += '%';
        out += upper_hex[byte_at(text, i) >> 4];
        out += upper_hex[byte_at(text, i) & 15];
    }
    return out;
}

Result<std::string> percent_decode(std::string_view text, bool plus_is_space) {
    std::string out(text);
    std::size_t end = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out[end++] = text[i] == '+' && plus_is_space ? ' ' : text[i];
            continue;
        }
        int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
        int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
        if (high < 0 || low < 0) { return fail(ErrorCode::url_invalid, fmt::format("broken % escape: {}", text.substr(i, 3))); }
        out[end++] = static_cast<char>(high * 16 + low);
        i += 2;
    }
    out.resize(end);
    return out;
}

bool is_valid_utf8(std::string_view text) {
    while (!text.empty()) {
        if (text.size() >= 8 && eight_are_ascii(text.data())) {
            text.remove_prefix(8);
            continue;
        }
        auto length = utf8_sequence_length(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

std::string replace_invalid_utf8(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        auto length = utf8_sequence_length(text);
        out += length == 0 ? std::string_view("\xef\xbf\xbd") : text.substr(0, length);
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return out;
}

std::string_view utf8_prefix(std::string_view text, std::size_t code_points_max) {
    std::size_t seen = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (starts_code_point(text[i]) && seen++ == code_points_max) return text.substr(0, i);
    }
    return text;
}

std::size_t utf8_length(std::string_view text) {
    std::size_t count = 0;
    for (char c : text) count += starts_code_point(c) ? 1 : 0;
    return count;
}

}  // namespace lockstep::encoding
