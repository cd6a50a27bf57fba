#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/sqlite/database.h"
#include "store/store.h"

/// The reads of `Store`, each on a connection that the caller holds.
namespace lockstep::store::sqlite {

Result<std::optional<EventRow>> read_event(Database& database, const std::string& flow, const std::string& dedupe_id);
Result<std::vector<OpenRun>> read_open_runs(Database& database, const std::string& after_id, int limit);
Result<std::optional<LoadedRun>> read_run(Database& database, const std::string& id);
Result<std::vector<LoadedRun>> read_whole_runs(Database& database, const std::vector<std::string>& ids);
Result<std::vector<RunRow>> read_runs(Database& database, const RunFilter& filter);
Result<StatusCounts> read_status_counts(Database& database);
Result<std::vector<ParkedCause>> read_parked_causes(Database& database, const std::string& flow, int limit);
/// The database alone, without its log.
Result<StoreSize> read_size(Database& database);
Result<std::optional<LinkRow>> read_link(Database& database, const std::string& connection, const std::string& entity,
                                         const std::string& key);
Result<std::vector<ScheduleRow>> read_schedules(Database& database);
Result<std::optional<CursorRow>> read_cursor(Database& database, const std::string& name);
Result<std::vector<AlertRow>> read_open_alerts(Database& database, int limit);
Result<std::optional<TokenRow>> read_token(Database& database, const std::string& connection);
Result<std::vector<AuditRow>> read_audit(Database& database, const std::string& subject, int limit);

}  // namespace lockstep::store::sqlite
