#include <algorithm>
#include <map>

#include "base/limits.h"
#include "connectors/zoho_crm/field_values.h"
#include "connectors/zoho_crm/records.h"
#include "value/json.h"

namespace lockstep::connectors::zoho_crm {
namespace {

/// Source: zoho.com/crm/developer/docs/api/v8/get-records, "fields": at most 50, two of which we add.
constexpr std::size_t fields_per_request_max = 48;

std::string joined(const std::vector<std::string>& texts) {
    std::string all;
    for (const std::string& text : texts) all += (all.empty() ? "" : ",") + text;
    return all;
}

/// Adds to `records` what one request says of them.
void take_rows(const Answer& answer, std::vector<ReadRecord>& records) {
    for (const Value& row : answer.data().is_list() ? answer.data().as_list() : List()) {
        auto found = std::find_if(records.begin(), records.end(), [&](const ReadRecord& r) { return row["id"] == Value(r.id); });
        if (found == records.end()) continue;
        // What was read first says since when the record may have changed, so it keeps its time and the times in it.
        Map all = found->row.is_map() ? found->row.as_map() : Map();
        for (const auto& [name, value] : row.as_map())
            if (!all.contains(name)) all.set(name, value);
        if (found->row.is_null()) found->earliest = answer.earliest;
        found->row = Value(std::move(all));
    }
}

struct Deleted {
    Timestamp at;
};

/// Looks for ids among the deleted records, page by page, the newest first as Zoho lists them.
/// Source: OpenAPI v8.0, record, "Get Deleted Records".
Result<std::map<std::string, Deleted>> find_deleted(Api& api, connector::CallContext& context, const std::string& module,
                                                    const std::vector<std::string>& ids) {
    std::map<std::string, Deleted> found;
    for (int page = 1; page <= limits::pages_max && found.size() < ids.size(); ++page) {
        LS_TRY_ASSIGN(Answer answer,
                      api.get(context, "/" + module + "/deleted", {{"type", "all"}, {"page", std::to_string(page)}, {"per_page", "200"}}));
        for (const Value& row : answer.data().is_list() ? answer.data().as_list() : List()) {
            const std::string id = row["id"].text();
            if (std::find(ids.begin(), ids.end(), id) == ids.end()) continue;
            auto at = parse_timestamp(row["deleted_time"].text());
            found[id] = {at ? *at : Timestamp{}};
        }
        if (answer.body.at_path("info.more_records") != Value(true)) break;
    }
    return found;
}

Value absent() {
    return Map{{"found", false},         {"id", Value()},          {"fields", Map{}},  {"version", ""},
               {"modified_at", Value()}, {"modified_by", Value()}, {"deleted", false}, {"merged_into", Value()}};
}

Value deleted_record(const std::string& id, const Deleted& deleted) {
    Value said = absent();
    Map& map = said.mutable_map();
    map.set("found", true);
    map.set("id", id);
    map.set("deleted", true);
    if (deleted.at != Timestamp{}) map.set("modified_at", format_timestamp(deleted.at));
    return said;  // Zoho does not say into which record it was merged
}

Result<Value> present(const ReadRecord& record, const std::vector<std::string>& names) {
    LS_TRY_ASSIGN(std::string version, version_of(record.row, record.earliest));
    LS_TRY_ASSIGN(std::string at, modified_at(record.row));
    const std::string by = record.row["Modified_By"]["name"].text();
    return Value(Map{{"found", true},
                     {"id", record.id},
                     {"fields", field_values(record.row, names)},
                     {"version", std::move(version)},
                     {"modified_at", std::move(at)},
                     {"modified_by", by.empty() ? Value() : Value(by)},
                     {"deleted", false},
                     {"merged_into", Value()}});
}

/// A group's ids, none twice, and the record of each.
class Reading {
public:
    Reading(const Crm& crm, Joint& joint) : crm_(crm), joint_(joint) {}

    GroupResult make() {
        LS_TRY_ASSIGN(module_, module_of(joint_.input(0)));
        LS_TRY_ASSIGN(names_, field_names_of(joint_.input(0)));
        std::vector<std::string> ids;
        for (std::size_t i = 0; i < joint_.size(); ++i)
            if (std::string id = id_text(i); is_record_id(id) && std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
        LS_TRY_ASSIGN(std::vector<ReadRecord> records, read_by_ids(crm_.api, joint_.context(), module_, ids, names_));
        for (ReadRecord& record : records) {
            const std::string id = record.id;
            if (!record.row.is_null()) records_[id] = std::move(record);
        }
        tell();
        if (const auto missing = missing_of(ids); !missing.empty()) deleted_ = find_deleted(crm_.api, joint_.context(), module_, missing);
        std::vector<Result<Value>> results;
        for (std::size_t i = 0; i < joint_.size(); ++i) results.push_back(outcome(id_text(i)));
        return results;
    }

private:
    using Found = Result<std::map<std::string, Deleted>>;

    std::string id_text(std::size_t call) const { return joint_.input(call)["id"].text(); }

    std::vector<std::string> missing_of(const std::vector<std::string>& ids) const {
        std::vector<std::string> missing;
        for (const std::string& id : ids)
            if (!records_.contains(id)) missing.push_back(id);
        return missing;
    }

    void tell() {
        for (std::size_t i = 0; i < joint_.size(); ++i) {
            auto found = records_.find(id_text(i));
            joint_.about(i, {}, found == records_.end() ? "nothing about this record" : json::write(found->second.row));
        }
    }

    Result<Value> outcome(const std::string& id) const {
        if (auto found = records_.find(id); found != records_.end()) return present(found->second, names_);
        if (!is_record_id(id)) return absent();
        if (!deleted_) return fail(deleted_.error());
        auto gone = deleted_->find(id);
        return gone == deleted_->end() ? absent() : deleted_record(id, gone->second);
    }

    const Crm& crm_;
    Joint& joint_;
    std::string module_;
    std::vector<std::string> names_;
    std::map<std::string, ReadRecord> records_;
    Found deleted_ = std::map<std::string, Deleted>();
};

}  // namespace

Result<std::vector<ReadRecord>> read_by_ids(Api& api, connector::CallContext& context, const std::string& module,
                                            const std::vector<std::string>& ids, const std::vector<std::string>& fields) {
    std::vector<ReadRecord> records;
    for (const std::string& id : ids) records.push_back({.id = id, .row = {}, .earliest = {}});
    if (ids.empty()) return records;
    for (std::size_t from = 0; from == 0 || from < fields.size(); from += fields_per_request_max) {
        const std::size_t until = std::min(fields.size(), from + fields_per_request_max);
        std::vector<std::string> names(fields.begin() + static_cast<std::ptrdiff_t>(from),
                                       fields.begin() + static_cast<std::ptrdiff_t>(until));
        for (const char* ours : {"Modified_Time", "Modified_By"})
            if (std::find(names.begin(), names.end(), ours) == names.end()) names.emplace_back(ours);
        LS_TRY_ASSIGN(Answer answer, api.get(context, "/" + module, {{"ids", joined(ids)}, {"fields", joined(names)}}));
        take_rows(answer, records);
    }
    return records;
}

GroupResult record_read(const Crm& crm, Joint& joint) { return Reading(crm, joint).make(); }

std::string read_group(const Value& input) {
    auto module = module_of(input);
    auto names = field_names_of(input);
    if (!module || !names || !is_record_id(input["id"].text())) return {};
    std::sort(names->begin(), names->end());
    return "read " + *module + " " + joined(*names);
}

}  // namespace lockstep::connectors::zoho_crm
