#include "sandbox/zoho_crm/refusal.h"

#include <array>

#include "value/json.h"

namespace lockstep::sandbox::zoho_crm {

namespace {

struct Row {
    std::string_view code;
    int status;
};
/// Source: zoho/crm-oas v8.0, the statuses of the examples; every other code goes with 400. TOO_MANY_REQUESTS and
/// INVALID_TOKEN as seen on the live service.
constexpr std::array<Row, 9> statuses = {{{"INVALID_TOKEN", 401},
                                          {"AUTHENTICATION_FAILURE", 401},
                                          {"OAUTH_SCOPE_MISMATCH", 401},
                                          {"NO_PERMISSION", 403},
                                          {"INVALID_URL_PATTERN", 404},
                                          {"ALREADY_MODIFIED", 412},
                                          {"REQUEST_BODY_TOO_LARGE", 413},
                                          {"TOO_MANY_REQUESTS", 429},
                                          {"INTERNAL_ERROR", 500}}};

}  // namespace

Unexpected refuse(std::string_view code, std::string message, Map details) {
    Error error{ErrorCode::vendor_rejected, std::move(message)};
    error.vendor_code = std::string(code);
    error.field = json::write(Value(std::move(details)));
    return Unexpected(std::move(error));
}

Unexpected refuse_field(std::string_view code, std::string message, std::string_view api_name, std::string_view json_path, Map more) {
    more.set("api_name", api_name);
    more.set("json_path", json_path);
    return refuse(code, std::move(message), std::move(more));
}

Unexpected wrong_type(std::string_view expected, std::string_view api_name, std::string_view json_path) {
    return refuse_field("INVALID_DATA", "invalid data", api_name, json_path, {{"expected_data_type", expected}});
}

Unexpected wrong_parameter(std::string_view name, Map more) {
    more.set("param_name", name);
    return refuse("INVALID_DATA", "invalid data", std::move(more));
}

int status_of(std::string_view code) {
    for (const Row& row : statuses)
        if (row.code == code) return row.status;
    return 400;
}

Value error_object(const Error& error) {
    auto details = json::parse(error.field);
    return Map{{"code", error.vendor_code},
               {"details", details && details->is_map() ? *details : Value(Map{})},
               {"message", error.message},
               {"status", "error"}};
}

net::Response error_reply(const Error& error) {
    const Value object = error_object(error);
    // Too many records are told as the result of a record.
    const bool in_data = error.vendor_code == "LIMIT_EXCEEDED" && object["details"]["api_name"].text() == "data";
    return net::json_response(status_of(error.vendor_code), in_data ? Value(Map{{"data", List{object}}}) : object);
}

net::Response empty_reply(int status) { return net::Response{.status = status}; }

}  // namespace lockstep::sandbox::zoho_crm
