#include "sandbox/salesforce/text_fold.h"

namespace lockstep::sandbox::salesforce {
namespace {

std::size_t code_point_length(std::string_view text) {
    const auto first = static_cast<unsigned char>(text.front());
    const std::size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    return length > text.size() ? text.size() : length;
}

}  // namespace

// U+00C0 … U+00DE are C3 80 … C3 9E in UTF-8; U+00D7 is the multiplication sign.
std::string fold(std::string_view text) {
    std::string out(text);
    for (std::size_t i = 0; i < out.size(); ++i) {
        const auto c = static_cast<unsigned char>(out[i]);
        if (c >= 'A' && c <= 'Z') out[i] = static_cast<char>(c + 0x20);
        const bool after_c3 = i > 0 && static_cast<unsigned char>(out[i - 1]) == 0xC3;
        if (after_c3 && c >= 0x80 && c <= 0x9E && c != 0x97) out[i] = static_cast<char>(c + 0x20);
    }
    return out;
}

// Goes back to the last `%` where a match fails: linear in practice, never exponential.
bool like(std::string_view text, std::string_view pattern) {
    std::size_t t = 0, p = 0, star = std::string_view::npos, resume = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '%') {
            star = p++;
            resume = t;
            continue;
        }
        if (p < pattern.size() && pattern[p] == '_') {
            t += code_point_length(text.substr(t));
            ++p;
            continue;
        }
        const std::size_t skip = p < pattern.size() && pattern[p] == '\\' && p + 1 < pattern.size() ? 1 : 0;
        if (p < pattern.size() && pattern[p + skip] == text[t]) {
            p += skip + 1;
            ++t;
            continue;
        }
        if (star == std::string_view::npos) return false;
        p = star + 1;
        resume += code_point_length(text.substr(resume));
        t = resume;
    }
    while (p < pattern.size() && pattern[p] == '%') ++p;
    return p == pattern.size();
}

std::string unescaped(std::string_view pattern) {
    std::string out;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] == '\\' && i + 1 < pattern.size()) ++i;
        out += pattern[i];
    }
    return out;
}

}  // namespace lockstep::sandbox::salesforce
