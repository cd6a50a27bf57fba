#include <algorithm>
#include <map>

#include "connectors/zoho_crm/field_values.h"
#include "connectors/zoho_crm/records.h"
#include "connectors/zoho_crm/row_writes.h"
#include "connectors/zoho_crm/version.h"

namespace lockstep::connectors::zoho_crm {
namespace {

/// What the end of a write says of a record: it was so at its new `Modified_Time`, and that second is not over. Whoever
/// wants to change it once more reads it again.
Result<Map> written(const Value& said) {
    const Value& details = said["details"];
    LS_TRY_ASSIGN(Timestamp modified, time_in(details["Modified_Time"], "Modified_Time"));
    return Map{{"id", details["id"].text()},
               {"version", write_version({.modified = modified, .read = modified})},
               {"modified_at", format_timestamp(modified)}};
}

std::vector<Result<Value>> nothing_made(std::size_t calls) {
    std::vector<Result<Value>> all;
    for (std::size_t i = 0; i < calls; ++i) all.emplace_back(fail(ErrorCode::internal, "the call was not made"));
    return all;
}

// ---- update ----

/// So long it takes until a record that was just changed can be guarded: its second must be over when it is read again.
constexpr std::int64_t fresh_ms = 1'500;

Unexpected too_fresh(const std::string& module, const std::string& id) {
    Error error{ErrorCode::precondition_failed,
                "the record was changed in the second it was read, and might have been changed again in it; it must be read again: " +
                    module + " " + id};
    error.retry_after_ms = fresh_ms;
    return fail(std::move(error));
}

class Updating {
public:
    Updating(const Crm& crm, Joint& joint) : crm_(crm), joint_(joint), results_(nothing_made(joint.size())) {}

    GroupResult make() {
        LS_TRY_ASSIGN(module_, module_of(joint_.input(0)));
        for (std::size_t i = 0; i < joint_.size(); ++i)
            if (Result<void> read = take(i); !read) results_[i] = fail(read.error());
        std::vector<Version> versions;
        for (const auto& [call, version] : guarded_) versions.push_back(version);
        for (const GuardGroup& group : guard_groups(versions)) {
            std::vector<Row> rows;
            for (std::size_t member : group.members) rows.push_back(rows_.at(guarded_[member].first));
            LS_TRY(send(rows, &group.time));
        }
        std::vector<Row> rows;
        for (std::size_t call : unguarded_) rows.push_back(rows_.at(call));
        if (!rows.empty()) LS_TRY(send(rows, nullptr));
        return std::move(results_);
    }

private:
    Result<void> take(std::size_t call) {
        const Value& input = joint_.input(call);
        LS_TRY_ASSIGN(std::string id, id_of(input));
        if (!input["fields"].is_map()) return fail(ErrorCode::value_invalid, "`fields` is a map of values by API name");
        const std::string text = input["version"].text();
        if (input["fields"].as_map().empty()) {
            results_[call] = Value(Map{{"id", id}, {"version", text}, {"modified_at", Value()}});
            return {};
        }
        Row row{.call = call, .body = Map{{"id", id}}};
        LS_TRY_ASSIGN(Map fields, crm_.metadata.written(joint_.context(), module_, input["fields"].as_map()));
        for (const auto& [name, value] : fields) row.body.set(name, value);
        if (text.empty()) {
            unguarded_.push_back(call);
        } else {
            LS_TRY_ASSIGN(Version version, read_version(text));
            if (!version.can_guard()) return too_fresh(module_, id);
            guarded_.emplace_back(call, version);
        }
        rows_.emplace(call, std::move(row));
        return {};
    }

    Result<void> send(const std::vector<Row>& rows, const Timestamp* guard) {
        RowRequest request{.method = "PUT", .path = "/" + module_};
        if (guard) request.headers.set("If-Unmodified-Since", header_time(*guard));
        Result<std::vector<RowResult>> made = write_rows(crm_.api, joint_, request, rows);
        if (!made && joint_.size() == rows.size()) return fail(made.error());
        // Other requests of the group may have been made already, so that it cannot be made in halves.
        if (!made && rows.size() > 1 && may_be_of_one(made.error())) return one_by_one(rows, guard);
        if (!made) return refuse(rows, made.error());
        for (std::size_t i = 0; i < rows.size(); ++i) results_[rows[i].call] = outcome((*made)[i]);
        return {};
    }

