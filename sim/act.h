#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep::sim {

/// What somebody does in a vendor.
enum class Deed : std::uint8_t {
    // Salesforce; the subject is a deal
    close,   ///< the deal is won, for the first time or again
    edit,    ///< its line items change, before or after it was synced
    reopen,  ///< it is not won any more
    mend,    ///< what makes it park is put right
    rename,  ///< its account gets another name
    // SAP; the subject is a deal, and its account or order is meant
    make_partner,  ///< with the external id that the flow would give it
    edit_order,    ///< a text, or a quantity
    // Zoho Books; the subject is a deal, and its account, invoice or payment is meant
    make_contact,
    edit_invoice,
    send_invoice,
    pay,  ///< all or a part of it, alone or together with another invoice of the account
    edit_payment,
    move_payment,
    delete_payment,
    refund,
    void_invoice,
    write_off,
    take_back_write_off,
    credit,
    // stock; the subject is a material
    receive_goods,
    issue_goods,
    block_goods,
    add_material,
    add_product,
    deactivate_product,
    recode_product,
    ask_for_stock,  ///< somebody asks for a run of the stock flow
};
std::string_view to_string(Deed deed);

/// When somebody does it: at its time, or when a vendor has just done something about its subject.
enum class Occasion : std::uint8_t { at_its_time, partner_sought, partner_made, order_made, contact_made, invoice_made };
std::string_view to_string(Occasion occasion);

/// One thing that somebody does: drawn before the play, decided when it happens, and independent of all others, so that a
/// scenario stays one if it is taken out.
struct Act {
    Deed deed = Deed::close;
    int subject = 0;
    std::int64_t at_ms = 0;  ///< of the play, or after the occasion
    Occasion occasion = Occasion::at_its_time;
    std::uint64_t dice = 0;  ///< all that is left to chance in it
    bool lost = false;       ///< the vendor's message about it never comes

    bool operator==(const Act&) const = default;
    /// `close:0:at:1500:123` and, if nobody is told, `:lost`.
    std::string to_string() const;
    /// Reads that again; nullopt if it is not that.
    static std::optional<Act> parse(std::string_view text);
};

/// A business to begin with, and all that will be done in it.
struct Plan {
    int accounts = 1;
    int deals = 1;           ///< the n-th is of account n mod `accounts`
    int materials = 4;       ///< the deals' lines name the first four
    std::uint64_t dice = 1;  ///< names, addresses, prices, troubles
    bool odd = false;        ///< names, countries and currencies of all kinds, and deals that must park
    bool stock = false;      ///< there is stock in SAP
    std::vector<Act> acts;   ///< in order of their times

    bool operator==(const Plan&) const = default;
    std::string to_string() const;
};

/// What kinds of things are drawn.
struct Wishes {
    int accounts_max = 3, deals_an_account_max = 3;
    std::int64_t spread_ms = 20'000;  ///< deals are closed within it; 0: all at once
    bool edits = false;               ///< deals edited, reopened, closed again; accounts renamed
    bool hands = false;               ///< people change by hand what a run is about to make or has made
    bool odd = false;
    int payments_max = 0;     ///< acts of finance
    int stock_moves_max = 0;  ///< acts of the warehouse
    bool losses = false;      ///< messages get lost: only sweeps find what they told of
};
Plan draw_plan(std::uint64_t seed, const Wishes& wishes);

}  // namespace lockstep::sim
