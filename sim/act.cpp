#include "sim/act.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "sim/dice.h"

namespace lockstep::sim {
namespace {

constexpr std::array<std::string_view, 27> deed_names = {"close",
                                                         "edit",
                                                         "reopen",
                                                         "mend",
                                                         "rename",
                                                         "make_partner",
                                                         "edit_order",
                                                         "make_contact",
                                                         "edit_invoice",
                                                         "send_invoice",
                                                         "pay",
                                                         "edit_payment",
                                                         "move_payment",
                                                         "delete_payment",
                                                         "refund",
                                                         "void_invoice",
                                                         "write_off",
                                                         "take_back_write_off",
                                                         "credit",
                                                         "receive_goods",
                                                         "issue_goods",
                                                         "block_goods",
                                                         "add_material",
                                                         "add_product",
                                                         "deactivate_product",
                                                         "recode_product",
                                                         "ask_for_stock"};
constexpr std::array<std::string_view, 6> occasion_names = {"at",         "partner_sought", "partner_made",
                                                            "order_made", "contact_made",   "invoice_made"};

template <class Number>
bool read_number(std::string_view text, Number& into) {
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
    return error == std::errc() && end == text.data() + text.size();
}

/// How often finance does what, in 16.
constexpr Deed money_deeds[] = {Deed::pay,          Deed::pay,          Deed::pay,          Deed::pay,          Deed::pay,
                                Deed::edit_payment, Deed::edit_payment, Deed::move_payment, Deed::move_payment, Deed::delete_payment,
                                Deed::refund,       Deed::refund,       Deed::void_invoice, Deed::write_off,    Deed::take_back_write_off,
                                Deed::credit};
constexpr Deed stock_deeds[] = {Deed::receive_goods,      Deed::receive_goods,  Deed::issue_goods,   Deed::issue_goods,
                                Deed::issue_goods,        Deed::block_goods,    Deed::add_material,  Deed::add_product,
                                Deed::deactivate_product, Deed::recode_product, Deed::ask_for_stock, Deed::ask_for_stock};
/// What people do by hand, and when it is in the way most.
struct Interference {
    Deed deed;
    Occasion occasion;
};
constexpr Interference interferences[] = {{Deed::make_partner, Occasion::at_its_time},  {Deed::make_partner, Occasion::partner_sought},
                                          {Deed::make_contact, Occasion::at_its_time},  {Deed::make_contact, Occasion::partner_made},
                                          {Deed::edit_order, Occasion::order_made},     {Deed::edit_order, Occasion::at_its_time},
                                          {Deed::edit_invoice, Occasion::invoice_made}, {Deed::edit_invoice, Occasion::at_its_time},
                                          {Deed::send_invoice, Occasion::invoice_made}, {Deed::rename, Occasion::partner_made},
                                          {Deed::rename, Occasion::order_made},         {Deed::edit, Occasion::order_made},
                                          {Deed::edit, Occasion::invoice_made}};

/// Draws the acts of one plan.
class Drawing {
public:
    Drawing(Plan& plan, const Wishes& wishes, std::uint64_t seed) : plan_(plan), wishes_(wishes), dice_(seed, 77) {}

