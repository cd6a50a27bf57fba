#pragma once

#include "store/sqlite/database.h"

namespace lockstep::store::sqlite {

/// Opens the connection that writes, on the newest version of the schema and glanced over for damage.
/// Errors: as `open_sqlite`.
Result<std::unique_ptr<Database>> open_writer(const std::string& path, int lock_wait_ms);
/// Checks that `path` is a database that this program can read. Errors: as `open_sqlite`.
Result<void> check_readable(const std::string& path);
/// Returns the path with links and `..` resolved, so that two names of one file share one lock.
std::string resolved(const std::string& path);

}  // namespace lockstep::store::sqlite
