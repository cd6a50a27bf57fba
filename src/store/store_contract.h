#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <string>

#include "store/scratch.h"
#include "store/store.h"

/// The sites and rows of the tests of what every store must do. Another store joins by one more `Backend`.
namespace lockstep::store::contract {

/// A database that outlives the stores that open it.
class Site {
public:
    virtual ~Site() = default;
    virtual Result<std::unique_ptr<Store>> open() = 0;
};

struct Backend {
    std::string name;
    std::unique_ptr<Site> (*make)();
    bool durable = true;  ///< whether what was written is there when it is opened again
};

class SqliteFileSite final : public Site {
public:
    SqliteFileSite() {
        std::string pattern = (std::filesystem::temp_directory_path() / "lockstep-store-XXXXXX").string();
        directory_ = ::mkdtemp(pattern.data());
    }
    ~SqliteFileSite() override { std::filesystem::remove_all(directory_); }
    Result<std::unique_ptr<Store>> open() override { return open_sqlite({.path = directory_ + "/lockstep.db"}); }

private:
    std::string directory_;
};

class SqliteMemorySite final : public Site {
public:
    Result<std::unique_ptr<Store>> open() override { return open_sqlite({.path = ":memory:"}); }
};

/// A database that had another life before: rows with the ids that the tests use.
class SqliteEmptiedSite final : public Site {
public:
    Result<std::unique_ptr<Store>> open() override {
        LS_TRY_ASSIGN(Scratch scratch, open_scratch());
        LS_TRY(scratch.store->commit(former_life()));
        LS_TRY(scratch.empty());
        return std::move(scratch.store);
    }

private:
    static Batch former_life() {
        return {.events = {{.id = "er1", .flow = "deal-closed", .key = "006A", .dedupe_id = "d1", .trigger = "webhook"}},
                .runs = {{.id = "r1", .event_id = "er1", .flow = "deal-closed", .key = "006A", .status = RunStatus::parked}},
                .journal = {{.run_id = "r1", .seq = 1, .kind = "intended"}},
                .links = {{"sap", "A_BusinessPartner", "006A", "1", "r1", 7}},
                .schedules = {{.flow = "deal-closed", .expression = "0 * * * *"}},
                .cursors = {{.name = "c", .value = "1"}},
                .alerts = {{.id = "a1", .cause = "c", .text = "t", .count = 1}},
                .tokens = {{.connection = "sap", .sealed = "x"}},
                .audit = {{.actor = "a", .action = "b", .subject = "r1"}}};
    }
};

inline const Backend backends[] = {
    {"sqlite_file", [] { return std::unique_ptr<Site>(std::make_unique<SqliteFileSite>()); }},
    {"sqlite_memory", [] { return std::unique_ptr<Site>(std::make_unique<SqliteMemorySite>()); }, false},
    {"sqlite_emptied", [] { return std::unique_ptr<Site>(std::make_unique<SqliteEmptiedSite>()); }, false},
};

class StoreContract : public testing::TestWithParam<Backend> {
protected:
    void SetUp() override {
        site_ = GetParam().make();
        open();
    }
    void open() {
        auto opened = site_->open();
        ASSERT_TRUE(opened) << opened.error().to_text();
        store_ = *std::move(opened);
    }
    void reopen() {
        store_.reset();
        open();
    }
    void commit(const Batch& batch) {
        const auto done = store_->commit(batch);
        ASSERT_TRUE(done) << done.error().to_text();
    }
    ErrorCode refusal(const Batch& batch) {
        const auto done = store_->commit(batch);
        return done ? ErrorCode::not_found : done.error().code;
    }
    std::vector<std::string> listed(const RunFilter& filter) {
        auto runs = store_->list_runs(filter);
        EXPECT_TRUE(runs) << runs.error().to_text();
        std::vector<std::string> ids;
        for (const RunRow& run : *runs) ids.push_back(run.id);
        return ids;
    }
    std::vector<std::string> open_ids(const std::string& after, int limit) {
        auto runs = store_->open_runs(after, limit);
        EXPECT_TRUE(runs) << runs.error().to_text();
        std::vector<std::string> ids;
        for (const OpenRun& run : *runs) ids.push_back(run.id);
        return ids;
    }

    std::unique_ptr<Site> site_;
    std::unique_ptr<Store> store_;
};

using Ids = std::vector<std::string>;

inline EventRow event(const std::string& id, const std::string& dedupe_id = "") {
    return {.id = id,
            .flow = "deal-closed",
            .key = "006A",
            .dedupe_id = dedupe_id,
            .trigger = "webhook",
            .body_json = R"({"opportunityId":"006A"})",
            .received_at_ms = 1700000000123};
}

inline RunRow run(const std::string& id, RunStatus status = RunStatus::waiting, const std::string& flow = "deal-closed",
                  const std::string& key = "006A") {
    const bool open = status == RunStatus::waiting || status == RunStatus::running;
    return {.id = id,
            .event_id = "e" + id,
            .flow = flow,
            .key = key,
            .status = status,
            .created_at_ms = 1700000000200,
            .updated_at_ms = 1700000000300,
            .ended_at_ms = open ? 0 : 1700000000400};
}

inline JournalRow fact(const std::string& run_id, std::int64_t seq) {
    return {.run_id = run_id, .seq = seq, .at_ms = 1700000000500 + seq, .kind = "intended"};
}

/// A run with its event.
inline Batch whole(const RunRow& row) {
    EventRow of_run = event(row.event_id);
    of_run.flow = row.flow;
    of_run.key = row.key;
    return {.events = {of_run}, .runs = {row}};
}

inline Batch several(std::initializer_list<RunRow> rows) {
    Batch all;
    for (const RunRow& row : rows) all.append(whole(row));
    return all;
}

}  // namespace lockstep::store::contract
