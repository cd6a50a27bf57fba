#pragma once

#include "store/sqlite/database.h"
#include "store/store.h"

namespace lockstep::store::sqlite {

/// Writes the rows of the batch; the caller holds the transaction. Errors: as `Store::commit`.
Result<void> write(Database& database, const Batch& batch);

}  // namespace lockstep::store::sqlite
