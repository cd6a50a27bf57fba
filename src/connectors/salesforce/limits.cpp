#include "connectors/salesforce/limits.h"

#include <charconv>

namespace lockstep::connectors::salesforce {
namespace {

/// Reads the digits at the start of `text` and drops them.
std::optional<std::int64_t> take_number(std::string_view& text) {
    std::int64_t number = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || number < 0) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

}  // namespace

std::optional<CallBudget> call_budget(const net::Response& response) {
    constexpr std::string_view key = "api-usage=";
    std::optional<std::string_view> header = response.headers.get("Sforce-Limit-Info");
    if (!header) return std::nullopt;
    std::size_t at = header->find(key);
    while (at != std::string_view::npos && at > 0 && (*header)[at - 1] == '-') at = header->find(key, at + 1);
    if (at == std::string_view::npos) return std::nullopt;
    std::string_view rest = header->substr(at + key.size());
    std::optional<std::int64_t> used = take_number(rest);
    if (!used || !rest.starts_with('/')) return std::nullopt;
    rest.remove_prefix(1);
    std::optional<std::int64_t> allowed = take_number(rest);
    if (!allowed) return std::nullopt;
    return CallBudget{*used, *allowed};
}

}  // namespace lockstep::connectors::salesforce
