#pragma once

#include "store/sqlite/database.h"
#include "store/store.h"

namespace lockstep::store::sqlite {

/// `Store::trim`, on the connection that writes.
Result<std::int64_t> trim(Database& database, const TrimLimits& limits);

}  // namespace lockstep::store::sqlite
