#include <charconv>

#include "connector/connector.h"

namespace lockstep::connector {

std::string Settings::text(std::string_view name) const {
    const Value* value = values_.find(name);
    return value ? value->text() : std::string();
}

Result<std::int64_t> Settings::integer(std::string_view name, std::int64_t fallback) const {
    std::string written = text(name);
    if (written.empty()) return fallback;
    std::int64_t number = 0;
    auto [end, error] = std::from_chars(written.data(), written.data() + written.size(), number);
    if (error != std::errc() || end != written.data() + written.size())
        return fail(ErrorCode::config_invalid, "setting is not a whole number: " + std::string(name) + ", " + written);
    return number;
}

}  // namespace lockstep::connector
