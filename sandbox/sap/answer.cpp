#include "sandbox/sap/answer.h"

#include "sandbox/sap/values.h"
#include "value/json.h"
#include "value/xml.h"

namespace lockstep::sandbox::sap {

namespace {

/// `20260218134913.3847960`
std::string error_time(State& state) {
    std::string text = iso_ticks(ticks_of(state.options.clock()), 7);
    std::string out;
    for (char c : text)
        if ((c >= '0' && c <= '9') || c == '.') out += c;
    return out;
}

Value detail(std::string_view code, const std::string& message, const std::string& property) {
    return Map{{"code", Value(code)},        {"message", Value(message)}, {"propertyref", Value(property)},
               {"severity", Value("error")}, {"target", Value(property)}, {"transition", Value(false)}};
}

/// [sap-s4hana, "Error body"]
Value error_body(State& state, const Error& error, std::string_view service) {
    List details = {detail(error.vendor_code, error.message, error.field)};
    if (error.vendor_code.find('/') != std::string::npos && !error.vendor_code.starts_with('/'))
        details.push_back(detail("/IWBEP/CX_MGW_BUSI_EXCEPTION", error.message, ""));
    Map application{{"component_id", Value("")},
                    {"service_namespace", Value("/SAP/")},
                    {"service_id", Value(service)},
                    {"service_version", Value("0001")}};
    Map resolution{{"SAP_Transaction", Value("For backend administrators: use ADT feed reader \"SAP Gateway Error Log\"")},
                   {"SAP_Note", Value("See SAP Note 1797736 for error analysis")}};
    Map inner{{"application", Value(std::move(application))},
              {"transactionid", Value(state.random_hex(32))},
              {"timestamp", Value(error_time(state))},
              {"Error_Resolution", Value(std::move(resolution))},
              {"errordetails", Value(std::move(details))}};
    Map message{{"lang", Value("en")}, {"value", Value(error.message)}};
    return Map{{"error",
                Map{{"code", Value(error.vendor_code)}, {"message", Value(std::move(message))}, {"innererror", Value(std::move(inner))}}}};
}

std::string error_xml(State& state, const Error& error) {
    return "<?xml version=\"1.0\" encoding=\"utf-8\"?><error xmlns=\"http://schemas.microsoft.com/ado/2007/08/dataservices/metadata\">"
           "<code>" +
           xml::escape(error.vendor_code) + "</code><message xml:lang=\"en\">" + xml::escape(error.message) +
           "</message><innererror><transactionid>" + state.random_hex(32) + "</transactionid><timestamp>" + error_time(state) +
           "</timestamp><errordetails><errordetail><code>" + xml::escape(error.vendor_code) + "</code><message>" +
           xml::escape(error.message) + "</message><propertyref>" + xml::escape(error.field) +
           "</propertyref><severity>error</severity></errordetail></errordetails></innererror></error>";
}

}  // namespace

Format wanted_format(const net::Request& request, const net::Parameters& parameters) {
    if (auto format = net::parameter(parameters, "$format")) return *format == "json" ? Format::json : Format::atom;
    const std::string_view accept = request.headers.get("Accept").value_or(std::string_view());
    return accept.find("application/json") != std::string_view::npos ? Format::json : Format::atom;
}

int status_of(const Error& error) {
    switch (error.code) {
        case ErrorCode::not_found:
            return 404;
        case ErrorCode::precondition_failed:
            return 412;
        case ErrorCode::requirement_failed:
            return 428;
        case ErrorCode::permission_missing:
            return 405;
        case ErrorCode::value_invalid:
            return 415;
        default:
            return 400;
    }
}

net::Response error_response(State& state, const Error& error, std::string_view service, Format format) {
    const int status = status_of(error);
    if (format == Format::json) return json_text(status, json::write(error_body(state, error, service)));
    return xml_text(status, error_xml(state, error));
}

net::Response json_text(int status, std::string body) {
    net::Response response{.status = status, .body = std::move(body)};
    response.headers.set("Content-Type", "application/json");
    response.headers.set("dataserviceversion", "2.0");
    return response;
}

net::Response xml_text(int status, std::string body, std::string content_type) {
    net::Response response{.status = status, .body = std::move(body)};
    response.headers.set("Content-Type", std::move(content_type));
    response.headers.set("dataserviceversion", "1.0");
    return response;
}

std::string sap_message(const OrderNotes& notes) {
    List details;
    for (const std::string& text : notes.incomplete)
        details.push_back(Map{{"code", Value("V1/555")}, {"message", Value(text)}, {"severity", Value("warning")}, {"target", Value("")}});
    return json::write(Map{{"code", Value("V1/555")},
                           {"message", Value("The sales document is not yet complete: Edit data")},
                           {"severity", Value("warning")},
                           {"target", Value("")},
                           {"details", Value(std::move(details))}});
}

}  // namespace lockstep::sandbox::sap
