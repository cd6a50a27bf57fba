#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace lockstep::bench {

/// What fills a template: the columns of one line of the id file, and the number of the request.
struct Filling {
    const std::vector<std::string>* columns = nullptr;
    std::uint64_t number = 0;
};

/// A text with places: `{id}` (the same as `{1}`), `{2}` … `{9}` and `{n}`. Other braces are braces.
class TextTemplate {
public:
    TextTemplate() = default;
    /// Errors: `config_invalid` for a word in braces that is no place.
    static Result<TextTemplate> parse(std::string_view text);
    /// Requires as many columns as `columns_needed()`.
    void append(std::string& out, const Filling& filling) const;
    std::size_t columns_needed() const;

private:
    struct Part {
        std::string text;  ///< before the place
        int place = none;  ///< column from 1 on, or one of these
    };
    static constexpr int none = -1, number = 0;
    std::vector<Part> parts_;
};

}  // namespace lockstep::bench
