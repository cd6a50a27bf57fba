#include "cli/demo_day.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "net/http.h"
#include "value/json.h"

namespace lockstep::cli {
namespace {

constexpr std::int64_t day_timeout_ms = 120'000;
constexpr int tries_max = 20;
constexpr const char* green = "\033[32m";
constexpr const char* yellow = "\033[33m";
constexpr const char* bold = "\033[1m";
constexpr std::string_view data = "/services/data/v60.0";

Decimal number(const Value& value) {
    auto parsed = Decimal::parse(value.text());
    return parsed ? *parsed : Decimal();
}

/// What goes wrong on the day: for every vendor, errors, lost answers and requests that are applied late.
Value faults(std::uint64_t seed) {
    auto fault = [](const char* connector, const char* method, const char* kind, const char* probability, Map more = {}) {
        Map map{
            {"connector", connector}, {"method", method}, {"route", "*"}, {"kind", kind}, {"probability", *Decimal::parse(probability)}};
        for (const auto& [name, value] : more) map.set(name, value);
        return Value(map);
    };
    return Map{{"seed", static_cast<std::int64_t>(seed)},
               {"faults", List{fault("*", "*", "delay", "0.3", {{"delay_ms", 40}}), fault("*", "*", "status", "0.03", {{"status", 500}}),
                               fault("*", "POST", "drop_after", "0.05"), fault("sap", "POST", "late_apply", "0.05", {{"delay_ms", 900}}),
                               fault("zoho_books", "POST", "late_apply", "0.03", {{"delay_ms", 900}}),
                               fault("*", "*", "drop_before", "0.02"), fault("*", "*", "throttle", "0.005", {{"retry_after_s", 1}})}}};
}

}  // namespace

DemoDay::DemoDay(sandbox::SandboxServer& sandbox, config::Application& application, std::string address, const DemoOptions& options)
    : sandbox_(sandbox),
      application_(application),
      address_(std::move(address)),
      options_(options),
      http_(net::make_curl_client()),
      started_ms_(application.runtime().monotonic_ms()),
      colour_(wants_colour()) {}

std::string DemoDay::text(const char* colour, const std::string& what) const { return colour_ ? colour + what + "\033[0m" : what; }

List DemoDay::records(std::string_view connector, std::string_view object) const {
    auto all = sandbox_.sandbox().vendor(connector).records(object);
    return all ? *all : List{};
}

// ---- what people do ----

Result<void> DemoDay::sign_in() {
    auto environment = sandbox_.environment_text("-");
    auto value_of = [&](const std::string& name) {
        auto at = environment.find(name + "=");
        auto from = at + name.size() + 1;
        std::string value = at == std::string::npos ? "" : environment.substr(from, environment.find('\n', from) - from);
        if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'')) value = value.substr(1, value.size() - 2);
        return value;
    };
    net::Request request{.method = "POST",
                         .url = sandbox_.addresses().salesforce + "/services/oauth2/token",
                         .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
                         .body = net::write_form({{"grant_type", "client_credentials"},
                                                  {"client_id", value_of("SF_CLIENT_ID")},
                                                  {"client_secret", value_of("SF_CLIENT_SECRET")}}),
                         .peer = {}};
    LS_TRY_ASSIGN(auto answer, http_->send(request, {}));
    LS_TRY_ASSIGN(auto body, json::parse(answer.body));
    token_ = body["access_token"].text();
    if (token_.empty()) return fail(ErrorCode::internal, "the sandbox gives the demo no token: " + answer.body);
    return {};
}

/// What a person does in the browser is done until it has worked.
Result<Value> DemoDay::salesforce(const std::string& method, const std::string& path, const Value& body) {
    net::Request request{.method = method,
                         .url = sandbox_.addresses().salesforce + std::string(data) + path,
                         .headers = {{"Authorization", "Bearer " + token_}, {"Content-Type", "application/json"}},
                         .body = json::write(body),
                         .peer = {}};
    std::string last;
    for (int i = 0; i < tries_max; ++i) {
        auto answer = http_->send(request, {});
        if (answer && answer->ok()) return answer->body.empty() ? Result<Value>(Value()) : json::parse(answer->body);
        last = answer ? answer->body : answer.error().message;
    }
    return fail(ErrorCode::internal, "the demo cannot write to the emulated Salesforce: " + last);
}

