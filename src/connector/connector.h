#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/runtime.h"
#include "base/secret.h"
#include "net/client.h"
#include "schema/action.h"
#include "schema/vendor_trigger.h"
#include "value/value.h"

/// What every vendor's code shares: how a connector describes itself, what it gets to work with, token life, traces.
namespace lockstep::connector {

/// One thing said to a vendor, for people who look at a run; already redacted.
struct Exchange {
    std::string method;
    std::string url;           ///< without secrets
    int status = 0;            ///< 0: no answer
    std::string request_body;  ///< redacted and cut to `limits::trace_body_bytes_max`
    std::string response_body;
    std::string error;  ///< transport error, if any
    std::int64_t at_ms = 0;
    std::int64_t duration_ms = 0;
};

/// Collects the exchanges of one call of an action.
class Trace {
public:
    void add(Exchange exchange) { exchanges_.push_back(std::move(exchange)); }
    const std::vector<Exchange>& exchanges() const { return exchanges_; }
    /// As a JSON list of {method, url, status, at_ms, duration_ms, request, response, error}; empty texts are left out.
    std::string to_json() const;

private:
    std::vector<Exchange> exchanges_;
};

/// What an action gets to work with besides its input. Lives as long as the call.
struct CallContext {
    Runtime& runtime;
    net::HttpClient& http;
    Trace& trace;
    /// Of `Runtime::monotonic_ms`: nothing may be sent after it, and no answer waited for.
    std::int64_t deadline_ms = 0;
    /// Stable for this step of this run over all attempts: 32 hexadecimal digits, for repeatability headers.
    std::string request_id;
    /// When the step's first attempt was decided (for `RepeatabilityCreation`).
    Timestamp first_sent;
    /// Nothing was ever sent for this step of this run: no earlier attempt can have had an effect.
    bool first_attempt = false;
};

/// Keeps access tokens over a restart, sealed. The default keeps nothing.
class TokenVault {
public:
    virtual ~TokenVault() = default;
    virtual std::optional<std::string> load(const std::string& connection) = 0;
    virtual void save(const std::string& connection, const std::string& token_json) = 0;
};

/// How many calls the vendor allows; the engine's scheduler holds to it.
struct ConnectionLimits {
    int concurrency_max = 8;          ///< actions of this connection under way at once
    int daily_reserve_percent = 10;   ///< of the vendor's daily allowance, left to people and other programs
    std::int64_t joint_wait_ms = 20;  ///< so long a call waits for others that can be made together with it
    std::int64_t settle_ms = 10'000;  ///< after a lost answer the vendor may still be applying the request this long
    int retries_max = 3;
    std::int64_t retry_base_ms = 2'000;     ///< waits of about 1, 2, 4 … times this, full jitter
    std::int64_t call_timeout_ms = 60'000;  ///< one action, all its requests
};

/// How much of a vendor's allowance is used, as the vendor itself says. Units: calls.
struct CallBudget {
    std::int64_t used = 0;
    std::int64_t allowed = 0;
    bool operator==(const CallBudget&) const = default;
};

/// One thing a vendor says has happened. Only a hint: flows read the record again.
struct Notification {
    std::string id;     ///< the vendor's name of it, the same when it is sent again; empty: the vendor gives none
    std::string topic;  ///< the object it is about (`Opportunity`); empty if the vendor does not say, or says it in the body
    Value body;         ///< a map
};

/// What one request of a vendor brings, never empty. It is taken as a whole or not at all.
using Delivery = std::vector<Notification>;

/// One of several calls that are made together.
struct JointCall {
    const Value& input;
    CallContext& context;
};

/// A configured account of a vendor. Threads: any, many calls at once; waits only through `context`.
class Connection {
public:
    virtual ~Connection() = default;
    /// Performs one action: the whole effect, from look-up to answer.
    ///
    /// For `unique` and `stateful` actions it looks for the effect first and adopts what it finds; the caller holds the
    /// lock of the link key. Errors keep the engine's contract: `in_doubt` class only when a write may have arrived;
    /// `transient`, `limited`, `rejected` … only when it surely has had no effect.
    virtual Result<Value> perform(std::string_view action, const Value& input, CallContext& context) = 0;
    /// Names what the call can be made together with: calls of one action and one name, at most `joint_max` and of
    /// different records, may be given to `perform_jointly`. Empty: it is made alone. Cheap and pure.
    virtual std::string joint_name(std::string_view action, const Value& input) const {
        (void)action, (void)input;
        return {};
    }
    /// What tells two calls of one joint name apart: calls of the same record are never made together.
    virtual std::string joint_record(std::string_view action, const Value& input) const {
        (void)action, (void)input;
        return {};
    }
    virtual std::size_t joint_max() const { return 200; }
    /// Performs several calls in as few requests as the vendor allows. Returns a result for each, in order; each is what
    /// `perform` would have returned: one that the vendor refuses does not touch the others. Every call's trace shows the
    /// exchange as far as it is about it. Requires one joint name, different records, 2 … `joint_max` calls.
    virtual std::vector<Result<Value>> perform_jointly(std::string_view action, const std::vector<JointCall>& calls) {
        std::vector<Result<Value>> all;
        for (const auto& call : calls) all.push_back(perform(action, call.input, call.context));
        return all;
    }
    /// Makes one cheap read with a valid token, for `/readyz`, `check --online`, and to learn that a vendor is back.
    virtual Result<void> probe(CallContext& context) = 0;
    /// The newest word of the vendor on its allowance; nullopt if it says nothing.
    virtual std::optional<CallBudget> budget() const { return std::nullopt; }

