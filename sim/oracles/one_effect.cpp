#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "sim/oracles/evidence.h"

/// "One intent, one effect": an order, an invoice and an email a deal that is won, a partner and a contact an account; none
/// more, none lost, nothing besides. What people made by hand is theirs; where it was there in time it is adopted.
namespace lockstep::sim::oracles {
namespace {

constexpr std::string_view invoice_prefix = "SF-";

class Effects {
public:
    explicit Effects(const Evidence& evidence) : evidence_(evidence) {}

    Sentences check() {
        for (const auto& [id, deal] : evidence_.deals) check_deal(id, deal);
        for (const auto& account : accounts_) check_account(account);
        nothing_besides();
        return std::move(broken_);
    }

private:
    void check_deal(const std::string& id, const Value& deal) {
        bool won = deal["IsWon"] == Value(true);
        bool once_won = won || evidence_.ledger.closed_deals.contains(id);
        std::size_t least = won ? 1 : 0, most = once_won ? 1 : 0;
        within(evidence_.orders.count(id), least, most, id, "SAP orders");
        check_invoices(id, least, most);
        if (once_won) accounts_.insert(deal["AccountId"].text());
        if (won) {
            must_say(deal, "SAP_Order_Number__c", only(evidence_.orders, id)["SalesOrder"]);
            must_say(deal, "Zoho_Invoice_Number__c", invoice_of(evidence_, id)["invoice_number"]);
            must_say(deal, "Sync_Status__c", "Synced");
        }
    }

    /// One, beside those that people have voided: another may have taken the place of such a one.
    void check_invoices(const std::string& deal_id, std::size_t least, std::size_t most) {
        auto [first, last] = evidence_.invoices.equal_range(std::string(invoice_prefix) + deal_id);
        std::size_t standing = 0, voided = 0;
        for (auto invoice = first; invoice != last; ++invoice) {
            const std::string id = invoice->second["invoice_id"].text();
            bool is_void = evidence_.ledger.voided_invoices.contains(id);
            ++(is_void ? voided : standing);
            check_emails(id, is_void ? 0 : least, deal_id);
        }
        within(standing, voided > 0 ? 0 : least, most, deal_id, "Zoho invoices");
    }

    /// One email by the program; people may send what they like besides, and then none is needed.
    void check_emails(const std::string& invoice_id, std::size_t least, const std::string& deal_id) {
        auto [first, last] = evidence_.emails.equal_range(invoice_id);
        auto by_people =
            static_cast<std::size_t>(std::count_if(first, last, [](const auto& its) { return its.second["subject"].text() == "By hand"; }));
        auto all = static_cast<std::size_t>(std::distance(first, last));
        within(all - by_people, by_people > 0 ? 0 : least, 1, deal_id, "emails");
    }

    void check_account(const std::string& id) {
        const auto& ledger = evidence_.ledger;
        check_made(id, evidence_.partners, "BusinessPartner", ledger.hand_partners, "partner");
        check_made(id, evidence_.contacts, "contact_id", ledger.hand_contacts, "contact");
    }

    /// One that the program made, or one that people made before it began with the account.
    void check_made(const std::string& account, const Records& records, const char* number, const std::set<std::string>& by_hand,
                    std::string_view what) {
        auto [first, last] = records.equal_range(account);
        std::size_t people = 0, program = 0;
        for (auto its = first; its != last; ++its) ++(by_hand.contains(its->second[number].text()) ? people : program);
        auto hand_made = evidence_.ledger.hand_made_ms.find(fmt::format("{} {}", what, account));
        bool in_time = hand_made != evidence_.ledger.hand_made_ms.end() &&
                       hand_made->second < first_look_ms(account, what == "partner" ? "sap" : "zoho_books");
        if (in_time && program > 0) broken_.push_back(fmt::format("{}: people had made a {}, the program made another", account, what));
        within(program, 0, 1, account, fmt::format("{}s of the program", what));
        if (is_won(account)) within(people + program, 1, 2, account, fmt::format("{}s", what));
    }

    bool is_won(const std::string& account) const {
        return std::any_of(evidence_.deals.begin(), evidence_.deals.end(), [&](const auto& deal) {
            return deal.second["IsWon"] == Value(true) && deal.second["AccountId"].text() == account;
        });
    }

    /// When the program began with the account there; what is made later it need not see.
    std::int64_t first_look_ms(const std::string& account, std::string_view connector) const {
        for (const auto& call : evidence_.history->calls)
            if (call.connector == connector &&
                (call.url.find(account) != std::string::npos || call.body.find(account) != std::string::npos))
                return call.sent_ms;
        return INT64_MAX;
    }

    void nothing_besides() {
        auto check = [&](const Records& records, std::string_view prefix, const char* what, auto&& wanted) {
            for (const auto& [key, record] : records)
                if (!is_of_people(record) && (!key.starts_with(prefix) || !wanted(key.substr(prefix.size()))))
                    broken_.push_back(fmt::format("nobody wanted this {}: {}", what, key.empty() ? "without a key" : key));
        };
        auto deal = [&](const std::string& id) { return evidence_.ledger.closed_deals.contains(id); };
        auto account = [&](const std::string& id) {
            return accounts_.contains(id) || evidence_.ledger.hand_made_ms.contains("partner " + id);
        };
        auto customer = [&](const std::string& id) {
            return accounts_.contains(id) || evidence_.ledger.hand_made_ms.contains("contact " + id);
        };
        check(evidence_.orders, "", "SAP order", deal);
        check(evidence_.invoices, invoice_prefix, "Zoho invoice", deal);
        check(evidence_.partners, "", "SAP partner", account);
        check(evidence_.contacts, "", "Zoho contact", customer);
    }

    bool is_of_people(const Value& record) const {
        return evidence_.ledger.hand_partners.contains(record["BusinessPartner"].text()) ||
               evidence_.ledger.hand_contacts.contains(record["contact_id"].text());
    }

    void within(std::size_t count, std::size_t least, std::size_t most, const std::string& key, std::string_view what) {
        if (count < least || count > most) broken_.push_back(fmt::format("{}: {} {}", key, count, what));
    }
    void must_say(const Value& deal, const char* field, const Value& wanted) {
        if (deal[field].text() != wanted.text())
            broken_.push_back(fmt::format("{}: {} is `{}`, not `{}`", deal["Id"].text(), field, deal[field].text(), wanted.text()));
    }

    const Evidence& evidence_;
    std::set<std::string> accounts_;
    Sentences broken_;
};

}  // namespace

Sentences one_effect_an_intent(const Evidence& evidence) { return Effects(evidence).check(); }

}  // namespace lockstep::sim::oracles
