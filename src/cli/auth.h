#pragma once

#include <string>
#include <vector>

#include "cli/cli.h"

namespace lockstep::cli {

struct ZohoAuthOptions {
    ConfigSource source;
    std::string client_id, client_secret, code;  ///< empty: of the environment, else asked for
    std::string data_centre;                     ///< empty: each is tried
    std::string redirect_uri;
    std::vector<std::string> connections;  ///< whom it is kept for; empty: the connector's own name
    bool books = false;                    ///< for Zoho Books, not Zoho CRM
};
/// Exchanges a grant code for a refresh token, keeps it sealed in the store and tries its scopes.
int auth_zoho(const ZohoAuthOptions& options);

}  // namespace lockstep::cli
