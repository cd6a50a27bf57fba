// `lockstep auth zoho`: a grant code of Zoho's API console becomes a refresh token, which is kept sealed in the store.
#include <termios.h>
#include <unistd.h>

#include <cstdio>

#include <fmt/format.h>

#include "cli/auth.h"
#include "cli/zoho_grant.h"
#include "config/vault.h"

namespace lockstep::cli {
namespace {

using connector::zoho::DataCentre;

/// Shows nothing of what is typed while it lives.
class Hidden {
public:
    Hidden() : terminal_(isatty(STDIN_FILENO) != 0 && tcgetattr(STDIN_FILENO, &before_) == 0) {
        if (!terminal_) return;
        termios hidden = before_;
        hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    }
    ~Hidden() {
        if (terminal_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    }
    Hidden(const Hidden&) = delete;
    Hidden& operator=(const Hidden&) = delete;

private:
    termios before_ = {};
    bool terminal_;
};

std::string read_line() {
    std::string line;
    for (int c; (c = std::getchar()) != EOF && c != '\n';) line += static_cast<char>(c);
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    return line;
}

/// As given, else of the environment, else asked for.
std::string value_of(const std::string& given, const config::Environment& environment, const std::string& name, std::string_view question,
                     bool secret) {
    if (!given.empty()) return given;
    if (!name.empty())
        if (auto known = environment(name)) return *known;
    fmt::print(stderr, "{}: ", question);
    std::fflush(stderr);
    if (!secret) return read_line();
    std::string line;
    {
        const Hidden hidden;
        line = read_line();
    }
    fmt::print(stderr, "\n");
    return line;
}

/// An accounts server of the configuration (the sandbox's, say) goes before Zoho's own.
Result<std::vector<DataCentre>> centres_to_try(const std::string& wanted, const std::string& accounts_url) {
    if (!accounts_url.empty()) return std::vector<DataCentre>{{"", accounts_url, accounts_url}};
    std::vector<DataCentre> all;
    for (const DataCentre& centre : connector::zoho::data_centres)
        if (wanted.empty() || centre.name == wanted) all.push_back(centre);
    if (!all.empty()) return all;
    return fail(ErrorCode::config_invalid, "no such data centre of Zoho (com, eu, in, com.au, jp, com.cn, sa, ca): " + wanted);
}

/// Prints what was found; returns whether something is missing.
bool print_scopes(const std::vector<zoho::ScopeFinding>& findings) {
    bool missing = false;
    for (const auto& finding : findings) {
        const std::string state = !finding.problem.empty() ? "not tried: " + finding.problem : finding.missing ? "MISSING" : "ok";
        fmt::print("  {:<34} {:<32} {}\n", finding.scope, finding.needed_for, state);
        missing = missing || finding.missing;
    }
    return missing;
}

Result<void> keep(store::Store& store, Runtime& runtime, const std::vector<std::string>& connections, const Secret& client_secret,
                  const connector::zoho::StoredToken& token) {
    config::SecretsByConnection secrets;
    for (const std::string& name : connections) secrets[name] = {Secret("client_secret=" + client_secret.reveal())};
    config::StoreVault vault(store, runtime, secrets, Secret());
    for (const std::string& name : connections) {
        const std::string place = connector::zoho::stored_name(name);
        vault.save(place, connector::zoho::write_stored(token));
        if (vault.load(place) != connector::zoho::write_stored(token))
            return fail(ErrorCode::store_failed, "the refresh token could not be kept for " + name);
    }
    return {};
}

std::vector<std::string> connections_of(const ZohoAuthOptions& options) {
    if (!options.connections.empty()) return options.connections;
    return {options.books ? "zoho_books" : "zoho_crm"};
}

Result<config::Environment> environment_of(const ConfigSource& source) {
    config::Environment environment = config::process_environment();
    return source.env_file.empty() ? Result<config::Environment>(environment) : config::environment_with_file(source.env_file, environment);
}

zoho::Product product_of(const ZohoAuthOptions& options) { return options.books ? zoho::Product::books : zoho::Product::crm; }

/// Everything that an exchange needs; what is not given is asked for.
zoho::Exchange asked_for(const ZohoAuthOptions& options, const config::Environment& environment, std::vector<DataCentre> centres) {
    zoho::Exchange exchange{.client = {value_of(options.client_id, environment, "ZOHO_CLIENT_ID", "client id", false),
                                       Secret(value_of(options.client_secret, environment, "ZOHO_CLIENT_SECRET", "client secret", true))},
                            .code = {},
                            .redirect_uri = options.redirect_uri,
                            .data_centres = std::move(centres)};
    if (options.code.empty())
        fmt::print(stderr,
                   "In the API console (https://api-console.zoho.com, or of your data centre): Self Client, Generate Code, with the "
                   "scopes\n  {}\n",
                   zoho::scopes_of(product_of(options)));
    exchange.code = Secret(value_of(options.code, environment, "", "grant code", true));
    return exchange;
}

/// Tries the scopes and says what was found and what is to be done next.
int tell(const zoho::Outside& outside, const zoho::Granted& granted, const ZohoAuthOptions& options, const std::string& organization) {
    const zoho::Product product = product_of(options);
    if (options.books && organization.empty()) {
        fmt::print("the scopes were not tried: ZOHO_ORG_ID is missing\n");
    } else if (print_scopes(zoho::try_scopes(outside, granted, product, organization))) {
        fmt::print(stderr, "lockstep: scopes are missing; make a code with {}\n", zoho::scopes_of(product));
        return exit_failed;
    }
    fmt::print("to use it: {}=stored, or `refresh_token: stored` under the connection\n",
               options.books ? "ZOHO_REFRESH_TOKEN" : "ZOHO_CRM_REFRESH_TOKEN");
    return exit_done;
}

}  // namespace

int auth_zoho(const ZohoAuthOptions& options) {
    auto environment = environment_of(options.source);
    if (!environment) return report(environment.error());
    const std::string accounts_url = options.data_centre.empty() ? (*environment)("ZOHO_ACCOUNTS_URL").value_or("") : std::string();
    auto centres = centres_to_try(options.data_centre, accounts_url);
    if (!centres) return report(centres.error());
    const zoho::Exchange exchange = asked_for(options, *environment, *std::move(centres));
    if (exchange.client.id.empty() || exchange.client.secret.empty() || exchange.code.empty())
        return wrong_usage("`auth zoho` needs a client id, a client secret and a grant code");

    // The code works once: what it gives must have a place.
    const std::string path = store_path(options.source);
    auto store = store::open_sqlite({.path = path});
    if (!store) return report(store.error());
    ThreadRuntime runtime;
    auto http = net::make_curl_client();
    const zoho::Outside outside{*http, runtime};
    auto granted = zoho::exchange_code(outside, exchange);
    if (!granted) return report(granted.error());
    fmt::print("the code was taken by {}\n", granted->data_centre.empty() ? accounts_url : "the data centre " + granted->data_centre);
    const std::vector<std::string> connections = connections_of(options);
    auto kept = keep(**store, runtime, connections, exchange.client.secret, {granted->refresh_token, granted->data_centre});
    if (!kept) return report(kept.error());
    for (const std::string& name : connections)
        fmt::print("the refresh token is kept for {}, sealed with the client secret, in {}\n", name, path);
    return tell(outside, *granted, options, (*environment)("ZOHO_ORG_ID").value_or(""));
}

}  // namespace lockstep::cli
