// One record at a time: create, read, update, delete, upsert, and the conditional headers.
#include <fmt/format.h>

#include "sandbox/salesforce/convert.h"
#include "sandbox/salesforce/record_id.h"
#include "sandbox/salesforce/refusal.h"
#include "sandbox/salesforce/service.h"
#include "value/encoding.h"
#include "value/json.h"

namespace lockstep::sandbox::salesforce {
namespace {

net::Response no_content() {
    net::Response response;
    response.status = 204;
    return response;
}

std::string saved(const std::string& id, std::string_view more) {
    return fmt::format(R"({{"id":"{}","success":true,"errors":[]{}}})", id, more);
}

// Several records with one external id: 300 and their addresses.
net::Response several(const Call& call, const Object& object, std::string_view ids) {
    List urls;
    while (!ids.empty()) {
        const std::size_t comma = ids.find(',');
        urls.emplace_back(fmt::format("/services/data/v{}/sobjects/{}/{}", call.version, object.table.name, ids.substr(0, comma)));
        ids = comma == std::string_view::npos ? std::string_view{} : ids.substr(comma + 1);
    }
    return json_text(300, json::write(urls));
}

bool lists(std::string_view header, std::string_view tag) {
    if (header == "*") return true;
    return header.find(tag) != std::string_view::npos;
}

bool well_formed_tags(std::string_view header) {
    return header == "*" || (header.starts_with('"') && header.ends_with('"')) || header.starts_with("W/\"");
}

}  // namespace

Result<int> Service::external_field(const Object& object, std::string_view name) const {
    const int field = object.field_index(name);
    if (field < 0 || !(field == id_field || object.fields[static_cast<std::size_t>(field)].has(external_id)))
        return refuse("NOT_FOUND", fmt::format("Provided external ID field does not exist or is not accessible: {}", name));
    return field;
}

Result<Row> Service::row_by_key(const Call& call, const Object& object) const {
    LS_TRY_ASSIGN(const int field, external_field(object, call.segments[2]));
    if (field == id_field) return Writer(const_cast<Database&>(database_), author()).living(object, call.segments[3]);
    const Rows& rows = database_.table(object).with(field, call.segments[3]);
    if (rows.empty()) return refuse("NOT_FOUND", "The requested resource does not exist");
    if (rows.size() == 1) return rows.front();
    std::string ids;
    for (const Row row : rows) ids += (ids.empty() ? "" : ",") + database_.table(object).id_of(row);
    return refuse("300", "more than one record has this external id", ids);
}

net::Response Service::post_row(const Call& call) {
    auto object = object_of(call);
    if (!object) return error_response(object.error());
    if (!(*object)->table.writable)
        return error_response(refuse("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object").error());
    auto body = body_of(call);
    if (!body) return error_response(body.error());
    auto id = writer().create(**object, *body);
    if (!id) return error_response(id.error());
    net::Response response = json_text(201, saved(*id, ""));
    response.headers.set("Location", fmt::format("/services/data/v{}/sobjects/{}/{}", call.version, (*object)->table.name, *id));
    return response;
}

net::Response Service::get_row(const Call& call) {
    auto object = object_of(call);
    if (!object) return error_response(object.error());
    auto row = writer().living(**object, call.segments[2]);
    return row ? row_answer(call, **object, *row) : error_response(row.error());
}

net::Response Service::row_answer(const Call& call, const Object& object, Row row) {
    if (auto refused = guard(call, object, row, false)) return *std::move(refused);
    const Record& record = std::as_const(database_).table(object).at(row);
    std::vector<int> fields;
    if (const auto wanted = net::parameter(call.parameters, "fields"); wanted && !wanted->empty()) {
        std::string_view names = *wanted;
        while (!names.empty()) {
            const std::size_t comma = names.find(',');
            std::string_view name = names.substr(0, comma);
            names = comma == std::string_view::npos ? std::string_view{} : names.substr(comma + 1);
            while (name.starts_with(' ')) name.remove_prefix(1);
            const int field = object.field_index(name);
            if (field < 0)
                return error_response(
                    refuse("INVALID_FIELD", fmt::format("No such column '{}' on sobject of type {}", name, object.table.name)).error());
            fields.push_back(field);
        }
    } else {
        for (std::size_t i = 0; i < object.fields.size(); ++i) fields.push_back(static_cast<int>(i));
    }
    std::string body = "{";
    append_attributes(body, object, record, call.version);
    bool with_id = false;
    for (const int field : fields) {
        Value scratch;
        with_id |= field == id_field;
        body.append(",\"").append(object.fields[static_cast<std::size_t>(field)].name).append("\":");
        append_json(body, object.fields[static_cast<std::size_t>(field)], database_.read(object, record, field, scratch));
    }
    if (!with_id) body += fmt::format(",\"Id\":\"{}\"", record.get(id_field).as_string());
    net::Response response = json_text(200, body + "}");
    if (&object.table == &account_table) response.headers.set("ETag", etag(record));
    response.headers.set("Last-Modified", http_date(record.get(last_modified_date_field).as_timestamp()));
    return response;
}

net::Response Service::patch_row(const Call& call) {
    auto object = object_of(call);
    if (!object) return error_response(object.error());
    auto row = writer().living(**object, call.segments[2]);
    if (!row) return error_response(row.error());
    if (auto refused = guard(call, **object, *row, true)) return *std::move(refused);
    auto body = body_of(call);
    if (!body) return error_response(body.error());
    if (!(*object)->table.writable)
        return error_response(refuse("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object").error());
    auto done = writer().update(**object, call.segments[2], *body);
    if (!done) return error_response(done.error());
    net::Response response = no_content();
    // Source: REST API Developer Guide, "Update Records Using sObject Rows": of an account, with the ETag as it is now.
    if (&(*object)->table == &account_table) response.headers.set("ETag", etag(std::as_const(database_).table(**object).at(*row)));
    return response;
}

net::Response Service::delete_row(const Call& call) {
    auto object = object_of(call);
    if (!object) return error_response(object.error());
    if (!(*object)->table.writable)
        return error_response(refuse("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object").error());
    auto done = writer().remove(**object, call.segments[2]);
    return done ? no_content() : error_response(done.error());
}

net::Response Service::get_row_by_key(const Call& call) {
    auto object = object_of(call);
    if (!object) return error_response(object.error());
    auto row = row_by_key(call, **object);
    if (!row) return row.error().vendor_code == "300" ? several(call, **object, row.error().field) : error_response(row.error());
    return row_answer(call, **object, *row);
}

net::Response Service::patch_row_by_key(const Call& call) {
    auto object = object_of(call);
    if (!object) return error_response(object.error());
    auto field = external_field(**object, call.segments[2]);
    if (!field) return error_response(field.error());
    auto body = body_of(call);
    if (!body) return error_response(body.error());
    if (*field == id_field) {
        auto done = writer().update(**object, call.segments[3], *body);
        return done ? json_text(200, saved(canonical_id(call.segments[3]).value_or(""), ",\"created\":false"))
                    : error_response(done.error());
    }
    auto key = stored_value((*object)->fields[static_cast<std::size_t>(*field)], call.segments[3]);
    if (!key) return error_response(key.error());
    const bool update_only = net::parameter(call.parameters, "updateOnly").value_or("") == "true";
    if (update_only && database_.table(**object).with(*field, call.segments[3]).empty())
        return error_response(refuse("NOT_FOUND", "The requested resource does not exist").error());
    if (auto row = row_by_key(call, **object))
        if (auto refused = guard(call, **object, *row, true)) return *std::move(refused);
    auto done = writer().upsert(**object, *field, *key, *body);
    if (!done) return done.error().vendor_code == "300" ? several(call, **object, done.error().field) : error_response(done.error());
    // Source: REST API Developer Guide, "Insert or Update (Upsert)": 201 for a new record; for an old one 200 since v46, before
    // that 204.
    if (!done->created && call.version < std::string_view("46.0")) return no_content();
    return json_text(done->created ? 201 : 200, saved(done->id, done->created ? ",\"created\":true" : ",\"created\":false"));
}

net::Response Service::delete_row_by_key(const Call& call) {
    auto object = object_of(call);
    if (!object) return error_response(object.error());
    auto row = row_by_key(call, **object);
    if (!row) return row.error().vendor_code == "300" ? several(call, **object, row.error().field) : error_response(row.error());
    auto done = writer().remove(**object, std::string(database_.table(**object).id_of(*row)));
    return done ? no_content() : error_response(done.error());
}

std::string etag(const Record& record) {
    return "\"" + encoding::base64(sha1(record.get(id_field).as_string() + "/" + std::to_string(record.version))) + "-gzip\"";
}

// Source: REST API Developer Guide, "Conditional Request Headers".
std::optional<net::Response> Service::guard(const Call& call, const Object& object, Row row, bool write) const {
    const Record& record = std::as_const(database_).table(object).at(row);
    const net::Headers& headers = call.request.headers;
    const auto failed = [] { return error_response(refuse("PRECONDITION_FAILED", "The precondition of the request is not met").error()); };
    const auto unreadable = [](std::string_view name) {
        return error_response(refuse("INVALID_HEADER", fmt::format("{} header is invalid", name)).error());
    };
    const net::Response unchanged{304, {}, {}};
    if (&object.table == &account_table) {
        const std::string tag = etag(record);
        if (const auto wanted = headers.get("If-Match")) {
            if (write && !well_formed_tags(*wanted)) return unreadable("If-Match");
            if (!lists(*wanted, tag)) return failed();
        }
        if (const auto unwanted = headers.get("If-None-Match")) {
            if (write && !well_formed_tags(*unwanted)) return unreadable("If-None-Match");
            if (lists(*unwanted, tag)) return write ? failed() : unchanged;
        }
    }
    const Timestamp modified = record.get(last_modified_date_field).as_timestamp();
    if (const auto since = headers.get("If-Unmodified-Since")) {
        auto time = parse_http_date(*since);
        if (!time) return write ? std::optional(unreadable("If-Unmodified-Since")) : std::nullopt;
        if (modified > *time) return failed();
    }
    if (const auto since = headers.get("If-Modified-Since"); since && !write) {
        auto time = parse_http_date(*since);
        if (time && modified <= *time) return unchanged;
    }
    return std::nullopt;
}

}  // namespace lockstep::sandbox::salesforce
