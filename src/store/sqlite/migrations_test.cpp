#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "store/sqlite/database.h"
#include "store/sqlite/migrations.h"
#include "store/store.h"

/// Databases of earlier versions, made by the very text that made them.
namespace lockstep::store {
namespace {

using sqlite::Access;
using sqlite::Database;

constexpr const char* version_1 =
#include "store/sqlite/migrations/0001_initial.sql"
    ;

class Migrations : public testing::Test {
protected:
    Migrations() {
        std::string pattern = (std::filesystem::temp_directory_path() / "lockstep-migrations-XXXXXX").string();
        directory_ = ::mkdtemp(pattern.data());
        path_ = directory_ + "/lockstep.db";
    }
    ~Migrations() override { std::filesystem::remove_all(directory_); }

    /// A database of version 1: run `r0` parked, the `runs` behind it succeeded.
    void make_version_1(int runs) {
        auto database = *Database::open(path_, Access::read_write);
        const std::string numbers = "WITH n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < " + std::to_string(runs) + ") ";
        const std::string rows =
            "INSERT INTO events " + numbers + "SELECT 'e' || i, 'deal-closed', 'k' || i, 'd' || i, 'webhook', '{\"n\":1}', 5 FROM n;" +
            "INSERT INTO runs " + numbers +
            "SELECT 'r' || i, 'e' || i, 'deal-closed', 'k' || i, iif(i = 0, 'parked', 'succeeded'), 'why', 'not_found', 'invoice', 2, 10,"
            " 20, 30, '{}' FROM n;"
            "INSERT INTO journal SELECT NULL, id, 1, 15, 'intended', 'order', -1, 1, '{}', 'POST /' FROM runs;"
            "INSERT INTO links VALUES ('sap', 'A_SalesOrder', '001', '\"17\"', 'r1', 7);"
            "INSERT INTO tokens VALUES ('sap', 'sealed', 1);"
            "INSERT INTO cursors VALUES ('accounts', 'x', 1);"
            "INSERT INTO audit VALUES (NULL, 1, 'cli', 'replay', 'r0', '{}');";
        for (const auto& sql : {std::string("PRAGMA journal_mode = WAL"), std::string("BEGIN"), std::string(version_1), rows,
                                std::string("PRAGMA application_id = 1282634864; PRAGMA user_version = 1"), std::string("COMMIT")})
            ASSERT_TRUE(database->script(sql.c_str())) << sql;
    }
    std::int64_t number(std::string_view sql) {
        auto database = *Database::open(path_, Access::read_only);
        return database->number(sql).value_or(-1);
    }
    std::int64_t version() { return number("PRAGMA user_version"); }
    bool has_new_column() { return number("SELECT count(*) FROM pragma_table_info('runs') WHERE name = 'journal_kept'") == 1; }
    void expect_data(Store& store, int runs) {
        const auto parked = store.load_run("r0");
        ASSERT_TRUE(parked && *parked);
        EXPECT_EQ((*parked)->run.status, RunStatus::parked);
        EXPECT_EQ((*parked)->run.reason, "why");
        EXPECT_EQ((*parked)->run.retries, 2);
        EXPECT_EQ((*parked)->run.ended_at_ms, 30);
        EXPECT_EQ((*parked)->event.body_json, "{\"n\":1}");
        ASSERT_EQ((*parked)->journal.size(), 1u);
        EXPECT_EQ((*parked)->journal[0].trace_json, "POST /");
        EXPECT_EQ(store.status_counts()->succeeded, runs);
        EXPECT_EQ((*store.event_by_dedupe_id("deal-closed", "d1"))->id, "e1");
        EXPECT_EQ((*store.find_link("sap", "A_SalesOrder", "001"))->value_json, "\"17\"");
        EXPECT_EQ((*store.token("sap"))->sealed, "sealed");
        EXPECT_EQ((*store.cursor("accounts"))->value, "x");
        EXPECT_EQ(store.audit("r0", 10)->size(), 1u);
    }

    std::string directory_;
    std::string path_;
};

TEST_F(Migrations, ADatabaseOfVersion1IsRenewedWithAllThatIsInIt) {
    make_version_1(20);
    const auto reading = open_sqlite({.path = path_, .read_only = true});
    ASSERT_FALSE(reading) << "whoever only reads does not renew it";
    EXPECT_EQ(reading.error().code, ErrorCode::store_failed);
    {
        auto store = open_sqlite({.path = path_});
        ASSERT_TRUE(store) << store.error().to_text();
        expect_data(**store, 20);
        EXPECT_EQ(*(*store)->trim({.ended_before_ms = 31, .journal_before_ms = 31, .runs_max = 5}), 5) << "old runs can be trimmed too";
        EXPECT_EQ(*(*store)->trim({.journal_before_ms = 31}), 15);
        EXPECT_EQ(*(*store)->trim({.ended_before_ms = 31}), 15);
        EXPECT_TRUE((*store)->load_run("r0")->has_value());
    }
    EXPECT_EQ(version(), sqlite::newest_version());
    EXPECT_EQ(number("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), 0);
}

TEST_F(Migrations, ARenewedDatabaseHasTheSchemaOfANewOne) {
    make_version_1(1);
    open_sqlite({.path = path_})->reset();
    const std::string fresh = directory_ + "/new.db";
    open_sqlite({.path = fresh})->reset();
    constexpr auto schema =
        "SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name)";
    const auto renewed = *Database::open(path_, Access::read_only), made = *Database::open(fresh, Access::read_only);
    EXPECT_EQ(*renewed->text(schema), *made->text(schema));
    EXPECT_FALSE(made->text(schema)->empty());
}

TEST_F(Migrations, AMigrationThatFailsHalfWayHasChangedNothing) {
    make_version_1(20);
    // The column is added before the index of this name is found to be taken.
    ASSERT_TRUE((*Database::open(path_, Access::read_write))->script("CREATE INDEX runs_closed ON runs (reason)"));
    const auto refused = open_sqlite({.path = path_});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::store_failed);
    EXPECT_EQ(version(), 1);
    EXPECT_FALSE(has_new_column());

    ASSERT_TRUE((*Database::open(path_, Access::read_write))->script("DROP INDEX runs_closed"));
    auto store = open_sqlite({.path = path_});
    ASSERT_TRUE(store) << store.error().to_text();
    expect_data(**store, 20);
}

/// The signal that ended a process which opened the database and was allowed files of `bytes_max` only; 0 if it lived.
int open_and_die(const std::string& path, rlim_t bytes_max) {
    const pid_t child = ::fork();
    if (child == 0) {
        const rlimit limit{bytes_max, bytes_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        ::signal(SIGXFSZ, SIG_DFL);
        (void)open_sqlite({.path = path});
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

TEST_F(Migrations, AProcessKilledInTheMiddleLeavesTheOldVersionAndTheNextStartGoesOn) {
    constexpr int runs = 20'000;
    make_version_1(runs);
    for (const rlim_t bytes_max : {50'000, 100'000, 200'000}) {
        EXPECT_EQ(open_and_die(path_, bytes_max), SIGXFSZ) << "it died while it wrote the log of the migration";
        EXPECT_EQ(version(), 1);
        EXPECT_FALSE(has_new_column());
    }
    auto store = open_sqlite({.path = path_});
    ASSERT_TRUE(store) << store.error().to_text();
    expect_data(**store, runs);
    store->reset();
    EXPECT_EQ(version(), sqlite::newest_version());
}

}  // namespace
}  // namespace lockstep::store
