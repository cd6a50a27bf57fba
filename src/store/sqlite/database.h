#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

/// The store on SQLite. Only `database.cpp` knows SQLite's C API.
namespace lockstep::store::sqlite {

class Database;

/// One use of a prepared statement: binds its parameters, walks over its rows, gives it back when it goes.
/// Texts that are bound must outlive the query.
class Query {
public:
    Query(Query&& other) noexcept;
    Query& operator=(Query&&) = delete;
    ~Query();

    /// Moves to the next row; false behind the last one.
    Result<bool> next();
    std::string text(int column) const;
    std::int64_t integer(int column) const;

private:
    friend class Database;
    Query(Database& database, sqlite3_stmt* statement) : database_(&database), statement_(statement) {}
    void bind(std::string_view text);
    void bind(std::int64_t number);
    void bound(int code);

    Database* database_;
    sqlite3_stmt* statement_;
    int parameters_ = 0;
    int bind_failure_ = 0;
};

enum class Access : std::uint8_t { read_write, read_only };

/// One connection to a database, with the statements it has prepared. Errors: those of `Store`, and `internal` for a
/// violated constraint.
/// Threads: one at a time.
class Database {
public:
    /// Opens `path` (created if absent, unless `read_only`); a read-only file is opened as such.
    static Result<std::unique_ptr<Database>> open(const std::string& path, Access access);
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    ~Database();

    /// Starts a statement; `values` (texts and integers) are its parameters ?1, ?2, …
    template <class... Values>
    Result<Query> query(std::string_view sql, const Values&... values) {
        LS_TRY_ASSIGN(Query query, prepared(sql));
        (bind(query, values), ...);
        return query;
    }
    /// Carries a statement out to its end. Returns the number of rows it inserted, changed or deleted.
    template <class... Values>
    Result<std::int64_t> change(std::string_view sql, const Values&... values) {
        LS_TRY_ASSIGN(Query running, query(sql, values...));
        return finish(running);
    }
    /// Returns the integer in the first column of the first row.
    Result<std::int64_t> number(std::string_view sql);
    /// Returns the text in the first column of the first row.
    Result<std::string> text(std::string_view sql);
    /// Carries out several statements that are needed once.
    Result<void> script(const char* sql);

    /// Sets how long a statement waits for the lock of another connection before it fails with `store_locked`.
    void wait_for_locks(int wait_ms);
    /// Whether the file cannot be written though that was asked for.
    bool is_read_only() const;
    bool in_transaction() const;
    const std::string& path() const { return path_; }

private:
    friend class Query;
    /// The length tells most statements apart, and costs no walk over the text.
    struct TextHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return text.size(); }
    };

    Database(std::string path, sqlite3* handle) : path_(std::move(path)), handle_(handle) {}
    Result<Query> prepared(std::string_view sql);
    Result<std::int64_t> finish(Query& query);
    static void bind(Query& query, std::string_view text) { query.bind(text); }
    static void bind(Query& query, std::integral auto number) { query.bind(static_cast<std::int64_t>(number)); }
    Error error(int code) const;

    std::string path_;
    sqlite3* handle_;
    std::unordered_map<std::string, sqlite3_stmt*, TextHash, std::equal_to<>> statements_;
};

/// A transaction that is rolled back unless it is committed.
class Transaction {
public:
    enum class Kind : std::uint8_t {
        write,  ///< takes the write lock at once
        read,   ///< all its reads see the same state
    };
    static Result<Transaction> begin(Database& database, Kind kind);
    Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction();

    Result<void> commit();

private:
    explicit Transaction(Database& database) : database_(&database) {}
    Database* database_;
};

/// Says which file an error is about and what to do about it.
Error store_error(ErrorCode code, const std::string& path, std::string_view detail);

}  // namespace lockstep::store::sqlite
