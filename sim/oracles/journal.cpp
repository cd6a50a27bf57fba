#include <algorithm>
#include <cstring>
#include <set>

#include <fmt/format.h>

#include "sim/oracles/evidence.h"
#include "sim/oracles/secrets.h"
#include "value/json.h"

/// Nothing comes from nowhere: what the vendors hold is named by the journal of some run, no step is done twice without a
/// person having asked for it, and no refusal is tried again.
namespace lockstep::sim::oracles {
namespace {

void check_done_once(const store::LoadedRun& run, Sentences& broken) {
    std::set<std::pair<std::string, int>> done;
    std::int64_t last = 0;
    for (const auto& row : run.journal) {
        if (row.seq <= last)
            broken.push_back(fmt::format("the journal of {} {} is out of order at {}", run.run.flow, run.run.key, row.seq));
        last = row.seq;
        if (row.kind == "replayed") done.clear();
        if (row.kind == "done" && !done.emplace(row.step, row.element).second)
            broken.push_back(fmt::format("{} {}: step {} was done twice", run.run.flow, run.run.key, row.step));
    }
}

/// What a vendor or a rule has refused waits for a person, and is not tried again meanwhile.
void check_refusals_are_final(const store::LoadedRun& run, Sentences& broken) {
    for (const auto& row : run.journal) {
        if (row.kind != "retry" && row.kind != "in_doubt") continue;
        auto data = json::parse(row.data_json);
        auto code = data ? error_code_from((*data)["error"]["code"].text()) : std::nullopt;
        if (code && error_class(*code) == ErrorClass::rejected)
            broken.push_back(fmt::format("{} {}: step {} was refused and tried again", run.run.flow, run.run.key, row.step));
    }
}

/// `"SalesOrder":"1"`, as an action's output in the journal has it.
std::string named(const char* member, const Value& value) { return fmt::format("\"{}\":\"{}\"", member, value.text()); }

std::vector<std::string> effects(const Evidence& evidence) {
    std::vector<std::string> all;
    const auto& ledger = evidence.ledger;
    for (const auto& [key, order] : evidence.orders) all.push_back(named("SalesOrder", order["SalesOrder"]));
    // What a person has voided while the answer was lost is theirs: its deal gets another one.
    for (const auto& [key, invoice] : evidence.invoices)
        if (!ledger.voided_invoices.contains(invoice["invoice_id"].text())) all.push_back(named("invoice_id", invoice["invoice_id"]));
    for (const auto& [key, partner] : evidence.partners)
        if (!ledger.hand_partners.contains(partner["BusinessPartner"].text()))
            all.push_back(named("BusinessPartner", partner["BusinessPartner"]));
    for (const auto& [key, contact] : evidence.contacts)
        if (!ledger.hand_contacts.contains(contact["contact_id"].text())) all.push_back(named("contact_id", contact["contact_id"]));
    return all;
}

}  // namespace

Sentences effects_have_a_run(const Evidence& evidence) {
    Sentences broken;
    for (const auto& run : evidence.runs) check_done_once(run, broken), check_refusals_are_final(run, broken);
    static const std::set<std::string, std::less<>> makers = {"partner", "order", "contact", "invoice"};
    std::string outputs;
    for (const auto& run : evidence.runs)
        for (const auto& row : run.journal)
            if (row.kind == "done" && makers.contains(row.step)) outputs += row.data_json;
    for (const auto& effect : effects(evidence))
        if (::memmem(outputs.data(), outputs.size(), effect.data(), effect.size()) == nullptr)
            broken.push_back("no run's journal knows " + effect);
    return broken;
}

}  // namespace lockstep::sim::oracles
