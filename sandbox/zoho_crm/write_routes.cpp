// Insert, update, upsert, delete. Source: zoho/crm-oas v8.0, `record/operations`.
#include <algorithm>
#include <array>

#include "sandbox/zoho_crm/announce.h"
#include "sandbox/zoho_crm/api.h"
#include "sandbox/zoho_crm/writes.h"

namespace lockstep::sandbox::zoho_crm {

namespace {

constexpr std::size_t records_max = 100;

/// The results of a call's records, in their order.
class Results {
public:
    void add(Value entry) {
        ++accepted_;
        entries_.push_back(std::move(entry));
    }
    void add(const Error& error) {
        all_modified_ = all_modified_ && error.vendor_code == "ALREADY_MODIFIED";
        entries_.push_back(error_object(error));
    }
    /// 207 for mixed results, 400 where all were refused, 412 where the guard did it.
    net::Response reply(int status) const {
        const int refused = all_modified_ ? 412 : 400;
        const int mixed = accepted_ == entries_.size() ? status : accepted_ > 0 ? 207 : refused;
        return net::json_response(mixed, Map{{"data", entries_}});
    }

private:
    List entries_;
    std::size_t accepted_ = 0;
    bool all_modified_ = true;
};

Map success(const Crm& crm, const Table& table, RecordId id, std::string_view message) {
    Map details = times_of(crm, *table.find(id));
    details.set("$approval_state", "approved");
    return {{"code", "SUCCESS"}, {"details", std::move(details)}, {"message", message}, {"status", "success"}};
}

/// Tells whether `trigger` lets workflow rules run: it does where it is absent or names them.
Result<bool> runs_workflow(const Call& call) {
    const Value& trigger = call.body["trigger"];
    if (trigger.is_null()) return true;
    if (!trigger.is_list()) return wrong_type("jsonarray", "trigger", "$.trigger");
    static constexpr std::array<std::string_view, 5> known = {"approval", "workflow", "blueprint", "pathfinder", "orchestration"};
    bool runs = false;
    for (std::size_t i = 0; i < trigger.as_list().size(); ++i) {
        const std::string name = trigger.as_list()[i].text();
        if (std::ranges::find(known, name) == known.end())
            return refuse_field("INVALID_DATA", "invalid data", "trigger", "$.trigger[" + std::to_string(i) + "]");
        runs = runs || name == "workflow";
    }
    return runs;
}

/// What a writing call has in common.
struct Writing {
    Crm& crm;
    Table& table;
    List records;
    bool workflow = true;
    std::optional<Timestamp> unmodified_since;
    Writer writer;
    Results results;

