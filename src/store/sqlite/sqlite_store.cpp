#include <filesystem>
#include <mutex>
#include <system_error>
#include <utility>

#include "store/scratch.h"
#include "store/sqlite/file_lock.h"
#include "store/sqlite/opening.h"
#include "store/sqlite/reader_pool.h"
#include "store/sqlite/reads.h"
#include "store/sqlite/trim.h"
#include "store/sqlite/writes.h"
#include "store/store.h"

namespace lockstep::store {

namespace sqlite {

namespace {

/// A file has one connection that writes and some that read; a database in memory has one for everything; a store
/// that is opened for reading has no writer.
class SqliteStore final : public Store {
public:
    SqliteStore(std::string path, FileLock lock, std::unique_ptr<Database> writer)
        : path_(std::move(path)), lock_(std::move(lock)), writer_(std::move(writer)), readers_(path_) {}

    ~SqliteStore() override {
        // Statistics for whoever queries the file by hand; our own statements name their indexes.
        if (writer_ != nullptr) (void)writer_->script("PRAGMA optimize");
    }

    Result<void> commit(const Batch& batch) override {
        if (writer_ == nullptr) return fail(opened_for_reading());
        if (batch.empty()) return {};
        const std::lock_guard lock(mutex_);
        LS_TRY_ASSIGN(Transaction transaction, Transaction::begin(*writer_, Transaction::Kind::write));
        LS_TRY(write(*writer_, batch));
        return transaction.commit();
    }

    Result<std::optional<EventRow>> event_by_dedupe_id(const std::string& flow, const std::string& dedupe_id) override {
        return reading([&](Database& database) { return read_event(database, flow, dedupe_id); });
    }
    Result<std::vector<OpenRun>> open_runs(const std::string& after_id, int limit) override {
        return reading([&](Database& database) { return read_open_runs(database, after_id, limit); });
    }
    Result<std::optional<LoadedRun>> load_run(const std::string& id) override {
        return reading([&](Database& database) { return read_run(database, id); });
    }
    Result<std::vector<LoadedRun>> load_runs(const std::vector<std::string>& ids) override {
        return reading([&](Database& database) { return read_whole_runs(database, ids); });
    }
    Result<std::vector<RunRow>> list_runs(const RunFilter& filter) override {
        return reading([&](Database& database) { return read_runs(database, filter); });
    }
    Result<StatusCounts> status_counts() override {
        return reading([](Database& database) { return read_status_counts(database); });
    }
    Result<std::vector<ParkedCause>> parked_causes(const std::string& flow, int limit) override {
        return reading([&](Database& database) { return read_parked_causes(database, flow, limit); });
    }
    Result<std::optional<LinkRow>> find_link(const std::string& connection, const std::string& entity, const std::string& key) override {
        return reading([&](Database& database) { return read_link(database, connection, entity, key); });
    }
    Result<std::vector<ScheduleRow>> schedules() override {
        return reading([](Database& database) { return read_schedules(database); });
    }
    Result<std::optional<CursorRow>> cursor(const std::string& name) override {
        return reading([&](Database& database) { return read_cursor(database, name); });
    }
    Result<std::vector<AlertRow>> open_alerts(int limit) override {
        return reading([&](Database& database) { return read_open_alerts(database, limit); });
    }
    Result<std::optional<TokenRow>> token(const std::string& connection) override {
        return reading([&](Database& database) { return read_token(database, connection); });
    }
    Result<std::vector<AuditRow>> audit(const std::string& subject, int limit) override {
        return reading([&](Database& database) { return read_audit(database, subject, limit); });
    }
    Result<std::int64_t> trim(const TrimLimits& limits) override {
        if (writer_ == nullptr) return fail(opened_for_reading());
        const std::lock_guard lock(mutex_);
        return sqlite::trim(*writer_, limits);
    }
    Result<StoreSize> size() override {
        LS_TRY_ASSIGN(StoreSize size, reading([](Database& database) { return read_size(database); }));
        std::error_code none;
        const auto log = std::filesystem::file_size(path_ + "-wal", none);
        if (!none) size.log_bytes = static_cast<std::int64_t>(log);
        return size;
    }
    Result<void> ping() override {
        return reading([](Database& database) -> Result<void> {
            LS_TRY(database.number("SELECT count(*) FROM sqlite_schema"));
            return {};
        });
    }

    /// Deletes every row of every table.
    Result<void> empty() {
        const std::lock_guard lock(mutex_);
        return delete_all_rows(*writer_);
    }

private:
    Error opened_for_reading() const { return store_error(ErrorCode::store_read_only, path_, "opened for reading only"); }

    template <class Read>
    auto reading(Read&& read) -> decltype(read(std::declval<Database&>())) {
        if (path_ != ":memory:") return readers_.with(read);
        const std::lock_guard lock(mutex_);
        return read(*writer_);
    }

    const std::string path_;
    // In the order in which they may go last: the readers close first, so that the writer's end empties the log; the
    // lock goes when nothing is open any more.
    FileLock lock_;
    std::mutex mutex_;  ///< guards `writer_`
    std::unique_ptr<Database> writer_;
    ReaderPool readers_;
};

Result<std::unique_ptr<Store>> open_for_reading(std::string path) {
    LS_TRY(check_readable(path));
    return std::unique_ptr<Store>(std::make_unique<SqliteStore>(std::move(path), FileLock(), nullptr));
}

Result<std::unique_ptr<Store>> open_for_writing(std::string path, int lock_wait_ms) {
    FileLock lock;
    if (path != ":memory:") { LS_TRY_ASSIGN(lock, FileLock::take(path)); }
    LS_TRY_ASSIGN(auto writer, open_writer(path, lock_wait_ms));
    return std::unique_ptr<Store>(std::make_unique<SqliteStore>(std::move(path), std::move(lock), std::move(writer)));
}

}  // namespace

}  // namespace sqlite

Result<Scratch> open_scratch() {
    LS_TRY_ASSIGN(auto writer, sqlite::open_writer(":memory:", 0));
    LS_TRY(writer->script("PRAGMA secure_delete = OFF"));  // nobody reads memory that is given back: it need not be zeroed
    auto store = std::make_unique<sqlite::SqliteStore>(":memory:", sqlite::FileLock(), std::move(writer));
    auto* its = store.get();
    return Scratch{.store = std::move(store), .empty = [its] { return its->empty(); }};
}

Result<std::unique_ptr<Store>> open_sqlite(const SqliteOptions& options) {
    std::string path = options.path == ":memory:" ? options.path : sqlite::resolved(options.path);
    if (options.read_only) return sqlite::open_for_reading(std::move(path));
    return sqlite::open_for_writing(std::move(path), options.lock_wait_ms);
}

}  // namespace lockstep::store
