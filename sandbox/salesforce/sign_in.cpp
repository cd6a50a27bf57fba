// Signing in as a person does: the web server flow, and the SOAP API's login.
// Source: Salesforce help, "OAuth 2.0 Web Server Flow"; SOAP API Developer Guide, "login()", "logout()".
#include <fmt/format.h>

#include "sandbox/salesforce/schema.h"
#include "sandbox/salesforce/sessions.h"
#include "sandbox/salesforce/writes.h"
#include "value/encoding.h"
#include "value/xml.h"

namespace lockstep::sandbox::salesforce {
namespace {

constexpr std::int64_t code_life_s = 15 * 60;
constexpr std::int64_t session_seconds_valid = 7200;

net::Response refused(std::string_view error, std::string_view description) {
    return net::json_response(400, Map{{"error", error}, {"error_description", description}});
}

std::string value_of(const net::Parameters& form, std::string_view name) { return net::parameter(form, name).value_or(""); }

constexpr std::string_view envelope_start =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" ";

std::string text_of(const xml::Element* element, std::string_view child) {
    const xml::Element* found = element == nullptr ? nullptr : element->child(child);
    return found == nullptr ? std::string() : found->text;
}

}  // namespace

net::Response soap_fault(std::string_view code, std::string_view message) {
    return net::text_response(
        500,
        fmt::format("{0}xmlns:sf=\"urn:fault.partner.soap.sforce.com\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">"
                    "<soapenv:Body><soapenv:Fault><faultcode>sf:{1}</faultcode><faultstring>{1}: {2}</faultstring><detail><sf:LoginFault "
                    "xsi:type=\"sf:LoginFault\"><sf:exceptionCode>{1}</sf:exceptionCode><sf:exceptionMessage>{2}</sf:exceptionMessage>"
                    "</sf:LoginFault></detail></soapenv:Fault></soapenv:Body></soapenv:Envelope>",
                    envelope_start, code, xml::escape(message)),
        "text/xml; charset=UTF-8");
}

net::Response soap_answer(std::string_view body) {
    return net::text_response(
        200,
        fmt::format("{}xmlns=\"urn:partner.soap.sforce.com\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><soapenv:Body>{}"
                    "</soapenv:Body></soapenv:Envelope>",
                    envelope_start, body),
        "text/xml; charset=UTF-8");
}

void Sessions::clear() {
    sessions_.clear();
    codes_.clear();
    refresh_revoked_ = false;
}

net::Response Sessions::authorize_page(const net::Request& request) {
    auto parameters = net::parse_form(request.query());
    if (!parameters) return refused("invalid_request", "malformed query string");
    if (value_of(*parameters, "client_id") != options_.credentials.sf_client_id)
        return refused("invalid_client_id", "client identifier invalid");
    const std::string redirect = value_of(*parameters, "redirect_uri");
    if (redirect.empty()) return refused("redirect_uri_missing", "redirect_uri must be provided");
    if (value_of(*parameters, "response_type") != "code") return refused("unsupported_response_type", "response type must be code");
    const std::string code = "aPrx" + random_text(76);
    codes_[code] = {redirect, value_of(*parameters, "code_challenge"), options_.clock().seconds + code_life_s};
    net::Parameters answer{{"code", code}};
    if (const auto state = net::parameter(*parameters, "state")) answer.emplace_back("state", *state);
    net::Response response{302, {}, {}};
    response.headers.set("Location", redirect + (redirect.find('?') == std::string::npos ? "?" : "&") + net::write_form(answer));
    return response;
}

net::Response Sessions::grant_code(const net::Parameters& form) {
    if (value_of(form, "client_id") != options_.credentials.sf_client_id) return refused("invalid_client_id", "client identifier invalid");
    const auto found = codes_.find(value_of(form, "code"));
    if (found == codes_.end()) return refused("invalid_grant", "invalid authorization code");
    // A code is good once, whatever comes of it.
    const Code code = found->second;
    codes_.erase(found);
    if (code.expires_s <= options_.clock().seconds) return refused("invalid_grant", "expired authorization code");
    if (code.redirect_uri != value_of(form, "redirect_uri"))
        return refused("redirect_uri_mismatch", "redirect_uri must match configuration");
    const auto secret = net::parameter(form, "client_secret");
    if (secret && *secret != options_.credentials.sf_client_secret) return refused("invalid_client", "invalid client credentials");
    if (!secret && code.challenge.empty()) return refused("invalid_client", "invalid client credentials");
    if (!code.challenge.empty() && encoding::base64url(sha256(value_of(form, "code_verifier"))) != code.challenge)
        return refused("invalid_grant", "invalid code verifier");
    refresh_revoked_ = false;
    const std::string issued_at = std::to_string(options_.clock().ms());
    return granted(
        {{"signature", signature(issued_at)}, {"issued_at", issued_at}, {"refresh_token", options_.credentials.sf_refresh_token}});
}

net::Response Sessions::soap_login(std::string_view username, std::string_view password, std::string_view version) {
    if (lower(username) != lower(options_.credentials.sf_username) || password != options_.credentials.sf_password)
        return soap_fault("INVALID_LOGIN", "Invalid username, password, security token; or user locked out.");
    const std::string& host = options_.addresses.salesforce;
    const std::string organization = organization_id();
    return soap_answer(fmt::format(
        "<loginResponse><result><metadataServerUrl>{0}/services/Soap/m/{1}/{2}</metadataServerUrl><passwordExpired>false</passwordExpired>"
        "<sandbox>true</sandbox><serverUrl>{0}/services/Soap/u/{1}/{2}</serverUrl><sessionId>{3}</sessionId><userId>{4}</userId>"
        "<userInfo><organizationId>{5}</organizationId><organizationName>Sandbox</organizationName><sessionSecondsValid>{6}"
        "</sessionSecondsValid><userEmail>{7}</userEmail><userFullName>Integration</userFullName><userId>{4}</userId><userLanguage>en_US"
        "</userLanguage><userLocale>en_US</userLocale><userName>{7}</userName><userTimeZone>Europe/Berlin</userTimeZone><userType>Standard"
        "</userType></userInfo></result></loginResponse>",
        host, version, organization.substr(0, 15), issue(), integration_user_id(), organization, session_seconds_valid,
        xml::escape(options_.credentials.sf_username)));
}

net::Response Sessions::soap(const net::Request& request, std::string_view version) {
    if (request.method != "POST") return net::text_response(405, "");
    auto envelope = xml::parse(request.body);
    const xml::Element* body = envelope ? envelope->child("Body") : nullptr;
    if (body == nullptr || body->children.empty()) return soap_fault("INVALID_SOAP_HEADER", "the request is no SOAP envelope");
    const xml::Element& operation = body->children.front();
    if (operation.name == "login") return soap_login(text_of(&operation, "username"), text_of(&operation, "password"), version);
    if (operation.name != "logout")
        return soap_fault("UNKNOWN_EXCEPTION", fmt::format("No operation available for request {}", operation.name));
    const xml::Element* header = envelope->child("Header");
    if (sessions_.erase(text_of(header == nullptr ? nullptr : header->child("SessionHeader"), "sessionId")) == 0)
        return soap_fault("INVALID_SESSION_ID", "Invalid Session ID found in SessionHeader: Illegal Session");
    return soap_answer("<logoutResponse/>");
}

}  // namespace lockstep::sandbox::salesforce
