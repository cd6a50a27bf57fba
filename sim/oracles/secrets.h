#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep::sim::oracles {

/// Looks for many patterns in one pass over a text.
class PatternSearch {
public:
    /// Patterns below `shortest` bytes are left out: they are no secrets.
    explicit PatternSearch(const std::vector<std::string>& patterns);
    /// Returns the index of a pattern that stands in the text; nullopt if none does.
    std::optional<std::size_t> find(std::string_view text) const;

    static constexpr std::size_t shortest = 8;

private:
    struct Entry {
        std::uint64_t beginning;  ///< its first eight bytes
        std::string text;
        std::size_t index;
    };
    std::vector<Entry> entries_;   // in order of their beginnings
    std::vector<char> may_begin_;  // by the first two bytes; whole bytes are read faster than bits
};

}  // namespace lockstep::sim::oracles
