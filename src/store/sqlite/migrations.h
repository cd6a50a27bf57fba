#pragma once

#include "store/sqlite/database.h"

namespace lockstep::store::sqlite {

/// The version that this program writes: the number of the newest migration.
int newest_version();
/// Brings a database that this engine alone has open to the newest version, each migration in its own transaction.
/// Errors: `store_from_future`, `store_failed` for a database of another program.
Result<void> migrate(Database& database);
/// Checks that the database has the version of this program, as whoever only reads must.
/// Errors: `store_from_future`, `store_failed` for an older or foreign database.
Result<void> check_version(Database& database);

}  // namespace lockstep::store::sqlite
