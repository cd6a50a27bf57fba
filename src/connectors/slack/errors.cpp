#include "connectors/slack/errors.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "connector/one_line.h"
#include "connector/retry_after.h"

namespace lockstep::connectors::slack {
namespace {

struct Meaning {
    std::string_view body;
    ErrorCode code;
    std::string_view hint;
};

/// Source: docs.slack.dev, "Sending messages using incoming webhooks", and its changelog of 2016-05-17.
constexpr std::array<Meaning, 18> meanings = {{
    {"invalid_payload", ErrorCode::vendor_rejected, "the message is malformed"},
    {"no_text", ErrorCode::vendor_rejected, "the message has no text"},
    {"too_many_attachments", ErrorCode::vendor_rejected, "the message has over 100 attachments"},
    {"invalid_blocks", ErrorCode::vendor_rejected, "the blocks are not Slack's"},
    {"invalid_blocks_format", ErrorCode::vendor_rejected, "the blocks are not Slack's"},
    {"action_prohibited", ErrorCode::permission_missing, "the workspace forbids it"},
    {"posting_to_general_channel_denied", ErrorCode::permission_missing, "the workspace forbids posting to its general channel"},
    {"invalid_token", ErrorCode::credentials_refused, "the webhook is dead, make a new one"},
    {"no_service", ErrorCode::credentials_refused, "the webhook is removed or disabled, make a new one"},
    {"no_service_id", ErrorCode::credentials_refused, "the webhook address is not whole"},
    {"no_active_hooks", ErrorCode::credentials_refused, "the webhook is disabled"},
    {"no_team", ErrorCode::credentials_refused, "the workspace does not exist"},
    {"team_disabled", ErrorCode::credentials_refused, "the workspace is disabled"},
    {"user_not_found", ErrorCode::config_invalid, "the user the webhook posts to does not exist"},
    {"channel_not_found", ErrorCode::config_invalid, "the channel the webhook posts to does not exist"},
    {"channel_is_archived", ErrorCode::config_invalid, "the channel the webhook posts to is archived"},
    {"rate_limited", ErrorCode::rate_limited, ""},
    {"rollup_error", ErrorCode::vendor_unavailable, ""},
}};

/// One message a second and webhook. Source: docs.slack.dev/apis/web-api/rate-limits.
constexpr std::int64_t rate_wait_ms = 1'000;

std::string_view trimmed(std::string_view text) {
    auto is_space = [](unsigned char c) { return std::isspace(c) != 0; };
    while (!text.empty() && is_space(static_cast<unsigned char>(text.front()))) text.remove_prefix(1);
    while (!text.empty() && is_space(static_cast<unsigned char>(text.back()))) text.remove_suffix(1);
    return text;
}

ErrorCode code_of_status(const net::Response& response, net::Effect effect) {
    ErrorCode unknown = effect == net::Effect::write ? ErrorCode::answer_lost : ErrorCode::vendor_unavailable;
    switch (response.status) {
        case 401:
        case 403:
            return ErrorCode::credentials_refused;
        case 404:
        case 410:
            return ErrorCode::config_invalid;
        case 429:
            return ErrorCode::rate_limited;
        default:
            break;
    }
    if (response.status >= 500 || response.ok()) return unknown;
    return response.status >= 400 ? ErrorCode::vendor_rejected : ErrorCode::vendor_protocol;
}

std::string facts(const net::Response& response, std::string_view hint) {
    constexpr std::size_t code_points_max = 80;
    std::string said = connector::one_line(response.body, code_points_max);
    return (hint.empty() ? "" : std::string(hint) + ": ") + "HTTP " + std::to_string(response.status) + (said.empty() ? "" : ", " + said);
}

}  // namespace

std::optional<Error> classify(const net::Response& response, net::Effect effect) {
    std::string_view body = trimmed(response.body);
    if (response.status == 200 && body == "ok") return std::nullopt;
    auto known = std::find_if(meanings.begin(), meanings.end(), [&](const Meaning& meaning) { return meaning.body == body; });
    bool throttled = response.status == 429;
    Error error{throttled || known == meanings.end() ? code_of_status(response, effect) : known->code, ""};
    error.message = std::string(summary(error.code)) + ", " + facts(response, known == meanings.end() ? "" : known->hint);
    if (known != meanings.end()) error.vendor_code = std::string(known->body);
    if (error.code == ErrorCode::rate_limited) error.retry_after_ms = connector::retry_after_ms(response).value_or(rate_wait_ms);
    return error;
}

}  // namespace lockstep::connectors::slack
