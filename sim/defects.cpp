#include "sim/defects.h"

namespace lockstep::sim {
namespace {

constexpr std::string_view one_effect = "one effect an intent", nothing_lost = "nothing acknowledged is lost",
                           in_order = "the order of a key", ends = "everything comes to an end",
                           limits = "no call while the vendor says not to", secret = "no secret anywhere";

}  // namespace

const std::vector<Defect>& defects() {
    static const std::vector<Defect> all = {
        // the world, the configuration, the flows
        {"network: lost writes are sent again unseen", one_effect,
         [](Scenario& scenario) { scenario.network_defects.resends_lost_writes = true; }},
        {"configuration: nobody waits for a lost request to settle", one_effect, [](Scenario& scenario) { scenario.settle_ms = 0; }},
        {"flow: payments of one invoice interleave", "the deal says what the invoice says",
         [](Scenario& scenario) {
             for (std::uint64_t i = 0; i < 8; ++i)
                 scenario.plan.acts.push_back({Deed::pay, 0, static_cast<std::int64_t>(i / 4), Occasion::at_its_time, scenario.seed + i});
             scenario.payments_interleave = true;
         }},
        // the engine
        {"loop: calls go out before they are written", one_effect},
        {"loop: events are acknowledged before they are written", nothing_lost},
        {"store: a commit that failed passes for done", one_effect},
        {"locks: two calls of one link at once", one_effect},
        {"run locks: names are not waited for", "the deal says what the invoice says"},
        {"order: the newest run of a key goes first", in_order},
        {"events: a known dedupe id is overlooked", ends},
        {"limits: Retry-After is not waited for", limits},
        {"joint calls: answers go to the wrong runs", "numbers are those of the own record"},
        {"journal: an earlier attempt is forgotten", one_effect},
        {"restart: an open run is overlooked", ends},
        {"restart: timers are lost", ends},
        {"restart: calls under way are thought never sent", one_effect},
        {"sweeps: the cursor moves to the present, whatever was seen", one_effect},
        {"pauses: a restart forgets them", limits},
        // the flows' decisions
        {"doubt: nobody waits for a lost call to settle", one_effect},
        {"doubt: a lost answer counts as a failure", one_effect},
        {"retry: a refused call is made again", "a refusal is final"},
        // the connectors
        {"sap: created without a look-up", one_effect},
        {"zoho_books: created without a look-up", one_effect},
        {"zoho_books: emailed again without asking", one_effect},
        {"session: a refused token is not renewed", ends},
        {"session: a lost answer counts as never sent", one_effect},
        {"session: the vendor's wait is for the call that met it only", limits},
        {"trace: secrets are kept", secret},
    };
    return all;
}

}  // namespace lockstep::sim
