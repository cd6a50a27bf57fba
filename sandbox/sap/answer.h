#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "net/http.h"
#include "sandbox/sap/state.h"

/// The shapes of SAP Gateway's answers.
namespace lockstep::sandbox::sap {

enum class Format { json, atom };

/// `$format` decides, then Accept; the gateway's default is Atom.
Format wanted_format(const net::Request& request, const net::Parameters& parameters);
/// The status that belongs to a refusal.
int status_of(const Error& error);
/// SAP's error body, as JSON or XML.
net::Response error_response(State& state, const Error& error, std::string_view service, Format format);
net::Response json_text(int status, std::string body);
net::Response xml_text(int status, std::string body, std::string content_type = "application/xml;charset=utf-8");
/// Header `sap-message`: what SAP says about an order that it took all the same.
std::string sap_message(const OrderNotes& notes);

}  // namespace lockstep::sandbox::sap
