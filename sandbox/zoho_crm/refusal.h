#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "net/http.h"
#include "value/value.h"

/// Zoho CRM's envelopes: an error of the whole call is one object `{"code","message","status","details"}`; the results of
/// single records stand in `data[]`. Source: zoho/crm-oas v8.0, `common` and the examples of `record/operations`.
namespace lockstep::sandbox::zoho_crm {

/// Makes a refusal with the vendor's code. The details travel as JSON in the error's `field`.
Unexpected refuse(std::string_view code, std::string message, Map details = {});
/// Makes a refusal whose details name a field of the body.
Unexpected refuse_field(std::string_view code, std::string message, std::string_view api_name, std::string_view json_path, Map more = {});
Unexpected wrong_type(std::string_view expected, std::string_view api_name, std::string_view json_path);
Unexpected wrong_parameter(std::string_view name, Map more = {});

/// The HTTP status that goes with a code.
int status_of(std::string_view code);
/// `{"code","message","status":"error","details"}`
Value error_object(const Error& error);
/// The error as the answer to the whole call.
net::Response error_reply(const Error& error);
/// 204, or 304 where nothing is newer than the request asks for.
net::Response empty_reply(int status);

}  // namespace lockstep::sandbox::zoho_crm