    static Result<Writing> of(Crm& crm, const Call& call) {
        LS_TRY_ASSIGN(Table * table, table_of(crm, call));
        LS_TRY_ASSIGN(List records, list_of(call, "data", records_max));
        LS_TRY_ASSIGN(bool workflow, runs_workflow(call));
        LS_TRY_ASSIGN(auto since, call.time_header("If-Unmodified-Since"));
        return Writing{crm, *table, std::move(records), workflow, since, Writer(crm, *table, crm.client()), {}};
    }
    net::Response finish(int status) {
        announce(crm, writer.changes(), workflow);
        return results.reply(status);
    }
};

std::string path_of(std::size_t index) { return "$.data[" + std::to_string(index) + "]"; }

Result<net::Response> insert_records(Crm& crm, const Call& call) {
    LS_TRY_ASSIGN(Writing writing, Writing::of(crm, call));
    for (std::size_t i = 0; i < writing.records.size(); ++i) {
        const auto id = writing.writer.insert(writing.records[i].as_map(), path_of(i));
        if (id)
            writing.results.add(success(crm, writing.table, *id, "record added"));
        else
            writing.results.add(id.error());
    }
    return writing.finish(201);
}

Result<RecordId> update_one(Writing& writing, std::size_t i) {
    const Value& given = writing.records[i];
    const std::string id = given["id"].text();
    if (id.empty()) return refuse_field("MANDATORY_NOT_FOUND", "required field not found", "id", path_of(i) + ".id");
    return writing.writer.update(read_id(id), given.as_map(), path_of(i), writing.unmodified_since);
}

net::Response update_all(Crm& crm, Writing& writing) {
    for (std::size_t i = 0; i < writing.records.size(); ++i) {
        const auto id = update_one(writing, i);
        if (id)
            writing.results.add(success(crm, writing.table, *id, "record updated"));
        else
            writing.results.add(id.error());
    }
    return writing.finish(200);
}

Result<net::Response> update_records(Crm& crm, const Call& call) {
    LS_TRY_ASSIGN(Writing writing, Writing::of(crm, call));
    return update_all(crm, writing);
}

/// One record, whose id the path has.
Result<net::Response> update_record(Crm& crm, const Call& call) {
    LS_TRY_ASSIGN(Writing writing, Writing::of(crm, call));
    if (read_id(call.ids[1]) == 0) return refuse("INVALID_DATA", "the id given seems to be invalid", {{"resource_path_index", 1}});
    writing.records.resize(1);
    writing.records[0].mutable_map().set("id", call.ids[1]);
    return update_all(crm, writing);
}

struct Match {
    RecordId id = 0;  ///< 0: none, a new record
    std::string field;
};

/// Names no field where the client names none: then the module's own, and those that are unique.
Result<std::vector<int>> check_fields(const Table& table, const Call& call) {
    const Value& given = call.body["duplicate_check_fields"];
    std::vector<int> positions;
    if (given.is_null() || given == Value(List{})) {
        positions.push_back(table.module.position(table.module.check_field));
        for (const Field& field : table.module.fields)
            if (field.unique) positions.push_back(table.module.position(field.api_name));
        return positions;
    }
    if (!given.is_list()) return wrong_type("jsonarray", "duplicate_check_fields", "$.duplicate_check_fields");
    for (std::size_t i = 0; i < given.as_list().size(); ++i) {
        const int position = table.module.position(given.as_list()[i].text());
        if (position < 0)
            return refuse_field("INVALID_DATA", "the field api name given seems to be invalid", "duplicate_check_fields",
                                "$.duplicate_check_fields[" + std::to_string(i) + "]");
        positions.push_back(position);
    }
    return positions;
}

RecordId first_with(Crm& crm, const Table& table, int position, const std::string& text) {
    if (table.is_indexed(position)) {
        const auto ids = table.holders(position, text);
        return ids.empty() ? 0 : ids.front();
    }
    for (const auto& [id, record] : table.all()) {
        ++crm.rows_visited;
        if (record.at(position).text() == text) return id;
    }
    return 0;
}

/// The fields are looked at in their order. Of several records with that value the oldest is taken (unverified).
Match match(Crm& crm, const Table& table, const Value& given, const std::vector<int>& positions) {
    if (const std::string id = given["id"].text(); !id.empty()) return {read_id(id), "id"};
    for (const int position : positions) {
        const std::string& name = table.module.fields[static_cast<std::size_t>(position)].api_name;
        const std::string text = given[name].text();
        const RecordId id = text.empty() ? 0 : first_with(crm, table, position, text);
        if (id != 0) return {id, name};
    }
    return {};
}

Result<net::Response> upsert_records(Crm& crm, const Call& call) {
    LS_TRY_ASSIGN(Writing writing, Writing::of(crm, call));
    LS_TRY_ASSIGN(auto positions, check_fields(writing.table, call));
    for (std::size_t i = 0; i < writing.records.size(); ++i) {
        const Map& given = writing.records[i].as_map();
        const Match found = match(crm, writing.table, writing.records[i], positions);
        const auto id = found.id == 0 ? writing.writer.insert(given, path_of(i))
                                      : writing.writer.update(found.id, given, path_of(i), writing.unmodified_since);
        if (!id) {
            writing.results.add(id.error());
            continue;
        }
        Map entry = success(crm, writing.table, *id, found.id == 0 ? "record added" : "record updated");
        entry.set("action", found.id == 0 ? "insert" : "update");
        entry.set("duplicate_field", found.id == 0 || found.field == "id" ? Value() : Value(found.field));
        writing.results.add(Value(std::move(entry)));
    }
    return writing.finish(200);
}

std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(','), text.size());
        if (end > 0) out.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

Result<net::Response> remove_all(Crm& crm, const Call& call, const std::vector<std::string>& ids) {
    LS_TRY_ASSIGN(Table * table, table_of(crm, call));
    LS_TRY_ASSIGN(auto since, call.time_header("If-Unmodified-Since"));
    Writer writer(crm, *table, crm.client());
    Results results;
    for (const std::string& id : ids) {
        const auto removed = writer.remove(read_id(id), since);
        if (removed)
            results.add(
                Value(Map{{"code", "SUCCESS"}, {"details", Map{{"id", id}}}, {"message", "record deleted"}, {"status", "success"}}));
        else if (removed.error().vendor_code == "INVALID_DATA")
            results.add(refuse("INVALID_DATA", "record not deleted", {{"id", id}}).error());
        else
            results.add(removed.error());
    }
    announce(crm, writer.changes(), call.parameter("wf_trigger").value_or("true") != "false");
    return results.reply(200);
}

Result<net::Response> delete_records(Crm& crm, const Call& call) {
    const auto ids = split(call.parameter("ids").value_or(""));
    if (ids.empty()) return refuse("REQUIRED_PARAM_MISSING", "One of the expected parameter is missing", {{"param_name", "ids"}});
    if (ids.size() > records_max) return refuse("LIMIT_EXCEEDED", "limit exceeded", {{"limit", 100}, {"param_name", "ids"}});
    return remove_all(crm, call, ids);
}

Result<net::Response> delete_record(Crm& crm, const Call& call) { return remove_all(crm, call, {call.ids[1]}); }

constexpr std::array<Route, 6> routes = {{{"POST", "*/upsert", "*", "CREATE UPDATE", upsert_records},
                                          {"POST", "*", "*", "CREATE", insert_records},
                                          {"PUT", "*", "*", "UPDATE", update_records},
                                          {"DELETE", "*", "*", "DELETE", delete_records},
                                          {"PUT", "*/*", "*", "UPDATE", update_record},
                                          {"DELETE", "*/*", "*", "DELETE", delete_record}}};

}  // namespace

std::span<const Route> write_routes() { return routes; }

}  // namespace lockstep::sandbox::zoho_crm
