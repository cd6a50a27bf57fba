#include "store/sqlite/opening.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <system_error>

#include "store/sqlite/migrations.h"

namespace lockstep::store::sqlite {

namespace {

/// A database up to this size is checked whole when it is opened (some 15 ms); a larger one is glanced over.
constexpr std::int64_t checked_whole_bytes_max = 4 << 20;

/// The first and the last entry of every large tree: a walk from its root to both ends. (`min` and `max` in one SELECT
/// would read the whole tree.)
constexpr std::array glances = {
    "SELECT length(body_json) FROM events WHERE id IN"
    " (SELECT min(id) FROM events UNION ALL SELECT max(id) FROM events)",
    "SELECT length(reason) FROM runs WHERE id IN (SELECT min(id) FROM runs UNION ALL SELECT max(id) FROM runs)",
    "SELECT length(data_json) FROM journal WHERE number IN"
    " (SELECT min(number) FROM journal UNION ALL SELECT max(number) FROM journal)",
    "SELECT (SELECT min(run_id) FROM journal INDEXED BY journal_by_run),"
    " (SELECT max(run_id) FROM journal INDEXED BY journal_by_run)",
    "SELECT (SELECT min(status) FROM runs INDEXED BY runs_by_status),"
    " (SELECT max(status) FROM runs INDEXED BY runs_by_status)",
    "SELECT (SELECT min(key) FROM runs INDEXED BY runs_by_key), (SELECT max(key) FROM runs INDEXED BY runs_by_key)",
    "SELECT (SELECT min(flow) FROM runs INDEXED BY runs_by_flow), (SELECT max(flow) FROM runs INDEXED BY runs_by_flow)",
    "SELECT (SELECT min(connection) FROM links), (SELECT max(connection) FROM links)",
};

/// Makes an empty file that only its owner can read: the journal holds customers' data. A file that exists is left
/// alone; it is not even opened, as closing it would drop SQLite's locks of this process.
void create_private(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file >= 0) ::close(file);
}

Result<void> set_up(Database& database) {
    LS_TRY(
        database.script("PRAGMA synchronous = FULL;"
                        "PRAGMA foreign_keys = ON;"
                        "PRAGMA trusted_schema = OFF;"
                        "PRAGMA cell_size_check = ON;"
                        "PRAGMA temp_store = MEMORY;"
                        "PRAGMA cache_size = -8192;"
                        "PRAGMA analysis_limit = 400;"
                        // 16 MiB of pages: a hot page is copied to the database once for many commits.
                        "PRAGMA wal_autocheckpoint = 4000;"
                        // A log that a long read let grow is cut back; below this size it is overwritten in place, which syncs faster.
                        "PRAGMA journal_size_limit = 67108864"));
    return {};
}

Result<void> use_write_ahead_log(Database& database) {
    if (database.path() == ":memory:") return {};
    LS_TRY_ASSIGN(const std::string mode, database.text("PRAGMA journal_mode = WAL"));
    if (mode == "wal") return {};
    return fail(ErrorCode::store_failed, "the file system cannot share memory between processes; use a local disk: " + database.path());
}

Result<void> check_whole(Database& database) {
    LS_TRY_ASSIGN(const std::string verdict, database.text("PRAGMA quick_check(1)"));
    if (verdict == "ok") return {};
    return fail(store_error(ErrorCode::store_corrupt, database.path(), verdict));
}

Result<void> glance_over(Database& database) {
    for (const char* sql : glances) {
        LS_TRY_ASSIGN(Query query, database.query(sql));
        for (bool more = true; more;) { LS_TRY_ASSIGN(more, query.next()); }
    }
    return {};
}

Result<void> check_for_damage(Database& database) {
    LS_TRY_ASSIGN(const std::int64_t pages, database.number("PRAGMA page_count"));
    LS_TRY_ASSIGN(const std::int64_t page_bytes, database.number("PRAGMA page_size"));
    return pages * page_bytes <= checked_whole_bytes_max ? check_whole(database) : glance_over(database);
}

}  // namespace

std::string resolved(const std::string& path) {
    std::error_code error;
    const auto canonical = std::filesystem::weakly_canonical(path, error);
    return error ? path : canonical.string();
}

Result<std::unique_ptr<Database>> open_writer(const std::string& path, int lock_wait_ms) {
    if (path != ":memory:") create_private(path);
    LS_TRY_ASSIGN(auto database, Database::open(path, Access::read_write));
    database->wait_for_locks(lock_wait_ms);
    if (database->is_read_only()) return fail(store_error(ErrorCode::store_read_only, path, ""));
    LS_TRY(set_up(*database));
    LS_TRY(use_write_ahead_log(*database));
    LS_TRY(migrate(*database));
    LS_TRY(check_for_damage(*database));
    return database;
}

Result<void> check_readable(const std::string& path) {
    std::error_code error;
    if (!std::filesystem::exists(path, error)) {
        return fail(ErrorCode::store_failed, "there is no such database; the engine creates it: " + path);
    }
    LS_TRY_ASSIGN(auto database, Database::open(path, Access::read_only));
    return check_version(*database);
}

}  // namespace lockstep::store::sqlite
