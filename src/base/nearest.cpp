#include "base/nearest.h"

#include <algorithm>
#include <vector>

namespace lockstep {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// Counts insertions, deletions, replacements and swaps of neighbours (optimal string alignment), ignoring case.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before_last(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            bool same = lower(a[i - 1]) == lower(b[j - 1]);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
            bool swapped = i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]);
            if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
        std::swap(before_last, last);
        std::swap(last, row);
    }
    return last[b.size()];
}

}  // namespace

std::string nearest_name(std::string_view wanted, std::span<const std::string> candidates) {
    std::string_view best;
    std::size_t best_distance = std::string_view::npos;
    for (const auto& candidate : candidates) {
        auto longer = std::max(wanted.size(), candidate.size());
        auto shorter = std::min(wanted.size(), candidate.size());
        if (longer - shorter > longer / 3) continue;
        auto distance = edit_distance(wanted, candidate);
        if (distance <= longer / 3 && distance < best_distance) {
            best = candidate;
            best_distance = distance;
        }
    }
    return std::string(best);
}

std::string did_you_mean(std::string_view wanted, std::span<const std::string> candidates) {
    auto name = nearest_name(wanted, candidates);
    return name.empty() ? "" : " (did you mean `" + name + "`?)";
}

}  // namespace lockstep
