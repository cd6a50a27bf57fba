#include "store/sqlite/database.h"

#include <sqlite3.h>

#include <array>
#include <cerrno>
#include <mutex>
#include <system_error>
#include <utility>

namespace lockstep::store::sqlite {

namespace {

/// Longer than the short locks of a checkpoint, of a log's recovery or of a person's statement.
constexpr int lock_wait_default_ms = 5000;

struct Meaning {
    int native;
    ErrorCode code;
};

/// Source: https://www.sqlite.org/rescode.html
constexpr std::array primary_codes = {
    Meaning{SQLITE_BUSY, ErrorCode::store_locked},        Meaning{SQLITE_LOCKED, ErrorCode::store_locked},
    Meaning{SQLITE_READONLY, ErrorCode::store_read_only}, Meaning{SQLITE_PERM, ErrorCode::store_read_only},
    Meaning{SQLITE_FULL, ErrorCode::store_full},          Meaning{SQLITE_CORRUPT, ErrorCode::store_corrupt},
    Meaning{SQLITE_NOTADB, ErrorCode::store_corrupt},     Meaning{SQLITE_CONSTRAINT, ErrorCode::internal},
};

/// What the system says where SQLite says no more than SQLITE_IOERR or SQLITE_CANTOPEN.
constexpr std::array system_codes = {
    Meaning{ENOSPC, ErrorCode::store_full},     Meaning{EDQUOT, ErrorCode::store_full},      Meaning{EFBIG, ErrorCode::store_full},
    Meaning{EROFS, ErrorCode::store_read_only}, Meaning{EACCES, ErrorCode::store_read_only}, Meaning{EPERM, ErrorCode::store_read_only},
};

template <class Table>
ErrorCode look_up(const Table& table, int native) {
    for (const Meaning& meaning : table) {
        if (meaning.native == native) return meaning.code;
    }
    return ErrorCode::store_failed;
}

std::string_view what_to_do(ErrorCode code) {
    switch (code) {
        case ErrorCode::store_locked:
            return "another process has the database open; stop it or choose another file";
        case ErrorCode::store_read_only:
            return "the database cannot be written; make file and directory writable";
        case ErrorCode::store_full:
            return "the disk is full; free space, the write is tried again";
        case ErrorCode::store_corrupt:
            return "the database file is damaged; keep a copy and restore the last backup";
        case ErrorCode::store_from_future:
            return "the database was written by a newer version; start that version";
        case ErrorCode::internal:
            return "a rule of the database does not allow the write";
        default:
            return "the database reports an error; check the file, its directory and the disk";
    }
}

/// Statistics of SQLite's memory cost a global lock at every allocation, and nobody reads them.
void configure_library() {
    static std::once_flag once;
    std::call_once(once, [] { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); });
}

int open_flags(Access access) {
    // One thread at a time uses a connection: SQLite's own lock is not needed.
    const int common = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    return common | (access == Access::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
}

}  // namespace

Error store_error(ErrorCode code, const std::string& path, std::string_view detail) {
    std::string message(what_to_do(code));
    message.append(": ").append(path);
    if (!detail.empty()) message.append(", ").append(detail);
    return Error{code, std::move(message)};
}

Query::Query(Query&& other) noexcept
    : database_(other.database_),
      statement_(std::exchange(other.statement_, nullptr)),
      parameters_(other.parameters_),
      bind_failure_(other.bind_failure_) {}

Query::~Query() {
    if (statement_ != nullptr) sqlite3_reset(statement_);
}

void Query::bound(int code) {
    if (code != SQLITE_OK && bind_failure_ == SQLITE_OK) bind_failure_ = code;
}

void Query::bind(std::string_view text) {
    const char* data = text.data() == nullptr ? "" : text.data();
    bound(sqlite3_bind_text64(statement_, ++parameters_, data, text.size(), SQLITE_STATIC, SQLITE_UTF8));
}

void Query::bind(std::int64_t number) { bound(sqlite3_bind_int64(statement_, ++parameters_, number)); }

Result<bool> Query::next() {
    if (bind_failure_ != SQLITE_OK) return fail(database_->error(bind_failure_));
    errno = 0;
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    return fail(database_->error(code));
}

std::string Query::text(int column) const {
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    if (data == nullptr) return {};
    return std::string(data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
}

std::int64_t Query::integer(int column) const { return sqlite3_column_int64(statement_, column); }

Result<std::unique_ptr<Database>> Database::open(const std::string& path, Access access) {
    configure_library();
    sqlite3* handle = nullptr;
    errno = 0;
    const int code = sqlite3_open_v2(path.c_str(), &handle, open_flags(access), nullptr);
    if (handle == nullptr) return fail(store_error(ErrorCode::store_failed, path, "out of memory"));
    std::unique_ptr<Database> database(new Database(path, handle));
    if (code != SQLITE_OK) return fail(database->error(code));
    database->wait_for_locks(lock_wait_default_ms);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    return database;
}

Database::~Database() {
    for (auto& [sql, statement] : statements_) sqlite3_finalize(statement);
    sqlite3_close_v2(handle_);
}

Result<Query> Database::prepared(std::string_view sql) {
    const auto found = statements_.find(sql);
    if (found != statements_.end()) {
        LS_ASSERT(sqlite3_stmt_busy(found->second) == 0);
        return Query(*this, found->second);
    }
    sqlite3_stmt* statement = nullptr;
    errno = 0;
    const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK) return fail(error(code));
    statements_.emplace(sql, statement);
    return Query(*this, statement);
}

Result<std::int64_t> Database::finish(Query& query) {
    for (;;) {
        LS_TRY_ASSIGN(const bool more, query.next());
        if (!more) return sqlite3_changes64(handle_);
    }
}

Result<std::int64_t> Database::number(std::string_view sql) {
    LS_TRY_ASSIGN(Query answer, query(sql));
    LS_TRY_ASSIGN(const bool found, answer.next());
    return found ? answer.integer(0) : 0;
}

Result<std::string> Database::text(std::string_view sql) {
    LS_TRY_ASSIGN(Query answer, query(sql));
    LS_TRY_ASSIGN(const bool found, answer.next());
    return found ? answer.text(0) : std::string();
}

Result<void> Database::script(const char* sql) {
    errno = 0;
    const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return fail(error(code));
    return {};
}

void Database::wait_for_locks(int wait_ms) { sqlite3_busy_timeout(handle_, wait_ms); }
bool Database::is_read_only() const { return sqlite3_db_readonly(handle_, "main") == 1; }
bool Database::in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }

Error Database::error(int code) const {
    // SQLite keeps the system's reason except where COMMIT itself fails: there it is still in `errno`.
    const int system = errno != 0 ? errno : sqlite3_system_errno(handle_);
    const int primary = code & 0xff;
    std::string detail = sqlite3_errmsg(handle_);
    ErrorCode meaning = look_up(primary_codes, primary);
    if (primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN) {
        meaning = look_up(system_codes, system);
        if (system != 0) detail.append(" (").append(std::generic_category().message(system)).append(")");
    }
    return store_error(meaning, path_, detail);
}

Result<Transaction> Transaction::begin(Database& database, Kind kind) {
    LS_TRY(database.change(kind == Kind::write ? "BEGIN IMMEDIATE" : "BEGIN"));
    return Transaction(database);
}

Result<void> Transaction::commit() {
    LS_TRY(database_->change("COMMIT"));
    database_ = nullptr;
    return {};
}

Transaction::~Transaction() {
    // A full disk makes SQLite roll back by itself.
    if (database_ == nullptr || !database_->in_transaction()) return;
    (void)database_->change("ROLLBACK");
}

}  // namespace lockstep::store::sqlite