Result<void> DemoDay::set_faults() {
    if (!options_.faults) return {};
    net::Request request{.method = "POST",
                         .url = "/faults",
                         .headers = {{"Content-Type", "application/json"}},
                         .body = json::write(faults(options_.seed)),
                         .peer = {}};
    auto answer = sandbox_.sandbox().control(request);
    if (!answer.ok()) return fail(ErrorCode::internal, "the sandbox refuses the faults: " + answer.body);
    return {};
}

/// Open deals spread over all customers, and the last three, with which something is wrong that a person must mend.
std::vector<std::string> DemoDay::choose_deals() {
    constexpr std::size_t troubled = 3;
    std::vector<std::string> open;
    for (const auto& deal : records("salesforce", "Opportunity"))
        if (deal["IsClosed"] != Value(true) && deal["HasOpportunityLineItem"] == Value(true)) open.push_back(deal["Id"].text());
    auto wanted = std::min<std::size_t>(static_cast<std::size_t>(options_.deals), open.size());
    if (wanted <= troubled) return {open.begin(), open.begin() + static_cast<std::ptrdiff_t>(wanted)};
    std::vector<std::string> chosen;
    for (std::size_t i = 0; i < wanted - troubled; ++i) chosen.push_back(open[i * (open.size() - troubled) / (wanted - troubled)]);
    chosen.insert(chosen.end(), open.end() - troubled, open.end());
    return chosen;
}

Result<void> DemoDay::close(const std::string& deal) {
    LS_TRY(salesforce("PATCH", "/sobjects/Opportunity/" + deal, Map{{"StageName", "Closed Won"}}));
    return trigger(deal);
}

/// The record-triggered flow's callout, as Salesforce sends it.
Result<void> DemoDay::trigger(const std::string& deal) {
    deals_.insert(deal);
    net::Request request{.method = "POST",
                         .url = address_ + "/webhook/salesforce/deal-closed",
                         .headers = {{"Content-Type", "application/json;charset=UTF-8"}},
                         .body = json::write(Map{{"opportunityId", deal}}),
                         .peer = {}};
    LS_TRY_ASSIGN(auto answer, http_->send(request, {}));
    if (answer.status != 202) return fail(ErrorCode::internal, "the webhook was refused: " + answer.body);
    return {};
}

// ---- what is seen ----

void DemoDay::show_ended() {
    auto runs = application_.store().list_runs({.ended_only = true, .limit = 1000});
    if (!runs) return;
    std::reverse(runs->begin(), runs->end());
    for (const auto& run : *runs) {
        std::string mark = run.id + std::to_string(run.ended_at_ms);
        if (!shown_.insert(mark).second) continue;
        auto report = json::parse(run.summary_json.empty() ? "{}" : run.summary_json);
        const Value about = report ? *report : Value();
        auto amount = number(about["amount"]).rounded(2, Rounding::half_up);
        double seconds = static_cast<double>(application_.runtime().monotonic_ms() - started_ms_) / 1000;
        std::string retries = run.retries > 0 ? fmt::format("  ({} {})", run.retries, run.retries == 1 ? "retry" : "retries") : "";
        if (run.status == store::RunStatus::succeeded)
            fmt::print("{:6.1f}s  {}  {:<44.44} {:>12} {}  order {}  {}{}\n", seconds, text(green, "synced"), about["deal"].text(),
                       amount ? amount->to_string() : "", about["currency"].text(), about["order"].text(), about["invoice"].text(),
                       retries);
        else
            fmt::print("{:6.1f}s  {}  {:<44.44} {}{}\n", seconds, text(yellow, std::string(store::to_string(run.status))),
                       about["deal"].text().empty() ? run.key : about["deal"].text(), run.reason, retries);
        std::fflush(stdout);
    }
}

void DemoDay::wait_until_quiet() {
    for (std::int64_t until = application_.runtime().monotonic_ms() + day_timeout_ms; application_.runtime().monotonic_ms() < until;
         show_ended())
        if (application_.engine().wait_until_quiet(200)) break;
    show_ended();
}

