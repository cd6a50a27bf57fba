#include "connector/retry_after.h"

#include <algorithm>
#include <charconv>

namespace lockstep::connector {

std::optional<std::int64_t> retry_after_ms(const net::Response& response) {
    constexpr std::int64_t seconds_max = 24 * 60 * 60;
    std::optional<std::string_view> text = response.headers.get("Retry-After");
    if (!text) return std::nullopt;
    std::int64_t seconds = 0;
    auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), seconds);
    if (error == std::errc::result_out_of_range)
        seconds = seconds_max;
    else if (error != std::errc() || end != text->data() + text->size())
        return std::nullopt;
    return std::clamp<std::int64_t>(seconds, 0, seconds_max) * 1000;
}

}  // namespace lockstep::connector
