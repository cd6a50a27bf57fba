#pragma once

#include <optional>

#include "net/client.h"

namespace lockstep::connectors::slack {

/// Turns an answer of an incoming webhook into an error, or nullopt for exactly 200 with `ok`. Decides by the text of the
/// body first, then by the status. Pure; the cases are in `slack.cases.yaml`.
std::optional<Error> classify(const net::Response& response, net::Effect effect);

}  // namespace lockstep::connectors::slack
