#include "api/history.h"

#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "api/merges.h"
#include "value/json.h"

namespace lockstep::api {
namespace {

using sync::Side;

constexpr Side sides[] = {Side::left, Side::right};

Value json_of(const std::string& text) {
    auto value = json::parse(text.empty() ? "null" : text);
    return value ? *std::move(value) : Value();
}

Value time_value(std::int64_t ms) { return ms == 0 ? Value() : Value(format_timestamp(Timestamp::from_ms(ms))); }
Value text_or_null(const std::string& text) { return text.empty() ? Value() : Value(text); }

std::string key_of(Side side, const std::string& id) { return fmt::format("{}:{}", sync::to_string(side), id); }

Result<std::optional<store::LinkRow>> link_of(store::Store& store, const sync::Sync& sync, Side side, const std::string& id) {
    return store.find_link(sync.half(side).connection, "sync/" + sync.name, id);
}

std::int64_t ms_of(const Map& entry) {
    const Value* at = entry.find("at");
    auto time = at ? parse_timestamp(at->text()) : Result<Timestamp>(fail(ErrorCode::time_invalid, ""));
    return time ? time->ms() : 0;
}

/// The id as the sync's flow keeps it in its keys; what is no id of that side is left as it is.
std::string one_form(const std::vector<flow::Flow>& flows, const sync::Sync& sync, Side side, const std::string& id) {
    const auto found = std::ranges::find(flows, sync.name, &flow::Flow::name);
    auto key = found == flows.end() ? Result<std::string>(fail(ErrorCode::not_found, "")) : flow::checked_key(*found, key_of(side, id));
    return key ? key->substr(key->find(':') + 1) : id;
}

/// Runs of either record, newest first.
Result<std::vector<store::RunRow>> runs_of(store::Store& store, const sync::Sync& sync, const KnownPair& pair, int limit) {
    std::vector<store::RunRow> all;
    for (const Side side : sides) {
        const std::string& id = side == Side::left ? pair.left : pair.right;
        if (id.empty()) continue;
        LS_TRY_ASSIGN(auto rows, store.list_runs({.flow = sync.name, .key = key_of(side, id), .limit = limit}));
        std::ranges::move(rows, std::back_inserter(all));
    }
    std::ranges::sort(all, std::greater<>(), &store::RunRow::id);
    if (all.size() > static_cast<std::size_t>(limit)) all.resize(static_cast<std::size_t>(limit));
    return all;
}

/// Reads one run's journal as what it did to the two records.
class Story {
public:
    Story(const sync::Sync& sync, const store::LoadedRun& run, const KnownPair& pair) : sync_(sync), run_(run), pair_(pair) {}

    std::vector<Map> read() {
        for (const auto& row : run_.journal)
            if (row.kind == "done") done(row);
        if (run_.run.status == store::RunStatus::parked) {
            Map entry = at(run_.run.ended_at_ms, "parked");
            entry.set("reason", run_.run.reason);
            entries_.push_back(std::move(entry));
        }
        return std::move(entries_);
    }

private:
    void done(const store::JournalRow& row) {
        if (row.step == "merged") return take_plan(row);
        if (row.step == "remember" && row.element == 0 && is_new_pair()) entries_.push_back(at(row.at_ms, "linked"));
        for (const Side side : sides) {
            const std::string name(sync::to_string(side));
            if (row.step == "create_" + name && !json_of(row.data_json)["output"].is_null()) created(row, side);
            if (row.step == "write_" + name || row.step == "create_" + name) changed(row, side);
            if (row.step == "delete_" + name) entries_.push_back(about(row.at_ms, "deleted", side));
        }
    }

    /// What is planned counts once it is written; a conflict counts at once.
    void take_plan(const store::JournalRow& row) {
        plan_ = json_of(row.data_json)["output"];
        if (!plan_.is_map() || !plan_["conflicts"].is_list()) return;
        for (const Value& conflict : plan_["conflicts"].as_list()) {
            Map entry = at(row.at_ms, "conflict");
            for (const char* name :
                 {"field", "right_field", "base", "left", "right", "left_by", "right_by", "left_at", "right_at", "rule", "taken", "open"})
                if (const Value* value = conflict.find(name)) entry.set(name, *value);
            entries_.push_back(std::move(entry));
        }
    }

    /// A row for each side: else only what the two agree on is remembered anew.
    bool is_new_pair() const { return plan_.is_map() && plan_["links"].is_list() && plan_["links"].as_list().size() > 1; }

    void created(const store::JournalRow& row, Side side) {
        Map entry = about(row.at_ms, "created", side);
        const Value output = json_of(row.data_json)["output"];
        entry.set("id", output["id"]);
        if (output["created"] == Value(false)) entry.set("what", "found");
        entries_.push_back(std::move(entry));
    }

    void changed(const store::JournalRow& row, Side side) {
        if (!plan_.is_map() || !plan_["changes"].is_list()) return;
        const Value output = json_of(row.data_json)["output"];
        for (const Value& change : plan_["changes"].as_list()) {
            if (change["side"].text() != sync::to_string(side)) continue;
            Map entry = about(row.at_ms, "changed", side);
            if (!output["id"].is_null()) entry.set("id", output["id"]);
            for (const char* name : {"field", "from", "to", "by"}) entry.set(name, change[name]);
            entry.set("changed_at", change["at"]);
            entries_.push_back(std::move(entry));
        }
    }

