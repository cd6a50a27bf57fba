// Changing and deleting records that are still as they were read.
#include <set>
#include <utility>

#include "connectors/salesforce/composite.h"
#include "connectors/salesforce/field_values.h"
#include "connectors/salesforce/sync_records.h"
#include "connectors/salesforce/sync_version.h"
#include "value/json.h"

namespace lockstep::connectors::salesforce {
namespace {

/// Since when several requests go into one. Source: REST API Developer Guide, "Composite".
constexpr int composite_since = 38;

struct Update {
    std::string entity, id;
    Map guard, fields;
};

Result<Update> update_of(const connector::Inputs& inputs) {
    Update update;
    LS_TRY_ASSIGN(update.entity, entity_of(inputs));
    LS_TRY_ASSIGN(update.id, id_of(inputs, update.entity));
    LS_TRY_ASSIGN(Map fields, inputs.map("fields"));
    LS_TRY_ASSIGN(update.fields, field_values(fields));
    Result<Map> guard = guard_headers(inputs.value("version").text());
    if (!guard) {
        Error error = std::move(guard).error();
        error.message += ", " + update.entity + " " + update.id;
        return fail(std::move(error));
    }
    update.guard = *std::move(guard);
    return update;
}

Subrequest subrequest_of(const Api& api, const Update& update) {
    return {.method = "PATCH",
            .target = api.path({"sobjects", update.entity, update.id}),
            .headers = update.guard,
            .body = Value(update.fields)};
}

/// Salesforce's words do not say which record. One that is gone is not as it was read.
Error refused(const Update& update, Error error) {
    if (error.code == ErrorCode::duplicate_found) return taken_value(std::move(error));
    const bool gone = error.code == ErrorCode::not_found;
    if (gone && !update.guard.empty()) error.code = ErrorCode::precondition_failed;
    if (gone || error.code == ErrorCode::precondition_failed) error.message += ", " + update.entity + " " + update.id;
    return error;
}

/// A tag that comes with the answer is that of the record as it is now. Else nobody knows what else is in it: the record must
/// be read. Source: REST API Developer Guide, "Update Records Using sObject Rows".
Result<Value> updated(const Update& update, const Result<Answer>& answer) {
    if (!answer) return fail(refused(update, answer.error()));
    const auto tag = answer->headers.get("ETag");
    return Value(Map{{"id", update.id},
                     {"version", tag ? version_of_tag(*tag) : version_of_unread()},
                     {"modified_at", format_timestamp(Timestamp{answer->asked_at_ms / 1000, 0})}});
}

/// The calls of one `record_update_jointly`. All are about records of one object.
class JointUpdate {
public:
    explicit JointUpdate(const Joint& joint) : joint_(joint) {
        for (const auto& call : joint.calls) updates_.push_back(update_of(connector::Inputs(joint.action, call.input)));
    }

    std::vector<Result<Value>> make() {
        return make_in_groups(joint_, groups(), [this](const auto& group, auto& results) { return together(group, results); });
    }

private:
    /// None of a record twice. What cannot be written at all is left to the call itself to say.
    std::vector<std::vector<std::size_t>> groups() const {
        std::vector<std::vector<std::size_t>> groups;
        std::vector<std::size_t> open;
        std::set<std::string> seen;
        for (std::size_t i = 0; i < updates_.size(); ++i) {
            const bool writes = updates_[i] && !updates_[i]->fields.empty();
            if (!writes || !seen.insert(updates_[i]->id).second)
                groups.push_back({i});
            else
                open.push_back(i);
            if (open.size() == composite_subrequests_max) groups.push_back(std::exchange(open, {}));
        }
        if (!open.empty()) groups.push_back(std::move(open));
        return groups;
    }

    std::vector<std::size_t> together(const std::vector<std::size_t>& group, std::vector<Result<Value>>& results) {
        std::vector<Subrequest> subrequests;
        for (std::size_t i : group) subrequests.push_back(subrequest_of(joint_.api, *updates_[i]));
        JointRequest request(joint_.api, joint_.calls, group);
        auto sent = send_composite(joint_.api, request.context(), subrequests, net::Effect::write);
        joint_.size.learn(group.size(), sent ? nullptr : &sent.error(), request.deadline_over());
        std::vector<std::size_t> again;
        for (std::size_t k = 0; k < group.size(); ++k) {
            const std::size_t i = group[k];
            results[i] = updated(*updates_[i], sent ? (*sent)[k] : Result<Answer>(fail(sent.error())));
            request.tell(part_of(subrequests[k], results[i], group.size()), joint_.calls[i].context.trace);
            // Only what is said of the whole may be the doing of another.
            if (!sent && may_be_of_one(sent.error())) again.push_back(i);
        }
        return again;
    }

    static JointPart part_of(const Subrequest& subrequest, const Result<Value>& result, std::size_t calls) {
        const std::string others = "and those of " + std::to_string(calls - 1) + " others";
        Map request = composite_body({subrequest}).as_map();
        request.set("…", others);
        return {.target = {},
                .request = json::write(request),
                .response = json::write(List{result ? *result : Value(result.error().to_text()), "… " + others})};
    }

    const Joint& joint_;
    std::vector<Result<Update>> updates_;
};

}  // namespace

Result<Value> record_update(Api& api, const connector::Inputs& inputs, connector::CallContext& context) {
    LS_TRY_ASSIGN(Update update, update_of(inputs));
    if (update.fields.empty()) return Value(Map{{"id", update.id}, {"version", inputs.value("version").text()}, {"modified_at", nullptr}});
    Subrequest patch = subrequest_of(api, update);
    net::Request request = Api::request(patch.method, patch.target, patch.body);
    for (const auto& [name, value] : patch.headers) request.headers.set(name, value.text());
    return updated(update, api.ask(context, std::move(request), net::Effect::write));
}

/// A version that guards nothing is left to the call itself: it is refused without a request.
std::optional<JointKey> record_update_key(const Api& api, const connector::Inputs& inputs) {
    if (api.version() < composite_since) return std::nullopt;
    Result<Update> update = update_of(inputs);
    if (!update || update->fields.empty()) return std::nullopt;
    return JointKey{update->entity, update->id};
}

std::vector<Result<Value>> record_update_jointly(const Joint& joint) { return JointUpdate(joint).make(); }

Result<Value> record_delete(Api& api, const connector::Inputs& inputs, connector::CallContext& context) {
    LS_TRY_ASSIGN(std::string entity, entity_of(inputs));
    LS_TRY_ASSIGN(std::string id, id_of(inputs, entity));
    net::Request request{.method = "DELETE", .url = api.path({"sobjects", entity, id}), .headers = {{"Accept", "application/json"}}};
    Result<Answer> answer = api.ask(context, std::move(request), net::Effect::write);
    if (!answer && answer.error().code != ErrorCode::not_found) return fail(answer.error());
    return Value(Map{{"deleted", true}});
}

}  // namespace lockstep::connectors::salesforce