    void draw() {
        for (int deal = 0; deal < plan_.deals; ++deal) draw_deal(deal);
        if (wishes_.hands) draw_hands();
        for (int i = below_or_none(wishes_.payments_max); i > 0; --i)
            add(money_deeds[dice_.below(std::size(money_deeds))], dice_.below(plan_.deals), moment() + moment());
        for (int i = below_or_none(wishes_.stock_moves_max); i > 0; --i)
            add(stock_deeds[dice_.below(std::size(stock_deeds))], dice_.below(plan_.materials + 2), moment());
        std::stable_sort(plan_.acts.begin(), plan_.acts.end(), [](const Act& a, const Act& b) { return a.at_ms < b.at_ms; });
    }

private:
    std::int64_t moment() { return wishes_.spread_ms <= 0 ? 1 : 1 + dice_.below(static_cast<int>(wishes_.spread_ms)); }
    /// So long after something was done the next thing is done to it: while a run is under way, or when it is long over.
    std::int64_t pause() { return 1 + (dice_.once_in(2) ? dice_.below(400) : dice_.below(15'000)); }
    int below_or_none(int bound) { return bound <= 0 ? 0 : 1 + dice_.below(bound); }

    void add(Deed deed, int subject, std::int64_t at_ms, Occasion occasion = Occasion::at_its_time) {
        bool lost = dice_.once_in(4) && wishes_.losses;
        plan_.acts.push_back({deed, subject, at_ms, occasion, dice_.next(), lost});
    }

    void draw_deal(int deal) {
        std::int64_t closed_ms = moment();
        add(Deed::close, deal, closed_ms);
        if (plan_.odd && dice_.once_in(2)) add(Deed::mend, deal, closed_ms + pause());
        if (!wishes_.edits) return;
        std::int64_t at_ms = closed_ms;
        for (int changes = dice_.below(3); changes > 0; --changes) {
            bool reopens = dice_.once_in(2);
            if (reopens) add(Deed::reopen, deal, at_ms += pause());
            if (!reopens || dice_.once_in(2)) add(Deed::edit, deal, at_ms += pause());
            if (reopens && !dice_.once_in(6)) add(Deed::close, deal, at_ms += pause());
        }
        if (dice_.once_in(4)) add(Deed::rename, deal, closed_ms + pause());
    }

    void draw_hands() {
        for (int i = 1 + dice_.below(3); i > 0; --i) {
            const auto& its = interferences[dice_.below(std::size(interferences))];
            if (its.deed == Deed::edit && !wishes_.edits) continue;
            add(its.deed, dice_.below(plan_.deals), its.occasion == Occasion::at_its_time ? moment() : dice_.below(120), its.occasion);
        }
    }

    Plan& plan_;
    const Wishes& wishes_;
    Dice dice_;
};

}  // namespace

std::string_view to_string(Deed deed) { return deed_names.at(static_cast<std::size_t>(deed)); }
std::string_view to_string(Occasion occasion) { return occasion_names.at(static_cast<std::size_t>(occasion)); }

std::string Act::to_string() const {
    return fmt::format("{}:{}:{}:{}:{}{}", sim::to_string(deed), subject, sim::to_string(occasion), at_ms, dice, lost ? ":lost" : "");
}

std::optional<Act> Act::parse(std::string_view text) {
    std::vector<std::string_view> parts;
    for (std::size_t from = 0; from <= text.size();) {
        std::size_t to = std::min(text.find(':', from), text.size());
        parts.push_back(text.substr(from, to - from));
        from = to + 1;
    }
    if (parts.size() < 5 || parts.size() > 6 || (parts.size() == 6 && parts[5] != "lost")) return std::nullopt;
    auto deed = std::find(deed_names.begin(), deed_names.end(), parts[0]);
    auto occasion = std::find(occasion_names.begin(), occasion_names.end(), parts[2]);
    Act act{.lost = parts.size() == 6};
    bool read = read_number(parts[1], act.subject) && read_number(parts[3], act.at_ms) && read_number(parts[4], act.dice);
    if (!read || act.subject < 0 || deed == deed_names.end() || occasion == occasion_names.end()) return std::nullopt;
    act.deed = static_cast<Deed>(deed - deed_names.begin());
    act.occasion = static_cast<Occasion>(occasion - occasion_names.begin());
    return act;
}

std::string Plan::to_string() const {
    std::string text =
        fmt::format("{} accounts, {} deals, {} materials{}{}\n", accounts, deals, materials, odd ? ", odd" : "", stock ? ", stock" : "");
    for (const auto& act : acts) text += "  " + act.to_string() + "\n";
    return text;
}

Plan draw_plan(std::uint64_t seed, const Wishes& wishes) {
    Dice dice(seed, 33);
    Plan plan{.dice = dice.next()};
    plan.accounts = 1 + dice.below(wishes.accounts_max);
    plan.deals = plan.accounts * (1 + dice.below(wishes.deals_an_account_max));
    plan.odd = wishes.odd;
    plan.stock = wishes.stock_moves_max > 0;
    plan.materials = plan.stock ? 4 + dice.below(8) : 4;
    Drawing(plan, wishes, seed).draw();
    return plan;
}

}  // namespace lockstep::sim
