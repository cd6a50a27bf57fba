#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "net/http.h"
#include "sandbox/sandbox.h"
#include "sim/act.h"
#include "sim/dice.h"
#include "sim/people.h"

namespace lockstep::sim {

/// A made-up company in the emulated systems, and the people who work in it: loads what there is at first, lets acts
/// happen, and remembers what only people have done, so that nobody blames the program for it.
class Business {
public:
    /// `clock_ms` says how far the play is, in virtual milliseconds.
    Business(Plan plan, sandbox::Sandbox& sandbox, const sandbox::Credentials& credentials, std::function<std::int64_t()> clock_ms);

    /// Fills the vendors with what is there at the beginning. Errors: of the sandbox.
    Result<void> load();

    /// What a vendor tells of it: the event that comes of the message.
    struct Told {
        std::string flow, key;
        Value body;  ///< null: nothing but the key
    };
    struct Happened {
        bool possible = true;    ///< false: not yet; try again later
        std::vector<Told> told;  ///< empty where no vendor says anything
        std::string what;        ///< for the timeline
    };
    /// Lets the act happen now. A lost act tells nothing.
    Happened happen(const Act& act);

    /// The acts that are to happen because of a request which a vendor has just processed, `at_ms` from now; each once.
    std::vector<Act> occasioned_by(std::string_view connector, const net::Request& request);

    /// People put right what keeps deals from being carried through: parked runs may be replayed then. Only what people
    /// themselves have spoilt is mended; what the program got wrong stays. Returns what they did; empty: nothing to do.
    std::vector<Happened> mend_all();

    /// The record that a deed is about, for the timeline and for whoever looks for it.
    std::string account_id(int serial) const;
    std::string deal_id(int serial) const;
    static std::string material(int serial);
    int account_of(int deal) const { return deal % plan_.accounts; }
    const Plan& plan() const { return plan_; }

    /// What only people know, for the oracles.
    struct Ledger {
        std::set<std::string> closed_deals;                ///< ever won
        std::set<std::string> edited_deals;                ///< changed after they were won
        std::set<std::string> hand_partners;               ///< SAP's numbers of partners that people made
        std::set<std::string> hand_contacts;               ///< Zoho's ids
        std::set<std::string> hand_edited;                 ///< orders (SAP's number) and invoices (Zoho's id) whose totals people changed
        std::set<std::string> voided_invoices;             ///< Zoho's ids
        std::set<std::string> paid_invoices;               ///< Zoho's ids of invoices that finance did something about
        std::map<std::string, std::int64_t> hand_made_ms;  ///< when somebody made an account's partner or contact: by its id
        std::optional<std::int64_t> stock_changed_ms;      ///< the latest change that the stock flow must notice
    };
    const Ledger& ledger() const { return ledger_; }

private:
    enum class Trouble : std::uint8_t { none, no_email, unknown_country, long_name, no_lines, unknown_product, no_account };
    struct Line {
        std::string id;
        int product = 0, quantity = 1;
        std::int64_t cents = 0;
        int discount = 0;
    };
    struct Deal {
        std::string id;
        int account = 0;
        bool won = false, closed_once = false;
        Trouble trouble = Trouble::none;
        std::vector<Line> lines;
        int lines_made = 0;
    };
    struct Account {
        std::string id, name, country, currency = "EUR";
        Trouble trouble = Trouble::none;
    };
    struct Payment {
        std::string id, customer_id;
    };
    struct Part {
        std::string invoice_id;
        Decimal amount;
    };

    void make_accounts();
    void make_deals();
    Line line_of(const Deal& deal, Dice& dice);
    List line_records(const Deal& deal) const;
    Result<void> load_products();
    Result<void> load_accounts();
    Result<void> load_deals();
    void put(std::string_view connector, std::string_view object, Map record);

