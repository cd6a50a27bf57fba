#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace lockstep::sandbox::sap {

/// Makes SAP's refusal of a request: its message class and number, and its text. The error's code decides the status:
/// `vendor_rejected` 400, `not_found` 404, `precondition_failed` 412, `requirement_failed` 428, `permission_missing` 405,
/// `value_invalid` 415.
inline Unexpected refuse(std::string_view code, std::string message, std::string property = {},
                         ErrorCode kind = ErrorCode::vendor_rejected) {
    Error error{kind, std::move(message)};
    error.vendor_code = std::string(code);
    error.field = std::move(property);
    return Unexpected(std::move(error));
}

// Codes of SAP Gateway. The hexadecimal ones are as seen in published answers of live systems; the names of exception
// classes are from general knowledge of the gateway and not checked one by one.
inline constexpr std::string_view segment_not_found = "005056A509B11EE1B9A8FEC11C21D78E";
inline constexpr std::string_view csrf_failed = "005056A509B11EE1B9A8FEC11C23378E";
inline constexpr std::string_view invalid_argument = "005056A509B11EE1B9A8FEC11C21578E";
inline constexpr std::string_view property_error = "/IWCOR/CX_DS_EP_PROPERTY_ERROR";
inline constexpr std::string_view facet_error = "/IWCOR/CX_DS_EDM_FACET_ERROR";
inline constexpr std::string_view syntax_error = "/IWCOR/CX_OD_EXPR_PARSER_ERROR";
inline constexpr std::string_view option_error = "/IWCOR/CX_OD_OPTION_NOT_ALLOWED";
inline constexpr std::string_view data_not_found = "/IWBEP/CM_MGW_RT/004";
inline constexpr std::string_view method_not_allowed = "/IWCOR/CX_OD_METHOD_NOT_ALLOWED";
inline constexpr std::string_view media_type_error = "/IWCOR/CX_OD_INVALID_MEDIA_TYPE";
inline constexpr std::string_view precondition_error = "/IWBEP/CM_MGW_RT/084";
inline constexpr std::string_view precondition_missing = "/IWBEP/CM_MGW_RT/085";

}  // namespace lockstep::sandbox::sap
