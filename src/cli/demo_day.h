#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "cli/cli.h"
#include "config/application.h"
#include "net/client.h"
#include "sandbox/sandbox.h"

namespace lockstep::cli {

/// How long the demo's vendors may still apply a request whose answer was lost.
inline constexpr std::int64_t demo_settle_ms = 1'500;

/// The scripted business day of `lockstep demo`: people close deals in the emulated Salesforce over its REST API, the
/// emulators misbehave, and at the end everything is counted in the vendors' own records.
class DemoDay {
public:
    DemoDay(sandbox::SandboxServer& sandbox, config::Application& application, std::string address, const DemoOptions& options);
    /// Returns whether all is as it should be. Errors: something of the demo itself did not work.
    Result<bool> play();

private:
    struct Tally {
        int orders = 0, invoices = 0, emails = 0, partners = 0, contacts = 0;
    };

    Result<void> sign_in();
    Result<Value> salesforce(const std::string& method, const std::string& path, const Value& body);
    Result<void> set_faults();
    std::vector<std::string> choose_deals();
    Result<void> close(const std::string& deal);
    Result<void> trigger(const std::string& deal);
    void show_ended();
    void wait_until_quiet();
    void wait_for_alerts();
    Result<void> mend_and_replay();
    bool prove();
    void print_table(const Tally& tally);
    List records(std::string_view connector, std::string_view object) const;
    std::string text(const char* colour, const std::string& what) const;

    sandbox::SandboxServer& sandbox_;
    config::Application& application_;
    std::string address_;
    DemoOptions options_;
    std::unique_ptr<net::HttpClient> http_;
    std::string token_;
    std::set<std::string> deals_;  // triggered
    std::set<std::string> shown_;  // runs that were printed
    std::int64_t started_ms_;
    bool colour_;
};

}  // namespace lockstep::cli
