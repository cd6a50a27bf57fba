#include <algorithm>

#include <fmt/format.h>

#include "sim/business.h"

/// What sales people do in Salesforce.
namespace lockstep::sim {

Business::Happened Business::deal_told(const Deal& deal, std::string what) const {
    return {.told = {{.flow = "deal-closed", .key = deal.id, .body = {}}}, .what = std::move(what)};
}

Business::Happened Business::close(const Act& act, Dice&) {
    Deal& its = deal(act);
    if (its.won) return {.what = "won already: " + its.id};
    its.won = its.closed_once = true;
    ledger_.closed_deals.insert(its.id);
    put("salesforce", "Opportunity", {{"Id", its.id}, {"StageName", "Closed Won"}});
    return deal_told(its, "closed: " + its.id);
}

Business::Happened Business::reopen(const Act& act, Dice&) {
    Deal& its = deal(act);
    if (!its.won) return {.possible = false, .what = "not won: " + its.id};
    its.won = false;
    put("salesforce", "Opportunity", {{"Id", its.id}, {"StageName", "Negotiation/Review"}});
    return {.what = "opened again: " + its.id};
}

/// A quantity, a price, a discount, one line more or one less.
Business::Happened Business::edit(const Act& act, Dice& dice) {
    Deal& its = deal(act);
    if (its.trouble == Trouble::no_lines) return {.what = "no lines to edit: " + its.id};
    int what = dice.below(5);
    Line& line = its.lines[static_cast<std::size_t>(dice.below(static_cast<int>(its.lines.size())))];
    if (what == 0) line.quantity = line.quantity % 12 + 1;
    if (what == 1 || (what == 3 && its.lines.size() == 1)) line.cents += 100;
    if (what == 2) its.lines.push_back(line_of(its, dice));
    if (what == 3 && its.lines.size() > 1) {
        put("salesforce", "OpportunityLineItem", {{"Id", line.id}, {"IsDeleted", true}});
        its.lines.erase(its.lines.begin() + (&line - its.lines.data()));
    }
    if (what == 4) line.quantity += 1, line.cents += 300;
    put_lines(its);
    if (its.closed_once) ledger_.edited_deals.insert(its.id);
    if (its.won) return deal_told(its, "edited: " + its.id);
    return {.what = "edited: " + its.id};
}

void Business::put_lines(const Deal& deal) {
    for (auto& record : line_records(deal)) put("salesforce", "OpportunityLineItem", record.as_map());
}

Business::Happened Business::rename(const Act& act, Dice& dice) {
    Account& its = account(deal(act));
    its.name = fmt::format("Renamed {} & Söhne SE, {}", dice.below(1000), its.id.substr(10, 5));  // no other account's
    if (its.trouble == Trouble::long_name) its.trouble = Trouble::none;
    put("salesforce", "Account", {{"Id", its.id}, {"Name", its.name}});
    return {.what = "renamed: " + its.id};
}

Business::Happened Business::mend(const Act& act, Dice&) {
    Deal& its = deal(act);
    if (!its.won) return {.possible = false, .what = "not won: " + its.id};
    bool mended = mend_deal(its);
    mended |= mend_account(account(its));
    if (!mended) return {.what = "nothing to mend: " + its.id};
    return deal_told(its, "mended: " + its.id);
}

bool Business::mend_deal(Deal& deal) {
    Trouble trouble = std::exchange(deal.trouble, Trouble::none);
    if (trouble == Trouble::none) return false;
    if (trouble == Trouble::no_account)
        put("salesforce", "Opportunity", {{"Id", deal.id}, {"AccountId", account(deal).id}});
    else if (trouble == Trouble::no_lines) {
        put("salesforce", "Opportunity", {{"Id", deal.id}, {"Amount", nullptr}});
        put_lines(deal);
    } else
        for (const auto& line : deal.lines)
            if (!materials_.contains(line.product)) {
                put("sap", "A_Product", {{"Product", material(line.product)}, {"BaseUnit", "PC"}});
                materials_.insert(line.product);
            }
    ledger_.stock_changed_ms = clock_ms_();
    return true;
}

bool Business::mend_account(Account& account) {
    Trouble trouble = std::exchange(account.trouble, Trouble::none);
    if (trouble == Trouble::none) return false;
    if (trouble == Trouble::no_email)
        put("salesforce", "Contact", {{"AccountId", account.id}, {"LastName", "Late"}, {"Email", "late@account.example"}});
    if (trouble == Trouble::unknown_country)
        put("salesforce", "Account", {{"Id", account.id}, {"BillingCountry", account.country = "Germany"}});
    if (trouble == Trouble::long_name) put("salesforce", "Account", {{"Id", account.id}, {"Name", account.name = "Short SE"}});
    return true;
}

}  // namespace lockstep::sim
