#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "net/http.h"

namespace lockstep::sandbox::salesforce {

/// A refusal with the vendor's own error code; several field names are joined by commas.
Unexpected refuse(std::string_view vendor_code, std::string message, std::string fields = {});
/// The HTTP status that goes with a vendor code. Source: REST API Developer Guide, "Status Codes and Error Responses".
int http_status(std::string_view vendor_code);
/// `[{"message","errorCode","fields"}]` with its status.
net::Response error_response(const Error& error);

}  // namespace lockstep::sandbox::salesforce
