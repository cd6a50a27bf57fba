#include "connectors/salesforce/actions.h"
#include "connectors/salesforce/field_values.h"
#include "connectors/salesforce/record_id.h"
#include "value/encoding.h"

namespace lockstep::connectors::salesforce {
namespace {

Result<std::string> object_input(const connector::Inputs& inputs) {
    LS_TRY_ASSIGN(std::string name, inputs.text("object"));
    return checked_name(name, "object");
}

Result<std::string> field_list(const connector::Inputs& inputs) {
    LS_TRY_ASSIGN(List fields, inputs.list("fields"));
    std::string names;
    for (const Value& field : fields) {
        LS_TRY_ASSIGN(std::string name, checked_name(field.text(), "field"));
        names += (names.empty() ? "" : ",") + name;
    }
    if (names.empty()) return fail(ErrorCode::value_invalid, "salesforce.get needs at least one name in `fields`, or none of the input");
    return names;
}

/// A record as one value of an external id field names it.
struct ExternalId {
    std::string object, field, value;
};

/// A value becomes a part of the path. Dots alone would be taken for a way up by whoever tidies the address.
Result<ExternalId> external_id(std::string object, std::string_view field, const Value& value) {
    LS_TRY_ASSIGN(std::string name, checked_name(field, "field"));
    std::string text = value.kind() == Value::Kind::boolean ? std::string() : value.text();
    if (text.empty() || text == "." || text == "..")
        return fail(ErrorCode::value_invalid,
                    "not a value for an external id: " + object + "." + name + ", " + (text.empty() ? "nothing" : text));
    return ExternalId{std::move(object), std::move(name), std::move(text)};
}

/// Up to v45.0 an upsert that updates answers 204 without the id.
/// Source: REST API Developer Guide, "Insert or Update (Upsert) a Record Using an External ID".
Result<Value> id_of(Api& api, const ExternalId& key, connector::CallContext& context) {
    Result<Value> record = api.get(context, api.path({"sobjects", key.object, key.field, key.value}) + "?fields=Id");
    if (!record) return fail(ErrorCode::answer_lost, "the record is written but its id cannot be read: " + record.error().message);
    return (*record)["Id"];
}

Result<Value> read_upsert_answer(Api& api, const ExternalId& key, const Value& answer, connector::CallContext& context) {
    Value id = answer["id"];
    if (answer.is_null()) { LS_TRY_ASSIGN(id, id_of(api, key, context)); }
    Result<std::string> normal = normalise_record_id(id.text());
    if (!normal) return fail(ErrorCode::answer_lost, "the upsert answer of Salesforce has no id: " + key.object);
    return Value(Map{{"id", *std::move(normal)}, {"created", answer["created"] == Value(true)}});
}

Result<Value> upsert(Api& api, const ExternalId& key, const Map& fields, connector::CallContext& context) {
    if (fields.contains(key.field))
        return fail(ErrorCode::value_invalid, "the external id is given once, not among the fields too: " + key.object + "." + key.field);
    LS_TRY_ASSIGN(Map body, field_values(fields));
    std::string target = api.path({"sobjects", key.object, key.field, key.value});
    Result<Value> answer = api.write(context, "PATCH", target, body);
    // Of two first upserts at once one is refused; by now there is a record, and the second try updates it.
    if (!answer && answer.error().code == ErrorCode::duplicate_found) answer = api.write(context, "PATCH", target, body);
    if (!answer) return answer;
    return read_upsert_answer(api, key, *answer, context);
}

/// Salesforce's words for a missing record do not say which.
template <class T>
Result<T> naming_record(Result<T> result, const std::string& object, const std::string& id) {
    if (result || result.error().code != ErrorCode::not_found) return result;
    Error error = std::move(result).error();
    error.message += ", " + object + " " + id;
    return fail(std::move(error));
}

}  // namespace

Result<Value> get_record(Api& api, const connector::Inputs& inputs, connector::CallContext& context) {
    LS_TRY_ASSIGN(std::string object, object_input(inputs));
    LS_TRY_ASSIGN(std::string given, inputs.text("id"));
    LS_TRY_ASSIGN(std::string id, record_id_of(object, given));
    std::string target = api.path({"sobjects", object, id});
    if (inputs.has("fields")) {
        LS_TRY_ASSIGN(std::string names, field_list(inputs));
        target += "?fields=" + names;
    }
    LS_TRY_ASSIGN(Value record, naming_record(api.get(context, target), object, id));
    if (!record.is_map()) return fail(ErrorCode::vendor_protocol, "the record answer of Salesforce is not an object: " + object + " " + id);
    record.mutable_map().erase("attributes");
    return record;
}

Result<Value> create_record(Api& api, const connector::Inputs& inputs, connector::CallContext& context) {
    LS_TRY_ASSIGN(std::string object, object_input(inputs));
    LS_TRY_ASSIGN(Map unique, inputs.map("unique"));
    if (unique.size() != 1)
        return fail(ErrorCode::value_invalid,
                    "salesforce.create needs exactly one external id field in `unique`, got " + std::to_string(unique.size()));
    LS_TRY_ASSIGN(ExternalId key, external_id(std::move(object), unique.begin()->first, unique.begin()->second));
    LS_TRY_ASSIGN(Map fields, inputs.map("fields"));
    return upsert(api, key, fields, context);
}

Result<Value> update_record(Api& api, const connector::Inputs& inputs, connector::CallContext& context) {
    LS_TRY_ASSIGN(std::string object, object_input(inputs));
    LS_TRY_ASSIGN(std::string given, inputs.text("id"));
    LS_TRY_ASSIGN(std::string id, record_id_of(object, given));
    LS_TRY_ASSIGN(Map fields, inputs.map("fields"));
    LS_TRY_ASSIGN(Map body, field_values(fields));
    if (!body.empty()) LS_TRY(naming_record(api.write(context, "PATCH", api.path({"sobjects", object, id}), body), object, id));
    return Value(Map{{"id", id}, {"changed", !body.empty()}});
}

Result<Value> upsert_record(Api& api, const connector::Inputs& inputs, connector::CallContext& context) {
    LS_TRY_ASSIGN(std::string object, object_input(inputs));
    LS_TRY_ASSIGN(std::string field, inputs.text("external_id"));
    LS_TRY_ASSIGN(ExternalId key, external_id(std::move(object), field, inputs.value("value")));
    LS_TRY_ASSIGN(Map fields, inputs.map("fields"));
    return upsert(api, key, fields, context);
}

}  // namespace lockstep::connectors::salesforce
