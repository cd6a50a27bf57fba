#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "net/client.h"
#include "sandbox/sandbox.h"

namespace lockstep::cli {

/// What people do at the vendors on the day of the demo, each by the vendor's own API, and a look into the vendors' own
/// records, which the proof is made from.
class DemoVendors {
public:
    explicit DemoVendors(sandbox::SandboxServer& server);

    // ---- people ----

    /// A call of Salesforce's REST API; `path` begins behind the version. Done until it has worked, so it must be harmless to
    /// do twice. Errors: `internal` with what Salesforce said last.
    Result<Value> salesforce(const std::string& method, const std::string& path, const Value& body);
    /// A call of Zoho Books; `path` begins behind the version. Repeated only where it surely had no effect.
    Result<Value> zoho(const std::string& method, const std::string& path, const Value& body);

    // ---- the sandbox's control API ----

    /// All records of an object (`sap/A_SalesOrder`), as the vendor has them now.
    List records(const std::string& object) const;
    /// The one record with this value in a field; null if there is none.
    Value record(const std::string& object, std::string_view field, std::string_view value) const;
    Result<void> load(const std::string& object, List records);
    Result<Value> control(const std::string& method, const std::string& path, const Value& body) const;
    /// Replaces the faults; what the ones before did is added to `faults_done`.
    Result<void> set_faults(std::uint64_t seed, List faults);
    /// How often the faults set last have fired.
    std::int64_t faults_fired() const;
    /// How often which kind of fault has happened (`answer lost`, `503`, …), up to the last `set_faults`.
    const std::map<std::string, std::int64_t>& faults_done() const { return faults_done_; }
    /// How many requests one vendor has got that may change something; sign-in and queries are none.
    std::int64_t writes_of(std::string_view connector) const;
    const sandbox::Addresses& addresses() const { return server_.addresses(); }

private:
    using Headers = net::Headers;
    Result<std::string> sign_in(const std::string& url, const net::Parameters& form);
    Result<std::string> salesforce_token();
    Result<std::string> zoho_token();
    std::string secret(const std::string& name) const;
    Result<net::Response> send(const std::string& method, const std::string& url, Headers headers, std::string body);
    void note_faults();

    sandbox::SandboxServer& server_;
    std::unique_ptr<net::HttpClient> http_;
    std::string salesforce_token_, zoho_token_;
    std::map<std::string, std::int64_t> faults_done_;
};

}  // namespace lockstep::cli
