#include "value/text_place.h"

#include <algorithm>

#include "value/encoding.h"

namespace lockstep {

TextPlace place_of(std::string_view text, std::size_t offset) {
    auto before = text.substr(0, std::min(offset, text.size()));
    auto line_start = before.rfind('\n') + 1;  // npos + 1 is 0
    return {static_cast<int>(std::count(before.begin(), before.end(), '\n')) + 1,
            static_cast<int>(encoding::utf8_length(before.substr(line_start))) + 1};
}

}  // namespace lockstep
