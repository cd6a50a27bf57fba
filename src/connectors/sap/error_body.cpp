#include "connectors/sap/error_body.h"

#include <algorithm>
#include <vector>

#include "value/encoding.h"
#include "value/json.h"
#include "value/xml.h"

namespace lockstep::connectors::sap {
namespace {

constexpr std::size_t message_code_points_max = 1000;

struct Detail {
    std::string message, severity, propertyref, target;
};

/// `/#TRANSIENT#/to_Item(…)/Material` and `Material` both mean the field Material.
std::string field_of(const Detail& detail) {
    std::string path = detail.propertyref.empty() ? detail.target : detail.propertyref;
    return path.substr(path.rfind('/') + 1);
}

void add_once(std::vector<std::string>& messages, const std::string& message) {
    if (!message.empty() && std::find(messages.begin(), messages.end(), message) == messages.end()) messages.push_back(message);
}

void take_details(ErrorBody& body, const std::vector<Detail>& details) {
    std::vector<std::string> messages;
    add_once(messages, body.message);
    for (const Detail& detail : details) {
        if (!detail.severity.empty() && detail.severity != "error") continue;
        add_once(messages, detail.message);
        if (body.field.empty()) body.field = field_of(detail);
    }
    body.message.clear();
    for (const std::string& message : messages) body.message += (body.message.empty() ? "" : "; ") + message;
    body.message = encoding::utf8_prefix(body.message, message_code_points_max);
}

std::vector<Detail> details_of(const Value& errordetails) {
    std::vector<Detail> details;
    if (!errordetails.is_list()) return details;
    for (const Value& entry : errordetails.as_list())
        details.push_back({.message = entry["message"].text(),
                           .severity = entry["severity"].text(),
                           .propertyref = entry["propertyref"].text(),
                           .target = entry["target"].text()});
    return details;
}

ErrorBody from_json(const Value& answer) {
    const Value& error = answer["error"];
    ErrorBody body;
    if (error.is_string()) {  // OAuth 2.0, RFC 6749 §5.2
        std::string description = answer["error_description"].text();
        return {.found = true, .code = error.as_string(), .message = description.empty() ? error.as_string() : description};
    }
    if (!error.is_map()) return body;
    body.found = true;
    body.code = error["code"].text();
    body.message = error["message"].is_map() ? error["message"]["value"].text() : error["message"].text();
    body.transaction = error["innererror"]["transactionid"].text();
    take_details(body, details_of(error["innererror"]["errordetails"]));
    return body;
}

std::string child_text(const xml::Element* element, std::string_view name) {
    const xml::Element* child = element ? element->child(name) : nullptr;
    return child ? child->text : std::string();
}

std::vector<Detail> details_of(const xml::Element* errordetails) {
    std::vector<Detail> details;
    if (!errordetails) return details;
    for (const xml::Element& entry : errordetails->children)
        details.push_back({.message = child_text(&entry, "message"),
                           .severity = child_text(&entry, "severity"),
                           .propertyref = child_text(&entry, "propertyref"),
                           .target = child_text(&entry, "target")});
    return details;
}

ErrorBody from_xml(const xml::Element& root) {
    ErrorBody body;
    if (root.name != "error") return body;
    const xml::Element* inner = root.child("innererror");
    body.found = true;
    body.code = child_text(&root, "code");
    body.message = child_text(&root, "message");
    body.transaction = child_text(inner, "transactionid");
    take_details(body, details_of(inner ? inner->child("errordetails") : nullptr));
    return body;
}

}  // namespace

ErrorBody read_error_body(const net::Response& response) {
    std::size_t begin = response.body.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
    if (begin == std::string::npos) return {};
    std::string_view text = std::string_view(response.body).substr(begin);
    if (text.front() == '{') {
        Result<Value> answer = json::parse(text);
        return answer ? from_json(*answer) : ErrorBody{};
    }
    if (text.front() != '<') return {};
    Result<xml::Element> root = xml::parse(text);
    return root ? from_xml(*root) : ErrorBody{};
}

}  // namespace lockstep::connectors::sap
