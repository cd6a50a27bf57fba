// Source: REST API Developer Guide, "sObject Describe", "Describe Global".
#include <fmt/format.h>

#include "sandbox/salesforce/refusal.h"
#include "sandbox/salesforce/service.h"
#include "value/json.h"

namespace lockstep::sandbox::salesforce {
namespace {

// The SOAP type that describe names beside the type.
std::string_view soap_type(FieldType type) {
    switch (type) {
        case FieldType::id:
        case FieldType::reference:
            return "tns:ID";
        case FieldType::boolean:
            return "xsd:boolean";
        case FieldType::currency:
        case FieldType::number:
        case FieldType::percent:
            return "xsd:double";
        case FieldType::integer:
            return "xsd:int";
        case FieldType::date:
            return "xsd:date";
        case FieldType::datetime:
            return "xsd:dateTime";
        case FieldType::address:
            return "urn:address";
        default:
            return "xsd:string";
    }
}

List picklist(const Field& field) {
    List values;
    for (const std::string_view value : field.picklist)
        values.push_back(Map{{"active", true}, {"defaultValue", false}, {"label", value}, {"validFor", nullptr}, {"value", value}});
    return values;
}

Value describe_field(const Field& field, bool writable) {
    const bool plain = field.type != FieldType::address;
    const bool client_writes = writable && !field.has(read_only);
    List references;
    if (!field.reference_to.empty()) references.emplace_back(field.reference_to);
    return Map{{"aggregatable", plain},
               {"autoNumber", false},
               {"byteLength", field.length * 3},
               {"calculated", field.has(computed)},
               {"calculatedFormula", nullptr},
               {"caseSensitive", field.has(case_sensitive)},
               {"createable", client_writes},
               {"custom", field.name.ends_with("__c")},
               {"defaultValue", field.type == FieldType::boolean ? Value(false) : Value()},
               {"defaultedOnCreate", field.has(defaulted)},
               {"deprecatedAndHidden", false},
               {"digits", field.type == FieldType::integer ? int{field.precision} : 0},
               {"externalId", field.has(external_id)},
               {"filterable", !field.has(not_filterable)},
               {"groupable", plain && !field.is_number()},
               {"idLookup", field.type == FieldType::id || field.has(external_id) || field.has(unique)},
               {"label", field.label},
               {"length", int{field.length}},
               {"name", field.name},
               {"nameField", field.has(name_field)},
               {"nillable", !field.has(required) && field.type != FieldType::boolean && field.type != FieldType::id &&
                                !(field.has(read_only) && field.has(defaulted))},
               {"permissionable", !field.has(required)},
               {"picklistValues", picklist(field)},
               {"precision", field.type == FieldType::integer ? 0 : int{field.precision}},
               {"referenceTo", std::move(references)},
               {"relationshipName", field.relationship.empty() ? Value() : Value(field.relationship)},
               {"restrictedPicklist", field.has(restricted)},
               {"scale", int{field.scale}},
               {"soapType", soap_type(field.type)},
               {"sortable", plain && !field.has(not_filterable)},
               {"type", to_string(field.type)},
               {"unique", field.has(unique)},
               {"updateable", client_writes && !field.has(create_only)}};
}

List child_relationships(const Object& object) {
    List children;
    for (const Child& child : object.table.children)
        children.push_back(Map{{"cascadeDelete", child.cascades},
                               {"childSObject", child.object},
                               {"deprecatedAndHidden", false},
                               {"field", child.field},
                               {"relationshipName", child.relationship},
                               {"restrictedDelete", false}});
    return children;
}

}  // namespace

Value describe_object(const Object& object, std::string_view version, bool full) {
    const ObjectTable& table = object.table;
    const std::string base = fmt::format("/services/data/v{}/sobjects/{}", version, table.name);
    Map out{{"activateable", false},
            {"createable", table.writable},
            {"custom", false},
            {"customSetting", false},
            {"deletable", table.writable},
            {"deprecatedAndHidden", false},
            {"feedEnabled", false},
            {"keyPrefix", table.key_prefix},
            {"label", table.label},
            {"labelPlural", table.plural},
            {"layoutable", true},
            {"mergeable", &table == &account_table || &table == &contact_table},
            {"mruEnabled", true},
            {"name", table.name},
            {"queryable", true},
            {"replicateable", true},
            {"retrieveable", true},
            {"searchable", true},
            {"triggerable", true},
            {"undeletable", table.writable},
            {"updateable", table.writable},
            {"urls", Map{{"sobject", base}, {"describe", base + "/describe"}, {"rowTemplate", base + "/{ID}"}}}};
    if (!full) return out;
    List fields;
    for (const Field& field : object.fields) fields.push_back(describe_field(field, table.writable));
    out.set("fields", std::move(fields));
    out.set("childRelationships", child_relationships(object));
    out.set("recordTypeInfos", List{});
    return out;
}

// Source: REST API Developer Guide, "sObject Describe" and "Describe Global": both take If-Modified-Since.
net::Response Service::description(const Call& call, const Value& body) const {
    if (const auto since = call.request.headers.get("If-Modified-Since")) {
        auto time = parse_http_date(*since);
        if (time && founded_ <= *time) return {304, {}, {}};
    }
    net::Response response = json_text(200, json::write(body));
    response.headers.set("Last-Modified", http_date(founded_));
    return response;
}

net::Response Service::get_objects(const Call& call) {
    List all;
    for (const Object& object : Schema::instance().objects()) all.push_back(describe_object(object, call.version, false));
    return description(call, Map{{"encoding", "UTF-8"}, {"maxBatchSize", 200}, {"sobjects", std::move(all)}});
}

net::Response Service::get_object(const Call& call) {
    auto object = object_of(call);
    if (!object) return error_response(object.error());
    return json_text(200, json::write(Map{{"objectDescribe", describe_object(**object, call.version, false)}, {"recentItems", List{}}}));
}

net::Response Service::get_describe(const Call& call) {
    auto object = object_of(call);
    if (!object) return error_response(object.error());
    return description(call, describe_object(**object, call.version, true));
}

}  // namespace lockstep::sandbox::salesforce
