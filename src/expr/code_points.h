#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lockstep::expr {

void append_code_point(std::string& out, char32_t code_point);

/// A text seen as code points, so that nothing ever cuts inside one. The text must outlive it.
class CodePoints {
public:
    explicit CodePoints(std::string_view text);
    std::size_t size() const { return starts_.size() - 1; }
    std::string_view at(std::size_t index) const { return slice(index, index + 1); }
    /// Requires start <= end <= size().
    std::string_view slice(std::size_t start, std::size_t end) const { return text_.substr(starts_[start], starts_[end] - starts_[start]); }
    /// The first place at or behind `from` where `wanted` starts; npos if there is none.
    std::size_t find(std::string_view wanted, std::size_t from) const;
    /// The last place at or before `from` where `wanted` starts; npos if there is none.
    std::size_t find_last(std::string_view wanted, std::size_t from) const;
    static constexpr std::size_t npos = static_cast<std::size_t>(-1);

private:
    std::string_view text_;
    std::vector<std::size_t> starts_;  // byte offsets of all code points, and the end
};

/// Decodes one code point. Requires valid UTF-8 of exactly one.
char32_t decode(std::string_view one);

/// Whether Unicode counts it as white space.
bool is_white_space(char32_t code_point);

}  // namespace lockstep::expr
