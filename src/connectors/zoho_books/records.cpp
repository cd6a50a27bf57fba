#include "connectors/zoho_books/records.h"

#include "base/defect.h"
#include "connectors/zoho_books/custom_fields.h"
#include "connectors/zoho_books/errors.h"

namespace lockstep::connectors::zoho_books {
namespace {

constexpr std::int64_t list_page_most = 1'000'000;

/// After Zoho took a change, whatever goes wrong leaves the step in doubt: looking again finds the effect.
Error after_change(Error error) {
    error.code = ErrorCode::answer_lost;
    error.message = "Zoho Books made the change, but its result could not be read: " + error.message;
    return error;
}

Value with_outcome(Value record, bool created) {
    record.mutable_map().set("created", created);
    return record;
}

Result<const Entity*> writable_entity(const Value& input) {
    LS_TRY_ASSIGN(const Entity* entity, find_entity(input["entity"].string_or("")));
    if (entity->writable) return entity;
    return fail(ErrorCode::value_invalid, "records of this kind are only read: " + std::string(entity->name));
}

Result<Map> map_input(const Value& input, std::string_view name) {
    if (input[name].is_map() && !input[name].as_map().empty()) return input[name].as_map();
    return fail(ErrorCode::value_invalid, "must be a map with at least one entry: " + std::string(name));
}

/// Puts the unique values into the body; they are what a later look-up goes by.
Result<void> put_unique(Map& body, const Map& unique) {
    for (const auto& [field, value] : unique) {
        const Value* there = body.find(field);
        if (is_custom_field(field)) {
            LS_TRY(put_custom_field(body, field, value));
        } else if (!there) {
            body.set(field, value);
        } else if (there->text() != value.text()) {
            return fail(ErrorCode::value_invalid,
                        "the new record could not be found again: " + field + " is " + there->text() + ", unique says " + value.text());
        }
    }
    return {};
}

/// The time as list filters take it. Source: OpenAPI of invoices, `last_modified_time`: YYYY-MM-DDTHH:MM:SS-UTC.
std::string filter_text(const Value& value) {
    if (value.kind() == Value::Kind::date) return format_date(value.as_date());
    if (value.kind() != Value::Kind::timestamp) return value.text();
    std::string text = format_timestamp({.seconds = value.as_timestamp().seconds});
    return text.substr(0, text.size() - 1) + "+0000";
}

bool is_parameter_name(std::string_view name) {
    return !name.empty() && name != "organization_id" && name != "page" && name != "per_page" &&
           name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.") == std::string_view::npos;
}

Result<net::Parameters> parameters_of(const Value& input) {
    net::Parameters parameters;
    if (input.is_null()) return parameters;
    if (!input.is_map()) return fail(ErrorCode::value_invalid, "parameters must be a map");
    for (const auto& [name, value] : input.as_map()) {
        std::string text = filter_text(value);
        if (!is_parameter_name(name)) return fail(ErrorCode::value_invalid, "not a list parameter: " + name);
        if (text.empty()) return fail(ErrorCode::value_invalid, "list parameter has no value: " + name);
        parameters.emplace_back(name, std::move(text));
    }
    return parameters;
}

std::string who(const Value& contact) {
    std::string text = contact["contact_id"].text();
    for (std::string_view fact : {"contact_type", "status"})
        if (!contact[fact].text().empty()) text += ", " + contact[fact].text();
    return text;
}

}  // namespace

Result<UniqueKey> Records::unique_key(const Value& input, const Sought& sought) const {
    if (const Value& key = input["unique_key"]; !key.is_null()) {
        UniqueKey named{.field = key["field"].text(), .value = key["value"].text()};
        if (is_custom_field(named.field) && !named.value.empty()) return named;
        return fail(ErrorCode::value_invalid, "unique_key must name a custom field and its value: " + named.field);
    }
    if (!unique_fields_ || !sought.entity->upserts) return UniqueKey{};
    for (const auto& [field, value] : sought.unique)
        if (is_custom_field(field)) return UniqueKey{.field = field, .value = value.text()};
    return UniqueKey{};
}

Result<Records::Wanted> Records::read_wanted(const Value& input, std::string_view body_name) const {
    Wanted wanted;
    LS_TRY_ASSIGN(wanted.sought.entity, writable_entity(input));
    LS_TRY_ASSIGN(wanted.sought.unique, map_input(input, "unique"));
    LS_TRY_ASSIGN(Map body, map_input(input, body_name));
    LS_TRY_ASSIGN(wanted.body, with_custom_fields(body));
    LS_TRY(put_unique(wanted.body, wanted.sought.unique));
    LS_TRY_ASSIGN(wanted.key, unique_key(input, wanted.sought));
    if (!wanted.key.field.empty()) LS_TRY(put_custom_field(wanted.body, wanted.key.field, wanted.key.value));
    wanted.sought.guarded = !wanted.key.field.empty();
    wanted.sought.name = Value(wanted.body)["contact_name"].text();
    wanted.read_back = input["read_back"] == Value(true);
    return wanted;
}

Result<Value> Records::ensure(connector::CallContext& context, const Value& input) {
    LS_TRY_ASSIGN(Wanted wanted, read_wanted(input, "create"));
    return find_or_create(context, wanted);
}

Result<Value> Records::create(connector::CallContext& context, const Value& input) {
    LS_TRY_ASSIGN(Wanted wanted, read_wanted(input, "body"));
    return find_or_create(context, wanted);
}

Result<Value> Records::find_or_create(connector::CallContext& context, const Wanted& wanted) {
    if (LS_DEFECT("zoho_books: created without a look-up")) return create_new(context, wanted);
    LS_TRY_ASSIGN(std::optional<Value> found, look_up(context, api_, wanted.sought));
    if (found) return adopted(context, wanted, *std::move(found));
    Result<Value> record = create_new(context, wanted);
    bool taken = !record && record.error().vendor_code == name_taken;
    return taken ? after_name_taken(context, wanted, std::move(record).error()) : std::move(record);
}

/// A row of a list is enough to go on with a contact; of an invoice the whole is needed, to compare lines and totals.
Result<Value> Records::adopted(connector::CallContext& context, const Wanted& wanted, Value found) {
    const Entity& entity = *wanted.sought.entity;
    bool whole = wanted.read_back || entity.name != "contacts";
    if (!whole) return with_outcome(std::move(found), false);
    LS_TRY_ASSIGN(std::string id, record_id(entity.id_key, found[entity.id_key]));
    LS_TRY_ASSIGN(Value record, api_.record(context, entity, id));
    return with_outcome(std::move(record), false);
}

Result<Value> Records::create_new(connector::CallContext& context, const Wanted& wanted) {
    Map body = wanted.body;
    LS_TRY(currencies_.put_id(context, body));
    LS_TRY_ASSIGN(Value answer, api_.create(context, *wanted.sought.entity, body, wanted.key));
    Result<Value> record = created_record(context, wanted, answer);
    if (!record) return fail(after_change(std::move(record).error()));
    // An upsert may have met a record that the look-up could not see: "The contact has been updated."
    bool updated = answer["message"].text().find("updated") != std::string::npos;
    return with_outcome(*std::move(record), !updated);
}

Result<Value> Records::created_record(connector::CallContext& context, const Wanted& wanted, const Value& answer) {
    const Entity& entity = *wanted.sought.entity;
    const Value& record = answer[entity.record_key];
    LS_TRY_ASSIGN(std::string id, record_id(entity.id_key, record[entity.id_key]));
    if (!wanted.read_back) return record;
    return api_.record(context, entity, id);
}

/// The name may be our own record's, written while we looked; or another contact's, and then a person must decide.
Result<Value> Records::after_name_taken(connector::CallContext& context, const Wanted& wanted, Error refusal) {
    LS_TRY_ASSIGN(std::optional<Value> found, look_up(context, api_, wanted.sought));
    if (found) return adopted(context, wanted, *std::move(found));
    refusal.code = ErrorCode::vendor_rejected;
    refusal.field = "contact_name";
    refusal.message = "the name belongs to another contact in Zoho Books: " + wanted.sought.name;
    Result<List> others = contacts_named(context, api_, *wanted.sought.entity, wanted.sought.name);
    if (others && !others->empty()) refusal.message += " (" + who(others->front()) + ")";
    for (const auto& [field, value] : wanted.sought.unique)
        refusal.message +=
            "; if both are one customer, put " + value.text() + " into its field " + std::string(field) + "; otherwise rename one of them";
    return fail(std::move(refusal));
}

Result<Value> Records::get(connector::CallContext& context, const Value& input) {
    LS_TRY_ASSIGN(const Entity* entity, find_entity(input["entity"].string_or("")));
    LS_TRY_ASSIGN(std::string id, record_id("id", input["id"]));
    return api_.record(context, *entity, id);
}

Result<Value> Records::find(connector::CallContext& context, const Value& input) {
    Result<Value> record = get(context, input);
    if (!record && says_gone(record.error())) return Value();
    return record;
}

Result<Value> Records::invoice_payments(connector::CallContext& context, const Value& input) {
    LS_TRY_ASSIGN(std::string id, record_id("invoice_id", input["invoice_id"]));
    const std::string path = "/invoices/" + id + "/payments";
    const Entity payments{
        .name = "invoice_payments", .path = path, .list_key = "payments", .record_key = "payment", .id_key = "payment_id"};
    LS_TRY_ASSIGN(List rows, api_.all(context, payments, {}));
    return Value(std::move(rows));
}

Result<Value> Records::query(connector::CallContext& context, const Value& input) {
    LS_TRY_ASSIGN(const Entity* entity, find_entity(input["entity"].string_or("")));
    LS_TRY_ASSIGN(net::Parameters parameters, parameters_of(input["parameters"]));
    if (const Value& page = input["page"]; !page.is_null()) {
        bool fits = page.kind() == Value::Kind::integer && page.as_int() >= 1 && page.as_int() <= list_page_most;
        if (!fits) return fail(ErrorCode::value_invalid, "page must be a number from 1: " + page.text());
        LS_TRY_ASSIGN(ListPage one, api_.page(context, *entity, parameters, static_cast<int>(page.as_int())));
        return Value(std::move(one.rows));
    }
    LS_TRY_ASSIGN(List rows, api_.all(context, *entity, parameters));
    return Value(std::move(rows));
}

Result<Value> Records::update(connector::CallContext& context, const Value& input) {
    LS_TRY_ASSIGN(const Entity* entity, writable_entity(input));
    LS_TRY_ASSIGN(std::string id, record_id("id", input["id"]));
    LS_TRY_ASSIGN(Map fields, map_input(input, "fields"));
    LS_TRY_ASSIGN(Map body, with_custom_fields(fields));
    LS_TRY(currencies_.put_id(context, body));
    LS_TRY_ASSIGN(Value answer, api_.change(context, *entity, id, body));
    return answer[entity->record_key];
}

}  // namespace lockstep::connectors::zoho_books
