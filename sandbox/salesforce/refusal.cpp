#include "sandbox/salesforce/refusal.h"

#include "value/json.h"

namespace lockstep::sandbox::salesforce {
namespace {

struct Row {
    std::string_view code;
    int status;
};
constexpr Row statuses[] = {
    {"NOT_FOUND", 404},
    {"ENTITY_IS_DELETED", 404},
    {"INVALID_SESSION_ID", 401},
    {"REQUEST_LIMIT_EXCEEDED", 403},
    {"INSUFFICIENT_ACCESS_OR_READONLY", 403},
    {"METHOD_NOT_ALLOWED", 405},
    {"PRECONDITION_FAILED", 412},
    {"UNSUPPORTED_MEDIA_TYPE", 415},
    {"UNKNOWN_EXCEPTION", 500},
    {"SERVER_UNAVAILABLE", 503},
};

List split(std::string_view names) {
    List out;
    while (!names.empty()) {
        const std::size_t comma = names.find(',');
        out.emplace_back(names.substr(0, comma));
        names = comma == std::string_view::npos ? std::string_view{} : names.substr(comma + 1);
    }
    return out;
}

}  // namespace

Unexpected refuse(std::string_view vendor_code, std::string message, std::string fields) {
    Error error{ErrorCode::vendor_rejected, std::move(message)};
    error.vendor_code = vendor_code;
    error.field = std::move(fields);
    return fail(std::move(error));
}

int http_status(std::string_view vendor_code) {
    for (const Row& row : statuses)
        if (row.code == vendor_code) return row.status;
    return 400;
}

net::Response error_response(const Error& error) {
    const std::string code = error.vendor_code.empty() ? "UNKNOWN_EXCEPTION" : error.vendor_code;
    Map entry{{"message", error.message}, {"errorCode", code}};
    if (!error.field.empty()) entry.set("fields", split(error.field));
    net::Response response = net::json_response(http_status(code), List{Value(std::move(entry))});
    response.headers.set("Content-Type", "application/json;charset=UTF-8");
    return response;
}

}  // namespace lockstep::sandbox::salesforce
