#pragma once

#include "store/sqlite/database.h"
#include "store/store.h"

namespace lockstep::store::sqlite {

/// `Store::trim`, on the connection that writes.
Result<std::int64_t> trim(Database& database, const TrimLimits& limits);
/// Deletes every row of every table; numbers begin at 1 again.
Result<void> delete_all_rows(Database& database);

}  // namespace lockstep::store::sqlite
