#include "sim/oracles/evidence.h"

#include <algorithm>

#include "connector/connector.h"

namespace lockstep::sim::oracles {
namespace {

using Fields = std::vector<std::string_view>;

/// No fields: all.
List all_of(sandbox::Sandbox& sandbox, std::string_view connector, std::string_view object, const Fields& fields = {}) {
    const auto& vendor = sandbox.vendor(connector);
    auto records = fields.empty() ? vendor.records(object) : vendor.records_with(object, fields);
    LS_ASSERT(records.has_value());
    return *std::move(records);
}

Records by(sandbox::Sandbox& sandbox, std::string_view connector, std::string_view object, std::string_view path,
           const Fields& fields = {}) {
    Records found;
    for (auto& record : all_of(sandbox, connector, object, fields)) {
        std::string key = record.at_path(path).text();
        found.emplace(std::move(key), std::move(record));
    }
    return found;
}

/// With the traces one by one: reads of many leave them out.
std::vector<store::LoadedRun> loaded(store::Store& store, const std::vector<std::string>& ids, bool with_traces) {
    if (!with_traces) {
        auto runs = store.load_runs(ids);
        LS_ASSERT(runs.has_value());
        return *std::move(runs);
    }
    std::vector<store::LoadedRun> runs;
    for (const auto& id : ids) {
        auto run = store.load_run(id);
        LS_ASSERT(run.has_value() && run->has_value());
        runs.push_back(**std::move(run));
    }
    return runs;
}

std::vector<store::LoadedRun> runs_of(store::Store& store, bool with_traces) {
    constexpr int page = 500;
    std::vector<store::LoadedRun> runs;
    for (store::RunFilter filter{.limit = page};;) {
        auto rows = store.list_runs(filter);
        LS_ASSERT(rows.has_value());
        std::vector<std::string> ids;
        for (const auto& row : *rows) ids.push_back(row.id);
        auto its = loaded(store, ids, with_traces);
        LS_ASSERT(its.size() == ids.size());
        std::move(its.begin(), its.end(), std::back_inserter(runs));
        if (rows->size() < page) break;
        filter.before_id = rows->back().id;
    }
    std::sort(runs.begin(), runs.end(), [](const auto& a, const auto& b) { return a.run.id < b.run.id; });
    return runs;
}

}  // namespace

Decimal number(const Value& value) {
    auto parsed = Decimal::parse(value.text());
    return parsed ? *parsed : Decimal(-1);
}

Value only(const Records& records, const std::string& key) {
    auto [first, last] = records.equal_range(key);
    return first != last && std::next(first) == last ? first->second : Value();
}

Value invoice_of(const Evidence& evidence, const std::string& deal_id) {
    auto [first, last] = evidence.invoices.equal_range("SF-" + deal_id);
    auto stands = [](const auto& its) { return its.second["status"].text() != "void"; };
    if (auto standing = std::count_if(first, last, stands); standing != 0)
        return standing == 1 ? std::find_if(first, last, stands)->second : Value();
    return only(evidence.invoices, "SF-" + deal_id);
}

Evidence gather(const History& history, sandbox::Sandbox& sandbox, store::Store& store, const Business& business, bool thorough) {
    Evidence evidence{.history = &history, .runs = runs_of(store, thorough)};
    evidence.thorough = thorough;
    auto alerts = store.open_alerts(1000);
    LS_ASSERT(alerts.has_value());
    evidence.open_alerts = *std::move(alerts);
    evidence.deals = by(sandbox, "salesforce", "Opportunity", "Id");
    evidence.orders = by(sandbox, "sap", "A_SalesOrder", "PurchaseOrderByCustomer",
                         {"PurchaseOrderByCustomer", "SalesOrder", "TotalNetAmount", "TransactionCurrency"});
    evidence.partners =
        by(sandbox, "sap", "A_BusinessPartner", "BusinessPartnerIDByExtSystem", {"BusinessPartnerIDByExtSystem", "BusinessPartner"});
    evidence.contacts = by(sandbox, "zoho_books", "contacts", "custom_field_hash.cf_salesforce_id");
    evidence.invoices = by(sandbox, "zoho_books", "invoices", "reference_number");
    evidence.emails = by(sandbox, "zoho_books", "emails", "invoice_id");
    evidence.payments = all_of(sandbox, "zoho_books", "customerpayments");
    evidence.messages = all_of(sandbox, "slack", "messages");
    for (const auto* connector : connector::all_connectors())
        evidence.bounds[connector->name].at_once = connector->default_limits.concurrency_max;
    evidence.ledger = business.ledger();
    evidence.has_stock = business.plan().stock;
    if (evidence.has_stock) {
        evidence.products = all_of(sandbox, "salesforce", "Product2");
        evidence.materials = all_of(sandbox, "sap", "A_Product", {"Product"});
        evidence.stock = all_of(sandbox, "sap", "A_MatlStkInAcctMod",
                                {"Material", "Plant", "InventoryStockType", "InventorySpecialStockType", "MatlWrhsStkQtyInMatlBaseUnit"});
    }
    return evidence;
}

Sentences judge(const Evidence& evidence) {
    using Oracle = Sentences (*)(const Evidence&);
    static constexpr Oracle oracles[] = {every_event_has_ended, one_effect_an_intent, keys_in_order,     totals_agree,
                                         payments_are_shown,    stock_is_shown,       limits_are_kept,   no_secret_is_told,
                                         agreement_is_reached,  people_are_told_once, effects_have_a_run};
    Sentences broken;
    for (Oracle oracle : oracles) {
        Sentences its = oracle(evidence);
        broken.insert(broken.end(), std::make_move_iterator(its.begin()), std::make_move_iterator(its.end()));
    }
    return broken;
}

}  // namespace lockstep::sim::oracles
