#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/http.h"
#include "value/value.h"

/// Emulators of the vendors' APIs: pure handlers from request to response over state in memory and a clock, so that they
/// run behind real sockets and inside the simulator alike. Must not know anything of `src/` above value and net: one
/// misreading of a vendor's document must not be able to cancel itself out.
namespace lockstep::sandbox {

/// Gives the emulators their time: real, or the simulator's.
using ClockFunction = std::function<Timestamp()>;

/// Where the emulators are reached, for the addresses they put into answers (`instance_url`, `__next`, `api_domain`).
struct Addresses {
    std::string salesforce, sap, zoho, slack, control;  ///< `http://127.0.0.1:4010`
};

/// Keys and secrets of the emulated accounts, made at start (never constants) and written to the environment file.
struct Credentials {
    std::string sf_client_id, sf_client_secret, sf_username, sf_password, sf_refresh_token;
    std::string sf_public_key_pem;  ///< verifies JWT assertions
    std::string sap_client_id, sap_client_secret, sap_user, sap_password, sap_api_key;
    std::string zoho_client_id, zoho_client_secret, zoho_refresh_token, zoho_org_id;
    std::string zoho_crm_refresh_token;  ///< with CRM's scopes only, as the other has those of Books
    std::string zoho_grant_code;         ///< of the API console, for both products; works once
    std::string slack_path;              ///< `/services/T…/B…/…`
};

namespace zoho {
class Accounts;
}

struct Options {
    ClockFunction clock;
    ClockFunction zoho_clock = {};  ///< where Zoho's is another; empty: `clock`
    ClockFunction client_clock;  ///< what clients sign their assertions by: `POST /clock` does not move it; empty: `clock`
    Addresses addresses;
    Credentials credentials;
    std::function<std::string()> sf_public_key;  ///< where the key is still being made; empty: the credentials'
    std::uint64_t seed = 1;
    int zoho_calls_per_minute = 0;                  ///< 0: not limited; the real figure is 100
    std::shared_ptr<zoho::Accounts> zoho_accounts;  ///< shared by Zoho's products; empty: each has its own
    int salesforce_calls_per_day = 0;               ///< the figure in Sforce-Limit-Info and /limits; 0: 5 000 000
};

/// A request that a vendor sends by itself: a webhook, an Outbound Message.
struct Outgoing {
    std::string id;  ///< the vendor's name for this delivery
    net::Request request;
};

/// One emulated vendor. `handle` is called with the emulator's lock held: one request at a time.
class Vendor {
public:
    virtual ~Vendor() = default;
    /// The connector it answers: `salesforce`, `sap`, `zoho_books`, `zoho_crm`, `slack`.
    virtual std::string_view connector() const = 0;
    virtual net::Response handle(const net::Request& request) = 0;
    /// All records of an object as the vendor names it; nullopt: no such object. The control API's GET /state.
    virtual std::optional<List> records(std::string_view object) const = 0;
    /// The same records with these fields at least: a vendor whose records are wide leaves out the rest.
    virtual std::optional<List> records_with(std::string_view object, const std::vector<std::string_view>& fields) const {
        (void)fields;
        return records(object);
    }
    /// Adds records without the vendor's write rules, but with its types; ids are made where absent. Errors say which.
    virtual Result<void> load(std::string_view object, const List& records) = 0;
    /// Drops every record, token and session.
    virtual void reset() = 0;
    /// What the vendor would send when `event` happens (a webhook of Zoho's, a callout of Salesforce's).
    virtual Result<net::Request> emit(std::string_view event, const Map& details) {
        (void)details;
        return fail(ErrorCode::not_found, "no such event: " + std::string(event));
    }
    /// How long the answer to the next request is held back: so long it counts as in process.
    virtual void hold(std::int64_t delay_ms) { (void)delay_ms; }
    /// When the first request that waits to be sent is due; nullopt: none waits. Read after every request: keep it cheap.
    virtual std::optional<Timestamp> outgoing_due() const { return std::nullopt; }
    /// Gives out the first request that is due; `outgoing_done` tells what became of it, without the lock in between.
    virtual std::optional<Outgoing> take_outgoing() { return std::nullopt; }
    virtual void outgoing_done(const std::string& id, const Result<net::Response>& answer) { (void)id, (void)answer; }
};

std::unique_ptr<Vendor> make_salesforce(const Options& options);
std::unique_ptr<Vendor> make_sap(const Options& options);
std::unique_ptr<Vendor> make_zoho(const Options& options);      ///< accounts and Books
std::unique_ptr<Vendor> make_zoho_crm(const Options& options);  ///< CRM; answers for the accounts too
std::shared_ptr<zoho::Accounts> make_zoho_accounts(const Options& options);
std::unique_ptr<Vendor> make_slack(const Options& options);

/// What is to become of one request.
struct Verdict {
    enum class Kind { answer, drop, truncate };
    Kind kind = Kind::answer;
    net::Response response;
    std::int64_t delay_ms = 0;  ///< before the answer or the drop
    std::size_t truncate_bytes = 0;
    /// late_apply: the request is applied this long after the connection was dropped (`apply_late` does it).
    std::optional<std::int64_t> apply_late_after_ms;
};

/// All vendors, the faults, the call counters and the control API.
/// Threads: any; each vendor has a lock of its own.
class Sandbox {
public:
    explicit Sandbox(Options options);
    ~Sandbox();
    /// Handles a request to one vendor: counts it, draws a fault, applies it (or not) and says what to do. Zoho's products
    /// have one address: what is for `zoho_books` and begins with `/crm/` goes to `zoho_crm`.
    Verdict handle(std::string_view connector, const net::Request& request);
    /// Applies a request that a `late_apply` fault put off; the answer goes nowhere.
    void apply_late(std::string_view connector, const net::Request& request);
    /// The control API.
    net::Response control(const net::Request& request);
    /// Loads the made-up manufacturer.
    Result<void> load_seed_data();
    Vendor& vendor(std::string_view connector);
    /// Sends what `POST /emit` makes and what vendors send; set by the server (real HTTP) or the simulator.
    std::function<Result<net::Response>(const net::Request&)> send_out;
    /// Called when a request has made a vendor want to send something: call `send_outgoing` soon, on another thread.
    std::function<void()> wants_to_send;
    /// Sends all that is due. Returns how long until the next is due; nullopt: nothing waits.
    std::optional<std::int64_t> send_outgoing();

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// The key that a Salesforce client signs its assertions with, in PEM.
struct KeyPair {
    std::string private_pem, public_pem;
};
/// Makes an RSA key of 2048 bits, the least that RS256 allows (RFC 7518, 3.3). Takes longer than all the rest of a start.
KeyPair make_key_pair();
/// Errors: `key_file_invalid` for what is no private RSA key of 2048 bits or more.
Result<KeyPair> read_key_pair(const std::string& private_pem);
/// Fresh secrets, without the public key.
Credentials generate_secrets();

/// Makes fresh credentials and their key pair.
struct GeneratedCredentials {
    Credentials credentials;
    std::string sf_private_key_pem;
};
Result<GeneratedCredentials> generate_credentials();

/// The sandbox behind real sockets: ports P (Salesforce), P+1 (SAP), P+2 (Zoho), P+3 (Slack), P+4 (control).
class SandboxServer {
public:
    virtual ~SandboxServer() = default;
    virtual Sandbox& sandbox() = 0;
    virtual const Addresses& addresses() const = 0;
    /// The text of the environment file for `lockstep serve`, and the private key it names.
    virtual std::string environment_text(const std::string& private_key_path) const = 0;
    /// Waits until the key is made.
    virtual const std::string& private_key_pem() const = 0;
};
struct ServerParts {
    std::uint16_t port = 4010;  ///< 0: five free ports
    std::string address = "127.0.0.1";
    std::uint64_t seed = 1;
    bool seed_data = true;
    int zoho_calls_per_minute = 0;
    std::string private_key_pem{};  ///< of an earlier start; empty: a new one is made while the servers answer already
};
/// Errors: `address_in_use` naming the port, `key_file_invalid`.
Result<std::unique_ptr<SandboxServer>> start_sandbox_server(const ServerParts& parts);

}  // namespace lockstep::sandbox
