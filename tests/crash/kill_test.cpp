// Lockstep is killed again and again under load, while the vendors fail and lose answers.
#include <gtest/gtest-spi.h>

#include "crash/loads.h"

namespace lockstep::testing {
namespace {

constexpr int kills_of_every_day = 100;
constexpr std::size_t deals_per_life = 3;
constexpr int life_ms_min = 10, life_ms_max = 350;
/// Every so many lives one is long enough to settle what the others left in doubt.
constexpr int long_life_every = 6, long_life_ms = 900;
/// This part of the kills comes before the process can be ready: while it opens its store and takes up its runs.
constexpr double part_killed_at_start = 0.25;
constexpr int start_ms_max = 40;
constexpr int products = 250, stock_every = 10;

/// A number from the environment.
std::uint32_t number_given(const char* name, std::uint32_t otherwise) {
    const char* given = std::getenv(name);
    return given == nullptr ? otherwise : static_cast<std::uint32_t>(std::strtoul(given, nullptr, 10));
}

Map fault(std::string_view kind, std::string_view probability) {
    return {{"connector", "*"}, {"method", "*"}, {"route", "*"}, {"kind", kind}, {"probability", decimal(probability)}};
}

/// Of all calls to all vendors 2 % fail, 2 % are applied and lose their answer (on reused connections too), and 1 % are
/// applied only after their connection is gone. Most of them take their time, so that a kill finds calls under way.
List bad_weather() {
    Map failed = fault("status", "0.02"), late = fault("late_apply", "0.01"), slow = fault("delay", "0.8");
    failed.set("status", 500);
    late.set("delay_ms", 120);
    slow.set("delay_ms", 35);
    return {failed, fault("drop_after", "0.02"), late, slow};
}

/// Waits for the end of everything, replaying what failures in a row have parked. Returns how many were replayed.
int finish(const Landscape& landscape) {
    int replayed = 0;
    for (int round = 0; round < 8; ++round) {
        require(landscape.wait_until_quiet(120'000), "not over: " + json::write(landscape.counts()));
        const List parked = landscape.runs("status=parked");
        if (parked.empty()) return replayed;
        for (const Value& run : parked) {
            const auto answer = landscape.post("/api/v1/runs/" + run["id"].text() + "/replay", Map{});
            // A later success of the same record may have closed it meanwhile.
            require(answer.status == 202 || landscape.run(run["id"].text())["status"].text() != "parked",
                    "not replayed: " + json::write(run) + " " + answer.body);
            ++replayed;
        }
    }
    ADD_FAILURE() << "parked again and again: " << json::write(landscape.runs("status=parked")).substr(0, 2000);
    return replayed;
}

struct Counted {
    int interrupted = 0;  ///< calls that were under way when a process was killed, by what the journals say
    int not_over = 0;
};
Counted count(const Landscape& landscape, const std::vector<std::string>& runs) {
    Counted total;
    for (const auto& id : runs) {
        const Value run = landscape.run(id);
        const std::string status = run["status"].text();
        // `dropped`: parked, and closed by a later success of its record.
        const bool is_over = status == "succeeded" || status == "skipped" || status == "dropped";
        EXPECT_TRUE(is_over) << id << " is " << status << ": " << json::write(run).substr(0, 2000);
        total.not_over += !is_over;
        for (const Value& fact : run["journal"].as_list()) total.interrupted += fact.at_path("data.error.code").text() == "interrupted";
    }
    return total;
}

/// All that goes on in the landscape while Lockstep is killed.
struct Business {
    Business(const Landscape& landscape, std::uint32_t seed, const std::vector<std::string>& ids)
        : deals(landscape, seed, ids, deals_per_life), payments(landscape, seed + 1), stock(landscape, seed + 2, products, stock_every) {}
    std::array<Worker*, 3> all() { return {&deals, &payments, &stock}; }
    void allow(int lives) {
        for (Worker* its : all()) its->allow(lives);
    }
    bool is_done_with(int lives) {
        for (const Worker* its : all())
            if (!its->is_done_with(lives) && its->error().empty()) return false;
        return true;
    }

    DealLoad deals;
    PaymentLoad payments;
    StockLoad stock;
};

/// One life: begun, and ended by SIGKILL. Returns whether it was ready before.
bool live_and_die(Landscape& landscape, std::mt19937& random, int number) {
    const bool at_start = std::uniform_real_distribution<double>(0, 1)(random) < part_killed_at_start;
    const int ms = std::uniform_int_distribution(life_ms_min, life_ms_max)(random);
    const int start_ms = std::uniform_int_distribution(0, start_ms_max)(random);
    at_start ? landscape.launch_serve() : landscape.start_serve();
    std::this_thread::sleep_for(std::chrono::milliseconds(at_start ? start_ms : number % long_life_every == 0 ? long_life_ms : ms));
    landscape.kill_serve();
    return !at_start;
}

}  // namespace

/// The canary: were an order doubled or an invoice lost, the comparison would say so.
TEST(Kill, TheComparisonFindsADoubledOrderAndALostInvoice) {
    Landscape landscape;
    const auto deals = load_company(landscape, {.accounts = 1, .deals = 1});
    landscape.start_serve();
    (void)landscape.wait_for(landscape.close_deal(deals[0]));
    expect_done_once(landscape, deals);
    landscape.load(
        "sap/A_SalesOrder",
        {Map{{"SalesOrder", "4711"}, {"PurchaseOrderByCustomer", deals[0]}, {"SoldToParty", "1000000"}, {"TransactionCurrency", "EUR"}}});
    ::testing::TestPartResultArray failures;
    {
        const ::testing::ScopedFakeTestPartResultReporter reporter(::testing::ScopedFakeTestPartResultReporter::INTERCEPT_ALL_THREADS,
                                                                   &failures);
        expect_done_once(landscape, deals);
        expect_deal_done_once(read_effects(landscape), deal_id(2));
    }
    std::string all;
    for (int i = 0; i < failures.size(); ++i) all += failures.GetTestPartResult(i).summary();
    EXPECT_NE(all.find("order for " + deals[0]), std::string::npos) << all;
    EXPECT_NE(all.find("invoice for SF-" + deal_id(2)), std::string::npos) << all;
}

/// The canary of the payments: one that nobody told of is missed.
TEST(Kill, TheComparisonFindsAPaymentThatIsNotShown) {
    Landscape landscape;
    const auto deals = load_company(landscape, {.accounts = 1, .deals = 1});
    landscape.start_serve();
    (void)landscape.wait_for(landscape.close_deal(deals[0]));
    const Value invoice = only(by_key(landscape.state("zoho_books/invoices"), "reference_number"), "SF-" + deals[0], "invoice");
    expect_payments_shown(landscape, deals);
    (void)Accountant(landscape).pay(invoice["invoice_id"].text(), decimal("0.01"), "2026-02-20", "cash");
    EXPECT_NONFATAL_FAILURE(expect_payments_shown(landscape, deals), "paid for " + deals[0]);
}

/// LOCKSTEP_KILLS in the environment: more or fewer kills. LOCKSTEP_SEED: the same kills and faults again.
TEST(Kill, NothingAcknowledgedIsLostOrDoneTwice) {
    const std::uint32_t seed = number_given("LOCKSTEP_SEED", std::random_device{}());
    const int kills = static_cast<int>(number_given("LOCKSTEP_KILLS", kills_of_every_day));
    std::printf("[   SEED   ] LOCKSTEP_SEED=%u\n", seed);
    std::mt19937 random(seed);
    Landscape landscape({.settle_ms = 500});
    const int count_of_deals = kills * static_cast<int>(deals_per_life);
    const auto deals = load_company(landscape, {.accounts = std::max(10, count_of_deals / 5), .deals = count_of_deals});
    Business business(landscape, seed, deals);
    landscape.set_faults(seed, bad_weather());

    for (Worker* its : business.all()) its->start();
    const std::int64_t began_ms = steady_ms();
    int were_ready = 0;
    for (int life = 1; life <= kills; ++life) {
        business.allow(life);
        were_ready += live_and_die(landscape, random, life);
    }
    const std::int64_t killed_ms = steady_ms() - began_ms;
    landscape.start_serve();
    ASSERT_TRUE(wait_until(120'000, [&] { return business.is_done_with(kills); })) << "the load is not over";
    ASSERT_TRUE(wait_until(60'000, [&] { return business.payments.has_sent_all(); })) << "webhooks are left";
    business.payments.tell_untaken();
    for (Worker* its : business.all()) {
        its->stop();
        ASSERT_EQ(its->error(), "");
    }
    const int replayed = finish(landscape);

    Counted counted;
    std::size_t acknowledged = 0;
    int refused = 0;
    for (const Worker* its : business.all()) {
        const Counted here = count(landscape, its->runs());
        counted.interrupted += here.interrupted;
        acknowledged += its->runs().size();
        refused += its->refused();
    }
    expect_done_once(landscape, deals);
    expect_payments_shown(landscape, deals);
    business.stock.expect_shown();
    EXPECT_GT(counted.interrupted, kills) << "the kills met too little work to prove anything";
    EXPECT_GT(business.payments.recorded(), kills / 10) << "too few payments to prove anything";
    EXPECT_EQ(landscape.stop_serve(), 0);
    std::printf("[  LIVES   ] %d kills, %d of them before it was ready; %zu events acknowledged, %d tellings refused\n", kills,
                kills - were_ready, acknowledged, refused);
    std::printf("[  EFFECTS ] %zu deals, %d payments recorded (webhook: %d taken, %d told by hand), %zu stock runs\n", deals.size(),
                business.payments.recorded(), business.payments.taken(), business.payments.told_by_hand(), business.stock.runs().size());
    std::printf("[  CALLS   ] %d calls interrupted, %d runs replayed; %.1f s of kills, %.1f s in all\n", counted.interrupted, replayed,
                static_cast<double>(killed_ms) / 1000, static_cast<double>(steady_ms() - began_ms) / 1000);
    if (HasFailure()) std::printf("%s\n", landscape.serve().errors().c_str());
}

}  // namespace lockstep::testing