    /// Reads what the vendor sends to a trigger, having made sure as far as it can that it is this account's vendor.
    /// Nothing of the request is kept but what is returned. Must not wait for anything.
    ///
    /// Errors: `request_invalid` and the syntax errors for what can never be right (its field is `Content-Type` if it is
    /// that); `unauthorized` for a missing or wrong signature, `permission_missing` for another account's.
    virtual Result<Delivery> receive(const net::Request& request) const;
    /// Words the answer as the vendor understands it. `taken` is only a success after the commit of the whole delivery;
    /// `plain` is Lockstep's own answer: its status stands for an error, and it is right where the vendor has no wish.
    virtual net::Response acknowledge(const Result<void>& taken, net::Response plain) const;
};

/// A setting under `connections:` in lockstep.yaml, and the environment name that stands for it.
struct Setting {
    std::string name;
    std::string environment;  ///< `SF_CLIENT_ID`; empty: only by file
    bool required = false;
    bool secret = false;
    std::string fallback;  ///< default value as text; empty: none
    std::string summary;
};

/// Reads the settings of one connection: text by name, defaults applied, secrets unsealed.
class Settings {
public:
    explicit Settings(Map values) : values_(std::move(values)) {}
    /// Returns the text, or an empty one.
    std::string text(std::string_view name) const;
    Secret secret(std::string_view name) const { return Secret(text(name)); }
    bool has(std::string_view name) const { return !text(name).empty(); }
    /// Errors: `config_invalid` naming the setting.
    Result<std::int64_t> integer(std::string_view name, std::int64_t fallback) const;
    const Map& values() const { return values_; }

private:
    Map values_;
};

struct ConnectionParts {
    std::string name;  ///< of the connection; the connector's name unless configured otherwise
    Settings settings;
    ConnectionLimits limits;
    Runtime& runtime;
    TokenVault* vault = nullptr;  ///< may be null
};

/// A vendor, described by itself: settings, actions and how to make a connection. One per folder of `connectors/`;
/// each folder defines `const connector::Connector& lockstep::connectors::<folder>::descriptor()`.
struct Connector {
    std::string name;  ///< `salesforce`
    std::string summary;
    std::vector<Setting> settings;
    std::vector<schema::Action> actions;
    ConnectionLimits default_limits;
    std::vector<schema::VendorTrigger> triggers = {};  ///< what `Connection::receive` understands
    /// Errors: `config_invalid`, `key_file_invalid`; never talks to the network.
    Result<std::unique_ptr<Connection>> (*make)(ConnectionParts parts) = nullptr;
};

/// All connectors, in order of name; the list is generated from the folders.
const std::vector<const Connector*>& all_connectors();

}  // namespace lockstep::connector
