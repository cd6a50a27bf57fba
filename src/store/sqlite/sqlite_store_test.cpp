#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <set>

#include "store/sqlite/database.h"
#include "store/sqlite/migrations.h"
#include "store/store.h"

/// What can happen to a database file: kills, other processes, full disks, damage.
namespace lockstep::store {
namespace {

using sqlite::Access;
using sqlite::Database;

class SqliteStore : public testing::Test {
protected:
    SqliteStore() {
        std::string pattern = (std::filesystem::temp_directory_path() / "lockstep-sqlite-XXXXXX").string();
        directory_ = ::mkdtemp(pattern.data());
        path_ = directory_ + "/lockstep.db";
    }
    ~SqliteStore() override { std::filesystem::remove_all(directory_); }

    std::unique_ptr<Store> opened() {
        auto store = open_sqlite({.path = path_});
        EXPECT_TRUE(store) << store.error().to_text();
        return store ? *std::move(store) : nullptr;
    }
    Error refusal(const SqliteOptions& options) {
        const auto store = open_sqlite(options);
        EXPECT_FALSE(store);
        return store ? Error{ErrorCode::not_found, "it was opened"} : store.error();
    }
    Error refusal() { return refusal({.path = path_}); }

    std::string directory_;
    std::string path_;
};

std::string id_of(int number) {
    std::string digits = std::to_string(number);
    return "r" + std::string(8 - digits.size(), '0') + digits;
}

/// A run with its event and three journal rows.
Batch run_number(int number, const std::string& body = "{}") {
    const std::string id = id_of(number);
    Batch batch;
    batch.events = {{.id = "e" + id, .flow = "deal-closed", .key = "k" + id, .dedupe_id = id, .body_json = body}};
    batch.runs = {{.id = id, .event_id = "e" + id, .flow = "deal-closed", .key = "k" + id}};
    for (int seq = 1; seq <= 3; ++seq) batch.journal.push_back({.run_id = id, .seq = seq, .kind = "intended"});
    return batch;
}

Batch runs_below(int count, const std::string& body) {
    Batch batch;
    for (int number = 0; number < count; ++number) batch.append(run_number(number, body));
    return batch;
}

bool is_whole(Store& store, int number) {
    const auto loaded = store.load_run(id_of(number));
    return loaded && *loaded && (*loaded)->journal.size() == 3;
}

/// Another process that runs `body` and ends with what it returns.
class Child {
public:
    explicit Child(const std::function<int(int to_parent)>& body) {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0) ::abort();
        id_ = ::fork();
        if (id_ == 0) {
            ::close(ends[0]);
            ::_exit(body(ends[1]));
        }
        ::close(ends[1]);
        from_child_ = ends[0];
    }
    ~Child() {
        if (id_ > 0) kill_now();
        ::close(from_child_);
    }
    /// The next number the child said; -1 at the end.
    int hear() const {
        int number = -1;
        return ::read(from_child_, &number, sizeof number) == sizeof number ? number : -1;
    }
    int exit_code() {
        int status = 0;
        ::waitpid(std::exchange(id_, -1), &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
    void kill_now() {
        ::kill(id_, SIGKILL);
        ::waitpid(std::exchange(id_, -1), nullptr, 0);
    }
    pid_t id() const { return id_; }

private:
    pid_t id_ = -1;
    int from_child_ = -1;
};

void say(int to_parent, int number) { (void)!::write(to_parent, &number, sizeof number); }

int wait_for_the_end(int to_parent, int number) {
    say(to_parent, number);
    for (;;) ::pause();
}

TEST_F(SqliteStore, WhatWasAcknowledgedSurvivesSigkillAndNothingIsHalfThere) {
    std::set<int> acknowledged;
    for (int round = 0; round < 5; ++round) {
        Child child([&](int to_parent) {
            auto store = open_sqlite({.path = path_});
            if (!store) return 1;
            for (int number = round * 100000; (*store)->commit(run_number(number)); ++number) say(to_parent, number);
            return 2;
        });
        for (int heard = 0; heard < 40 + 77 * round; ++heard) acknowledged.insert(child.hear());
        child.kill_now();
        for (int number = child.hear(); number >= 0; number = child.hear()) acknowledged.insert(number);

        const auto store = opened();
        ASSERT_TRUE(store);
        EXPECT_FALSE(acknowledged.contains(-1)) << "the child ended by itself";
        for (const int number : acknowledged) EXPECT_TRUE(is_whole(*store, number)) << number;
        const auto runs = store->open_runs("", 1 << 20);
        ASSERT_TRUE(runs);
        EXPECT_GE(runs->size(), acknowledged.size());
        for (const OpenRun& run : *runs) EXPECT_EQ((*store->load_run(run.id))->journal.size(), 3u) << run.id;
    }
}

TEST_F(SqliteStore, AnotherProcessThatHasItOpenIsNamed) {
    Child engine([&](int to_parent) {
        const auto store = open_sqlite({.path = path_});
        return wait_for_the_end(to_parent, store ? 1 : 0);
    });
    ASSERT_EQ(engine.hear(), 1);
    const Error error = refusal();
    EXPECT_EQ(error.code, ErrorCode::store_locked);
    EXPECT_NE(error.message.find(path_), std::string::npos) << error.message;
    EXPECT_NE(error.message.find("process " + std::to_string(engine.id())), std::string::npos) << error.message;
    engine.kill_now();
    EXPECT_TRUE(opened());
}

TEST_F(SqliteStore, OneProcessCannotOpenItTwiceEither) {
    const auto store = opened();
    EXPECT_EQ(refusal().code, ErrorCode::store_locked);
    std::filesystem::create_symlink(path_, directory_ + "/alias.db");
    EXPECT_EQ(refusal({.path = directory_ + "/alias.db"}).code, ErrorCode::store_locked);
}

TEST_F(SqliteStore, AnotherProgramThatWritesDelaysACommitAndLosesNothing) {
    auto store = *open_sqlite({.path = path_, .lock_wait_ms = 1});
    const auto theirs = *Database::open(path_, Access::read_write);
    ASSERT_TRUE(theirs->script("BEGIN IMMEDIATE"));
    const auto done = store->commit(run_number(1));
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::store_locked);
    EXPECT_TRUE(store->list_runs({})->empty());
    ASSERT_TRUE(theirs->script("ROLLBACK"));
    EXPECT_TRUE(store->commit(run_number(1)));
    EXPECT_TRUE(is_whole(*store, 1));
}

TEST_F(SqliteStore, IsFreeAgainOnceItIsClosed) {
    opened().reset();
    EXPECT_TRUE(opened());
}

TEST_F(SqliteStore, AReaderBesideTheEngineSeesWhatIsCommitted) {
    Child engine([&](int to_parent) {
        auto store = open_sqlite({.path = path_});
        return wait_for_the_end(to_parent, store && (*store)->commit(run_number(1)) ? 1 : 0);
    });
    ASSERT_EQ(engine.hear(), 1);
    const auto reader = open_sqlite({.path = path_, .read_only = true});
    ASSERT_TRUE(reader) << reader.error().to_text();
    EXPECT_TRUE(is_whole(**reader, 1));
    EXPECT_EQ((*reader)->list_runs({})->size(), 1u);
    engine.kill_now();
    EXPECT_TRUE(is_whole(**reader, 1));
}

TEST_F(SqliteStore, AReaderSeesTheCommitsThatComeLater) {
    const auto store = opened();
    const auto reader = open_sqlite({.path = path_, .read_only = true});
    ASSERT_TRUE(reader) << reader.error().to_text();
    EXPECT_FALSE(is_whole(**reader, 1));
    ASSERT_TRUE(store->commit(run_number(1)));
    EXPECT_TRUE(is_whole(**reader, 1));
}

TEST_F(SqliteStore, AReaderNeitherWritesNorCreates) {
    EXPECT_EQ(refusal({.path = path_, .read_only = true}).code, ErrorCode::store_failed);
    EXPECT_FALSE(std::filesystem::exists(path_));
    opened().reset();
    const auto reader = open_sqlite({.path = path_, .read_only = true});
    ASSERT_TRUE(reader) << reader.error().to_text();
    const auto done = (*reader)->commit(run_number(1));
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::store_read_only);
    EXPECT_TRUE((*reader)->ping());
}

/// Opens the store as a user who owns nothing; returns the error's code, -1 if it opened.
int open_as_nobody(const std::string& path, int) {
    if (::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) return 99;
    const auto store = open_sqlite({.path = path});
    return store ? 98 : static_cast<int>(store.error().code);
}

TEST_F(SqliteStore, AFileThatCannotBeWrittenIsSaidToBeSo) {
    opened().reset();
    ::chmod(directory_.c_str(), 0777);
    ::chmod(path_.c_str(), 0444);
    std::filesystem::remove(path_ + ".lock");
    Child child([&](int pipe) { return open_as_nobody(path_, pipe); });
    EXPECT_EQ(child.exit_code(), static_cast<int>(ErrorCode::store_read_only));
}

TEST_F(SqliteStore, ADirectoryThatCannotBeWrittenIsSaidToBeSo) {
    ::chmod(directory_.c_str(), 0555);
    Child child([&](int pipe) { return open_as_nobody(path_, pipe); });
    EXPECT_EQ(child.exit_code(), static_cast<int>(ErrorCode::store_read_only));
    ::chmod(directory_.c_str(), 0755);
}

TEST_F(SqliteStore, ADirectoryThatDoesNotExistIsNamed) {
    const Error error = refusal({.path = directory_ + "/no/lockstep.db"});
    EXPECT_EQ(error.code, ErrorCode::store_failed);
    EXPECT_NE(error.message.find(directory_ + "/no/lockstep.db"), std::string::npos) << error.message;
    EXPECT_NE(error.message.find("No such file or directory"), std::string::npos) << error.message;
}

TEST_F(SqliteStore, ADirectoryInPlaceOfTheFileIsRefused) {
    std::filesystem::create_directory(path_);
    EXPECT_EQ(refusal().code, ErrorCode::store_failed);
}

TEST_F(SqliteStore, OnlyTheOwnerCanReadTheFile) {
    const auto store = opened();
    ASSERT_TRUE(store->commit(run_number(1)));
    for (const char* suffix : {"", "-wal", "-shm", ".lock"}) {
        struct stat status{};
        ASSERT_EQ(::stat((path_ + suffix).c_str(), &status), 0) << suffix;
        EXPECT_EQ(status.st_mode & 0777, 0600u) << suffix;
    }
}

Batch large_run(int number) { return run_number(number, std::string(500, 'x')); }

/// Commits runs until one is refused. Returns its number, and the refusal.
int commit_until_refused(Store& store, Error& refusal) {
    for (int number = 0;; ++number) {
        const auto done = store.commit(large_run(number));
        if (done) continue;
        refusal = done.error();
        return number;
    }
}

/// Whether exactly the runs below `count` are there, each whole.
bool holds_exactly(Store& store, int count) {
    for (int number = 0; number < count; ++number) {
        if (!is_whole(store, number)) return false;
    }
    const auto runs = store.list_runs({.limit = 1 << 20});
    return runs && runs->size() == static_cast<std::size_t>(count);
}

/// Returns 0 if a full disk is reported as such, loses nothing and only delays. `make_room` ends the fullness.
int live_through_a_full_disk(const std::string& path, const std::function<void()>& make_room) {
    auto opened = open_sqlite({.path = path});
    if (!opened) return opened.error().code == ErrorCode::store_full ? 10 : 1;
    Store& store = **opened;
    Error refusal;
    const int refused = commit_until_refused(store, refusal);
    if (refusal.code != ErrorCode::store_full) return 2;
    if (!holds_exactly(store, refused)) return 3;
    const auto again = store.commit(large_run(refused));
    if (again || again.error().code != ErrorCode::store_full) return 4;
    make_room();
    if (!store.commit(large_run(refused))) return 5;
    if (!holds_exactly(store, refused + 1)) return 6;
    opened->reset();
    const auto reopened = open_sqlite({.path = path});
    return reopened && holds_exactly(**reopened, refused + 1) ? 0 : 7;
}

void limit_files_to(rlim_t bytes) {
    ::signal(SIGXFSZ, SIG_IGN);
    rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &limit);
}

