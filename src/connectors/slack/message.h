#pragma once

#include "value/value.h"

namespace lockstep::connectors::slack {

/// What is to be posted.
struct Message {
    std::string text;
    List blocks;
    bool formatted = false;  ///< the texts hold Slack's own marks (`<https://…|label>`) and are escaped already
};

/// Makes the body of a webhook call: texts escaped unless `formatted`, and cut to Slack's lengths. There is always a
/// `text`, which notifications show.
/// Errors: `value_invalid` for more blocks, or more entries within one, than Slack takes.
/// Source: docs.slack.dev, "Reference: blocks", "Sending messages using incoming webhooks".
Result<Value> message_body(const Message& message);

}  // namespace lockstep::connectors::slack
