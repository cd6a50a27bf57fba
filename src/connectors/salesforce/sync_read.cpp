// Reading records, one or many, with what guards an update of them.
#include <algorithm>
#include <array>
#include <map>

#include "connectors/salesforce/composite.h"
#include "connectors/salesforce/query_reader.h"
#include "connectors/salesforce/sync_records.h"
#include "connectors/salesforce/sync_version.h"
#include "value/encoding.h"
#include "value/json.h"

namespace lockstep::connectors::salesforce {
namespace {

/// Objects whose rows come with a tag. Source: REST API Developer Guide, "Conditional Request Headers".
constexpr std::string_view tagged_object = "Account";
/// Objects whose records can be merged. Source: SOAP API Developer Guide, "merge()".
constexpr std::array<std::string_view, 4> merged_objects = {"Account", "Contact", "Lead", "Case"};

/// One subrequest is the query.
constexpr std::size_t tagged_rows_max = composite_subrequests_max - 1;
/// So many ids and the longest list of fields are well within an address.
constexpr std::size_t queried_rows_max = 100;

/// What is refused for its names is refused to all.
bool is_of_names(const Error& error) {
    constexpr std::array<std::string_view, 3> codes = {"MALFORMED_QUERY", "INVALID_FIELD", "INVALID_TYPE"};
    return std::find(codes.begin(), codes.end(), error.vendor_code) != codes.end();
}

struct Wanted {
    std::string entity, id;
    std::vector<std::string> fields;
    bool former = false;  ///< also which records were merged into it
};

Result<Wanted> wanted_by(const connector::Inputs& inputs) {
    Wanted wanted;
    LS_TRY_ASSIGN(wanted.entity, entity_of(inputs));
    LS_TRY_ASSIGN(wanted.id, id_of(inputs, wanted.entity));
    LS_TRY_ASSIGN(wanted.fields, field_names(inputs));
    wanted.former = inputs.value("former") == Value(true) &&
                    std::find(merged_objects.begin(), merged_objects.end(), wanted.entity) != merged_objects.end();
    return wanted;
}

bool is_tagged(std::string_view entity) { return entity == tagged_object; }

/// Reads records of one object. A query that sees deleted records too says of each whether it is there, who changed it and
/// what it was merged into; the row of a tagged object comes by itself, in the same request, with its tag.
class Reader {
public:
    Reader(Api& api, const Wanted& first) : api_(api), entity_(first.entity), fields_(first.fields), former_(first.former) {}

    /// What was asked, and what was answered about one record; for traces.
    const std::string& soql() const { return soql_; }

    /// The result of each id. Errors: of the request as a whole.
    Result<std::vector<Result<Value>>> read(connector::CallContext& context, const std::vector<std::string>& ids) {
        soql_ = query_of(ids);
        if (is_tagged(entity_)) return read_tagged(context, ids);
        net::Request request{.method = "GET", .url = query_target(), .headers = {{"Accept", "application/json"}}};
        LS_TRY_ASSIGN(Answer answer, api_.ask(context, std::move(request), net::Effect::read));
        LS_TRY(note_rows(context, answer));
        std::vector<Result<Value>> results;
        for (const std::string& id : ids) results.push_back(from_query(id));
        return results;
    }

private:
    std::string query_of(const std::vector<std::string>& ids) const {
        Selection selection(fields_, {"Id", "IsDeleted", "LastModifiedDate", "LastModifiedById", "LastModifiedBy.Name"});
        std::string soql = "SELECT " + selection.joined(", ");
        if (std::find(merged_objects.begin(), merged_objects.end(), entity_) != merged_objects.end()) soql += ", MasterRecordId";
        std::vector<std::string> each = ids;
        std::sort(each.begin(), each.end());
        each.erase(std::unique(each.begin(), each.end()), each.end());
        std::string list;
        for (const std::string& id : each) list += (list.empty() ? "'" : ", '") + id + "'";
        soql += " FROM " + entity_ + " WHERE Id IN (" + list + ")";
        return former_ ? soql + " OR (IsDeleted = true AND MasterRecordId IN (" + list + "))" : soql;
    }

    std::string query_target() const { return api_.path({"queryAll"}) + "?q=" + encoding::percent_encode(soql_); }

    std::string row_target(const std::string& id) const {
        return api_.path({"sobjects", entity_, id}) +
               "?fields=" + Selection(fields_, {"Id", "LastModifiedDate", "LastModifiedById"}).joined(",");
    }

    Result<std::vector<Result<Value>>> read_tagged(connector::CallContext& context, const std::vector<std::string>& ids) {
        std::vector<Subrequest> subrequests;
        for (const std::string& id : ids) subrequests.push_back({.method = "GET", .target = row_target(id)});
        subrequests.push_back({.method = "GET", .target = query_target()});
        LS_TRY_ASSIGN(std::vector<Result<Answer>> answers, send_composite(api_, context, subrequests, net::Effect::read));
        Result<void> rows = answers.back() ? note_rows(context, *answers.back()) : Result<void>(fail(answers.back().error()));
        std::vector<Result<Value>> results;
        for (std::size_t i = 0; i < ids.size(); ++i) results.push_back(from_row(ids[i], answers[i], rows));
        return results;
    }

    Result<void> note_rows(connector::CallContext& context, const Answer& answer) {
        read_at_ms_ = answer.asked_at_ms;
        LS_TRY_ASSIGN(List rows, QueryReader(api_, context).all_pages(answer.body, all_records));
        for (Value& row : rows) rows_.insert_or_assign(id_key(row["Id"].text()), std::move(row));
        return {};
    }

