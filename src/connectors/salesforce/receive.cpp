#include "connectors/salesforce/receive.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "connector/one_line.h"
#include "connectors/salesforce/record_id.h"
#include "value/xml.h"

namespace lockstep::connectors::salesforce {
namespace {

using xml::Element;

constexpr std::string_view soap_namespace = "http://schemas.xmlsoap.org/soap/envelope/";
constexpr std::string_view outbound_namespace = "http://soap.sforce.com/2005/09/outbound";
constexpr std::string_view record_namespace = "urn:sobject.enterprise.soap.sforce.com";
constexpr std::string_view instance_namespace = "http://www.w3.org/2001/XMLSchema-instance";
constexpr std::string_view organization_prefix = "00D";
constexpr std::size_t short_id_length = 15;
/// Source: SOAP API Developer Guide, "Understanding Notifications": "up to 100 notifications".
constexpr std::size_t notifications_max = 100;

Unexpected wrong(std::string message) { return fail(ErrorCode::request_invalid, "not an Outbound Message: " + std::move(message)); }

/// An element with those around it, for what prefixes inside attributes mean.
struct Place {
    const Element& element;
    const Place* outer = nullptr;

    std::string_view meaning_of(std::string_view prefix) const {
        const std::string name = prefix.empty() ? "xmlns" : "xmlns:" + std::string(prefix);
        for (const Place* place = this; place; place = place->outer)
            for (const auto& [its, uri] : place->element.attributes)
                if (its == name) return uri;
        return {};
    }
    /// The value of an attribute of XML Schema's instance namespace, whatever its prefix.
    std::optional<std::string> instance_attribute(std::string_view local_name) const {
        for (const auto& [name, value] : element.attributes) {
            const std::size_t colon = name.find(':');
            if (colon == std::string::npos || std::string_view(name).substr(colon + 1) != local_name) continue;
            if (meaning_of(std::string_view(name).substr(0, colon)) == instance_namespace) return value;
        }
        return std::nullopt;
    }
};

bool is(const Element& element, std::string_view uri, std::string_view name) {
    return element.namespace_uri == uri && element.name == name;
}

const Element* find(const Element& element, std::string_view uri, std::string_view name) {
    auto found = std::find_if(element.children.begin(), element.children.end(), [&](const Element& child) { return is(child, uri, name); });
    return found == element.children.end() ? nullptr : &*found;
}

Result<std::string> id_in(const Element& holder, std::string_view uri, std::string_view name, std::string_view of) {
    const Element* element = find(holder, uri, name);
    if (!element) return wrong(fmt::format("{} has no {}", of, name));
    Result<std::string> id = normalise_record_id(element->text);
    if (!id) return wrong(fmt::format("{} of {}: {}", name, of, id.error().message));
    return id;
}

Value value_of(const Place& place) {
    if (place.instance_attribute("nil").value_or("") == "true") return {};
    if (place.element.children.empty()) return place.element.text;
    Map map;
    for (const Element& child : place.element.children) map.set(child.name, value_of({child, &place}));
    return map;
}

/// `sf:Opportunity` → `Opportunity`, where `sf` is whatever stands for Salesforce's record namespace.
Result<std::string> object_of(const Place& record) {
    std::optional<std::string> type = record.instance_attribute("type");
    if (!type) return wrong("sObject has no xsi:type");
    const std::size_t colon = type->find(':');
    const std::string_view prefix = std::string_view(*type).substr(0, colon == std::string::npos ? 0 : colon);
    if (record.meaning_of(prefix) != record_namespace)
        return wrong(fmt::format("the type of sObject is not one of {}: {}", record_namespace, connector::one_line(*type, 60)));
    Result<std::string> name = checked_name(std::string_view(*type).substr(colon == std::string::npos ? 0 : colon + 1), "object");
    if (!name) return wrong(name.error().message);
    return name;
}

Result<connector::Notification> read_notification(const Place& place) {
    connector::Notification notification;
    LS_TRY_ASSIGN(notification.id, id_in(place.element, outbound_namespace, "Id", "Notification"));
    const Element* record = find(place.element, outbound_namespace, "sObject");
    if (!record) return wrong("Notification has no sObject");
    const Place inner{*record, &place};
    LS_TRY_ASSIGN(notification.topic, object_of(inner));
    LS_TRY_ASSIGN(std::string id, id_in(*record, record_namespace, "Id", "sObject"));
    Map body{{"Id", std::move(id)}};
    for (const Element& field : record->children)
        if (field.namespace_uri == record_namespace && field.name != "Id") body.set(field.name, value_of({field, &inner}));
    notification.body = std::move(body);
    return notification;
}

Result<connector::Delivery> read_notifications(const Place& message) {
    connector::Delivery delivery;
    for (const Element& child : message.element.children) {
        if (!is(child, outbound_namespace, "Notification")) continue;
        if (delivery.size() == notifications_max) return wrong(fmt::format("it has more than {} notifications", notifications_max));
        LS_TRY_ASSIGN(connector::Notification notification, read_notification({child, &message}));
        delivery.push_back(std::move(notification));
    }
    if (delivery.empty()) return wrong("it has no Notification");
    return delivery;
}

/// Returns nullopt for XML, else what was sent instead.
std::optional<std::string> other_media_type(const net::Request& request) {
    std::string_view type = request.headers.get("Content-Type").value_or("");
    type = type.substr(0, type.find(';'));
    while (type.ends_with(' ')) type.remove_suffix(1);
    constexpr std::array<std::string_view, 2> known = {"text/xml", "application/xml"};
    if (std::find(known.begin(), known.end(), type) != known.end()) return std::nullopt;
    return connector::one_line(type, 60);
}

Result<void> check_organization(const Element& message, std::string_view organization) {
    LS_TRY_ASSIGN(std::string sender, id_in(message, outbound_namespace, "OrganizationId", "notifications"));
    if (organization.empty() ? sender.starts_with(organization_prefix) : same_organization(sender, organization)) return {};
    return fail(ErrorCode::permission_missing, "the message comes from another organisation than this connection's: " + sender);
}

std::string envelope(std::string_view body) {
    return fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<soapenv:Envelope xmlns:soapenv=\"{}\"><soapenv:Body>{}</soapenv:Body></soapenv:Envelope>\n",
        soap_namespace, body);
}

}  // namespace

