// Deals: won on a morning on which everything fails, won while SAP is down, and parked ones that a person mends.
#include <algorithm>

#include <fmt/format.h>

#include "cli/demo_day.h"
#include "engine/pause_memory.h"

namespace lockstep::cli {
namespace {

constexpr std::int64_t deals_timeout_ms = 120'000;
constexpr std::int64_t outage_timeout_ms = 30'000;
constexpr std::int64_t alert_timeout_ms = 30'000;
constexpr std::int64_t tokens_end_s = 3 * 3600;
constexpr int lines_max = 10;
constexpr int reported_again = 3;
/// So long the outage lasts: three calls, then SAP is only asked now and then whether it is back.
constexpr std::int64_t refusals_wanted = 5;
constexpr const char* sales_orders = "/sap/opu/odata/sap/API_SALES_ORDER_SRV";
constexpr const char* invoices = "/books/v3/invoices";

Value fault(std::string_view connector, const char* method, const char* kind, Map more) {
    Map map{{"connector", connector}, {"method", method}, {"kind", kind}};
    for (const auto& [name, value] : more) map.set(name, value);
    return map;
}
Value sometimes(std::string_view connector, const char* method, const char* kind, const char* probability, Map more = {}) {
    auto parsed = Decimal::parse(probability);
    LS_ASSERT(parsed.has_value());
    more.set("probability", *parsed);
    return fault(connector, method, kind, std::move(more));
}

/// Some of it happens on every such day; the rest as the seed draws it.
List flaws_of_the_morning() {
    List all = {fault("sap", "POST", "drop_after", {{"route", sales_orders}, {"count", 1}, {"skip", 1}}),
                fault("sap", "POST", "late_apply", {{"route", sales_orders}, {"count", 1}, {"skip", 2}, {"delay_ms", 900}}),
                fault("zoho_books", "POST", "drop_after", {{"route", invoices}, {"count", 1}}),
                fault("sap", "*", "status", {{"status", 503}, {"count", 1}, {"skip", 6}}),
                fault("zoho_books", "*", "throttle", {{"retry_after_s", 1}, {"count", 1}, {"skip", 10}})};
    for (const char* vendor : {"salesforce", "sap", "zoho_books"}) {
        all.push_back(sometimes(vendor, "*", "delay", "0.3", {{"delay_ms", 40}}));
        all.push_back(sometimes(vendor, "*", "status", "0.03", {{"status", 500}}));
        all.push_back(sometimes(vendor, "POST", "drop_after", "0.04"));
        all.push_back(sometimes(vendor, "*", "drop_before", "0.02"));
    }
    return all;
}

List flaws_of_the_outage() { return {sometimes("sap", "*", "status", "0.7", {{"status", 503}}), fault("sap", "*", "drop_before", {})}; }

const store::RunRow* last_run(const std::vector<store::RunRow>& runs, const std::string& deal) {
    auto found = std::find_if(runs.rbegin(), runs.rend(), [&](const store::RunRow& run) { return run.key == deal; });
    return found == runs.rend() ? nullptr : &*found;
}

bool all_of(const std::vector<store::RunRow>& runs, const std::vector<std::string>& deals, bool (*holds)(const store::RunRow&)) {
    return std::all_of(deals.begin(), deals.end(), [&](const std::string& deal) {
        const store::RunRow* run = last_run(runs, deal);
        return run != nullptr && holds(*run);
    });
}
bool is_over(const store::RunRow& run) { return run.ended_at_ms != 0; }
bool is_parked(const store::RunRow& run) { return run.status == store::RunStatus::parked; }
bool is_synced(const store::RunRow& run) { return run.status == store::RunStatus::succeeded; }
/// Has begun and was refused: it will be tried again, or, which the proof would tell, is given up.
bool was_refused(const store::RunRow& run) { return run.ended_at_ms != 0 || !run.reason.empty(); }

}  // namespace

Result<void> DemoDay::win(const std::string& deal) {
    proof_.closed(deal);
    LS_TRY(vendors_.salesforce("PATCH", "/sobjects/Opportunity/" + deal, Map{{"StageName", "Closed Won"}}));
    return {};
}

/// What an administrator sets up: Outbound Messages, which Salesforce sends until they are acknowledged.
Result<void> DemoDay::listen_for_deals() {
    return vendors_.load("salesforce/OutboundMessage", {Map{{"Name", "Deal won"},
                                                            {"EndpointUrl", address_ + "/webhook/salesforce/outbound-message"},
                                                            {"Fields", List{"Name", "Amount", "StageName"}},
                                                            {"RetryBaseMs", 500}}});
}

Result<void> DemoDay::morning() {
    screen_.heading(fmt::format("The morning: {} deals are won", deals_.morning.size()));
    screen_.say("Salesforce reports them by Outbound Messages.");
    if (options_.faults)
        screen_.say("The vendors fail, answer late, refuse too many calls, apply requests and lose the answer; tokens end.");
    LS_TRY(listen_for_deals());
    LS_TRY(show_flaws(flaws_of_the_morning()));
    lines_left_ = lines_max;
    for (std::size_t i = 0; i < deals_.morning.size(); ++i) {
        if (options_.faults && i == deals_.morning.size() / 2) { LS_TRY(end_tokens()); }
        LS_TRY(win(deals_.morning[i]));
        show_ended();
    }
    LS_TRY(wait_until("every deal of the morning is synced", deals_timeout_ms,
                      [&] { return all_of(runs_of("deal-closed"), deals_.morning, is_over); }));
    show_rest("deals of the morning");
    LS_TRY(show_flaws({}));
    return report_again();
}

/// Hours pass for the vendors, in the midst of things: every access token that is in use ends.
Result<void> DemoDay::end_tokens() {
    LS_TRY(wait_until("the first deal is synced", deals_timeout_ms, [&] {
        const auto runs = runs_of("deal-closed");
        return std::any_of(runs.begin(), runs.end(), is_synced);
    }));
    LS_TRY(vendors_.control("POST", "/clock", Map{{"advance_s", tokens_end_s}}));
    return {};
}

/// A message whose acknowledgement got lost comes again, here with a new id even.
Result<void> DemoDay::report_again() {
    screen_.say("Some of them are reported once more:");
    List ids;
    for (int i = 0; i < reported_again; ++i) ids.emplace_back(deals_.morning[static_cast<std::size_t>(i)]);
    const auto before = runs_of("deal-closed").size();
    LS_TRY_ASSIGN(auto emitted, vendors_.control("POST", "/emit/salesforce/outbound_message",
                                                 Map{{"url", address_ + "/webhook/salesforce/outbound-message"},
                                                     {"object", "Opportunity"},
                                                     {"ids", ids},
                                                     {"fields", List{"StageName"}}}));
    if (emitted["status"] != Value(200)) return fail(ErrorCode::internal, "the second report was refused: " + emitted["body"].text());
    return wait_until("the second reports have been looked at", deals_timeout_ms, [&] {
        const auto runs = runs_of("deal-closed");
        return runs.size() == before + ids.size() && std::all_of(runs.begin(), runs.end(), is_over);
    });
}

/// What waits while SAP is down, and what has come of it.
void DemoDay::tell_outage(std::int64_t began_ms, std::size_t orders) {
    const auto counts = application_.store().status_counts();
    const auto waiting = static_cast<std::int64_t>(counts ? counts->running + counts->waiting : 0);
    screen_.happened(Mark::plain, "waiting",
                     fmt::format("{} deals, after {} requests that SAP refused in {:.1f} s", waiting, vendors_.faults_fired(),
                                 static_cast<double>(screen_.elapsed_ms() - began_ms) / 1000));
    proof_.expect(Topic::outage, "deals parked by the outage", 0, proof_.shown_as_parked());
    proof_.expect(Topic::outage, "orders made while SAP was down", 0,
                  static_cast<std::int64_t>(vendors_.records("sap/A_SalesOrder").size() - orders));
}

/// Whether a probe has failed too, so that people are told or about to be.
bool DemoDay::sap_is_away() const {
    auto kept = application_.store().cursor(engine::pause_cursor("sap"));
    return kept && *kept && (*kept)->value.find("\"down\"") != std::string::npos;
}

/// SAP is down until every deal has felt it; nothing may park, and all go through when it is back.
Result<void> DemoDay::outage() {
    // From now on a record-triggered flow's callout reports deals: JSON, sent once.
    LS_TRY(vendors_.load("salesforce/FlowCallout",
                         {Map{{"Name", "Deal won, by a flow"}, {"EndpointUrl", address_ + "/webhook/salesforce/deal-closed"}}}));
    LS_TRY(vendors_.load("salesforce/OutboundMessage", {Map{{"Name", "Deal won"}, {"IsActive", false}}}));
    if (deals_.outage.empty()) return {};
    screen_.heading(fmt::format("SAP is down: it answers 503 or hangs up, and {} deals are won", deals_.outage.size()));
    screen_.say("Now a record-triggered flow of Salesforce reports them by its callout.");
    const auto orders = vendors_.records("sap/A_SalesOrder").size();
    LS_TRY(show_flaws(flaws_of_the_outage()));
    const std::int64_t began_ms = screen_.elapsed_ms();
    for (const auto& deal : deals_.outage) LS_TRY(win(deal));
    LS_TRY(wait_until("every deal has met the outage", outage_timeout_ms, [&] {
        return vendors_.faults_fired() >= refusals_wanted && all_of(runs_of("deal-closed"), deals_.outage, was_refused) && sap_is_away();
    }));
    tell_outage(began_ms, orders);
    LS_TRY(show_flaws({}));
    screen_.happened(Mark::plain, "back", "SAP answers again");
    lines_left_ = lines_max;
    LS_TRY(wait_until("the deals that waited are over", deals_timeout_ms,
                      [&] { return all_of(runs_of("deal-closed"), deals_.outage, is_over); }));
    show_rest("deals that had waited");
    return {};
}

// ---- what a person must mend ----

/// Each deal stands in a message of Slack's, with its reason.
Result<void> DemoDay::wait_for_alerts(const std::vector<store::RunRow>& runs) {
    std::vector<std::string> told;
    LS_TRY(wait_until("Slack has heard of the parked deals", alert_timeout_ms, [&] {
        told.clear();
        for (const Value& message : vendors_.records("slack/messages"))
            for (const auto& run : runs)
                if (message["text"].text().find(run.key) != std::string::npos) told.push_back(message["text"].text());
        return told.size() >= runs.size();
    }));
    for (const auto& text : told) screen_.happened(Mark::plain, "Slack", text.substr(0, text.find('\n')));
    return {};
}

/// What a person does in Salesforce about it: the missing address of the customer's contact, the country.
Result<void> DemoDay::mend(const std::string& deal) {
    const std::string account = vendors_.record("salesforce/Opportunity", "Id", deal)["AccountId"].text();
    const Value customer = vendors_.record("salesforce/Account", "Id", account),
                contact = vendors_.record("salesforce/Contact", "AccountId", account);
    if (contact["Email"].is_null()) {
        const char* address = "accounts.payable@customer.example";
        screen_.happened(Mark::plain, "mended", fmt::format("{}: its contact gets the address {}", customer["Name"].text(), address));
        LS_TRY(vendors_.salesforce("PATCH", "/sobjects/Contact/" + contact["Id"].text(), Map{{"Email", address}}));
    } else {
        screen_.happened(Mark::plain, "mended",
                         fmt::format("{}: its country is Portugal, not {}", customer["Name"].text(), customer["BillingCountry"].text()));
        LS_TRY(vendors_.salesforce("PATCH", "/sobjects/Account/" + account, Map{{"BillingCountry", "Portugal"}}));
    }
    return {};
}

Result<void> DemoDay::replay(const store::RunRow& run) {
    auto engine = RunningEngine::find(application_.config().store_path);
    if (!engine) return fail(ErrorCode::internal, "Lockstep does not answer at " + address_);
    LS_TRY(engine->post("/api/v1/runs/" + run.id + "/replay", Map{{"from", "failed"}}));
    return {};
}

Result<void> DemoDay::parked_deals() {
    screen_.heading("Two deals that cannot go through as they are");
    for (const auto& deal : deals_.parked) LS_TRY(win(deal));
    LS_TRY(wait_until("the deals are parked", deals_timeout_ms, [&] { return all_of(runs_of("deal-closed"), deals_.parked, is_over); }));
    std::vector<store::RunRow> parked;
    for (const auto& run : runs_of("deal-closed"))
        if (is_parked(run)) parked.push_back(run);
    const auto count = static_cast<std::int64_t>(deals_.parked.size());
    proof_.expect(Topic::parked, "deals parked for a person, with the reason", count, proof_.shown_as_parked());
    LS_TRY(wait_for_alerts(parked));
    for (const auto& deal : deals_.parked) LS_TRY(mend(deal));
    screen_.happened(Mark::plain, "replayed", fmt::format("lockstep parked replay {}", parked.empty() ? "" : parked.front().id + " …"));
    lines_left_ = lines_max;
    for (const auto& run : parked) LS_TRY(replay(run));
    return wait_until("the mended deals are synced", deals_timeout_ms,
                      [&] { return all_of(runs_of("deal-closed"), deals_.parked, is_synced); });
}

/// All that people have read: two of low stock, two of the outage (one when it is over), one for each parked deal.
void DemoDay::judge_messages() {
    std::int64_t low = 0, alerts = 0, pauses = 0, of_sap = 0;
    const List messages = vendors_.records("slack/messages");
    for (const Value& message : messages) {
        const std::string text = message["text"].text();
        pauses += text.find(" is paused") != std::string::npos || text.find(" is back") != std::string::npos ? 1 : 0;
        of_sap += text.find("The connection sap is paused") != std::string::npos ? 1 : 0;
        low += text.find("newly low on stock") != std::string::npos ? 1 : 0;
        alerts += std::any_of(deals_.parked.begin(), deals_.parked.end(),
                              [&](const std::string& deal) { return text.find(deal) != std::string::npos; })
                      ? 1
                      : 0;
    }
    proof_.expect(Topic::stock, "Slack messages of low stock", 2, low);
    if (!deals_.outage.empty()) proof_.expect(Topic::outage, "Slack tells of the outage", 1, std::min<std::int64_t>(of_sap, 1));
    proof_.expect(Topic::parked, "Slack messages of parked deals", static_cast<std::int64_t>(deals_.parked.size()), alerts);
    proof_.expect(Topic::parked, "other Slack messages", 0, static_cast<std::int64_t>(messages.size()) - low - alerts - pauses);
    proof_.expect(Topic::parked, "deals parked at the end of the day", 0, proof_.shown_as_parked());
}

}  // namespace lockstep::cli
