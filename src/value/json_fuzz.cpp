#include "base/limits.h"
#include "tests/fuzz/target.h"
#include "value/json.h"

using namespace lockstep;

namespace {

int depth_of(const Value& value) {
    int inner = 0;
    if (value.is_list())
        for (const auto& item : value.as_list()) inner = std::max(inner, depth_of(item));
    if (value.is_map())
        for (const auto& [key, item] : value.as_map()) inner = std::max(inner, depth_of(item));
    return inner + (value.is_list() || value.is_map() ? 1 : 0);
}

}  // namespace

/// What was read is written so that it reads the same, and so that writing again changes nothing.
FUZZ(json) {
    const auto value = json::parse(data);
    if (!value) {
        LS_ASSERT(value.error().code == ErrorCode::json_syntax || value.error().code == ErrorCode::decimal_overflow);
        return;
    }
    LS_ASSERT(depth_of(*value) <= limits::nesting_depth_max);
    const std::string text = json::write(*value);
    const auto again = json::parse(text);
    LS_ASSERT(again && *again == *value && json::write(*again) == text);
    const auto pretty = json::parse(json::write_pretty(*value));
    LS_ASSERT(pretty && json::write(*pretty) == text);
}
