#pragma once

#include <string_view>

#include "net/http.h"

namespace lockstep::sandbox::zoho {

/// Reads the fields of a `multipart/form-data` body (RFC 7578); parts without a name are left out, and so is what comes
/// after a broken part. `content_type` names the boundary.
net::Parameters read_form_data(std::string_view content_type, std::string_view body);

}  // namespace lockstep::sandbox::zoho
