#include <algorithm>
#include <string>

#include "sandbox/sap/service.h"
#include "sandbox/sap/values.h"

namespace lockstep::sandbox::sap {

namespace {

std::string attribute(std::string_view name, std::string_view value) { return " " + std::string(name) + "=\"" + std::string(value) + "\""; }

std::string property_xml(const Property& property) {
    std::string xml = "<Property" + attribute("Name", property.name) + attribute("Type", edm_name(property.type));
    if (property.has(key) || property.has(not_null)) xml += attribute("Nullable", "false");
    const bool text = property.type == Edm::string;
    const bool decimal = property.type == Edm::decimal;
    const bool time = property.type == Edm::date_time || property.type == Edm::date_time_offset || property.type == Edm::time;
    if (text && property.length != 0) xml += attribute("MaxLength", std::to_string(property.length));
    if (decimal || time) xml += attribute("Precision", std::to_string(property.length));
    if (decimal) xml += attribute("Scale", std::to_string(property.scale));
    if (property.has(etag)) xml += attribute("ConcurrencyMode", "Fixed");
    if (!property.unit.empty()) xml += attribute("sap:unit", property.unit);
    if (property.has(upper)) xml += attribute("sap:display-format", "UpperCase");
    if (property.has(numeric)) xml += attribute("sap:display-format", "NonNegative");
    if (property.has(date_only)) xml += attribute("sap:display-format", "Date");
    if (property.has(no_create)) xml += attribute("sap:creatable", "false");
    if (property.has(no_update)) xml += attribute("sap:updatable", "false");
    if (property.has(no_sort)) xml += attribute("sap:sortable", "false");
    if (property.has(no_filter)) xml += attribute("sap:filterable", "false");
    return xml + "/>";
}

std::string association_name(const EntityType& type, const Navigation& navigation) {
    return "assoc_" + std::string(type.set) + "_" + std::string(navigation.name);
}

std::string type_xml(const EntityType& type) {
    std::string keys, properties, navigations;
    for (const Property& property : type.properties) {
        if (property.has(key)) keys += "<PropertyRef" + attribute("Name", property.name) + "/>";
        properties += property_xml(property);
    }
    for (const Navigation& navigation : type.navigations) {
        const std::string name = association_name(type, navigation);
        navigations += "<NavigationProperty" + attribute("Name", navigation.name) +
                       attribute("Relationship", std::string(type.service) + "." + name) + attribute("FromRole", "FromRole_" + name) +
                       attribute("ToRole", "ToRole_" + name) + "/>";
    }
    return "<EntityType" + attribute("Name", std::string(type.set) + "Type") + attribute("sap:content-version", "1") + "><Key>" + keys +
           "</Key>" + properties + navigations + "</EntityType>";
}

std::string end_xml(std::string_view kind, const std::string& value, std::string_view role, std::string_view multiplicity) {
    std::string xml = "<End" + attribute(kind, value);
    if (!multiplicity.empty()) xml += attribute("Multiplicity", multiplicity);
    return xml + attribute("Role", role) + "/>";
}

/// An entity that lies below another always has it; whether a partner is a customer is open.
bool is_required(const EntityType& type, const Navigation& navigation) {
    const std::vector<int>& from = join_of(navigation).from;
    return std::all_of(from.begin(), from.end(), [&](int at) { return type.properties[static_cast<std::size_t>(at)].has(key); });
}

std::string_view multiplicity(const EntityType& type, const Navigation& navigation) {
    if (navigation.to_many) return "*";
    return is_required(type, navigation) ? "1" : "0..1";
}

std::string association_xml(const EntityType& type, const Navigation& navigation) {
    const std::string name = association_name(type, navigation);
    const std::string service = std::string(type.service) + ".";
    return "<Association" + attribute("Name", name) + attribute("sap:content-version", "1") + ">" +
           end_xml("Type", service + std::string(type.set) + "Type", "FromRole_" + name, "1") +
           end_xml("Type", service + std::string(navigation.target) + "Type", "ToRole_" + name, multiplicity(type, navigation)) +
           "</Association>";
}

std::string association_set_xml(const EntityType& type, const Navigation& navigation) {
    const std::string name = association_name(type, navigation);
    return "<AssociationSet" + attribute("Name", name) + attribute("Association", std::string(type.service) + "." + name) + ">" +
           end_xml("EntitySet", std::string(type.set), "FromRole_" + name, "") +
           end_xml("EntitySet", std::string(navigation.target), "ToRole_" + name, "") + "</AssociationSet>";
}

std::string set_xml(const EntityType& type) {
    std::string xml = "<EntitySet" + attribute("Name", type.set) +
                      attribute("EntityType", std::string(type.service) + "." + std::string(type.set) + "Type");
    if (!type.allows(not_creatable)) xml += attribute("sap:creatable", "false");
    if (!type.allows(not_updatable)) xml += attribute("sap:updatable", "false");
    if (!type.allows(not_deletable)) xml += attribute("sap:deletable", "false");
    return xml + attribute("sap:content-version", "1") + "/>";
}

/// Where the document lies: clients that are made from it take their service's path from here.
std::string link_xml(std::string_view relation, const std::string& service_root) {
    return "<atom:link" + attribute("rel", relation) + attribute("href", service_root + "/$metadata") +
           " xmlns:atom=\"http://www.w3.org/2005/Atom\"/>";
}

}  // namespace

std::string metadata_document(std::string_view service, const std::string& service_root) {
    std::string types, associations, sets, association_sets;
    for (const EntityType& type : entity_types()) {
        if (type.service != service) continue;
        types += type_xml(type);
        sets += set_xml(type);
        for (const Navigation& navigation : type.navigations) {
            associations += association_xml(type, navigation);
            association_sets += association_set_xml(type, navigation);
        }
    }
    return "<?xml version=\"1.0\" encoding=\"utf-8\"?><edmx:Edmx Version=\"1.0\" "
           "xmlns:edmx=\"http://schemas.microsoft.com/ado/2007/06/edmx\" "
           "xmlns:m=\"http://schemas.microsoft.com/ado/2007/08/dataservices/metadata\" xmlns:sap=\"http://www.sap.com/Protocols/SAPData\">"
           "<edmx:DataServices m:DataServiceVersion=\"2.0\"><Schema" +
           attribute("Namespace", service) +
           " xml:lang=\"en\" sap:schema-version=\"1\" xmlns=\"http://schemas.microsoft.com/ado/2008/09/edm\">" + types + associations +
           "<EntityContainer" + attribute("Name", std::string(service) + "_Entities") +
           " m:IsDefaultEntityContainer=\"true\" sap:supported-formats=\"atom json\">" + sets + association_sets + "</EntityContainer>" +
           link_xml("self", service_root) + link_xml("latest-version", service_root) + "</Schema></edmx:DataServices></edmx:Edmx>";
}

}  // namespace lockstep::sandbox::sap
