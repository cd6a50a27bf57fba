#pragma once

#include <string_view>
#include <vector>

namespace lockstep::sync {

/// Letters that compare like another text: `{"a", "ÀÁÂà…"}`.
struct FoldingRow {
    std::string_view folded;
    std::string_view letters;
};

const std::vector<FoldingRow>& folding_rows();

}  // namespace lockstep::sync
