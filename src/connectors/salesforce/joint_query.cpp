// Queries for one record each, asked as one. Rows go back to the calls by the id that they were asked for.
#include <algorithm>
#include <array>
#include <map>

#include "connectors/salesforce/actions.h"
#include "connectors/salesforce/joint.h"
#include "connectors/salesforce/query.h"
#include "connectors/salesforce/query_reader.h"
#include "connectors/salesforce/record_id.h"
#include "connectors/salesforce/soql_join.h"
#include "value/json.h"

namespace lockstep::connectors::salesforce {
namespace {

constexpr std::size_t id_length = 15;
/// `%27…%27%2C` around an id of 18 characters.
constexpr std::size_t encoded_id_bytes = 18 + 9;

/// What says which record an id is of: its first 15 characters, the case of letters included.
std::string record_of(std::string_view id) { return std::string(id.substr(0, id_length)); }

/// An id as Salesforce itself writes it. One that it would mend, or refuse, is asked for alone.
bool is_exact_id(const Value& value) {
    if (!value.is_string()) return false;
    Result<std::string> normal = normalise_record_id(value.as_string().substr(0, id_length));
    return normal && (value.as_string().size() == id_length || value.as_string() == *normal);
}

/// What the query is refused for whichever record it asks for.
bool is_of_the_text(const Error& error) {
    constexpr std::array<std::string_view, 3> codes = {"MALFORMED_QUERY", "INVALID_FIELD", "INVALID_TYPE"};
    return error.cls() == ErrorClass::rejected && std::find(codes.begin(), codes.end(), error.vendor_code) != codes.end();
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) text.replace(at, from.size(), to);
}

/// The calls of one `query_jointly`. All have the text of the first.
class JointQuery {
public:
    JointQuery(const Joint& joint, JoinableQuery query)
        : joint_(joint), query_(std::move(query)), soql_(joint.calls.front().input["soql"].text()), subqueries_(subqueries_of(soql_)) {
        for (const auto& call : joint.calls) ids_.push_back(call.input["bind"][query_.bound].text());
    }

    std::vector<Result<Value>> make() {
        return make_in_groups(joint_, groups(), [this](const auto& group, auto& results) { return together(group, results); });
    }

private:
    /// As many calls a request as its address has room for.
    std::vector<std::vector<std::size_t>> groups() const {
        const std::size_t base = joint_.api.query_target(joined_query(query_, {})).size();
        const std::size_t room = Api::target_bytes_max() > base ? Api::target_bytes_max() - base : 0;
        const std::size_t size = std::clamp<std::size_t>(room / encoded_id_bytes, 1, JointSize::most);
        std::vector<std::vector<std::size_t>> groups;
        for (std::size_t i = 0; i < ids_.size(); ++i) {
            if (i % size == 0) groups.emplace_back();
            groups.back().push_back(i);
        }
        return groups;
    }

    std::vector<std::size_t> together(const std::vector<std::size_t>& group, std::vector<Result<Value>>& results) {
        JointRequest request(joint_.api, joint_.calls, group);
        Result<List> rows = ask(request, group);
        joint_.size.learn(group.size(), rows ? nullptr : &rows.error(), request.deadline_over());
        if (!rows) return refused(group, request, rows.error(), results);
        std::map<std::string, List> of_records;
        for (std::size_t i : group) of_records[record_of(ids_[i])];
        for (Value& row : *rows) {
            auto found = of_records.find(asked_for(row));
            // A row that nobody asked for: the field is no id after all.
            if (found == of_records.end()) return give_back(group, request);
            found->second.push_back(std::move(row));
        }
        for (std::size_t i : group) results[i] = answer(i, of_records[record_of(ids_[i])], request);
        return {};
    }

    Result<List> ask(JointRequest& request, const std::vector<std::size_t>& group) {
        std::vector<std::string> ids;
        for (std::size_t i : group) ids.push_back(ids_[i]);
        std::sort(ids.begin(), ids.end());
        ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
        LS_TRY_ASSIGN(Value page, joint_.api.get(request.context(), joint_.api.query_target(joined_query(query_, ids))));
        return QueryReader(joint_.api, request.context()).all_pages(std::move(page), all_records);
    }