    Map at(std::int64_t ms, std::string_view what) const {
        return Map{{"at", time_value(ms)}, {"what", what}, {"run", run_.run.id}, {"sync", sync_.name}, {"trigger", run_.event.trigger}};
    }
    Map about(std::int64_t ms, std::string_view what, Side side) const {
        Map entry = at(ms, what);
        entry.set("system", sync_.half(side).connection);
        entry.set("object", sync_.half(side).object);
        entry.set("id", text_or_null(side == Side::left ? pair_.left : pair_.right));
        return entry;
    }

    const sync::Sync& sync_;
    const store::LoadedRun& run_;
    const KnownPair& pair_;
    Value plan_;
    std::vector<Map> entries_;
};

/// Adds what one sync did to the record, if it knows it.
Result<bool> add_sync(store::Store& store, const sync::Sync& sync, Side side, const std::string& id, int limit, List& syncs,
                      std::vector<Map>& history) {
    LS_TRY_ASSIGN(auto pair, known_pair(store, sync, side, id));
    LS_TRY_ASSIGN(auto rows, runs_of(store, sync, pair, limit));
    if (rows.empty() && !pair.linked) return false;
    syncs.push_back(Map{{"sync", sync.name},
                        {"linked", pair.linked},
                        {"left", text_or_null(pair.left)},
                        {"right", text_or_null(pair.right)},
                        {"systems", List{sync.left.connection + " " + sync.left.object, sync.right.connection + " " + sync.right.object}}});
    std::vector<std::string> ids;
    for (const auto& row : rows) ids.push_back(row.id);
    LS_TRY_ASSIGN(auto runs, store.load_runs(ids));
    for (const auto& run : runs) std::ranges::move(Story(sync, run, pair).read(), std::back_inserter(history));
    return true;
}

/// Runs of flows whose key is the record itself.
Result<void> add_flows(store::Store& store, const std::string& id, int limit, std::vector<Map>& history) {
    LS_TRY_ASSIGN(auto rows, store.list_runs({.key = id, .limit = limit}));
    for (const auto& row : rows)
        history.push_back(Map{{"at", time_value(row.ended_at_ms == 0 ? row.created_at_ms : row.ended_at_ms)},
                              {"what", "run"},
                              {"run", row.id},
                              {"flow", row.flow},
                              {"status", store::to_string(row.status)},
                              {"reason", text_or_null(row.reason)}});
    return {};
}

}  // namespace

Result<KnownPair> known_pair(store::Store& store, const sync::Sync& sync, Side side, const std::string& id) {
    LS_TRY_ASSIGN(auto row, link_of(store, sync, side, id));
    KnownPair pair;
    (side == Side::left ? pair.left : pair.right) = id;
    const Value link = row ? json_of(row->value_json) : Value();
    if (!link.is_map()) return pair;
    pair.linked = true;
    pair.left = link["left"].text();
    pair.right = link["right"].text();
    pair.run_id = row->run_id;
    pair.at_ms = row->at_ms;
    return pair;
}

Result<Value> record_status(store::Store& store, const sync::Sync& sync, Side side, const std::string& id) {
    LS_TRY_ASSIGN(auto pair, known_pair(store, sync, side, id));
    LS_TRY_ASSIGN(auto rows, runs_of(store, sync, pair, 100));
    Map status{{"linked", pair.linked}, {"left_id", text_or_null(pair.left)}, {"right_id", text_or_null(pair.right)}};
    for (const char* name : {"last_synced_at", "last_run_id", "changed_by"}) status.set(name, Value());
    List open;
    for (const auto& row : rows) {
        if (row.status == store::RunStatus::succeeded && status["last_run_id"].is_null()) {
            LS_TRY_ASSIGN(auto loaded, store.load_run(row.id));
            status.set("last_synced_at", time_value(row.ended_at_ms));
            status.set("last_run_id", row.id);
            const Value changes = loaded ? merged_of(*loaded)["changes"] : Value();
            const Value asked_by = loaded ? json_of(loaded->event.body_json)["by"] : Value();
            status.set("changed_by", changes.is_list() && !changes.as_list().empty() ? changes.as_list().front()["by"] : asked_by);
        }
        if (row.status != store::RunStatus::parked || row.step != merge_steps[0]) continue;
        LS_TRY_ASSIGN(auto loaded, store.load_run(row.id));
        if (!loaded) continue;
        const Value parked = conflict_value(*loaded);
        for (const Value& conflict : parked["conflicts"].as_list())
            if (conflict["open"] == Value(true)) open.push_back(Map{{"run", row.id}, {"field", conflict["field"]}});
    }
    status.set("open_conflicts", std::move(open));
    return Value(std::move(status));
}

Result<Value> record_history(store::Store& store, const std::vector<std::shared_ptr<const sync::Sync>>& syncs,
                             const std::vector<flow::Flow>& flows, const std::string& id, int limit) {
    List known;
    std::vector<Map> history;
    for (const auto& sync : syncs)
        for (const Side side : sides) { LS_TRY(add_sync(store, *sync, side, one_form(flows, *sync, side, id), limit, known, history)); }
    LS_TRY(add_flows(store, id, limit, history));
    if (known.empty() && history.empty())
        return fail(ErrorCode::not_found, "nothing is known of this record: no sync has linked it, and no run was about it: " + id);
    std::ranges::stable_sort(history, std::greater<>(), ms_of);
    if (history.size() > static_cast<std::size_t>(limit)) history.resize(static_cast<std::size_t>(limit));
    List entries;
    for (auto& entry : history) entries.push_back(std::move(entry));
    return Value(Map{{"id", id}, {"syncs", std::move(known)}, {"history", std::move(entries)}});
}

}  // namespace lockstep::api
