#pragma once

#include <optional>
#include <string_view>

#include "value/value.h"

namespace lockstep::sandbox::slack {

/// Slack's word for what is wrong with a message; nullopt: nothing.
using Refusal = std::optional<std::string_view>;

/// Checks a message as an incoming webhook does. Sources: docs.slack.dev, "Sending messages using incoming webhooks" and
/// "Reference: blocks".
Refusal check_message(const Value& message);

}  // namespace lockstep::sandbox::slack
