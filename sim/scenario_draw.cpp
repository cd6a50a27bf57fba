#include <algorithm>
#include <array>

#include "sim/dice.h"
#include "sim/scenario.h"

namespace lockstep::sim {
namespace {

/// The hours around which local time is odd: Europe/Berlin's summer begins and ends, the year ends there and in UTC, a
/// leap day would be; and an ordinary morning.
constexpr std::array<std::string_view, 8> odd_starts = {
    "2026-03-29T00:58:30Z", "2026-10-25T00:58:30Z", "2026-10-25T01:59:00Z", "2026-12-31T22:59:00Z",
    "2026-12-31T23:59:00Z", "2026-02-28T22:59:30Z", "2026-07-01T21:59:30Z", "2026-11-30T23:59:30Z",
};
constexpr std::array<std::string_view, 4> connectors = {"salesforce", "sap", "zoho_books", "slack"};
constexpr std::array<std::int64_t, 5> jumps = {1'500, 45'000, 600'000, 3'600'000, 86'400'000};

/// About so often do tasks take turns, and the store commits, until a deal is done.
constexpr int switches_a_deal = 90, commits_a_deal = 25;
constexpr int daily_limits_every = 60;
/// Of so many scenarios one has up to nine deals; of the others one in so many may have two of an account.
constexpr int large_every = 20, pairs_every = 2;
constexpr int faults_most = 450;  // of a thousand calls, all kinds together

int most_of(FaultKind kind) {
    switch (kind) {
        case FaultKind::answer_lost:
        case FaultKind::late:
        case FaultKind::server_error_after:
        case FaultKind::half_failed:
            return 200;
        case FaultKind::slow:
        case FaultKind::stuck:
            return 80;
        default:
            return 60;
    }
}

/// What vendors allow less of than they usually do. A day's calls are few enough to be used up, and end a day later.
void draw_limits(Scenario& scenario, Dice& dice) {
    if (dice.once_in(12)) scenario.zoho_calls_per_minute = 20 + dice.below(80);
    scenario.own_minute = scenario.zoho_calls_per_minute > 0 && dice.once_in(2);
    if (dice.once_in(16)) scenario.zoho_at_once = 1 + dice.below(4);
    if (!dice.once_in(daily_limits_every)) return;
    (dice.once_in(2) ? scenario.zoho_calls_per_day : scenario.salesforce_calls_per_day) = 15 + dice.below(45);
}

void draw_faults(Scenario& scenario, Dice& dice) {
    int all = 0;
    for (std::size_t i = 0; i < fault_kinds; ++i) {
        if (!dice.once_in(3)) continue;
        int drawn = std::min(10 + dice.below(most_of(static_cast<FaultKind>(i))), faults_most - all);
        scenario.faults[i] = drawn;
        all += drawn;
    }
    scenario.faults_ms = 20'000 + dice.below(100'000);
    if (dice.once_in(5))
        scenario.outages.push_back({.connector = std::string(connectors[static_cast<std::size_t>(dice.below(4))]),
                                    .from_ms = dice.below(20'000),
                                    .for_ms = 5'000 + dice.below(300'000),
                                    .how = static_cast<Outage::How>(dice.below(4))});
    if (dice.once_in(6)) scenario.disk_faults.push_back({dice.below(15'000), 200 + dice.below(20'000), dice.once_in(2)});
    draw_limits(scenario, dice);
}

void draw_crashes(Scenario& scenario, Dice& dice, int most) {
    for (int i = dice.below(most + 1); i > 0; --i) {
        auto where = static_cast<Crash::Where>(dice.below(3));
        int points = where == Crash::Where::at_switch ? switches_a_deal : commits_a_deal;
        scenario.crashes.push_back({where, 1 + static_cast<std::uint64_t>(dice.below(points * scenario.plan.deals))});
    }
}

void draw_moment(Scenario& scenario, Dice& dice) {
    if (dice.once_in(3)) scenario.start = odd_starts[static_cast<std::size_t>(dice.below(static_cast<int>(odd_starts.size())))];
    if (!dice.once_in(4)) return;
    for (int i = 1 + dice.below(2); i > 0; --i) {
        std::int64_t by = jumps[static_cast<std::size_t>(dice.below(static_cast<int>(jumps.size())))];
        scenario.clock_jumps.push_back({dice.below(60'000), dice.once_in(2) ? by : -by});
    }
}

}  // namespace

Scenario Scenario::drawn(std::uint64_t seed) {
    Dice dice(seed, 0x5ce7a210);
    Scenario scenario{.seed = seed};
    bool large = dice.once_in(large_every);
    Wishes wishes{.accounts_max = large ? 3 : 1, .deals_an_account_max = large ? 3 : dice.once_in(pairs_every) ? 2 : 1};
    wishes.spread_ms = dice.once_in(3) ? 0 : dice.below(20'000);
    wishes.edits = dice.once_in(4);
    wishes.hands = dice.once_in(4);
    wishes.odd = dice.once_in(6);
    wishes.payments_max = dice.once_in(4) ? (large ? 8 : 3) : 0;
    wishes.stock_moves_max = dice.once_in(8) ? 3 : 0;
    wishes.losses = dice.once_in(6);
    scenario.vendors_tell = dice.once_in(4);
    scenario.plan = draw_plan(seed, wishes);
    scenario.duplicate_triggers = dice.once_in(3) ? 1 + dice.below(2) : 0;
    if (dice.once_in(3)) scenario.late_ms = dice.below(8'000);
    if (!dice.once_in(8)) draw_faults(scenario, dice);
    draw_crashes(scenario, dice, large ? 3 : 1);
    draw_moment(scenario, dice);
    return scenario;
}

Scenario Scenario::quiet(std::uint64_t seed, int accounts, int deals) {
    Scenario scenario{.seed = seed};
    scenario.plan.accounts = accounts;
    scenario.plan.deals = deals;
    for (int i = 0; i < deals; ++i) scenario.plan.acts.push_back({.deed = Deed::close, .subject = i, .at_ms = 1});
    return scenario;
}

Scenario Scenario::year(std::uint64_t seed) {
    constexpr std::int64_t day_ms = 86'400'000, days = 365;
    Dice dice(seed, 0x7ea2);
    auto in_the_year = [&] { return static_cast<std::int64_t>(dice.next() % static_cast<std::uint64_t>(days * day_ms)); };
    Scenario scenario{.seed = seed, .start = "2026-01-01T06:00:00Z"};
    constexpr int deals = 2 * static_cast<int>(days), payments = 5 * static_cast<int>(days);
    scenario.plan.accounts = 150;
    scenario.plan.deals = deals;
    for (int i = 0; i < deals; ++i) scenario.plan.acts.push_back({Deed::close, i, days * day_ms * i / deals + dice.below(3'600'000)});
    constexpr Deed money[] = {Deed::pay,          Deed::pay,          Deed::pay,    Deed::pay,
                              Deed::edit_payment, Deed::move_payment, Deed::refund, Deed::delete_payment};
    for (int i = 0; i < payments; ++i) {
        std::int64_t at_ms = in_the_year();
        int until_then = static_cast<int>(at_ms / day_ms * 2);
        scenario.plan.acts.push_back(
            {money[dice.below(8)], std::max(0, until_then - 1 - dice.below(60)), at_ms, Occasion::at_its_time, dice.next()});
    }
    std::stable_sort(scenario.plan.acts.begin(), scenario.plan.acts.end(), [](const Act& a, const Act& b) { return a.at_ms < b.at_ms; });
    scenario.duplicate_triggers = static_cast<int>(days) / 5;
    scenario.faults_ms = days * day_ms;
    for (int& of_a_thousand : scenario.faults) of_a_thousand = 3;
    for (int week = 0; week < 52; ++week)
        scenario.outages.push_back({.connector = std::string(connectors[static_cast<std::size_t>(dice.below(4))]),
                                    .from_ms = in_the_year(),
                                    .for_ms = 60'000 + dice.below(3'600'000),
                                    .how = static_cast<Outage::How>(dice.below(4))});
    for (int week = 0; week < 52; ++week) {
        auto where = static_cast<Crash::Where>(dice.below(3));
        int points = (where == Crash::Where::at_switch ? switches_a_deal : commits_a_deal) * scenario.plan.deals;
        scenario.crashes.push_back({where, 1 + static_cast<std::uint64_t>(dice.below(points))});
    }
    for (int month = 0; month < 12; ++month) scenario.clock_jumps.push_back({in_the_year(), dice.below(4'000) - 2'000});
    for (int quarter = 0; quarter < 4; ++quarter) scenario.disk_faults.push_back({in_the_year(), 1'000 + dice.below(60'000), true});
    return scenario;
}

}  // namespace lockstep::sim
