#pragma once

#include <string>

namespace lockstep::schema {

/// What a connector understands when its vendor calls. It becomes a trigger of flows.
struct VendorTrigger {
    /// The trigger's key in a flow file: `outbound_message`. `webhook`: a webhook with `from:` a connection of the connector.
    std::string name;
    std::string connector;
    std::string topic;         ///< what the value of the key names: `an object, such as Opportunity`; empty for `webhook`
    std::string default_path;  ///< where it listens without `path:`; empty for `webhook`
};

}  // namespace lockstep::schema