    using Doing = Happened (Business::*)(const Act&, Dice&);
    static Doing doing_of(Deed deed);
    // business_deals.cpp
    Happened close(const Act& act, Dice& dice);
    Happened edit(const Act& act, Dice& dice);
    Happened reopen(const Act& act, Dice& dice);
    Happened mend(const Act& act, Dice& dice);
    Happened rename(const Act& act, Dice& dice);
    bool mend_deal(Deal& deal);
    bool mend_account(Account& account);
    void put_lines(const Deal& deal);
    Happened deal_told(const Deal& deal, std::string what) const;
    // business_hands.cpp
    Happened make_partner(const Act& act, Dice& dice);
    Happened edit_order(const Act& act, Dice& dice);
    Happened make_contact(const Act& act, Dice& dice);
    Happened edit_invoice(const Act& act, Dice& dice);
    Happened send_invoice(const Act& act, Dice& dice);
    std::optional<Happened> amend(Deal& deal);
    std::optional<Happened> take_back_void(const Deal& deal);
    std::optional<Happened> part_partners(const Account& account);
    bool amend_order(const Deal& deal, const Value& order);
    void take_off(const std::string& invoice);
    bool amend_invoice(const Deal& deal, const Value& invoice);
    // business_money.cpp
    Happened pay(const Act& act, Dice& dice);
    Happened edit_payment(const Act& act, Dice& dice);
    Happened move_payment(const Act& act, Dice& dice);
    Happened delete_payment(const Act& act, Dice& dice);
    Happened refund(const Act& act, Dice& dice);
    Happened void_invoice(const Act& act, Dice& dice);
    Happened write_off(const Act& act, Dice& dice);
    Happened take_back_write_off(const Act& act, Dice& dice);
    Happened credit(const Act& act, Dice& dice);
    Value invoice_of(const Deal& deal);
    std::optional<Value> invoice_asked_for(const Deal& deal);
    Value payable_invoice_of(const Deal& deal);
    std::optional<Payment> some_payment(Dice& dice) const;
    Happened change_payment(const Payment& payment, const std::vector<Part>& parts, const Decimal& amount);
    Happened payment_told(const std::string& payment_id, const std::vector<Part>& parts, std::string what);
    Happened invoice_told(const std::string& invoice_id, std::string what);
    // business_stock.cpp
    Happened move_goods(const Act& act, Dice& dice);
    Happened add_material(const Act& act, Dice& dice);
    Happened add_product(const Act& act, Dice& dice);
    Happened deactivate_product(const Act& act, Dice& dice);
    Happened recode_product(const Act& act, Dice& dice);
    Happened ask_for_stock(const Act& act, Dice& dice);
    Result<void> load_stock();
    int extra_material(const Act& act) const;

    Deal& deal(const Act& act) { return deals_[static_cast<std::size_t>(act.subject) % deals_.size()]; }
    Account& account(const Deal& deal) { return accounts_[static_cast<std::size_t>(deal.account)]; }

    Plan plan_;
    sandbox::Sandbox& sandbox_;
    std::function<std::int64_t()> clock_ms_;
    SapClerk clerk_;
    Accountant accountant_;
    std::vector<Account> accounts_;
    std::vector<Deal> deals_;
    std::vector<Payment> payments_;
    std::vector<Act> waiting_;          ///< for their occasions
    std::int64_t stock_asked_ms_ = -1;  ///< when somebody saw to it that the stock is shown, at the end
    int days_ = 0;                      ///< every payment has a later date than the one before, mostly
    int line_ids_ = 0;
    /// What was seen of an invoice, and how much had been changed at Zoho by then: nobody looks again until more has been.
    struct Seen {
        std::uint64_t changes = UINT64_MAX;
        Value invoice;
    };
    std::map<std::string, Seen> invoices_seen_;  ///< by deal
    std::uint64_t changes_by_program_ = 0;       ///< at Zoho, as far as anybody can see
    std::set<int> products_, materials_;         ///< serials of those that people have added
    Ledger ledger_;
};

}  // namespace lockstep::sim