TEST_F(SqliteStore, AFileThatMayNotGrowLosesNothingWhereverItStops) {
    int filled = 0;
    for (rlim_t bytes = 4096; bytes < 700000; bytes = bytes * 3 / 2 + 1000) {
        const std::string path = directory_ + "/" + std::to_string(bytes) + ".db";
        Child child([&](int) {
            limit_files_to(bytes);
            return live_through_a_full_disk(path, [] { limit_files_to(RLIM_INFINITY); });
        });
        const int code = child.exit_code();
        EXPECT_TRUE(code == 0 || code == 10) << code << " at " << bytes;
        filled += code == 0 ? 1 : 0;
        EXPECT_TRUE(open_sqlite({.path = path})) << bytes;
    }
    EXPECT_GE(filled, 4) << "the limit never stopped a commit";
}

/// Mounts a small file system that nobody else sees; false where that is not allowed.
bool mount_small_disk(const std::string& directory) {
    if (::unshare(CLONE_NEWNS) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
    if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
    return ::mount("tmpfs", directory.c_str(), "tmpfs", 0, "size=1m") == 0;
}

TEST_F(SqliteStore, AFullDiskLosesNothing) {
    constexpr int not_allowed = 77;
    Child child([&](int) {
        if (!mount_small_disk(directory_)) return not_allowed;
        const std::string ballast = directory_ + "/ballast";
        std::ofstream(ballast) << std::string(300000, 'x');
        return live_through_a_full_disk(path_, [&] { std::filesystem::remove(ballast); });
    });
    const int code = child.exit_code();
    if (code == not_allowed) GTEST_SKIP() << "no right to mount";
    EXPECT_EQ(code, 0);
}

TEST_F(SqliteStore, ADatabaseOfANewerVersionIsLeftAlone) {
    opened().reset();
    const int newer = sqlite::newest_version() + 1;
    const std::string stamp = "PRAGMA user_version = " + std::to_string(newer);
    ASSERT_TRUE((*Database::open(path_, Access::read_write))->script(stamp.c_str()));
    for (const bool read_only : {false, true}) {
        const Error error = refusal({.path = path_, .read_only = read_only});
        EXPECT_EQ(error.code, ErrorCode::store_from_future);
        EXPECT_NE(error.message.find(path_), std::string::npos) << error.message;
    }
    EXPECT_EQ(*(*Database::open(path_, Access::read_only))->number("PRAGMA user_version"), newer);
}

TEST_F(SqliteStore, AnOlderDatabaseIsNotReadBeforeItIsRenewed) {
    opened().reset();
    ASSERT_TRUE((*Database::open(path_, Access::read_write))->script("PRAGMA user_version = 0"));
    EXPECT_EQ(refusal({.path = path_, .read_only = true}).code, ErrorCode::store_failed);
}

TEST_F(SqliteStore, ADatabaseOfAnotherProgramIsLeftAlone) {
    ASSERT_TRUE((*Database::open(path_, Access::read_write))->script("CREATE TABLE theirs (a)"));
    const Error error = refusal();
    EXPECT_EQ(error.code, ErrorCode::store_failed);
    EXPECT_NE(error.message.find("another program"), std::string::npos) << error.message;
    EXPECT_EQ(*(*Database::open(path_, Access::read_only))->number("SELECT count(*) FROM sqlite_schema"), 1);
}

TEST_F(SqliteStore, AnEmptyFileBecomesADatabase) {
    std::ofstream(path_).flush();
    EXPECT_TRUE(opened());
}

TEST_F(SqliteStore, AFileThatIsNoDatabaseIsLeftAlone) {
    const std::string text = "id,name\n1,Müller\n";
    std::ofstream(path_) << text;
    const Error error = refusal();
    EXPECT_EQ(error.code, ErrorCode::store_corrupt);
    EXPECT_NE(error.message.find(path_), std::string::npos) << error.message;
    EXPECT_EQ(refusal({.path = path_, .read_only = true}).code, ErrorCode::store_corrupt);
    EXPECT_EQ(std::filesystem::file_size(path_), text.size());
}

void overwrite(const std::string& path, std::int64_t from, std::int64_t size) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(from);
    file << std::string(static_cast<std::size_t>(size), '\x5a');
}

