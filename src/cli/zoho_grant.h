#pragma once

#include <string>
#include <vector>

#include "connector/zoho_accounts.h"

/// What `lockstep auth zoho` says to Zoho: a grant code becomes a refresh token, and the scopes it has are tried.
namespace lockstep::cli::zoho {

/// Whom a code is exchanged with.
struct Exchange {
    connector::zoho::Client client;
    Secret code;
    std::string redirect_uri;                               ///< empty for a self client
    std::vector<connector::zoho::DataCentre> data_centres;  ///< in which the code may be of; tried in turn
};

struct Granted {
    Secret refresh_token, access_token;
    std::string data_centre;
    std::string api;  ///< `https://www.zohoapis.eu`
};

/// What was tried, and what to say of it.
struct Outside {
    net::HttpClient& http;
    Runtime& runtime;
};

/// Exchanges the code in the first data centre that takes it. Errors: in words what to do, of the data centre that knows
/// most: one that knows the client rather than one that does not.
Result<Granted> exchange_code(const Outside& outside, const Exchange& exchange);

/// Which scopes a product of Zoho's needs here.
enum class Product : std::uint8_t { crm, books };

struct ScopeFinding {
    std::string scope, needed_for;
    bool missing = false;
    std::string problem;  ///< why it could not be tried; empty: it was
};
/// Tries each scope by a call that changes nothing. `organization`: of Books.
std::vector<ScopeFinding> try_scopes(const Outside& outside, const Granted& granted, Product product, const std::string& organization);

/// All scopes of a product, as the console takes them.
std::string scopes_of(Product product);

}  // namespace lockstep::cli::zoho
