// Lockstep is killed again and again under load, while the vendors fail and lose answers.
#include <gtest/gtest-spi.h>

#include <atomic>

#include "company.h"

namespace lockstep::testing {
namespace {

constexpr int kills = 30;
constexpr int deals_per_life = 6;
constexpr int life_ms_min = 40, life_ms_max = 800;
constexpr int accounts = 40;

/// The same kills and faults again: LOCKSTEP_SEED=… in the environment.
std::uint32_t seed_of_today() {
    const char* given = std::getenv("LOCKSTEP_SEED");
    return given == nullptr ? std::random_device{}() : static_cast<std::uint32_t>(std::strtoul(given, nullptr, 10));
}

Map fault(std::string_view kind, std::string_view probability) {
    return {{"connector", "*"}, {"method", "*"}, {"route", "*"}, {"kind", kind}, {"probability", decimal(probability)}};
}

/// Of all calls to all vendors 2 % fail, 2 % are applied and lose their answer (on reused connections too), and 1 % are
/// applied only after their connection is gone. Half of them take their time, so that a kill finds calls under way.
List bad_weather() {
    Map failed = fault("status", "0.02"), late = fault("late_apply", "0.01"), slow = fault("delay", "0.8");
    failed.set("status", 500);
    late.set("delay_ms", 300);
    slow.set("delay_ms", 60);
    return {failed, fault("drop_after", "0.02"), late, slow};
}

/// Tells of won deals, each until it is acknowledged; now and then once more.
class Load {
public:
    Load(const Landscape& landscape, std::vector<std::string> deals, std::uint32_t seed)
        : landscape_(landscape), deals_(std::move(deals)), random_(seed), thread_([this] { run(); }) {}
    ~Load() {
        stopped_ = true;
        thread_.join();
    }
    /// Lets it go on to so many deals.
    void allow(int deals) { allowed_ = deals; }
    bool is_done() const { return done_; }
    /// The runs that were acknowledged. To be read when all is done.
    const std::vector<std::string>& runs() const { return runs_; }
    int refused() const { return refused_; }

private:
    void run() {
        for (std::size_t i = 0; i < deals_.size() && !stopped_; ++i) {
            while (static_cast<int>(i) >= allowed_ && !stopped_) std::this_thread::sleep_for(std::chrono::milliseconds(2));
            tell(deals_[i]);
            if (random_() % 5 == 0) tell(deals_[random_() % (i + 1)]);
        }
        done_ = true;
    }
    void tell(const std::string& deal) {
        while (!stopped_) {
            const auto answer = landscape_.try_close_deal(deal);
            if (answer && answer->status == 202) return runs_.push_back(Landscape::json_of(*answer)["run"].text());
            ++refused_;
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    }

    const Landscape& landscape_;
    std::vector<std::string> deals_;
    std::mt19937 random_;
    std::vector<std::string> runs_;
    std::atomic<int> allowed_ = 0, refused_ = 0;
    std::atomic<bool> stopped_ = false, done_ = false;
    std::thread thread_;
};

/// Waits for the end of everything, replaying what four failures in a row have parked. Returns how many were replayed.
int finish(const Landscape& landscape) {
    int replayed = 0;
    for (int round = 0; round < 5; ++round) {
        require(landscape.wait_until_quiet(120'000), "not over: " + json::write(landscape.counts()));
        const List parked = landscape.runs("status=parked");
        if (parked.empty()) return replayed;
        for (const Value& run : parked) {
            require(run["reason"].text().find(" retries)") != std::string::npos, "parked, but not for the faults: " + json::write(run));
            require(landscape.post("/api/v1/runs/" + run["id"].text() + "/replay", Map{}).status == 202,
                    "not replayed: " + json::write(run));
            ++replayed;
        }
    }
    return replayed;
}

/// How many calls were under way when a process was killed, by what the journals say.
int interrupted_calls(const Landscape& landscape, const std::vector<std::string>& runs) {
    int total = 0;
    for (const auto& id : runs) {
        const Value journal = landscape.run(id)["journal"];
        for (const Value& fact : journal.as_list()) total += fact.at_path("data.error.code").text() == "interrupted";
    }
    return total;
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

TEST(Kill, NothingAcknowledgedIsLostOrDoneTwice) {
    const std::uint32_t seed = seed_of_today();
    std::printf("[   SEED   ] LOCKSTEP_SEED=%u\n", seed);
    std::mt19937 random(seed);
    Landscape landscape;
    const auto deals = load_company(landscape, {.accounts = accounts, .deals = kills * deals_per_life});
    landscape.set_faults(seed, bad_weather());
    landscape.start_serve();

    Load load(landscape, deals, seed);
    for (int life = 1; life <= kills; ++life) {
        load.allow(life * deals_per_life);
        std::this_thread::sleep_for(std::chrono::milliseconds(std::uniform_int_distribution(life_ms_min, life_ms_max)(random)));
        landscape.kill_serve();
        landscape.start_serve();
    }
    ASSERT_TRUE(wait_until(60'000, [&] { return load.is_done(); })) << "the load is not over";
    const int replayed = finish(landscape);

    for (const auto& id : load.runs()) {
        const std::string status = landscape.run(id)["status"].text();
        EXPECT_TRUE(status == "succeeded" || status == "skipped") << id << " is " << status;
    }
    expect_done_once(landscape, deals);
    const int interrupted = interrupted_calls(landscape, load.runs());
    EXPECT_GT(interrupted, kills) << "the kills met too little work to prove anything";
    EXPECT_EQ(landscape.stop_serve(), 0);
    std::printf("[  LIVES   ] %d kills, %zu events acknowledged, %d tellings refused, %d calls interrupted, %d runs replayed\n", kills,
                load.runs().size(), load.refused(), interrupted, replayed);
    if (HasFailure()) std::printf("%s\n", landscape.serve().errors().c_str());
}

}  // namespace lockstep::testing