    Result<void> one_by_one(const std::vector<Row>& rows, const Timestamp* guard) {
        for (const Row& row : rows) LS_TRY(send({row}, guard));
        return {};
    }

    Result<void> refuse(const std::vector<Row>& rows, const Error& error) {
        for (const Row& row : rows) results_[row.call] = fail(error);
        return {};
    }

    static Result<Value> outcome(const RowResult& made) {
        if (made.error) return fail(*made.error);
        LS_TRY_ASSIGN(Map said, written(made.said));
        return Value(std::move(said));
    }

    const Crm& crm_;
    Joint& joint_;
    std::string module_;
    std::vector<Result<Value>> results_;
    std::map<std::size_t, Row> rows_;                       ///< by call
    std::vector<std::pair<std::size_t, Version>> guarded_;  ///< calls and what guards them
    std::vector<std::size_t> unguarded_;
};

// ---- create ----

class Creating {
public:
    Creating(const Crm& crm, Joint& joint) : crm_(crm), joint_(joint), results_(nothing_made(joint.size())) {}

    GroupResult make() {
        LS_TRY_ASSIGN(module_, module_of(joint_.input(0)));
        for (std::size_t i = 0; i < joint_.size(); ++i) {
            LS_TRY_ASSIGN(UniqueKey key, unique_of(joint_.input(i)));
            keys_.push_back(std::move(key));
        }
        LS_TRY_ASSIGN(std::vector<std::size_t> to_make, adopt_found());
        if (to_make.empty()) return std::move(results_);
        std::vector<Row> rows;
        for (std::size_t call : to_make)
            if (Result<Row> row = row_of(call); row)
                rows.push_back(*std::move(row));
            else
                results_[call] = fail(row.error());
        if (!rows.empty()) LS_TRY(insert(rows));
        return std::move(results_);
    }

private:
    /// Sets the results of what is there already, and returns the calls of what is not.
    Result<std::vector<std::size_t>> adopt_found() {
        std::vector<std::string> values;
        for (const UniqueKey& key : keys_) values.push_back(key.value);
        LS_TRY_ASSIGN(QueryPage page, find_by_unique(crm_.api, joint_.context(), module_, keys_.front().field, values));
        std::vector<std::size_t> left;
        for (std::size_t i = 0; i < keys_.size(); ++i) {
            std::vector<Value> rows;
            for (const Value& row : page.rows)
                if (row[keys_[i].field].text() == keys_[i].value) rows.push_back(row);
            if (rows.empty()) left.push_back(i);
            if (rows.size() == 1) results_[i] = adopted(rows.front(), page.earliest);
            if (rows.size() > 1)
                results_[i] = fail(ErrorCode::not_unique,
                                   "more than one record has the unique value: " + module_ + "." + keys_[i].field + ", " + keys_[i].value);
        }
        return left;
    }

    static Result<Value> adopted(const Value& row, Timestamp earliest) {
        LS_TRY_ASSIGN(std::string version, version_of(row, earliest));
        LS_TRY_ASSIGN(std::string at, modified_at(row));
        return Value(Map{{"id", row["id"].text()}, {"created", false}, {"version", std::move(version)}, {"modified_at", std::move(at)}});
    }

    Result<Row> row_of(std::size_t call) {
        const Value& input = joint_.input(call);
        if (!input["fields"].is_map()) return fail(ErrorCode::value_invalid, "`fields` is a map of values by API name");
        LS_TRY_ASSIGN(Map fields, crm_.metadata.written(joint_.context(), module_, input["fields"].as_map()));
        fields.set(keys_[call].field, keys_[call].value);
        return Row{.call = call, .body = std::move(fields)};
    }

    Result<void> insert(const std::vector<Row>& rows) {
        Result<std::vector<RowResult>> made = write_rows(crm_.api, joint_, {.method = "POST", .path = "/" + module_}, rows);
        if (!made && rows.size() == joint_.size()) return fail(made.error());
        if (!made && rows.size() > 1 && may_be_of_one(made.error())) {
            for (const Row& row : rows) LS_TRY(insert({row}));
            return {};
        }
        std::map<std::string, std::vector<std::size_t>> taken;  // by id of the record that is there
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const std::size_t call = rows[i].call;
            results_[call] = made ? outcome((*made)[i]) : Result<Value>(fail(made.error()));
            if (!made || !(*made)[i].error || (*made)[i].error->vendor_code != "DUPLICATE_DATA") continue;
            if (std::string id = id_of_other((*made)[i].said); is_record_id(id))
                taken[id].push_back(call);
            else
                results_[call] = fail(ErrorCode::duplicate_found, (*made)[i].error->message);
        }
        if (!taken.empty()) adopt_taken(taken);
        return {};
    }

