#include "expr/code_points.h"

#include <algorithm>

namespace lockstep::expr {
namespace {

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

}  // namespace

void append_code_point(std::string& out, char32_t code_point) {
    const auto byte = [&](char32_t value) { out.push_back(static_cast<char>(value)); };
    if (code_point < 0x80) {
        byte(code_point);
    } else if (code_point < 0x800) {
        byte(0xC0 | (code_point >> 6));
        byte(0x80 | (code_point & 0x3F));
    } else if (code_point < 0x10000) {
        byte(0xE0 | (code_point >> 12));
        byte(0x80 | ((code_point >> 6) & 0x3F));
        byte(0x80 | (code_point & 0x3F));
    } else {
        byte(0xF0 | (code_point >> 18));
        byte(0x80 | ((code_point >> 12) & 0x3F));
        byte(0x80 | ((code_point >> 6) & 0x3F));
        byte(0x80 | (code_point & 0x3F));
    }
}

CodePoints::CodePoints(std::string_view text) : text_(text) {
    starts_.reserve(text.size() + 1);
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (i == 0 || !is_continuation(text[i])) starts_.push_back(i);
    }
    starts_.push_back(text.size());
}

std::size_t CodePoints::find(std::string_view wanted, std::size_t from) const {
    if (from > size()) return npos;
    const std::size_t at = text_.find(wanted, starts_[from]);
    if (at == std::string_view::npos) return npos;
    return static_cast<std::size_t>(std::lower_bound(starts_.begin(), starts_.end(), at) - starts_.begin());
}

std::size_t CodePoints::find_last(std::string_view wanted, std::size_t from) const {
    const std::size_t at = text_.rfind(wanted, starts_[std::min(from, size())]);
    if (at == std::string_view::npos) return npos;
    return static_cast<std::size_t>(std::lower_bound(starts_.begin(), starts_.end(), at) - starts_.begin());
}

char32_t decode(std::string_view one) {
    const auto byte = [&](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(one[i])); };
    if (one.size() == 2) return ((byte(0) & 0x1F) << 6) | (byte(1) & 0x3F);
    if (one.size() == 3) return ((byte(0) & 0x0F) << 12) | ((byte(1) & 0x3F) << 6) | (byte(2) & 0x3F);
    if (one.size() == 4) { return ((byte(0) & 0x07) << 18) | ((byte(1) & 0x3F) << 12) | ((byte(2) & 0x3F) << 6) | (byte(3) & 0x3F); }
    return one.empty() ? 0 : byte(0);
}

bool is_white_space(char32_t c) {
    // Unicode's White_Space property.
    return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 ||
           c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

}  // namespace lockstep::expr
