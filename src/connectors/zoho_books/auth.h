#pragma once

#include <string>

#include "connector/zoho_accounts.h"

namespace lockstep::connectors::zoho_books {

struct Account {
    connector::zoho::Addresses addresses;
    connector::zoho::Client client;
    Secret refresh_token;
    std::string organization_id;  ///< digits
};

/// Errors: `config_invalid` naming every setting that is missing.
Result<Account> read_account(const connector::Settings& settings);

}  // namespace lockstep::connectors::zoho_books