    const Value& queried(const std::string& id) const {
        auto found = rows_.find(id_key(id));
        return found == rows_.end() ? null_value() : found->second;
    }

    Result<Value> from_row(const std::string& id, const Result<Answer>& row, const Result<void>& rows) const {
        if (!row && row.error().code != ErrorCode::not_found) return fail(row.error());
        if (!row) return rows ? from_query(id) : Result<Value>(fail(rows.error()));
        const Value& said = queried(id);
        const bool same = said["LastModifiedById"] == row->body["LastModifiedById"];
        const auto tag = row->headers.get("ETag");
        std::string version = tag ? version_of_tag(*tag) : timed_version(row->body, row->asked_at_ms);
        if (former_ && !rows) return fail(rows.error());
        return record(id, row->body, std::move(version), same ? said.at_path("LastModifiedBy.Name") : null_value());
    }

    Result<Value> from_query(const std::string& id) const {
        const Value& row = queried(id);
        if (row.is_null()) return Value(Map{{"found", false}, {"id", id}});
        const bool deleted = row["IsDeleted"] == Value(true);
        std::string version = deleted ? version_of_unread() : timed_version(row, read_at_ms_);
        Map result = record(id, row, std::move(version), row.at_path("LastModifiedBy.Name"));
        result.set("deleted", deleted);
        if (deleted) result.set("merged_into", row["MasterRecordId"]);
        return Value(std::move(result));
    }

    static std::string timed_version(const Value& row, std::int64_t read_at_ms) {
        std::optional<Timestamp> modified = time_of(row["LastModifiedDate"]);
        return modified ? version_of_time(*modified, read_at_ms) : version_of_unread();
    }

    /// The records that were merged into it.
    List merged_into_it(const std::string& id) const {
        List ids;
        for (const auto& [key, row] : rows_)
            if (id_key(row["MasterRecordId"].text()) == id_key(id)) ids.push_back(row["Id"]);
        return ids;
    }

    Map record(const std::string& id, const Value& row, std::string version, const Value& by) const {
        Map whole = plain_record(id, row, std::move(version), by);
        if (former_) whole.set("merged_from", merged_into_it(id));
        return whole;
    }

    Map plain_record(const std::string& id, const Value& row, std::string version, const Value& by) const {
        return Map{{"found", true},
                   {"id", id},
                   {"fields", chosen_fields(row, fields_)},
                   {"version", std::move(version)},
                   {"modified_at", sync_time(row["LastModifiedDate"])},
                   {"modified_by", by},
                   {"deleted", false},
                   {"merged_into", nullptr}};
    }

    Api& api_;
    const std::string entity_;
    const std::vector<std::string> fields_;
    const bool former_;
    std::string soql_;
    std::map<std::string, Value> rows_;
    std::int64_t read_at_ms_ = 0;
};

/// The calls of one `record_read_jointly`. All want the same fields of one object.
class JointRead {
public:
    explicit JointRead(const Joint& joint) : joint_(joint) {
        for (const auto& call : joint.calls) wanted_.push_back(*wanted_by(connector::Inputs(joint.action, call.input)));
    }

    std::vector<Result<Value>> make() {
        const std::size_t size = is_tagged(wanted_.front().entity) ? tagged_rows_max : queried_rows_max;
        return make_in_groups(joint_, groups_of(wanted_.size(), size),
                              [this](const auto& group, auto& results) { return together(group, results); });
    }

private:
    std::vector<std::size_t> together(const std::vector<std::size_t>& group, std::vector<Result<Value>>& results) {
        JointRequest request(joint_.api, joint_.calls, group);
        std::vector<std::string> ids;
        for (std::size_t i : group) ids.push_back(wanted_[i].id);
        Reader reader(joint_.api, wanted_.front());
        auto read = reader.read(request.context(), ids);
        joint_.size.learn(group.size(), read ? nullptr : &read.error(), request.deadline_over());
        std::vector<std::size_t> again;
        for (std::size_t k = 0; k < group.size(); ++k) {
            Result<Value> result = read ? std::move((*read)[k]) : Result<Value>(fail(read.error()));
            tell(request, reader, result, joint_.calls[group[k]].context.trace);
            if (!result && may_be_of_one(result.error()) && !is_of_names(result.error()))
                again.push_back(group[k]);
            else
                results[group[k]] = std::move(result);
        }
        return again;
    }

    static void tell(JointRequest& request, const Reader& reader, const Result<Value>& result, connector::Trace& trace) {
        const std::string others = std::to_string(request.size() - 1) + " others";
        request.tell({.target = {},
                      .request = reader.soql() + " … and the rows of " + others,
                      .response = result ? json::write(*result) : "not shown: it is about " + std::to_string(request.size()) + " calls"},
                     trace);
    }

    const Joint& joint_;
    std::vector<Wanted> wanted_;
};

}  // namespace

Result<Value> record_read(Api& api, const connector::Inputs& inputs, connector::CallContext& context) {
    LS_TRY_ASSIGN(Wanted wanted, wanted_by(inputs));
    LS_TRY_ASSIGN(std::vector<Result<Value>> results, Reader(api, wanted).read(context, {wanted.id}));
    return std::move(results.front());
}

std::optional<JointKey> record_read_key(const Api&, const connector::Inputs& inputs) {
    Result<Wanted> wanted = wanted_by(inputs);
    if (!wanted) return std::nullopt;
    std::string name = wanted->entity + (wanted->former ? " former" : "");
    for (const std::string& field : wanted->fields) name += " " + field;
    return JointKey{std::move(name), wanted->id};
}

std::vector<Result<Value>> record_read_jointly(const Joint& joint) { return JointRead(joint).make(); }

}  // namespace lockstep::connectors::salesforce
