#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sim/business.h"
#include "sim/history.h"
#include "store/store.h"

/// What the promises say about one play. Every oracle is written from the promises, not from the code that keeps them, and
/// returns a sentence for everything that is broken.
namespace lockstep::sim::oracles {

using Sentences = std::vector<std::string>;
using Records = std::multimap<std::string, Value>;

/// All that an oracle looks at: what happened, what the store and the vendors hold at the end, and what only people know.
struct Evidence {
    const History* history = nullptr;
    std::vector<store::LoadedRun> runs;        ///< oldest first
    std::vector<store::AlertRow> open_alerts;  ///< not sent yet
    // What the vendors hold.
    Records deals;     ///< of Salesforce, by Id
    Records orders;    ///< of SAP, by PurchaseOrderByCustomer
    Records partners;  ///< of SAP, by BusinessPartnerIDByExtSystem
    Records contacts;  ///< of Zoho Books, by cf_salesforce_id
    Records invoices;  ///< by reference_number
    Records emails;    ///< by invoice_id
    List payments;     ///< of Zoho Books
    List products;     ///< of Salesforce
    List materials;    ///< of SAP
    List stock;        ///< of SAP, a record a place and kind
    List messages;     ///< of Slack
    Business::Ledger ledger;
    std::int64_t until_tomorrow_ms = 0;  ///< so long may whoever has used up a day's calls wait for the next day's
    bool has_stock = false;              ///< the business moves stock
    bool thorough = true;                ///< also looks for secrets in every row

    /// How many requests at once, and within a minute, each connection may make, and what part of a day's calls it leaves to
    /// others; 0: no bound.
    struct Bounds {
        int at_once = 0, a_minute = 0, reserve_percent = 0;
    };
    std::map<std::string, Bounds> bounds;
};

/// Reads the store and the vendors; the traces only if it is to be thorough.
Evidence gather(const History& history, sandbox::Sandbox& sandbox, store::Store& store, const Business& business, bool thorough);

// One file each.
Sentences every_event_has_ended(const Evidence& evidence);
Sentences one_effect_an_intent(const Evidence& evidence);
Sentences keys_in_order(const Evidence& evidence);
Sentences totals_agree(const Evidence& evidence);
Sentences payments_are_shown(const Evidence& evidence);
Sentences stock_is_shown(const Evidence& evidence);
Sentences limits_are_kept(const Evidence& evidence);
Sentences no_secret_is_told(const Evidence& evidence);
Sentences agreement_is_reached(const Evidence& evidence);
Sentences people_are_told_once(const Evidence& evidence);
Sentences effects_have_a_run(const Evidence& evidence);

/// All of them.
Sentences judge(const Evidence& evidence);

/// A number that a vendor writes as text or as a number; -1 for what is none.
Decimal number(const Value& value);
/// The deal's invoice: the one that is not void, else the only void one; null if there is none or there are several.
Value invoice_of(const Evidence& evidence, const std::string& deal_id);
/// The one record of a key; null if there is none or there are several.
Value only(const Records& records, const std::string& key);

}  // namespace lockstep::sim::oracles
