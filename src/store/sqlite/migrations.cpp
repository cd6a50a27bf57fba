#include "store/sqlite/migrations.h"

#include <array>

namespace lockstep::store::sqlite {

namespace {

/// Marks the file as ours in its header: the letters "Lstp".
constexpr std::int64_t application_id = 0x4c737470;

/// The file `migrations/000N_….sql` brings a database from version N - 1 to N. A released file is never changed.
constexpr std::array migrations = {
#include "store/sqlite/migrations/0001_initial.sql"
    ,
#include "store/sqlite/migrations/0002_retention.sql"
};

struct Identity {
    std::int64_t application = 0;
    std::int64_t version = 0;
    std::int64_t objects = 0;
};

Result<Identity> identity(Database& database) {
    Identity found;
    LS_TRY_ASSIGN(found.application, database.number("PRAGMA application_id"));
    LS_TRY_ASSIGN(found.version, database.number("PRAGMA user_version"));
    LS_TRY_ASSIGN(found.objects, database.number("SELECT count(*) FROM sqlite_schema"));
    return found;
}

std::string of_newest(std::int64_t version) { return "version " + std::to_string(version) + " of " + std::to_string(newest_version()); }

Result<void> refuse_what_is_not_ours(const Database& database, const Identity& found) {
    const bool empty = found.application == 0 && found.version == 0 && found.objects == 0;
    if (!empty && found.application != application_id) {
        return fail(ErrorCode::store_failed, "the file is a database of another program; choose another file: " + database.path());
    }
    if (found.version > newest_version()) {
        return fail(store_error(ErrorCode::store_from_future, database.path(), of_newest(found.version)));
    }
    return {};
}

Result<void> apply(Database& database, int version) {
    LS_TRY_ASSIGN(Transaction transaction, Transaction::begin(database, Transaction::Kind::write));
    LS_TRY(database.script(migrations[static_cast<std::size_t>(version) - 1]));
    const std::string stamp =
        "PRAGMA application_id = " + std::to_string(application_id) + "; PRAGMA user_version = " + std::to_string(version);
    LS_TRY(database.script(stamp.c_str()));
    return transaction.commit();
}

}  // namespace

int newest_version() { return static_cast<int>(migrations.size()); }

Result<void> migrate(Database& database) {
    LS_TRY_ASSIGN(const Identity found, identity(database));
    LS_TRY(refuse_what_is_not_ours(database, found));
    for (int version = static_cast<int>(found.version) + 1; version <= newest_version(); ++version) { LS_TRY(apply(database, version)); }
    return {};
}

Result<void> check_version(Database& database) {
    LS_TRY_ASSIGN(const Identity found, identity(database));
    LS_TRY(refuse_what_is_not_ours(database, found));
    if (found.version == newest_version()) return {};
    return fail(ErrorCode::store_failed, "the database is older than this program; start the engine once, which renews it: " +
                                             database.path() + ", " + of_newest(found.version));
}

}  // namespace lockstep::store::sqlite