Result<connector::Delivery> receive_outbound_message(const net::Request& request, std::string_view organization) {
    if (auto other = other_media_type(request))
        return fail(Error{ErrorCode::request_invalid, "an Outbound Message is text/xml, not `" + *other + "`", {}, "Content-Type"});
    LS_TRY_ASSIGN(Element top, xml::parse(request.body));
    if (!is(top, soap_namespace, "Envelope"))
        return wrong("its element is not the Envelope of SOAP 1.1: " + connector::one_line(top.name, 60));
    const Place outermost{top};
    const Element* body = find(top, soap_namespace, "Body");
    if (!body) return wrong("the envelope has no Body");
    const Place around{*body, &outermost};
    const Element* message = find(*body, outbound_namespace, "notifications");
    if (!message) return wrong(fmt::format("the body has no notifications of {}", outbound_namespace));
    LS_TRY(check_organization(*message, organization));
    return read_notifications({*message, &around});
}

net::Response acknowledge_outbound_message(const Result<void>& taken, net::Response plain) {
    plain.headers.set("Content-Type", "text/xml; charset=UTF-8");
    if (taken) {
        plain.status = 200;
        plain.body =
            envelope(fmt::format("<notificationsResponse xmlns=\"{}\"><Ack>true</Ack></notificationsResponse>", outbound_namespace));
    } else {
        plain.body = envelope(fmt::format("<soapenv:Fault><faultcode>soapenv:{}</faultcode><faultstring>{}</faultstring></soapenv:Fault>",
                                          plain.status < 500 ? "Client" : "Server", xml::escape(taken.error().message)));
    }
    return plain;
}

std::string organization_of(std::string_view identity_url) {
    constexpr std::string_view before = "/id/";
    const std::size_t at = identity_url.find(before);
    if (at == std::string_view::npos) return {};
    std::string_view id = identity_url.substr(at + before.size());
    id = id.substr(0, id.find('/'));
    return id.starts_with(organization_prefix) ? normalise_record_id(id).value_or("") : "";
}

bool same_organization(std::string_view a, std::string_view b) { return a.substr(0, short_id_length) == b.substr(0, short_id_length); }

}  // namespace lockstep::connectors::salesforce