    static Result<Value> outcome(const RowResult& made) {
        if (made.error) return fail(*made.error);
        LS_TRY_ASSIGN(Map said, written(made.said));
        said.set("created", true);
        return Value(std::move(said));
    }

    static std::string id_of_other(const Value& said) {
        const Value& details = said["details"];
        const Value& id = details["id"].is_null() ? details.at_path("duplicate_record.id") : details["id"];
        return id.text();
    }

    /// A record that Zoho names as the duplicate is adopted if its unique field has exactly the value: it was made since
    /// the look-up, or the look-up did not see it yet. Of another unique field, the refusal stands.
    void adopt_taken(const std::map<std::string, std::vector<std::size_t>>& taken) {
        const std::string& field = keys_.front().field;
        std::vector<std::string> ids;
        for (const auto& [id, calls] : taken) ids.push_back(id);
        Result<std::vector<ReadRecord>> records = read_by_ids(crm_.api, joint_.context(), module_, ids, {field});
        for (const auto& [id, calls] : taken)
            for (std::size_t call : calls) {
                if (!records) {
                    results_[call] = fail(records.error());
                    continue;
                }
                for (const ReadRecord& record : *records)
                    if (record.id == id && record.row[field].text() == keys_[call].value)
                        results_[call] = adopted(record.row, record.earliest);
            }
    }

    const Crm& crm_;
    Joint& joint_;
    std::string module_;
    std::vector<UniqueKey> keys_;
    std::vector<Result<Value>> results_;
};

}  // namespace

Result<QueryPage> find_by_unique(Api& api, connector::CallContext& context, const std::string& module, const std::string& field,
                                 const std::vector<std::string>& values) {
    // `in` takes 50 values; 100 since version 7, Zoho's developer community says (Kaizen 183).
    constexpr std::size_t values_max = 50;
    QueryPage all;
    for (std::size_t from = 0; from < values.size(); from += values_max) {
        std::string list;
        for (std::size_t i = from; i < std::min(values.size(), from + values_max); ++i)
            list += (i == from ? "" : ",") + coql_text(values[i]);
        const std::string condition = values.size() == 1 ? " = " + list : " in (" + list + ")";
        LS_TRY_ASSIGN(QueryPage page, api.query(context, "select id, Modified_Time, " + field + " from " + module + " where " + field +
                                                             condition + " limit 0, 200"));
        if (from == 0) all.earliest = page.earliest;
        all.rows.insert(all.rows.end(), page.rows.begin(), page.rows.end());
    }
    return all;
}

GroupResult record_update(const Crm& crm, Joint& joint) { return Updating(crm, joint).make(); }
GroupResult record_create(const Crm& crm, Joint& joint) { return Creating(crm, joint).make(); }

GroupResult record_delete(const Crm& crm, Joint& joint) {
    LS_TRY_ASSIGN(std::string module, module_of(joint.input(0)));
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < joint.size(); ++i) {
        LS_TRY_ASSIGN(std::string id, id_of(joint.input(i)));
        ids.push_back(std::move(id));
    }
    Result<std::vector<RowResult>> made = delete_rows(crm.api, joint, module, ids);
    const Value gone = Map{{"deleted", true}};
    if (!made && made.error().code == ErrorCode::not_found && joint.size() == 1) return std::vector<Result<Value>>{gone};
    if (!made) return fail(made.error());
    std::vector<Result<Value>> results;
    for (const RowResult& row : *made) {
        const bool is_gone = !row.error || row.error->code == ErrorCode::not_found;
        results.push_back(is_gone ? Result<Value>(gone) : Result<Value>(fail(*row.error)));
    }
    return results;
}

std::string update_group(const Value& input) {
    auto module = module_of(input);
    if (!module || !id_of(input) || !input["fields"].is_map()) return {};
    return "update " + *module + (input["version"].text().empty() ? "" : " guarded");
}

std::string create_group(const Value& input) {
    auto module = module_of(input);
    auto key = unique_of(input);
    if (!module || !key || !input["fields"].is_map()) return {};
    return "create " + *module + " " + key->field;
}

std::string delete_group(const Value& input) {
    auto module = module_of(input);
    return module && id_of(input) ? "delete " + *module : std::string();
}

}  // namespace lockstep::connectors::zoho_crm
