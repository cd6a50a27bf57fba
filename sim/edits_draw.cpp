#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sim/dice.h"
#include "sim/edits.h"

namespace lockstep::sim {
namespace {

constexpr std::array<std::string_view, 5> whats = {"set", "clear", "create", "remove", "restore"};
constexpr std::int64_t skew_ms_max = 5 * 60'000;
/// Nobody edits before: what was edited before the sync began by its vendor's own clock is for the first contact.
constexpr std::int64_t begin_ms = skew_ms_max + 5'000;
constexpr int fields = 5;

void draw_faults(Dice& dice, Scenario& hostile) {
    if (dice.once_in(3)) return;
    hostile.faults_ms = begin_ms + 30'000 + dice.below(60'000);
    const int kinds = 1 + dice.below(4);
    for (int i = 0; i < kinds; ++i) {
        const auto kind = static_cast<FaultKind>(dice.below(static_cast<int>(fault_kinds)));
        if (kind != FaultKind::session_lost) hostile.fault(kind) = 20 + dice.below(180);
    }
    if (dice.once_in(5)) {
        static constexpr std::string_view connectors[] = {"salesforce", "zoho_crm"};
        hostile.outages.push_back({.connector = std::string(connectors[dice.below(2)]),
                                   .from_ms = begin_ms + dice.below(20'000),
                                   .for_ms = 1'000 + dice.below(120'000),
                                   .how = static_cast<Outage::How>(dice.below(4))});
    }
}

void draw_deaths(Dice& dice, Scenario& hostile) {
    if (!dice.once_in(3)) return;
    for (int deaths = 1 + dice.below(3); deaths > 0; --deaths) {
        const auto where = static_cast<Crash::Where>(dice.below(3));
        hostile.crashes.push_back({where, 1 + static_cast<std::uint64_t>(dice.below(where == Crash::Where::at_switch ? 400 : 40))});
    }
    if (dice.once_in(4))
        hostile.disk_faults.push_back({.from_ms = begin_ms + dice.below(20'000), .for_ms = 1 + dice.below(5'000), .full = dice.once_in(2)});
    if (dice.once_in(4)) hostile.clock_jumps.push_back({.at_ms = begin_ms + dice.below(30'000), .by_ms = dice.below(1'200'000) - 600'000});
}

}  // namespace

EditHistory EditHistory::drawn(std::uint64_t seed) {
    Dice dice(seed, 0x51);
    EditHistory history;
    history.hostile.seed = seed;
    history.hostile.settle_ms = 10'000;
    history.customers = 1 + dice.below(3);
    history.both = dice.below(history.customers + 1);
    static constexpr std::string_view policies[] = {"newest", "newest", "left", "right", "park"};
    static constexpr std::string_view deletions[] = {"keep", "delete", "park"};
    history.conflict = policies[dice.below(5)];
    history.deletion = deletions[dice.below(3)];
    if (dice.once_in(2)) history.skew_ms = dice.below(2 * static_cast<int>(skew_ms_max)) - skew_ms_max;
    draw_faults(dice, history.hostile);
    draw_deaths(dice, history.hostile);
    const bool dies = dice.once_in(6);
    // Edits of one moment, of the same second, of the same minute.
    static constexpr int spreads[] = {300, 3'000, 30'000};
    const int spread = spreads[dice.below(3)];
    for (int edits = 1 + dice.below(8); edits > 0; --edits) {
        Edit edit{.at_ms = begin_ms + 5'000 + dice.below(spread), .customer = dice.below(history.customers), .right = dice.once_in(2)};
        edit.field = dice.below(fields);
        if (edit.field != 0 && dice.once_in(6)) edit.what = Edit::What::clear;
        if (dies && dice.once_in(4)) edit.what = dice.once_in(2) ? Edit::What::remove : Edit::What::restore;
        edit.told = dice.once_in(8) ? 0 : dice.once_in(4) ? 2 : 1;
        if (dice.once_in(3)) edit.late_ms = dice.below(20'000);
        history.edits.push_back(edit);
    }
    for (int i = 0; i < history.customers; ++i)
        history.edits.push_back({.at_ms = begin_ms + dice.below(3'000),
                                 .customer = i,
                                 .right = dice.once_in(2),
                                 .what = Edit::What::create,
                                 .told = dice.once_in(8) ? 0 : 1});
    std::ranges::stable_sort(history.edits, {}, &Edit::at_ms);
    return history;
}

std::string Edit::to_string() const {
    return fmt::format("{}:{}:{}:{}:{}:told {}:late {}", at_ms, right ? "zoho" : "salesforce", customer,
                       whats[static_cast<std::size_t>(what)], field, told, late_ms);
}

std::string EditHistory::to_string() const {
    std::string text = fmt::format("{} customers={} both={} conflict={} delete={} skew={}", hostile.to_string(), customers, both, conflict,
                                   deletion, skew_ms);
    for (const auto& edit : edits) text += "\n    " + edit.to_string();
    return text;
}

std::vector<EditHistory> EditHistory::smaller() const {
    std::vector<EditHistory> all;
    const auto without = [&](auto&& change) {
        EditHistory less = *this;
        change(less);
        all.push_back(std::move(less));
    };
    for (std::size_t i = 0; i < edits.size(); ++i)
        without([&](EditHistory& less) { less.edits.erase(less.edits.begin() + static_cast<std::ptrdiff_t>(i)); });
    for (std::size_t i = 0; i < fault_kinds; ++i)
        if (hostile.faults[i] > 0) without([&](EditHistory& less) { less.hostile.faults[i] = 0; });
    for (std::size_t i = 0; i < hostile.crashes.size(); ++i)
        without([&](EditHistory& less) { less.hostile.crashes.erase(less.hostile.crashes.begin() + static_cast<std::ptrdiff_t>(i)); });
    if (!hostile.outages.empty()) without([](EditHistory& less) { less.hostile.outages.clear(); });
    if (!hostile.disk_faults.empty()) without([](EditHistory& less) { less.hostile.disk_faults.clear(); });
    if (!hostile.clock_jumps.empty()) without([](EditHistory& less) { less.hostile.clock_jumps.clear(); });
    if (skew_ms != 0) without([](EditHistory& less) { less.skew_ms = 0; });
    for (std::size_t i = 0; i < edits.size(); ++i) {
        if (edits[i].late_ms > 0) without([&](EditHistory& less) { less.edits[i].late_ms = 0; });
        if (edits[i].told != 1) without([&](EditHistory& less) { less.edits[i].told = 1; });
    }
    return all;
}

}  // namespace lockstep::sim
