#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "cli/cli.h"
#include "cli/demo_proof.h"
#include "cli/demo_screen.h"
#include "cli/demo_vendors.h"
#include "config/application.h"

namespace lockstep::cli {

/// How long the demo's vendors may still apply a request whose answer was lost.
inline constexpr std::int64_t demo_settle_ms = 1'200;
/// The least number of deals that shows everything: some paid, some in the outage, some parked.
inline constexpr int demo_deals_min = 8;

/// The scripted business day of `lockstep demo`: people work in the emulated vendors, these misbehave, and at the end
/// everything is counted in the vendors' own records. The parts lie in files by their subject.
class DemoDay {
public:
    struct Parts {
        sandbox::SandboxServer& sandbox;
        config::Application& application;
        std::string address;         ///< where Lockstep listens
        std::string webhook_secret;  ///< that Zoho signs its webhooks with
        const DemoOptions& options;
    };
    explicit DemoDay(const Parts& parts);
    /// Returns whether all is as it should be. Errors: something of the demo itself did not work.
    Result<bool> play();

private:
    struct Deals {
        std::vector<std::string> morning, outage, parked;
    };
    /// A deal with its invoice.
    struct Billed {
        std::string deal, currency, invoice_id, number, customer_id;
        Decimal total;
    };
    struct Payers {
        Billed in_parts, mistaken;
        std::vector<Billed> pair;  // of one customer
    };

    // demo_day.cpp
    Deals choose_deals() const;
    Result<void> show_flaws(List flaws);
    Result<void> wait_until(const std::string& what, std::int64_t timeout_ms, const std::function<bool()>& holds);
    Result<void> wait_until_quiet();
    void show_ended();
    void show_deal(const store::RunRow& run);
    void show_rest(const std::string& what);
    void print_figures();
    std::vector<store::RunRow> runs_of(const std::string& flow) const;

    // demo_deals.cpp
    Result<void> listen_for_deals();
    Result<void> win(const std::string& deal);
    Result<void> morning();
    Result<void> end_tokens();
    Result<void> report_again();
    Result<void> outage();
    bool sap_is_away() const;
    void tell_outage(std::int64_t began_ms, std::size_t orders);
    Result<void> parked_deals();
    Result<void> wait_for_alerts(const std::vector<store::RunRow>& runs);
    Result<void> mend(const std::string& deal);
    Result<void> replay(const store::RunRow& run);
    void judge_messages();

    // demo_stock.cpp
    Result<Value> run_inventory();
    Result<void> first_stock();
    Result<void> stock_hour();

    // demo_payments.cpp
    Result<void> payments();
    std::vector<Billed> billed_deals() const;
    Result<Payers> choose_payers() const;
    Result<void> pay_in_parts(const Billed& invoice);
    Result<void> pay_by_mistake(const Billed& invoice);
    Result<std::string> pay(const std::vector<std::pair<Billed, Decimal>>& parts, const std::string& mode);
    Result<void> expect_shown(const Billed& deal, const Decimal& amount, bool received);
    void judge_payments();

    const DemoOptions& options_;
    config::Application& application_;
    std::string address_, webhook_secret_;
    DemoVendors vendors_;
    DemoScreen screen_;
    DemoProof proof_;
    Deals deals_;
    std::set<std::string> shown_;  // ends of runs that were printed or need not be
    int lines_left_ = 0;           // of synced deals in this part
    int hidden_ = 0;               // synced deals that were not printed
};

}  // namespace lockstep::cli