/// The first alert of a cause is on its way within seconds; what follows of the same cause is told minutes later, and
/// not waited for.
void DemoDay::wait_for_alerts() {
    constexpr int polls = 30;
    for (int i = 0; i < polls && application_.engine().status().alerts_open > 0; ++i) application_.runtime().sleep_ms(100);
}

/// The operator gives the account of a parked deal a contact with an address, and replays.
Result<void> DemoDay::mend_and_replay() {
    LS_TRY_ASSIGN(auto parked, application_.store().list_runs({.status = store::RunStatus::parked, .limit = 100}));
    for (const auto& run : parked) {
        if (run.step != "has_email") continue;
        LS_TRY_ASSIGN(auto deal, salesforce("GET", "/sobjects/Opportunity/" + run.key + "?fields=AccountId", Value()));
        fmt::print("\nAn operator gives {} a contact with an address, and replays it.\n", run.key);
        LS_TRY(salesforce(
            "POST", "/sobjects/Contact",
            Map{{"LastName", "Accounts Payable"}, {"Email", "payables@customer.example"}, {"AccountId", deal["AccountId"].text()}}));
        application_.engine().replay(run.id, engine::ReplayMode::from_failed, "demo", [](Result<void>) {});
        application_.runtime().sleep_ms(100);
        wait_until_quiet();
        return {};
    }
    return {};
}

/// Counts in the vendors' own records, for every deal that closed: one order, one invoice, one email, equal totals.
bool DemoDay::prove() {
    Tally tally;
    std::map<std::string, std::vector<Value>> orders, invoices;
    std::map<std::string, int> emails;
    for (const auto& order : records("sap", "A_SalesOrder")) orders[order["PurchaseOrderByCustomer"].text()].push_back(order);
    for (const auto& invoice : records("zoho_books", "invoices")) invoices[invoice["reference_number"].text()].push_back(invoice);
    for (const auto& email : records("zoho_books", "emails")) ++emails[email["invoice_id"].text()];
    std::map<std::string, std::array<Decimal, 3>> totals;
    std::vector<std::string> wrong;
    auto add = [](Decimal& sum, const Decimal& more) { sum = *sum.plus(more); };
    int synced = 0, parked = 0;
    for (const auto& deal : records("salesforce", "Opportunity")) {
        std::string id = deal["Id"].text();
        if (!deals_.contains(id)) continue;
        const auto& its_orders = orders[id];
        const auto& its_invoices = invoices["SF-" + id];
        tally.orders += static_cast<int>(its_orders.size());
        tally.invoices += static_cast<int>(its_invoices.size());
        for (const auto& invoice : its_invoices) tally.emails += emails[invoice["invoice_id"].text()];
        if (its_orders.size() > 1 || its_invoices.size() > 1) wrong.push_back(id + ": doubled");
        if (deal["Sync_Status__c"].text() != "Synced") {
            ++parked;
            if (!deal["Sync_Status__c"].text().starts_with("Parked: ")) wrong.push_back(id + ": neither synced nor parked");
            continue;
        }
        ++synced;
        if (its_orders.size() != 1 || its_invoices.size() != 1) {
            wrong.push_back(id + ": lost");
            continue;
        }
        if (emails[its_invoices[0]["invoice_id"].text()] != 1) wrong.push_back(id + ": not emailed exactly once");
        bool numbers = deal["SAP_Order_Number__c"].text() == its_orders[0]["SalesOrder"].text() &&
                       deal["Zoho_Invoice_Number__c"].text() == its_invoices[0]["invoice_number"].text();
        if (!numbers) wrong.push_back(id + ": the numbers written back are others");
        Decimal amounts[] = {number(deal["Amount"]), number(its_orders[0]["TotalNetAmount"]), number(its_invoices[0]["total"])};
        if (amounts[0] != amounts[1] || amounts[0] != amounts[2]) wrong.push_back(id + ": the totals differ");
        for (std::size_t i = 0; i < 3; ++i) add(totals[deal["CurrencyIsoCode"].text()][i], amounts[i]);
    }
    auto doubled = [&](std::string_view connector, std::string_view object, auto&& name_of) {
        std::map<std::string, int> seen;
        for (const auto& record : records(connector, object))
            if (std::string name = name_of(record); !name.empty() && ++seen[name] > 1)
                wrong.push_back(name + ": two in " + std::string(object));
        return static_cast<int>(seen.size());
    };
    tally.partners = doubled("sap", "A_BusinessPartner", [](const Value& its) { return its["BusinessPartnerIDByExtSystem"].text(); });
    tally.contacts = doubled("zoho_books", "contacts", [](const Value& its) { return its["contact_name"].text(); });
    print_table(tally);
    fmt::print("\n");
    for (const auto& [currency, sums] : totals)
        fmt::print("{} {}  deals {:>14}   orders {:>14}   invoices {:>14}\n",
                   sums[0] == sums[1] && sums[0] == sums[2] ? text(green, "=") : text(yellow, "≠"), currency, sums[0].to_string(),
                   sums[1].to_string(), sums[2].to_string());
    for (const auto& message : wrong) fmt::print("{} {}\n", text(yellow, "wrong:"), message);
    bool good = wrong.empty() && synced > 0 && static_cast<std::size_t>(synced + parked) == deals_.size();
    fmt::print(
        "{}\n",
        good ? text(green,
                    fmt::format("Proof: {} deals synced and {} parked of {}; nothing lost, nothing doubled, every total equal to the cent.",
                                synced, parked, deals_.size()))
             : text(yellow, fmt::format("NOT as it should be: {} synced and {} parked of {} deals.", synced, parked, deals_.size())));
    return good;
}

