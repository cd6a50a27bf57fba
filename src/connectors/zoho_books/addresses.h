#pragma once

#include <string>
#include <string_view>

#include "connector/connector.h"

namespace lockstep::connectors::zoho_books {

/// Where an account's data centre is reached.
struct Addresses {
    std::string accounts;       ///< `https://accounts.zoho.eu`
    std::string api;            ///< `https://www.zohoapis.eu`
    bool api_is_fixed = false;  ///< configured: the token answer's `api_domain` does not replace it
};

/// Reads `data_centre`, `accounts_url` and `api_url`; what is not set follows from the data centre (default `com`).
/// Errors: `config_invalid`.
Result<Addresses> choose_addresses(const connector::Settings& settings);

/// Tells whether the address is one of Zoho's own services, where Zoho's limits hold.
bool is_zoho_host(std::string_view url);

}  // namespace lockstep::connectors::zoho_books
