// What the organisation sends by itself. Source: SOAP API Developer Guide, "Outbound Messaging".
#include <fmt/format.h>

#include "sandbox/salesforce/convert.h"
#include "sandbox/salesforce/record_id.h"
#include "sandbox/salesforce/refusal.h"
#include "sandbox/salesforce/service.h"
#include "value/json.h"
#include "value/xml.h"

namespace lockstep::sandbox::salesforce {
namespace {

std::string xml_value(const Field& field, const Value& value) {
    if (value.kind() == Value::Kind::timestamp) return format_timestamp(value.as_timestamp()).substr(0, 19) + ".000Z";
    if (value.is_string()) return xml::escape(value.as_string());
    std::string text;
    append_json(text, field, value);
    if (text.starts_with('"')) text = text.substr(1, text.size() - 2);
    return text;
}

// `sf:Id` first, the others by name; fields without a value are left out.
std::string xml_record(const Database& database, const Object& object, const Record& record, const List& fields) {
    std::vector<std::string> names;
    for (const Value& field : fields) names.push_back(field.text());
    std::sort(names.begin(), names.end());
    std::string out = fmt::format("<sf:Id>{}</sf:Id>", record.get(id_field).as_string());
    for (const std::string& name : names) {
        const int index = object.field_index(name);
        if (index <= id_field) continue;
        Value scratch;
        const Value& value = database.read(object, record, index, scratch);
        const Field& field = object.fields[static_cast<std::size_t>(index)];
        if (!value.is_null()) out += fmt::format("<sf:{0}>{1}</sf:{0}>", field.name, xml_value(field, value));
    }
    return out;
}

}  // namespace

std::string notification_text(const Database& database, const Object& object, const Record& record, const List& fields,
                              std::string_view id) {
    return fmt::format(
        "<Notification><Id>{}</Id><sObject xsi:type=\"sf:{}\" "
        "xmlns:sf=\"urn:sobject.enterprise.soap.sforce.com\">{}</sObject></Notification>",
        id, object.table.name, xml_record(database, object, record, fields));
}

std::string message_text(const Options& options, std::string_view action_id, std::string_view notifications) {
    const std::string organization = organization_id();
    return fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" "
        "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><soapenv:Body>"
        "<notifications xmlns=\"http://soap.sforce.com/2005/09/outbound\"><OrganizationId>{0}</OrganizationId><ActionId>{1}</ActionId>"
        "<SessionId xsi:nil=\"true\"/><EnterpriseUrl>{2}/services/Soap/c/60.0/{3}</EnterpriseUrl>"
        "<PartnerUrl>{2}/services/Soap/u/60.0/{3}</PartnerUrl>{4}</notifications></soapenv:Body></soapenv:Envelope>",
        organization, action_id, options.addresses.salesforce, organization.substr(0, 15), notifications);
}

// Events: `outbound_message` {object, ids, fields, url}; `callout` {body, url}: a record-triggered flow's JSON callout.
Result<net::Request> Service::emit(std::string_view event, const Map& details) {
    const Value given(details);
    net::Request request;
    request.method = "POST";
    request.url = given["url"].string_or("");
    if (event == "callout") {
        request.headers.set("Content-Type", "application/json;charset=UTF-8");
        request.headers.set("User-Agent", "SFDC-Callout/60.0");
        request.body = json::write(given["body"]);
        return request;
    }
    if (event != "outbound_message") return fail(ErrorCode::not_found, fmt::format("no such event: {} (outbound_message, callout)", event));
    const Object* object = Schema::instance().find(given["object"].string_or(""));
    if (object == nullptr) return fail(ErrorCode::request_invalid, "outbound_message needs `object`: " + given["object"].text());
    const bool listed = given["ids"].is_list() && !given["ids"].as_list().empty() && given["ids"].as_list().size() <= 100;
    if (!listed) return fail(ErrorCode::request_invalid, "outbound_message needs `ids`, 1 to 100 of them");
    const List fields = given["fields"].is_list() ? given["fields"].as_list() : List{};
    std::string notifications;
    for (const Value& id : given["ids"].as_list()) {
        const auto id18 = canonical_id(id.text());
        const auto row = id18 ? database_.table(*object).find(*id18) : std::nullopt;
        if (!row) return fail(ErrorCode::not_found, fmt::format("no such {}: {}", object->table.name, id.text()));
        notifications += notification_text(database_, *object, std::as_const(database_).table(*object).at(*row), fields, outbox_.fresh_id());
    }
    request.headers.set("Content-Type", "text/xml; charset=UTF-8");
    request.headers.set("SOAPAction", "\"\"");
    request.body = message_text(options_, make_record_id("04k", 1), notifications);
    return request;
}

}  // namespace lockstep::sandbox::salesforce
