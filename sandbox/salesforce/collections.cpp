// Many records a call. Source: REST API Developer Guide, "Use sObject Collections": up to 200 records, 200 even when all
// failed, results in the order of the records, `statusCode` instead of `errorCode`.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "sandbox/salesforce/convert.h"
#include "sandbox/salesforce/record_id.h"
#include "sandbox/salesforce/refusal.h"
#include "sandbox/salesforce/service.h"
#include "value/json.h"

namespace lockstep::sandbox::salesforce {
namespace {

constexpr std::size_t records_max = 200;
constexpr int chunks_max = 10;

List names_of(std::string_view text) {
    List out;
    while (!text.empty()) {
        const std::size_t comma = text.find(',');
        out.emplace_back(text.substr(0, comma));
        text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
    }
    return out;
}

std::vector<std::string> texts_of(const List& list) {
    std::vector<std::string> out;
    for (const Value& value : list) out.push_back(value.text());
    return out;
}

Value failure(const Error& error) {
    const Map entry{{"statusCode", error.vendor_code}, {"message", error.message}, {"fields", names_of(error.field)}};
    return Map{{"success", false}, {"errors", List{Value(entry)}}};
}

// Takes `id` or `Id` out of a record.
std::string take_id(Map& record) {
    for (const char* name : {"id", "Id", "ID"}) {
        if (const Value* id = record.find(name)) {
            std::string text = id->text();
            record.erase(name);
            return text;
        }
    }
    return {};
}

Result<void> check_collection(const List& records, const Object* only) {
    if (records.empty()) return refuse("INVALID_INPUT", "records must not be empty");
    if (records.size() > records_max)
        return refuse("EXCEEDED_ID_LIMIT",
                      fmt::format("record limit reached. cannot submit more than {} records into this call", records_max));
    int chunks = 0;
    std::string previous;
    for (const Value& record : records) {
        if (!record.is_map())
            return refuse("JSON_PARSER_ERROR", "Unexpected parameter encountered during deserialization: a record is not an object");
        const std::string type = record.at_path("attributes.type").string_or("");
        if (type.empty()) return refuse("INVALID_INPUT", "The attributes of a record must name its type");
        const Object* object = Schema::instance().find(type);
        if (object == nullptr) return refuse("INVALID_TYPE", fmt::format("sObject type '{}' is not supported.", type));
        if (only != nullptr && object != only)
            return refuse("INVALID_TYPE", fmt::format("records of type {} do not belong to {}", type, only->table.name));
        if (type != previous) ++chunks;
        previous = type;
    }
    if (chunks > chunks_max) return refuse("LIMIT_EXCEEDED", fmt::format("records change their type more often than {} times", chunks_max));
    return {};
}

// What keeps a body from being read at all: then the request is refused, not the record. Source: "If the request isn't well
// formed, the API returns a 400 Bad Request HTTP Status" (Update Records Using sObject Collections); for values of a wrong
// type as seen in tprouvot/Salesforce-Inspector-reloaded#1154.
bool unreadable(const Error& error) {
    return error.vendor_code == "JSON_PARSER_ERROR" ||
           (error.vendor_code == "INVALID_FIELD" && error.message.starts_with("No such column"));
}

// The names that stand more than once: each of their records is refused. Source: Salesforce help, "Error 'Duplicate Id
// Specified' or CSV with duplicate records on update or upsert".
std::set<std::string> repeated(const std::vector<std::string>& names) {
    std::set<std::string> seen, twice;
    for (const std::string& name : names)
        if (!name.empty() && !seen.insert(name).second) twice.insert(name);
    return twice;
}

struct RefusalText {
    std::string_view code, message;
};
constexpr std::array<RefusalText, 4> refusal_texts = {{
    {"UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record or 1 records"},
    {"FIELD_CUSTOM_VALIDATION_EXCEPTION", "A validation rule refuses the record"},
    {"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "Trigger: execution of BeforeUpdate caused by: System.NullPointerException"},
    {"UNKNOWN_EXCEPTION", "An unexpected error occurred"},
}};

Unexpected refuse_as_set(const std::string& code) {
    for (const RefusalText& known : refusal_texts)
        if (known.code == code) return refuse(code, std::string(known.message));
    return refuse(code, "The record is refused");
}

}  // namespace

Result<void> CollectionRefusals::set(const Value& record) {
    if (!record.is_map()) return fail(ErrorCode::request_invalid, "settings are an object");
    for (const auto& [name, value] : record.as_map()) {
        const bool number = value.kind() == Value::Kind::integer && value.as_int() >= 0;
        if (name == "collection_refuse_every" && number)
            every = value.as_int();
        else if (name == "collection_refuse_calls" && number)
            calls = value.as_int();
        else if (name == "collection_refuse_with" && value.is_string())
            code = value.as_string();
        else
            return fail(ErrorCode::request_invalid, "no such setting, or not of its type: " + name);
    }
    return {};
}

Value CollectionRefusals::to_value() const {
    return Map{{"collection_refuse_every", every}, {"collection_refuse_with", code}, {"collection_refuse_calls", calls}};
}

net::Response Service::collection_answer(std::vector<Result<Saved>> results, bool all_or_none) {
    const bool failed = std::ranges::any_of(results, [](const auto& result) { return !result; });
    database_.finish(!(all_or_none && failed));
    List out;
    for (const Result<Saved>& result : results) {
        if (!result) {
            out.push_back(failure(result.error()));
        } else if (all_or_none && failed) {
            out.push_back(failure(refuse("ALL_OR_NONE_OPERATION_ROLLED_BACK",
                                         "Record rolled back because not all records were valid and the request was using AllOrNone header")
                                      .error()));
        } else {
            Map entry{{"id", result->id}, {"success", true}, {"errors", List{}}};
            if (result->created) entry.set("created", *result->created);
            out.push_back(std::move(entry));
        }
    }
    return json_text(200, json::write(out));
}

net::Response Service::save_collection(const Call& call, const Object* only, const SaveOne& save) {
    auto body = body_of(call);
    if (!body) return error_response(body.error());
    const Value given(*std::move(body));
    if (!given["records"].is_list()) return error_response(refuse("JSON_PARSER_ERROR", "records must be a list").error());
    if (!given["allOrNone"].is_null() && given["allOrNone"].kind() != Value::Kind::boolean)
        return error_response(refuse("JSON_PARSER_ERROR", "Cannot deserialize instance of boolean from allOrNone").error());
    const List& records = given["records"].as_list();
    if (auto checked = check_collection(records, only); !checked) return error_response(checked.error());
    Writer with = writer();
    database_.begin();
    const std::int64_t every = refusals_.calls > 0 ? refusals_.every : 0;
    if (every > 0) --refusals_.calls;
    std::vector<Result<Saved>> results;
    for (const Value& record : records) {
        const Object& object = *Schema::instance().find(record.at_path("attributes.type").as_string());
        if (every > 0 && static_cast<std::int64_t>(results.size() + 1) % every == 0)
            results.push_back(refuse_as_set(refusals_.code));
        else if (object.table.writable)
            results.push_back(save(with, object, record.as_map()));
        else
            results.push_back(refuse("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object"));
        if (results.back() || !unreadable(results.back().error())) continue;
        database_.finish(false);
        return error_response(results.back().error());
    }
    return collection_answer(std::move(results), given["allOrNone"] == Value(true));
}

// The records of a call, as far as it can be read.
std::vector<Map> Service::records_of(const Call& call) const {
    std::vector<Map> out;
    const auto body = body_of(call);
    const Value given = body ? Value(*body) : Value();
    if (!given["records"].is_list()) return out;
    for (const Value& record : given["records"].as_list())
        if (record.is_map()) out.push_back(record.as_map());
    return out;
}

net::Response Service::post_collection(const Call& call) {
    return save_collection(call, nullptr, [](Writer& with, const Object& object, const Map& record) -> Result<Saved> {
        LS_TRY_ASSIGN(std::string id, with.create(object, record));
        return Saved{std::move(id), {}};
    });
}

net::Response Service::patch_collection(const Call& call) {
    std::vector<std::string> ids;
    for (Map record : records_of(call)) ids.push_back(canonical_id(take_id(record)).value_or(""));
    const std::set<std::string> twice = repeated(ids);
    return save_collection(call, nullptr, [&](Writer& with, const Object& object, const Map& record) -> Result<Saved> {
        Map fields = record;
        const std::string given = take_id(fields);
        if (given.empty()) return refuse("MISSING_ARGUMENT", "Id not specified in an update call");
        const auto id = canonical_id(given);
        if (!id || !id->starts_with(object.table.key_prefix))
            return refuse("MALFORMED_ID", fmt::format("{} ID: id value of incorrect type: {}", object.table.label, given), "Id");
        if (twice.contains(*id)) return refuse("DUPLICATE_VALUE", fmt::format("Duplicate id specified: {}", *id), "Id");
        auto done = with.update(object, *id, fields);
        if (!done && done.error().vendor_code == "NOT_FOUND") return refuse("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id");
        if (!done) return fail(done.error());
        return Saved{*id, {}};
    });
}

net::Response Service::patch_collection_by_key(const Call& call) {
    const Object* object = Schema::instance().find(call.segments[2]);
    if (object == nullptr) return error_response(refuse("NOT_FOUND", "The requested resource does not exist").error());
    auto field = external_field(*object, call.segments[3]);
    if (!field || *field == id_field)
        return error_response(
            refuse("NOT_FOUND", fmt::format("Provided external ID field does not exist or is not accessible: {}", call.segments[3]))
                .error());
    const Field& column = object->fields[static_cast<std::size_t>(*field)];
    std::vector<std::string> keys;
    for (const Map& record : records_of(call))
        for (const auto& [name, value] : record)
            if (lower(name) == lower(column.name)) keys.push_back(lower(value.text()));
    const std::set<std::string> twice = repeated(keys);
    return save_collection(call, object, [&](Writer& with, const Object& of, const Map& record) -> Result<Saved> {
        Map fields;
        Value key;
        for (const auto& [name, value] : record) {
            if (lower(name) == lower(column.name))
                key = value;
            else
                fields.set(name, value);
        }
        LS_TRY_ASSIGN(const Value stored, stored_value(column, key));
        if (stored.is_null()) return refuse("MISSING_ARGUMENT", fmt::format("{} not specified", column.name));
        if (twice.contains(lower(key.text())))
            return refuse("DUPLICATE_VALUE", fmt::format("Duplicate external id specified: {}", key.text()), std::string(column.name));
        LS_TRY_ASSIGN(Writer::Upserted done, with.upsert(of, *field, stored, fields));
        return Saved{std::move(done.id), done.created};
    });
}

net::Response Service::delete_collection(const Call& call) {
    const List ids = names_of(net::parameter(call.parameters, "ids").value_or(""));
    if (ids.empty() || ids.size() > records_max)
        return error_response(refuse("EXCEEDED_ID_LIMIT", fmt::format("ids must name 1 to {} records", records_max)).error());
    Writer with = writer();
    database_.begin();
    std::vector<Result<Saved>> results;
    for (const Value& given : ids) {
        const auto id = canonical_id(given.as_string());
        const Object* object = id ? Schema::instance().find_by_prefix(id->substr(0, 3)) : nullptr;
        if (object == nullptr) {
            results.push_back(refuse("MALFORMED_ID", fmt::format("malformed id {}", given.as_string())));
            continue;
        }
        auto done = with.remove(*object, *id);
        if (done)
            results.push_back(Saved{*id, {}});
        else if (done.error().vendor_code == "NOT_FOUND")
            results.push_back(refuse("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id"));
        else
            results.push_back(fail(done.error()));
    }
    return collection_answer(std::move(results), net::parameter(call.parameters, "allOrNone").value_or("") == "true");
}

net::Response Service::get_collection(const Call& call) {
    const auto list = [&](const char* name) { return texts_of(names_of(net::parameter(call.parameters, name).value_or(""))); };
    return retrieve(call, list("ids"), list("fields"));
}

net::Response Service::post_collection_ids(const Call& call) {
    auto body = body_of(call);
    if (!body) return error_response(body.error());
    const Value given(*std::move(body));
    const auto list = [&](const char* name) {
        return given[name].is_list() ? texts_of(given[name].as_list()) : std::vector<std::string>();
    };
    return retrieve(call, list("ids"), list("fields"));
}

// Ids that are not there give null at their place.
net::Response Service::retrieve(const Call& call, const std::vector<std::string>& ids, const std::vector<std::string>& names) {
    const Object* object = Schema::instance().find(call.segments[2]);
    if (object == nullptr) return error_response(refuse("NOT_FOUND", "The requested resource does not exist").error());
    if (ids.empty() || ids.size() > 2000 || names.empty())
        return error_response(refuse("INVALID_INPUT", "ids (1 to 2000) and fields are needed").error());
    std::vector<int> fields;
    for (const std::string& name : names) {
        fields.push_back(object->field_index(name));
        if (fields.back() < 0)
            return error_response(
                refuse("INVALID_FIELD", fmt::format("No such column '{}' on sobject of type {}", name, object->table.name)).error());
    }
    const Table& table = database_.table(*object);
    std::string out;
    for (const std::string& given : ids) {
        out += out.empty() ? "[" : ",";
        const auto id = canonical_id(given);
        const auto row = id ? table.find(*id) : std::nullopt;
        if (!row || table.at(*row).deleted) {
            out += "null";
            continue;
        }
        const Record& record = table.at(*row);
        out += '{';
        append_attributes(out, *object, record, call.version);
        for (const int field : fields) {
            Value scratch;
            out += fmt::format(",\"{}\":", object->fields[static_cast<std::size_t>(field)].name);
            append_json(out, object->fields[static_cast<std::size_t>(field)], database_.read(*object, record, field, scratch));
        }
        out += '}';
    }
    return json_text(200, out + "]");
}

}  // namespace lockstep::sandbox::salesforce
