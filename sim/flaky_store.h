#pragma once

#include <functional>

#include "store/store.h"

namespace lockstep::sim {

/// A store that fails when it is told to, before the real one is asked.
class FlakyStore : public store::Store {
public:
    explicit FlakyStore(store::Store& real) : real_(real) {}

    /// Asked before every commit and every read of a run; an error is the answer.
    std::function<Result<void>(const store::Batch&)> before_commit = [](const store::Batch&) { return Result<void>(); };
    std::function<Result<void>(const std::string& run_id)> before_load = [](const std::string&) { return Result<void>(); };

    /// Told what became of a commit, before the program is.
    std::function<void(const store::Batch&, const Result<void>&)> after_commit = [](const store::Batch&, const Result<void>&) {};

    std::function<Result<void>(const store::TrimLimits&)> before_trim = [](const store::TrimLimits&) { return Result<void>(); };

    Result<void> commit(const store::Batch& batch) override {
        LS_TRY(before_commit(batch));
        Result<void> done = real_.commit(batch);
        after_commit(batch, done);
        return done;
    }
    Result<std::optional<store::LoadedRun>> load_run(const std::string& id) override {
        LS_TRY(before_load(id));
        return real_.load_run(id);
    }

    Result<std::vector<store::LoadedRun>> load_runs(const std::vector<std::string>& ids) override {
        for (const auto& id : ids) LS_TRY(before_load(id));
        return real_.load_runs(ids);
    }

    Result<std::optional<store::EventRow>> event_by_dedupe_id(const std::string& flow, const std::string& id) override {
        return real_.event_by_dedupe_id(flow, id);
    }
    Result<std::vector<store::OpenRun>> open_runs(const std::string& after_id, int limit) override {
        return real_.open_runs(after_id, limit);
    }
    Result<std::vector<store::RunRow>> list_runs(const store::RunFilter& filter) override { return real_.list_runs(filter); }
    Result<store::StatusCounts> status_counts() override { return real_.status_counts(); }
    Result<std::vector<store::ParkedCause>> parked_causes(const std::string& flow, int limit) override {
        return real_.parked_causes(flow, limit);
    }
    Result<std::int64_t> trim(const store::TrimLimits& limits) override {
        LS_TRY(before_trim(limits));
        return real_.trim(limits);
    }
    Result<store::StoreSize> size() override { return real_.size(); }
    Result<std::optional<store::LinkRow>> find_link(const std::string& connection, const std::string& entity,
                                                    const std::string& key) override {
        return real_.find_link(connection, entity, key);
    }
    Result<std::vector<store::ScheduleRow>> schedules() override { return real_.schedules(); }
    Result<std::optional<store::CursorRow>> cursor(const std::string& name) override { return real_.cursor(name); }
    Result<std::vector<store::AlertRow>> open_alerts(int limit) override { return real_.open_alerts(limit); }
    Result<std::optional<store::TokenRow>> token(const std::string& connection) override { return real_.token(connection); }
    Result<std::vector<store::AuditRow>> audit(const std::string& subject, int limit) override { return real_.audit(subject, limit); }
    Result<void> ping() override { return real_.ping(); }

private:
    store::Store& real_;
};

}  // namespace lockstep::sim
