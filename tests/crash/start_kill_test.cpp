// Starts that are killed on their way: while the store is made, and while a database of the first version is migrated.
#include <sqlite3.h>

#include "company.h"

namespace lockstep::testing {
namespace {

constexpr const char* first_schema =
#include "store/sqlite/migrations/0001_initial.sql"
    ;
constexpr int ended_runs = 100'000, open_deals = 8, kills = 12;

class Database {
public:
    explicit Database(const std::string& path) { require(sqlite3_open(path.c_str(), &handle_) == SQLITE_OK, "cannot open " + path); }
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    ~Database() { sqlite3_close(handle_); }
    /// Returns the first value of the last row.
    std::string run(const std::string& sql) {
        std::string value;
        char* problem = nullptr;
        auto keep = [](void* its, int, char** columns, char**) {
            *static_cast<std::string*>(its) = columns[0] == nullptr ? "" : columns[0];
            return 0;
        };
        const int code = sqlite3_exec(handle_, sql.c_str(), keep, &value, &problem);
        const std::string said = problem == nullptr ? "" : problem;
        sqlite3_free(problem);
        require(code == SQLITE_OK, sql.substr(0, 200) + ": " + said);
        return value;
    }

private:
    sqlite3* handle_ = nullptr;
};

/// A database as the first version left it: many runs that have ended, and deals that were acknowledged and not begun.
void make_first_version(const std::string& path, const std::vector<std::string>& deals) {
    Database database(path);
    (void)database.run("PRAGMA journal_mode = WAL; BEGIN");
    (void)database.run(first_schema);
    const std::string numbers = fmt::format("WITH RECURSIVE c (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM c WHERE n < {}) ", ended_runs);
    (void)database.run(numbers +
                       "INSERT INTO events SELECT printf('01H0000000E%015d', n), 'deal-closed', printf('006X%011dAAA', n), '', 'webhook', "
                       "'{}', 1700000000000 + n FROM c");
    (void)database.run(
        numbers +
        "INSERT INTO runs SELECT printf('01H0000000R%015d', n), printf('01H0000000E%015d', n), 'deal-closed', "
        "printf('006X%011dAAA', n), 'skipped', 'because', '', '', 0, 1700000000000 + n, 1700000000000 + n, 1700000000000 + n, "
        "'' FROM c");
    (void)database.run(
        numbers +
        "INSERT INTO journal SELECT NULL, printf('01H0000000R%015d', n), 1, 1700000000000 + n, 'started', '', -1, 0, '', '' FROM c");
    for (std::size_t i = 0; i < deals.size(); ++i) {
        const std::string event = fmt::format("01J0000000E{:015}", i), run = fmt::format("01J0000000R{:015}", i);
        (void)database.run(
            fmt::format("INSERT INTO events VALUES ('{}', 'deal-closed', '{}', '', 'webhook', '{{\"opportunityId\":\"{}\"}}', "
                        "1760000000000)",
                        event, deals[i], deals[i]));
        (void)database.run(
            fmt::format("INSERT INTO runs VALUES ('{}', '{}', 'deal-closed', '{}', 'waiting', '', '', '', 0, 1760000000000, "
                        "1760000000000, 0, '')",
                        run, event, deals[i]));
    }
    (void)database.run("PRAGMA application_id = 0x4c737470; PRAGMA user_version = 1; COMMIT");
}

void remove_store(const Landscape& landscape) {
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(landscape.store_path() + suffix);
}
void put_store(const Landscape& landscape, const std::string& from) {
    remove_store(landscape);
    std::filesystem::copy_file(from, landscape.store_path());
}

/// Starts, and kills it after so long.
void start_and_kill(Landscape& landscape, std::int64_t microseconds) {
    landscape.launch_serve();
    std::this_thread::sleep_for(std::chrono::microseconds(microseconds));
    landscape.kill_serve();
}

}  // namespace

TEST(KilledStart, AStoreThatWasBeingMadeIsMadeByTheNext) {
    Landscape landscape;
    const auto deals = load_company(landscape, {.accounts = 1, .deals = 1});
    const std::int64_t before = steady_ms();
    landscape.start_serve();
    const std::int64_t start_us = std::max<std::int64_t>(5, steady_ms() - before) * 1000;
    landscape.kill_serve();
    remove_store(landscape);
    for (int i = 0; i < 2 * kills; ++i) {
        if (i % 3 == 0) remove_store(landscape);
        start_and_kill(landscape, start_us * i / (2 * kills));
    }
    landscape.start_serve();
    EXPECT_EQ(landscape.wait_for(landscape.close_deal(deals[0]))["status"].text(), "succeeded");
    expect_done_once(landscape, deals);
}

TEST(KilledStart, ADatabaseOfTheFirstVersionLosesNothingInAMigrationThatIsKilled) {
    Landscape landscape;
    const auto deals = load_company(landscape, {.accounts = 2, .deals = open_deals});
    const std::string old = landscape.folder().file("old.db");
    make_first_version(old, deals);
    // Nothing is made before the last start: putting an older database back while vendors still work is another matter.
    Map away{{"connector", "*"}, {"method", "*"}, {"route", "*"}, {"kind", "status"}, {"status", 503}};
    landscape.set_faults(1, {away});
    put_store(landscape, old);
    const std::int64_t before = steady_ms();
    landscape.start_serve();
    const std::int64_t start_us = (steady_ms() - before) * 1000;
    landscape.kill_serve();
    const std::string newest = Database(landscape.store_path()).run("PRAGMA user_version");
    EXPECT_NE(newest, "1");

    int as_it_was = 0, migrated = 0;
    for (int i = 1; i <= kills; ++i) {
        put_store(landscape, old);
        start_and_kill(landscape, start_us * i / kills);
        {
            Database database(landscape.store_path());
            const std::string version = database.run("PRAGMA user_version");
            as_it_was += version == "1";
            migrated += version == newest;
            EXPECT_EQ(database.run("PRAGMA quick_check"), "ok") << "killed after " << start_us * i / kills << " µs";
            EXPECT_EQ(database.run("SELECT count(*) FROM runs"), std::to_string(ended_runs + open_deals));
        }
        if (i % 4 != 0) continue;
        landscape.start_serve();
        const Value counts = landscape.counts();
        EXPECT_EQ(counts["skipped"], Value(ended_runs));
        EXPECT_EQ(counts["waiting"].as_int() + counts["running"].as_int(), open_deals) << json::write(counts);
        landscape.kill_serve();
        EXPECT_EQ(Database(landscape.store_path()).run("PRAGMA user_version"), newest);
    }
    EXPECT_GT(as_it_was, 0) << "no kill came before the migration";

    put_store(landscape, old);
    start_and_kill(landscape, start_us / 2);
    (void)landscape.control("DELETE", "/faults");
    landscape.start_serve();
    EXPECT_TRUE(landscape.wait_until_quiet(60'000)) << json::write(landscape.counts());
    expect_done_once(landscape, deals);
    std::printf("[  STARTS  ] migration of %d runs: ready after %lld ms; of %d kills %d left the first version, %d the newest\n",
                ended_runs, static_cast<long long>(start_us / 1000), kills, as_it_was, migrated);
}

}  // namespace lockstep::testing
