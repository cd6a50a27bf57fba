// Creating a record once, by a field that Salesforce keeps unique: what is there already is adopted and not changed.
//
// An upsert by the external id would change the fields of a record that is there, and no header says that it must not (REST
// API Developer Guide, "Insert or Update (Upsert) a Record Using an External ID": `updateOnly` is the opposite). So the record
// is looked for, and if it is not there created by POST, which a unique field refuses where another was faster.
#include <map>
#include <set>
#include <utility>

#include "connectors/salesforce/collection_call.h"
#include "connectors/salesforce/errors.h"
#include "connectors/salesforce/field_values.h"
#include "connectors/salesforce/query_reader.h"
#include "connectors/salesforce/record_id.h"
#include "connectors/salesforce/soql.h"
#include "connectors/salesforce/sync_records.h"
#include "connectors/salesforce/sync_version.h"
#include "value/json.h"

namespace lockstep::connectors::salesforce {
namespace {

/// Since when several records are created by one request. Source: REST API Developer Guide, "Create Records Using sObject
/// Collections".
constexpr int collections_since = 42;
/// So many values of 30 characters are well within the address of a query.
constexpr std::size_t created_max = 100;

struct Create {
    std::string entity, unique;
    Value value;
    Map fields;  ///< with the unique one
};

Result<Create> create_of(const connector::Inputs& inputs) {
    Create create;
    LS_TRY_ASSIGN(create.entity, entity_of(inputs));
    LS_TRY_ASSIGN(Map unique, inputs.map("unique"));
    if (unique.size() != 1 || unique.begin()->second.text().empty())
        return fail(ErrorCode::value_invalid,
                    "salesforce.record_create needs one field and its value in `unique`, got " + std::to_string(unique.size()));
    LS_TRY_ASSIGN(create.unique, checked_name(unique.begin()->first, "field"));
    create.value = unique.begin()->second;
    LS_TRY_ASSIGN(Map fields, inputs.map("fields"));
    LS_TRY_ASSIGN(create.fields, field_values(fields));
    create.fields.set(create.unique, create.value);
    return create;
}

/// Unique texts may be compared without their case.
std::string folded(std::string text) {
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

Value created(const std::string& id, bool now, const Value& modified_at) {
    return Map{{"id", id}, {"created", now}, {"version", version_of_unread()}, {"modified_at", modified_at}};
}

/// The records that have one of the values, by their value. Errors: of the query.
Result<std::multimap<std::string, Value>> find(Api& api, connector::CallContext& context, const std::vector<const Create*>& creates) {
    const Create& first = *creates.front();
    List values;
    for (const Create* create : creates) values.push_back(create->value);
    LS_TRY_ASSIGN(std::string soql, bind_soql("SELECT Id, LastModifiedDate, " + first.unique + " FROM " + first.entity + " WHERE " +
                                                  first.unique + " IN :values",
                                              Map{{"values", std::move(values)}}));
    LS_TRY_ASSIGN(Value page, api.get(context, api.query_target(soql)));
    LS_TRY_ASSIGN(List rows, QueryReader(api, context).all_pages(std::move(page), all_records));
    std::multimap<std::string, Value> found;
    for (Value& row : rows) {
        std::string value = folded(row[name_in(row.as_map(), first.unique)].text());
        found.emplace(std::move(value), std::move(row));
    }
    return found;
}

/// What is there for one call; none: nothing. Errors: `not_unique`.
Result<std::optional<Value>> adopted(const Create& create, const std::multimap<std::string, Value>& found) {
    const auto [begin, end] = found.equal_range(folded(create.value.text()));
    if (begin == end) return std::optional<Value>();
    if (std::next(begin) != end)
        return fail(ErrorCode::not_unique, "several records have a value that must be unique: " + create.entity + "." + create.unique +
                                               ", " + create.value.text());
    LS_TRY_ASSIGN(std::string id, normalise_record_id(begin->second["Id"].text()));
    return std::optional<Value>(created(id, false, sync_time(begin->second["LastModifiedDate"])));
}

/// What a POST says of one record.
Result<Value> created_by(const Value& said, std::int64_t asked_at_ms) {
    Result<std::string> id = normalise_record_id(said["id"].text());
    if (!id) return fail(ErrorCode::answer_lost, "the answer of Salesforce has no id of the record that it created");
    return created(*id, true, format_timestamp(Timestamp{asked_at_ms / 1000, 0}));
}

/// Whether another may have been faster: then the value is taken by now.
bool may_be_taken(const Error& error) { return error.code == ErrorCode::duplicate_found && error.vendor_code == "DUPLICATE_VALUE"; }

Result<Value> create_one(Api& api, connector::CallContext& context, const Create& create) {
    LS_TRY_ASSIGN(auto found, find(api, context, {&create}));
    LS_TRY_ASSIGN(std::optional<Value> there, adopted(create, found));
    if (there) return *std::move(there);
    net::Request request = Api::request("POST", api.path({"sobjects", create.entity}), create.fields);
    Result<Answer> answer = api.ask(context, std::move(request), net::Effect::write);
    if (answer) return created_by(answer->body, answer->asked_at_ms);
    if (!may_be_taken(answer.error())) return fail(answer.error());
    LS_TRY_ASSIGN(auto late, find(api, context, {&create}));
    LS_TRY_ASSIGN(std::optional<Value> taken, adopted(create, late));
    return taken ? Result<Value>(*std::move(taken)) : Result<Value>(fail(taken_value(answer.error())));
}

/// The calls of one `record_create_jointly`. All create records of one object by one unique field.
class JointCreate {
public:
    explicit JointCreate(const Joint& joint) : joint_(joint) {
        for (const auto& call : joint.calls) creates_.push_back(create_of(connector::Inputs(joint.action, call.input)));
    }

    std::vector<Result<Value>> make() {
        return make_in_groups(joint_, groups(), [this](const auto& group, auto& results) { return together(group, results); });
    }

private:
    std::vector<std::vector<std::size_t>> groups() const {
        std::vector<std::vector<std::size_t>> groups;
        std::vector<std::size_t> open;
        std::set<std::string> seen;
        for (std::size_t i = 0; i < creates_.size(); ++i) {
            if (!creates_[i] || !seen.insert(folded(creates_[i]->value.text())).second)
                groups.push_back({i});
            else
                open.push_back(i);
            if (open.size() == created_max) groups.push_back(std::exchange(open, {}));
        }
        // What names a record twice comes after the first of it.
        if (!open.empty()) groups.insert(groups.begin(), std::move(open));
        return groups;
    }

    std::vector<std::size_t> together(const std::vector<std::size_t>& group, std::vector<Result<Value>>& results) {
        JointRequest request(joint_.api, joint_.calls, group);
        std::vector<const Create*> creates;
        for (std::size_t i : group) creates.push_back(&*creates_[i]);
        auto found = find(joint_.api, request.context(), creates);
        if (!found) return not_sent(group, request, found.error(), results);
        std::vector<std::size_t> missing;
        for (std::size_t i : group) {
            Result<std::optional<Value>> there = adopted(*creates_[i], *found);
            if (there && !*there)
                missing.push_back(i);
            else
                results[i] = there ? Result<Value>(**std::move(there)) : Result<Value>(fail(there.error()));
        }
        std::vector<std::size_t> again = missing.empty() ? missing : post(missing, request, results);
        for (std::size_t i : group) request.tell(part_of(i, results[i], group.size()), joint_.calls[i].context.trace);
        return again;
    }

    /// Creates what is not there. Gives back what is better made alone: it is looked for once more first.
    std::vector<std::size_t> post(const std::vector<std::size_t>& missing, JointRequest& request, std::vector<Result<Value>>& results) {
        List records;
        for (std::size_t i : missing) {
            Map body{{"attributes", Map{{"type", creates_[i]->entity}}}};
            for (const auto& [name, value] : creates_[i]->fields) body.set(name, value);
            records.emplace_back(std::move(body));
        }
        net::Request post =
            Api::request("POST", joint_.api.path({"composite", "sobjects"}), Map{{"allOrNone", false}, {"records", std::move(records)}});
        Result<Answer> answer = joint_.api.ask(request.context(), std::move(post), net::Effect::write);
        joint_.size.learn(missing.size(), answer ? nullptr : &answer.error(), request.deadline_over());
        std::vector<std::size_t> again;
        for (std::size_t k = 0; k < missing.size(); ++k) {
            const bool retried = set_result(k, missing.size(), answer, results[missing[k]]);
            if (retried) again.push_back(missing[k]);
        }
        return again;
    }

    /// Returns whether the call is to be made once more by itself.
    bool set_result(std::size_t k, std::size_t of, const Result<Answer>& answer, Result<Value>& result) const {
        if (!answer) {
            result = fail(answer.error());
            return may_be_of_one(answer.error());
        }
        const bool whole = answer->body.is_list() && answer->body.as_list().size() == of;
        if (!whole) {
            result = fail(ErrorCode::answer_lost, "the collections answer of Salesforce does not have a result for each record");
            return false;
        }
        const Value& said = answer->body.as_list()[k];
        if (said["success"] == Value(true)) {
            result = created_by(said, answer->asked_at_ms);
            return false;
        }
        Error error = classify_record(vendor_errors(said["errors"]));
        const bool again = is_better_sent_alone(error);
        result = fail(std::move(error));
        return again;
    }

    std::vector<std::size_t> not_sent(const std::vector<std::size_t>& group, JointRequest& request, const Error& error,
                                      std::vector<Result<Value>>& results) {
        for (std::size_t i : group) {
            results[i] = fail(error);
            request.tell(part_of(i, results[i], group.size()), joint_.calls[i].context.trace);
        }
        return may_be_of_one(error) ? group : std::vector<std::size_t>();
    }

    JointPart part_of(std::size_t i, const Result<Value>& result, std::size_t calls) const {
        const std::string others = "and those of " + std::to_string(calls - 1) + " others";
        return {.target = {},
                .request = json::write(Map{{"records", List{Value(creates_[i]->fields)}}, {"…", others}}),
                .response = json::write(List{result ? *result : Value(result.error().to_text()), "… " + others})};
    }

    const Joint& joint_;
    std::vector<Result<Create>> creates_;
};

}  // namespace

Result<Value> record_create(Api& api, const connector::Inputs& inputs, connector::CallContext& context) {
    LS_TRY_ASSIGN(Create create, create_of(inputs));
    return create_one(api, context, create);
}

std::optional<JointKey> record_create_key(const Api& api, const connector::Inputs& inputs) {
    Result<Create> create = create_of(inputs);
    if (!create || api.version() < collections_since) return std::nullopt;
    return JointKey{create->entity + " " + create->unique, folded(create->value.text())};
}

std::vector<Result<Value>> record_create_jointly(const Joint& joint) { return JointCreate(joint).make(); }

}  // namespace lockstep::connectors::salesforce