void DemoDay::print_table(const Tally& tally) {
    auto status = application_.engine().status();
    auto counts = application_.store().status_counts();
    std::uint64_t requests = 0;
    std::string by_vendor;
    for (const auto& [connection, count] : status.counters.requests) {
        requests += count;
        by_vendor += fmt::format("{}{} {}", by_vendor.empty() ? "" : ", ", connection, count);
    }
    fmt::print("\n{}\n", text(bold, "The day in numbers"));
    auto row = [](const char* name, const std::string& value) { fmt::print("  {:<22} {}\n", name, value); };
    row("deals closed", std::to_string(deals_.size()));
    row("SAP orders", fmt::format("{}   (partners {})", tally.orders, tally.partners));
    row("Zoho invoices", fmt::format("{}   (contacts {})", tally.invoices, tally.contacts));
    row("invoices emailed", std::to_string(tally.emails));
    row("retries", std::to_string(status.counters.retries));
    row("answers lost", fmt::format("{}   (each looked for before it was sent again)", status.counters.in_doubt));
    row("vendor calls", fmt::format("{}   ({})", requests, by_vendor));
    row("Slack alerts", std::to_string(records("slack", "messages").size()));
    row("time", fmt::format("{:.1f} s", static_cast<double>(application_.runtime().monotonic_ms() - started_ms_) / 1000));
    row("parked", counts ? std::to_string(counts->parked) : "?");
    auto parked = application_.store().list_runs({.status = store::RunStatus::parked, .limit = 100});
    if (parked)
        for (const auto& run : *parked) fmt::print("    {}  {}: {}\n", run.key, run.step, run.reason);
}

Result<bool> DemoDay::play() {
    LS_TRY(sign_in());
    auto deals = choose_deals();
    if (deals.empty()) return fail(ErrorCode::internal, "the sandbox has no open deals");
    fmt::print("{}\n\n", text(bold, fmt::format("A business day: {} deals close in Salesforce{}.", deals.size(),
                                                options_.faults ? "; vendors fail, answer late, apply requests and lose the answer" : "")));
    LS_TRY(set_faults());
    for (const auto& deal : deals) {
        LS_TRY(close(deal));
        show_ended();
    }
    wait_until_quiet();
    fmt::print("\nSome deals are reported once more, as Salesforce does when it got no answer.\n");
    std::size_t again = 0;
    for (const auto& deal : records("salesforce", "Opportunity"))
        if (again < 3 && deals_.contains(deal["Id"].text()) && deal["Sync_Status__c"].text() == "Synced") {
            LS_TRY(trigger(deal["Id"].text()));
            ++again;
        }
    wait_until_quiet();
    LS_TRY(mend_and_replay());
    wait_for_alerts();
    return prove();
}

}  // namespace lockstep::cli
