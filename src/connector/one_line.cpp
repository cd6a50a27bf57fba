#include "connector/one_line.h"

#include "value/encoding.h"

namespace lockstep::connector {

std::string one_line(std::string_view text, std::size_t code_points_max) {
    if (!encoding::is_valid_utf8(text)) return "a text that is not UTF-8";
    std::string line;
    for (char c : text) {
        bool blank = static_cast<unsigned char>(c) <= 0x20 || c == 0x7f;
        if (!blank)
            line += c;
        else if (!line.empty() && line.back() != ' ')
            line += ' ';
    }
    if (line.ends_with(' ')) line.pop_back();
    std::string_view kept = encoding::utf8_prefix(line, code_points_max);
    return std::string(kept) + (kept.size() < line.size() ? "…" : "");
}

}  // namespace lockstep::connector