TEST_F(SqliteStore, DamageAnywhereInASmallFileIsFoundWhenItIsOpened) {
    ASSERT_TRUE(opened()->commit(runs_below(200, "{}")));
    const std::string sound = directory_ + "/sound.db";
    std::filesystem::copy_file(path_, sound);
    const auto pages = static_cast<std::int64_t>(std::filesystem::file_size(sound)) / 4096;
    ASSERT_GT(pages, 10);
    for (std::int64_t page = 0; page < pages; ++page) {
        std::filesystem::copy_file(sound, path_, std::filesystem::copy_options::overwrite_existing);
        overwrite(path_, page * 4096, 300);
        EXPECT_EQ(refusal().code, ErrorCode::store_corrupt) << "page " << page;
    }
}

TEST_F(SqliteStore, AFileThatWasCutOffIsDamaged) {
    ASSERT_TRUE(opened()->commit(runs_below(200, "{}")));
    std::filesystem::resize_file(path_, std::filesystem::file_size(path_) / 2);
    EXPECT_EQ(refusal().code, ErrorCode::store_corrupt);
}

TEST_F(SqliteStore, DamageInALargeFileIsReportedAtTheLatestByTheRead) {
    constexpr int runs = 400;
    ASSERT_TRUE(opened()->commit(runs_below(runs, std::string(60000, 'x'))));
    const auto size = static_cast<std::int64_t>(std::filesystem::file_size(path_));
    ASSERT_GT(size, 16 << 20);
    overwrite(path_, 4096 * 20, size - 4096 * 21);
    const auto store = open_sqlite({.path = path_});
    if (!store) {
        EXPECT_EQ(store.error().code, ErrorCode::store_corrupt) << store.error().to_text();
        return;
    }
    int damaged = 0;
    for (int number = 0; number < runs; ++number) {
        const auto loaded = (*store)->load_run(id_of(number));
        if (loaded) continue;
        EXPECT_EQ(loaded.error().code, ErrorCode::store_corrupt) << loaded.error().to_text();
        ++damaged;
    }
    EXPECT_GT(damaged, 0);
}

TEST_F(SqliteStore, TheFileSaysWhatItIs) {
    opened().reset();
    const auto database = Database::open(path_, Access::read_only);
    EXPECT_EQ(*(*database)->number("PRAGMA user_version"), sqlite::newest_version());
    EXPECT_EQ(*(*database)->number("PRAGMA application_id"), 0x4c737470);
    EXPECT_EQ(*(*database)->text("PRAGMA journal_mode"), "wal");
}

TEST_F(SqliteStore, ACopyMadeWhileItRunsIsADatabase) {
    const auto store = opened();
    ASSERT_TRUE(store->commit(run_number(1)));
    const std::string copy = directory_ + "/copy.db";
    ASSERT_TRUE((*Database::open(path_, Access::read_only))->script(("VACUUM INTO '" + copy + "'").c_str()));
    ASSERT_TRUE(store->commit(run_number(2)));
    const auto copied = open_sqlite({.path = copy});
    ASSERT_TRUE(copied) << copied.error().to_text();
    EXPECT_TRUE(is_whole(**copied, 1));
    EXPECT_FALSE(is_whole(**copied, 2));
}

}  // namespace
}  // namespace lockstep::store
