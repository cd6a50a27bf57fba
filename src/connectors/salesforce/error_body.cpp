#include "connectors/salesforce/error_body.h"

#include <algorithm>

#include "connector/one_line.h"
#include "value/json.h"
#include "value/xml.h"

namespace lockstep::connectors::salesforce {
namespace {

/// Enough to see what answered; the trace keeps the rest.
constexpr std::size_t shown_code_points_max = 120;

VendorError vendor_error(const Value& entry) {
    VendorError error{.code = entry["errorCode"].text(), .message = entry["message"].text()};
    if (error.code.empty()) error.code = entry["statusCode"].text();
    if (!entry["fields"].is_list()) return error;
    for (const Value& field : entry["fields"].as_list()) error.fields.push_back(field.text());
    return error;
}

ErrorBody from_object(const Value& body) {
    if (body["error"].is_string()) return {.errors = {{.code = body["error"].text(), .message = body["error_description"].text()}}};
    if (body["errors"].is_list()) return {.errors = vendor_errors(body["errors"])};
    return {.errors = {vendor_error(body)}};
}

ErrorBody from_list(const Value& body) {
    const List& list = body.as_list();
    auto texts = static_cast<std::size_t>(std::count_if(list.begin(), list.end(), [](const Value& v) { return v.is_string(); }));
    return {.errors = vendor_errors(body), .matches = texts};
}

void read_xml_errors(const xml::Element& element, std::vector<VendorError>& out) {
    const xml::Element* code = element.child("errorCode");
    const xml::Element* message = element.child("message");
    if (code) out.push_back({.code = code->text, .message = message ? message->text : std::string()});
    for (const xml::Element& child : element.children) read_xml_errors(child, out);
}

bool contains_ignoring_case(std::string_view text, std::string_view lower_part) {
    auto at = std::search(text.begin(), text.end(), lower_part.begin(), lower_part.end(),
                          [](unsigned char a, unsigned char b) { return std::tolower(a) == b; });
    return at != text.end();
}

std::string describe(std::string_view body) {
    if (body.empty()) return "no body";
    if (contains_ignoring_case(body.substr(0, 1000), "<html")) return "an HTML page";
    return connector::one_line(body, shown_code_points_max);
}

}  // namespace

std::vector<VendorError> vendor_errors(const Value& list) {
    std::vector<VendorError> errors;
    if (!list.is_list()) return errors;
    for (const Value& entry : list.as_list())
        if (entry.is_map()) errors.push_back(vendor_error(entry));
    return errors;
}

ErrorBody read_error_body(const net::Response& response) {
    ErrorBody body;
    if (Result<Value> value = json::parse(response.body)) {
        if (value->is_map()) body = from_object(*value);
        if (value->is_list()) body = from_list(*value);
    } else if (response.body.starts_with("<")) {
        if (Result<xml::Element> root = xml::parse(response.body)) read_xml_errors(*root, body.errors);
    }
    std::erase_if(body.errors, [](const VendorError& error) { return error.code.empty() && error.message.empty(); });
    if (body.errors.empty() && body.matches == 0) body.other = describe(response.body);
    return body;
}

}  // namespace lockstep::connectors::salesforce
