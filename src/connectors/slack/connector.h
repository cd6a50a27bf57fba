#pragma once

#include "connector/connector.h"

namespace lockstep::connectors::slack {

/// Describes the connector; the registry calls it.
const connector::Connector& descriptor();

}  // namespace lockstep::connectors::slack
