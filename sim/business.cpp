#include "sim/business.h"

#include <algorithm>

#include <fmt/format.h>

namespace lockstep::sim {
namespace {

/// So many products stand in the lines of deals; the others are there for the warehouse alone.
constexpr int sold_products = 4;

/// The 18 characters of a Salesforce id; without capitals the checksum is AAA.
std::string record_id(std::string_view prefix, int serial) { return fmt::format("{}{:012}AAA", prefix, serial + 1); }

constexpr std::string_view odd_names[] = {"Köhler & Söhne Nº {} “L'Étoile” GmbH",
                                          "O'Neill \\ \"Quoted\" <{}> & Co. -- 100 %",
                                          "株式会社テスト {} 商事",
                                          "  Blank at both ends {}  ",
                                          "Straße der Äußersten Größenwahnsinnigen Überlängenprüfungsgesellschaft Nummer {} mbH & Co. KGaA",
                                          "Ærø-Ōtsu-Łódź {} ‘şirketi’"};
/// As people type them; the flow's table knows them all.
constexpr std::string_view odd_countries[] = {"Germany",       "deutschland", " DE ",  "Österreich", "USA",
                                              "united states", "UK",          "Japan", "Schweiz",    "fr"};
constexpr std::string_view odd_currencies[] = {"EUR", "EUR", "EUR", "USD", "JPY", "CHF"};

bool is_whole(std::string_view currency) { return currency == "JPY"; }

}  // namespace

std::string Business::account_id(int serial) const { return record_id("001", serial); }
std::string Business::deal_id(int serial) const { return record_id("006", serial); }
std::string Business::material(int serial) { return fmt::format("PART-{:03}", serial); }

Business::Business(Plan plan, sandbox::Sandbox& sandbox, const sandbox::Credentials& credentials, std::function<std::int64_t()> clock_ms)
    : plan_(std::move(plan)),
      sandbox_(sandbox),
      clock_ms_(std::move(clock_ms)),
      clerk_(sandbox, credentials),
      accountant_(sandbox, credentials) {
    make_accounts();
    make_deals();
    for (const auto& act : plan_.acts)
        if (act.occasion != Occasion::at_its_time) waiting_.push_back(act);
}

void Business::make_accounts() {
    for (int i = 0; i < plan_.accounts; ++i) {
        Dice dice(plan_.dice, static_cast<std::uint64_t>(i));
        Account account{.id = account_id(i), .name = fmt::format("Köhler & Söhne Nº {} “L'Étoile” GmbH", i), .country = "Germany"};
        if (plan_.odd) {
            account.name = fmt::format(fmt::runtime(odd_names[dice.below(std::size(odd_names))]), i);
            account.country = odd_countries[dice.below(std::size(odd_countries))];
            account.currency = odd_currencies[dice.below(std::size(odd_currencies))];
            static constexpr Trouble troubles[] = {Trouble::no_email, Trouble::unknown_country, Trouble::long_name};
            if (dice.once_in(3)) account.trouble = troubles[dice.below(std::size(troubles))];
            if (account.trouble == Trouble::unknown_country) account.country = "Atlantis";
            if (account.trouble == Trouble::long_name) account.name += std::string(150, 'x');
        }
        accounts_.push_back(std::move(account));
    }
}

void Business::make_deals() {
    for (int i = 0; i < plan_.deals; ++i) {
        Dice dice(plan_.dice, 1000 + static_cast<std::uint64_t>(i));
        Deal deal{.id = deal_id(i), .account = account_of(i)};
        static constexpr Trouble troubles[] = {Trouble::no_lines, Trouble::unknown_product, Trouble::no_account};
        if (plan_.odd && dice.once_in(4)) deal.trouble = troubles[dice.below(std::size(troubles))];
        for (int lines = 1 + dice.below(3); lines > 0; --lines) deal.lines.push_back(line_of(deal, dice));
        if (deal.trouble == Trouble::unknown_product) deal.lines.back().product = sold_products;
        deals_.push_back(std::move(deal));
    }
}

Business::Line Business::line_of(const Deal& deal, Dice& dice) {
    const auto& currency = accounts_[static_cast<std::size_t>(deal.account)].currency;
    Line line{.id = record_id("00k", line_ids_++), .product = dice.below(sold_products), .quantity = 1 + dice.below(12)};
    line.cents = 995 + dice.below(9000);
    if (is_whole(currency))
        line.cents *= 100;
    else if (dice.once_in(3))
        line.discount = 15;
    return line;
}

Result<void> Business::load() {
    LS_TRY(load_products());
    LS_TRY(load_accounts());
    LS_TRY(load_deals());
    return plan_.stock ? load_stock() : Result<void>();
}

/// The product that SAP does not know is there in Salesforce only; it is sold where a deal shall park.
Result<void> Business::load_products() {
    List items, materials;
    int known = std::max(plan_.materials, sold_products);
    for (int i = 0; i < known; ++i) {
        int serial = i < sold_products ? i : i + 1;
        items.push_back(Map{{"Id", record_id("01t", serial)},
                            {"Name", fmt::format("Ventil Größe {}", serial)},
                            {"ProductCode", material(serial)},
                            {"IsActive", true}});
        materials.push_back(Map{{"Product", material(serial)}, {"BaseUnit", "PC"}});
        products_.insert(serial);
        materials_.insert(serial);
    }
    items.push_back(Map{
        {"Id", record_id("01t", sold_products)}, {"Name", "Unknown to SAP"}, {"ProductCode", material(sold_products)}, {"IsActive", true}});
    LS_TRY(sandbox_.vendor("salesforce").load("Product2", items));
    return sandbox_.vendor("sap").load("A_Product", materials);
}

Result<void> Business::load_accounts() {
    List clients, persons;
    for (std::size_t i = 0; i < accounts_.size(); ++i) {
        const auto& account = accounts_[i];
        clients.push_back(Map{{"Id", account.id},
                              {"Name", account.name},
                              {"BillingStreet", fmt::format("Straße {}\r\nHof 2", i)},
                              {"BillingCity", "Köln"},
                              {"BillingPostalCode", "50667"},
                              {"BillingCountry", account.country}});
        if (account.trouble != Trouble::no_email)
            persons.push_back(
                Map{{"AccountId", account.id}, {"LastName", "O'Neill"}, {"Email", fmt::format("invoices@account-{}.example", i)}});
    }
    LS_TRY(sandbox_.vendor("salesforce").load("Account", clients));
    return sandbox_.vendor("salesforce").load("Contact", persons);
}

Result<void> Business::load_deals() {
    List opportunities, lines;
    for (std::size_t i = 0; i < deals_.size(); ++i) {
        const auto& deal = deals_[i];
        Map record{{"Id", deal.id},
                   {"Name", fmt::format("Deal {}", i)},
                   {"StageName", "Qualification"},
                   {"CurrencyIsoCode", account(deal).currency},
                   {"CloseDate", "2027-12-31"}};
        if (deal.trouble != Trouble::no_account) record.set("AccountId", account(deal).id);
        if (deal.trouble == Trouble::no_lines)
            record.set("Amount", Decimal(100));
        else
            for (auto& line : line_records(deal)) lines.push_back(std::move(line));
        opportunities.push_back(std::move(record));
    }
    LS_TRY(sandbox_.vendor("salesforce").load("Opportunity", opportunities));
    return sandbox_.vendor("salesforce").load("OpportunityLineItem", lines);
}

List Business::line_records(const Deal& deal) const {
    List records;
    for (const auto& line : deal.lines) {
        Map record{{"Id", line.id},
                   {"OpportunityId", deal.id},
                   {"Product2Id", record_id("01t", line.product)},
                   {"Quantity", line.quantity},
                   {"UnitPrice", *Decimal::from_parts(line.cents, 2)}};
        if (line.discount > 0) record.set("Discount", Decimal(line.discount));
        records.push_back(std::move(record));
    }
    return records;
}

void Business::put(std::string_view connector, std::string_view object, Map record) {
    auto done = sandbox_.vendor(connector).load(object, {Value(std::move(record))});
    if (!done) std::fprintf(stderr, "%s\n", done.error().to_text().c_str());
    LS_ASSERT(done.has_value());
}

Business::Doing Business::doing_of(Deed deed) {
    switch (deed) {
        case Deed::close:
            return &Business::close;
        case Deed::edit:
            return &Business::edit;
        case Deed::reopen:
            return &Business::reopen;
        case Deed::mend:
            return &Business::mend;
        case Deed::rename:
            return &Business::rename;
        case Deed::make_partner:
            return &Business::make_partner;
        case Deed::edit_order:
            return &Business::edit_order;
        case Deed::make_contact:
            return &Business::make_contact;
        case Deed::edit_invoice:
            return &Business::edit_invoice;
        case Deed::send_invoice:
            return &Business::send_invoice;
        case Deed::pay:
            return &Business::pay;
        case Deed::edit_payment:
            return &Business::edit_payment;
        case Deed::move_payment:
            return &Business::move_payment;
        case Deed::delete_payment:
            return &Business::delete_payment;
        case Deed::refund:
            return &Business::refund;
        case Deed::void_invoice:
            return &Business::void_invoice;
        case Deed::write_off:
            return &Business::write_off;
        case Deed::take_back_write_off:
            return &Business::take_back_write_off;
        case Deed::credit:
            return &Business::credit;
        case Deed::receive_goods:
        case Deed::issue_goods:
        case Deed::block_goods:
            return &Business::move_goods;
        case Deed::add_material:
            return &Business::add_material;
        case Deed::add_product:
            return &Business::add_product;
        case Deed::deactivate_product:
            return &Business::deactivate_product;
        case Deed::recode_product:
            return &Business::recode_product;
        case Deed::ask_for_stock:
            return &Business::ask_for_stock;
    }
    LS_ASSERT(!"no such deed");
    return nullptr;
}

Business::Happened Business::happen(const Act& act) {
    Dice dice(act.dice);
    Happened happened = (this->*doing_of(act.deed))(act, dice);
    if (act.lost) happened.told.clear();
    return happened;
}

std::vector<Act> Business::occasioned_by(std::string_view connector, const net::Request& request) {
    struct Sign {
        Occasion occasion;
        std::string_view connector, method, path_end;
    };
    static constexpr Sign signs[] = {
        {Occasion::partner_sought, "sap", "GET", "/A_BusinessPartner"}, {Occasion::partner_made, "sap", "POST", "/A_BusinessPartner"},
        {Occasion::order_made, "sap", "POST", "/A_SalesOrder"},         {Occasion::contact_made, "zoho_books", "PUT", "/contacts"},
        {Occasion::contact_made, "zoho_books", "POST", "/contacts"},    {Occasion::invoice_made, "zoho_books", "POST", "/invoices"}};
    if (connector == "zoho_books" && request.method != "GET") ++changes_by_program_;
    if (waiting_.empty()) return {};
    auto sign = std::find_if(std::begin(signs), std::end(signs), [&](const Sign& its) {
        return its.connector == connector && its.method == request.method && request.path().ends_with(its.path_end);
    });
    if (sign == std::end(signs)) return {};
    bool of_account = sign->occasion != Occasion::order_made && sign->occasion != Occasion::invoice_made;
    std::vector<Act> acts;
    std::erase_if(waiting_, [&](const Act& act) {
        const Deal& its = deal(act);
        const std::string& subject = of_account ? account(its).id : its.id;
        bool meant = act.occasion == sign->occasion &&
                     (request.body.find(subject) != std::string::npos || request.url.find(subject) != std::string::npos);
        if (meant) acts.push_back(act);
        return meant;
    });
    return acts;
}

std::vector<Business::Happened> Business::mend_all() {
    std::vector<Happened> done;
    for (auto& deal : deals_) {
        bool mended = mend_deal(deal);
        mended |= mend_account(account(deal));
        if (mended) done.push_back(deal_told(deal, "mended: " + deal.id));
        if (auto parted = part_partners(account(deal))) done.push_back(*std::move(parted));
        if (auto valid = take_back_void(deal)) done.push_back(*std::move(valid));
        if (auto amended = amend(deal)) done.push_back(*std::move(amended));
    }
    if (plan_.stock && ledger_.stock_changed_ms && *ledger_.stock_changed_ms > stock_asked_ms_) {
        stock_asked_ms_ = clock_ms_();
        Dice dice(0);
        done.push_back(ask_for_stock({}, dice));
    }
    return done;
}

}  // namespace lockstep::sim
