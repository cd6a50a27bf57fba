#include "bench/text_template.h"

#include <algorithm>
#include <cctype>

namespace lockstep::bench {
namespace {

bool is_word(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](unsigned char c) { return std::isalnum(c) || c == '_'; });
}

}  // namespace

Result<TextTemplate> TextTemplate::parse(std::string_view text) {
    TextTemplate made;
    Part part;
    while (!text.empty()) {
        const std::size_t close = text.front() == '{' ? text.find('}') : std::string_view::npos;
        const std::string_view word = close == std::string_view::npos ? std::string_view() : text.substr(1, close - 1);
        if (!is_word(word)) {
            part.text += text.front();
            text.remove_prefix(1);
            continue;
        }
        const bool is_column = word.size() == 1 && word[0] >= '1' && word[0] <= '9';
        if (!is_column && word != "id" && word != "n")
            return fail(ErrorCode::config_invalid, "a template's places are {id}, {1} to {9} and {n}, not {" + std::string(word) + "}");
        part.place = is_column ? word[0] - '0' : word == "id" ? 1 : number;
        made.parts_.push_back(std::move(part));
        part = {};
        text.remove_prefix(close + 1);
    }
    if (!part.text.empty()) made.parts_.push_back(std::move(part));
    return made;
}

void TextTemplate::append(std::string& out, const Filling& filling) const {
    for (const Part& part : parts_) {
        out += part.text;
        if (part.place == number) out += std::to_string(filling.number);
        if (part.place > 0) out += (*filling.columns)[static_cast<std::size_t>(part.place) - 1];
    }
}

std::size_t TextTemplate::columns_needed() const {
    int needed = 0;
    for (const Part& part : parts_) needed = std::max(needed, part.place);
    return static_cast<std::size_t>(needed);
}

}  // namespace lockstep::bench
