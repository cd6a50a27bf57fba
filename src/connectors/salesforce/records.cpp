#include "connectors/salesforce/records.h"

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

/// `fields` are those of the inputs; the external id is not one of them.
Result<RecordUpsert> with_fields(ExternalId key, const connector::Inputs& inputs) {
    LS_TRY_ASSIGN(Map fields, inputs.map("fields"));
    if (fields.contains(key.field))
        return fail(ErrorCode::value_invalid, "the external id is given once, not among the fields too: " + key.object + "." + key.field);
    LS_TRY_ASSIGN(Map body, field_values(fields));
    return RecordUpsert{std::move(key), std::move(body)};
}

Result<Value> upsert(Api& api, const RecordUpsert& record, connector::CallContext& context) {
    const ExternalId& key = record.key;
    std::string target = api.path({"sobjects", key.object, key.field, key.value});
    Result<Value> answer = api.write(context, "PATCH", target, record.fields);
    // Of two first upserts at once one is refused; by now there is a record, and the second try updates it.
    if (!answer && answer.error().code == ErrorCode::duplicate_found) answer = api.write(context, "PATCH", target, record.fields);
    if (!answer) return answer;
    return read_upsert_answer(api, key, *answer, context);
}

template <class T>
Result<T> named(Result<T> result, const std::string& object, const std::string& id) {
    if (result) return result;
    return fail(naming_record(std::move(result).error(), object, id));
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
    LS_TRY_ASSIGN(Value record, named(api.get(context, target), object, id));
    if (!record.is_map()) return fail(ErrorCode::vendor_protocol, "the record answer of Salesforce is not an object: " + object + " " + id);
    record.mutable_map().erase("attributes");
    return record;
}

Result<RecordUpdate> read_update(const connector::Inputs& inputs) {
    LS_TRY_ASSIGN(std::string object, object_input(inputs));
    LS_TRY_ASSIGN(std::string given, inputs.text("id"));
    LS_TRY_ASSIGN(std::string id, record_id_of(object, given));
    LS_TRY_ASSIGN(Map fields, inputs.map("fields"));
    LS_TRY_ASSIGN(Map body, field_values(fields));
    return RecordUpdate{std::move(object), std::move(id), std::move(body)};
}

Result<RecordUpsert> read_upsert(const connector::Inputs& inputs) {
    LS_TRY_ASSIGN(std::string object, object_input(inputs));
    LS_TRY_ASSIGN(std::string field, inputs.text("external_id"));
    LS_TRY_ASSIGN(ExternalId key, external_id(std::move(object), field, inputs.value("value")));
    return with_fields(std::move(key), inputs);
}

Result<RecordUpsert> read_create(const connector::Inputs& inputs) {
    LS_TRY_ASSIGN(std::string object, object_input(inputs));
    LS_TRY_ASSIGN(Map unique, inputs.map("unique"));
    if (unique.size() != 1)
        return fail(ErrorCode::value_invalid,
                    "salesforce.create needs exactly one external id field in `unique`, got " + std::to_string(unique.size()));
    LS_TRY_ASSIGN(ExternalId key, external_id(std::move(object), unique.begin()->first, unique.begin()->second));
    return with_fields(std::move(key), inputs);
}

Error naming_record(Error error, const std::string& object, const std::string& id) {
    if (error.code == ErrorCode::not_found) error.message += ", " + object + " " + id;
    return error;
}

Result<Value> create_record(Api& api, const connector::Inputs& inputs, connector::CallContext& context) {
    LS_TRY_ASSIGN(RecordUpsert record, read_create(inputs));
    return upsert(api, record, context);
}

Result<Value> update_record(Api& api, const connector::Inputs& inputs, connector::CallContext& context) {
    LS_TRY_ASSIGN(RecordUpdate record, read_update(inputs));
    if (!record.fields.empty())
        LS_TRY(
            named(api.write(context, "PATCH", api.path({"sobjects", record.object, record.id}), record.fields), record.object, record.id));
    return Value(Map{{"id", record.id}, {"changed", !record.fields.empty()}});
}

Result<Value> upsert_record(Api& api, const connector::Inputs& inputs, connector::CallContext& context) {
    LS_TRY_ASSIGN(RecordUpsert record, read_upsert(inputs));
    return upsert(api, record, context);
}

}  // namespace lockstep::connectors::salesforce
