#include "cli/demo_day.h"

#include <algorithm>

#include <fmt/format.h>

#include "value/json.h"

namespace lockstep::cli {
namespace {

constexpr std::int64_t quiet_timeout_ms = 60'000;
constexpr std::int64_t poll_ms = 20;
constexpr std::array<const char*, 2> troubled_customers = {"Verwaiste Anlagen GmbH", "Atlantis Offshore Ltd"};
constexpr const char* unmendable_customer = "Polyphase Werkzeugbau KG";  // sells what SAP does not know

/// Two open deals of one customer: one payment can be for both. Empty if there are none.
std::vector<Value> same_customer(const List& open) {
    for (std::size_t i = 0; i < open.size(); ++i)
        for (std::size_t j = i + 1; j < open.size(); ++j)
            if (open[i]["AccountId"] == open[j]["AccountId"]) return {open[i], open[j]};
    return {};
}

/// Deals with a line whose total has more digits than its currency, which no order in SAP can have: nobody wins such in the
/// demo.
std::set<std::string> uneven_deals(const DemoVendors& vendors) {
    std::set<std::string> uneven;
    for (const Value& line : vendors.records("salesforce/OpportunityLineItem")) {
        const Decimal total = number_of(line["TotalPrice"]);
        auto rounded = total.rounded(currency_decimals(line["CurrencyIsoCode"].text()), Rounding::half_up);
        if (!rounded || *rounded != total) uneven.insert(line["OpportunityId"].text());
    }
    return uneven;
}

std::string plural(std::int64_t count, const std::string& one, const std::string& many) {
    return fmt::format("{} {}", count, count == 1 ? one : many);
}

}  // namespace

DemoDay::DemoDay(const Parts& parts)
    : options_(parts.options),
      application_(parts.application),
      address_(parts.address),
      webhook_secret_(parts.webhook_secret),
      vendors_(parts.sandbox),
      screen_(parts.application.runtime()),
      proof_(vendors_) {}

// ---- which deals ----

/// Open deals spread over all customers; two of the morning's are of one customer; those with which something is wrong last.
DemoDay::Deals DemoDay::choose_deals() const {
    std::map<std::string, std::string> customers;
    for (const Value& account : vendors_.records("salesforce/Account")) customers[account["Id"].text()] = account["Name"].text();
    const auto uneven = uneven_deals(vendors_);
    Deals deals;
    List open;
    for (const Value& deal : vendors_.records("salesforce/Opportunity")) {
        if (deal["IsClosed"] == Value(true) || deal["HasOpportunityLineItem"] != Value(true)) continue;
        const std::string& customer = customers[deal["AccountId"].text()];
        if (std::find(troubled_customers.begin(), troubled_customers.end(), customer) != troubled_customers.end())
            deals.parked.push_back(deal["Id"].text());
        else if (customer != unmendable_customer && !uneven.contains(deal["Id"].text()))
            open.push_back(deal);
    }
    const auto wanted = static_cast<std::size_t>(std::max(options_.deals, demo_deals_min));
    const std::size_t in_outage = options_.faults ? wanted / 5 + 1 : 0;
    const std::size_t in_the_morning = wanted - in_outage - deals.parked.size();
    for (const Value& deal : same_customer(open)) deals.morning.push_back(deal["Id"].text());
    std::erase_if(open, [&](const Value& deal) {
        return std::find(deals.morning.begin(), deals.morning.end(), deal["Id"].text()) != deals.morning.end();
    });
    const std::size_t rest = wanted - deals.parked.size() - deals.morning.size();
    for (std::size_t i = 0; i < rest && i < open.size(); ++i) {
        auto& part = deals.morning.size() < in_the_morning ? deals.morning : deals.outage;
        part.push_back(open[i * open.size() / rest]["Id"].text());
    }
    return deals;
}

/// What goes wrong from now on; nothing on a day without faults.
Result<void> DemoDay::show_flaws(List flaws) { return vendors_.set_faults(options_.seed, options_.faults ? std::move(flaws) : List()); }

// ---- waiting and showing ----

std::vector<store::RunRow> DemoDay::runs_of(const std::string& flow) const {
    store::RunFilter filter{.status = {}, .flow = flow, .key = {}, .before_id = {}, .limit = 1000};
    auto runs = application_.store().list_runs(filter);
    if (!runs) return {};
    std::reverse(runs->begin(), runs->end());
    return *std::move(runs);
}

Result<void> DemoDay::wait_until(const std::string& what, std::int64_t timeout_ms, const std::function<bool()>& holds) {
    Runtime& runtime = application_.runtime();
    for (const std::int64_t until = runtime.monotonic_ms() + timeout_ms; !holds(); runtime.sleep_ms(poll_ms)) {
        show_ended();
        if (runtime.monotonic_ms() > until)
            return fail(ErrorCode::internal, fmt::format("waited {} s in vain until {}", timeout_ms / 1000, what));
    }
    show_ended();
    return {};
}

Result<void> DemoDay::wait_until_quiet() {
    return wait_until("every run is over", quiet_timeout_ms, [&] { return application_.engine().wait_until_quiet(poll_ms); });
}

/// Prints the ends of deals' runs that were not seen yet. Of those that went well only the first are printed.
void DemoDay::show_ended() {
    for (const auto& run : runs_of("deal-closed")) {
        if (run.ended_at_ms == 0 || !shown_.insert(run.id + std::to_string(run.ended_at_ms)).second) continue;
        if (run.status != store::RunStatus::succeeded || lines_left_ > 0)
            show_deal(run);
        else
            ++hidden_;
    }
}

void DemoDay::show_deal(const store::RunRow& run) {
    auto report = json::parse(run.summary_json.empty() ? "{}" : run.summary_json);
    const Value about = report ? *report : Value();
    const std::string name = about["deal"].text().empty() ? run.key : about["deal"].text();
    const std::string retries = run.retries > 0 ? "  (" + plural(run.retries, "retry", "retries") + ")" : "";
    if (run.status != store::RunStatus::succeeded) {
        screen_.happened(run.status == store::RunStatus::skipped ? Mark::plain : Mark::bad, std::string(store::to_string(run.status)),
                         name);
        return screen_.detail(run.reason);
    }
    --lines_left_;
    screen_.happened(
        Mark::good, "synced",
        fmt::format("{:<38.38} {:>14}  order {:<3} {}{}", name, money_text(number_of(about["amount"]), about["currency"].text()),
                    about["order"].text(), about["invoice"].text(), retries));
}

void DemoDay::show_rest(const std::string& what) {
    if (hidden_ > 0) screen_.happened(Mark::good, "synced", fmt::format("and {} more {}", hidden_, what));
    hidden_ = 0;
}

/// How the day went; nothing of this is proof.
void DemoDay::print_figures() {
    const auto counters = application_.engine().status().counters;
    std::string calls, faults;
    std::uint64_t requests = 0, ended = 0;
    for (const auto& [connection, count] : counters.requests) {
        requests += count;
        calls += fmt::format("{}{} {}", calls.empty() ? "" : ", ", connection, count);
    }
    for (const auto& [response, count] : counters.responses) ended += response.second == 401 ? count : 0;
    for (const auto& [name, count] : vendors_.faults_done()) faults += fmt::format("{}{} × {}", faults.empty() ? "" : ", ", count, name);
    screen_.heading("The day in figures");
    auto row = [&](const char* name, const std::string& value) { screen_.say(fmt::format("{:<14} {}", name, value)); };
    row("vendor calls", fmt::format("{}   ({})", requests, calls));
    if (!faults.empty()) row("faults", faults);
    row("retries", std::to_string(counters.retries));
    row("answers lost", fmt::format("{}   (each looked for before it was sent again)", counters.in_doubt));
    row("tokens ended", fmt::format("{}   (renewed on the way)", ended));
    row("time", fmt::format("{:.1f} s", static_cast<double>(screen_.elapsed_ms()) / 1000));
}

// ---- the day ----

Result<bool> DemoDay::play() {
    proof_.begin();
    deals_ = choose_deals();
    const auto count = deals_.morning.size() + deals_.outage.size() + deals_.parked.size();
    if (deals_.parked.size() != troubled_customers.size() || deals_.morning.size() < 4)
        return fail(ErrorCode::internal, "the sandbox has too few open deals");
    screen_.line(screen_.bold(fmt::format("A business day: {} deals, stock and payments between Salesforce, SAP and Zoho Books.", count)));
    if (options_.deals < demo_deals_min) screen_.say(fmt::format("(A day with every flow takes {} deals.)", demo_deals_min));
    LS_TRY(first_stock());
    LS_TRY(morning());
    LS_TRY(stock_hour());
    LS_TRY(payments());
    LS_TRY(outage());
    LS_TRY(parked_deals());
    LS_TRY(wait_until_quiet());
    LS_TRY(show_flaws({}));
    print_figures();
    proof_.judge_deals();
    judge_payments();
    proof_.judge_products();
    judge_messages();
    const bool good = proof_.print(screen_);
    screen_.line();
    screen_.line(good
                     ? screen_.marked(Mark::good, fmt::format("Proof: {} deals, each with one order and one emailed invoice; nothing lost, "
                                                              "nothing doubled, every total equal to the cent.",
                                                              count))
                     : screen_.marked(Mark::bad, "NOT as it should be: see above."));
    return good;
}

}  // namespace lockstep::cli