    Result<Value> answer(std::size_t i, const List& rows, JointRequest& request) {
        const connector::JointCall& call = joint_.calls[i];
        Map shown{{"totalSize", static_cast<std::int64_t>(rows.size())}, {"done", true}, {"records", rows}};
        shown.set("…", "and what was asked with it for " + std::to_string(request.size() - 1) + " others");
        request.tell(part_of(i, json::write(shown)), call.context.trace);
        connector::Inputs inputs(joint_.action, call.input);
        const bool one = joint_.action == "salesforce.query_one";
        if (one && rows.size() > 1) return the_one_record(inputs, rows);
        LS_TRY_ASSIGN(List records, QueryReader(joint_.api, call.context).plain_records(rows, subqueries_));
        if (query_.field_added) drop_field(records);
        return one ? the_one_record(inputs, records) : Result<Value>(Value(std::move(records)));
    }

    /// Which of the ids a row was found by.
    std::string asked_for(const Value& row) const {
        return row.is_map() ? record_of(row[name_in(row.as_map(), query_.field)].text()) : std::string();
    }

    void drop_field(List& records) const {
        for (Value& record : records) record.mutable_map().erase(name_in(record.as_map(), query_.field));
    }

    /// What is refused for its text is refused to all: one asks by itself to be sure.
    std::vector<std::size_t> refused(const std::vector<std::size_t>& group, JointRequest& request, const Error& error,
                                     std::vector<Result<Value>>& results) {
        if (may_be_of_one(error) && !is_of_the_text(error)) return give_back(group, request);
        tell_all(group, request);
        if (!is_of_the_text(error)) {
            for (std::size_t i : group) results[i] = fail(error);
            return {};
        }
        const std::size_t first = group.front();
        results[first] = joint_.alone(first);
        std::vector<std::size_t> others(group.begin() + 1, group.end());
        const bool same = !results[first] && results[first].error().vendor_code == error.vendor_code;
        if (!same) return others;
        for (std::size_t i : others) {
            Error own = results[first].error();
            replace_all(own.message, ids_[first], ids_[i]);
            results[i] = fail(std::move(own));
        }
        return {};
    }

    std::vector<std::size_t> give_back(const std::vector<std::size_t>& group, JointRequest& request) {
        tell_all(group, request);
        return group;
    }

    void tell_all(const std::vector<std::size_t>& group, JointRequest& request) {
        const std::string response = "not shown: it is about " + std::to_string(group.size()) + " calls";
        for (std::size_t i : group) request.tell(part_of(i, response), joint_.calls[i].context.trace);
    }

    JointPart part_of(std::size_t i, std::string response) const {
        return {.target = joint_.api.query_target(joined_query(query_, {ids_[i]})), .request = {}, .response = std::move(response)};
    }

    const Joint& joint_;
    const JoinableQuery query_;
    const std::string soql_;
    const std::vector<Subquery> subqueries_;
    std::vector<std::string> ids_;
};

/// The query of a call that can be asked for others too, with an exact id.
std::optional<JoinableQuery> joinable(const Value& input) {
    const Value& bind = input["bind"];
    if (!input["soql"].is_string() || !bind.is_map() || bind.as_map().size() != 1) return std::nullopt;
    std::optional<JoinableQuery> query = joinable_query(input["soql"].as_string());
    if (!query || !is_exact_id(bind[query->bound])) return std::nullopt;
    return query;
}

}  // namespace

std::optional<JointKey> query_key(const Api&, const connector::Inputs& inputs) {
    const Map input{{"soql", inputs.value("soql")}, {"bind", inputs.value("bind")}};
    std::optional<JoinableQuery> query = joinable(input);
    if (!query) return std::nullopt;
    return JointKey{inputs.value("soql").as_string(), record_of(inputs.value("bind")[query->bound].as_string())};
}

std::vector<Result<Value>> query_jointly(const Joint& joint) {
    std::optional<JoinableQuery> query = joinable(joint.calls.front().input);
    LS_ASSERT(query);  // the calls have a joint name
    return JointQuery(joint, *std::move(query)).make();
}

}  // namespace lockstep::connectors::salesforce
