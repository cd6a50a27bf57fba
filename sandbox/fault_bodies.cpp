// How each vendor words a failure that has nothing to do with the request.
#include <fmt/format.h>

#include "sandbox/faults.h"
#include "value/json.h"

namespace lockstep::sandbox {
namespace {

struct Row {
    std::string_view connector;
    int status;
    std::string_view code, message;
};

// Sources: Salesforce REST API Developer Guide, "Status Codes and Error Responses"; Zoho Books API v3, "Errors" and
// "API Call Limit"; zoho/crm-oas v8.0 for Zoho CRM; docs.slack.dev, "Sending messages using incoming webhooks"; SAP Gateway's own texts.
// A status of 0 stands for every other one.
constexpr Row rows[] = {
    {"salesforce", 401, "INVALID_SESSION_ID", "Session expired or invalid"},
    {"salesforce", 403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded."},
    {"salesforce", 404, "NOT_FOUND", "The requested resource does not exist"},
    {"salesforce", 400, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record or 1 records"},
    {"salesforce", 500, "UNKNOWN_EXCEPTION",
     "An unexpected error occurred. Please include this ErrorId if you contact support: 1234567890-12345 (1234567890)"},
    {"salesforce", 503, "SERVER_UNAVAILABLE", "Server is too busy to process your request, please try again later."},
    {"salesforce", 429, "REQUEST_LIMIT_EXCEEDED", "Too many requests, please try again later."},
    {"salesforce", 0, "UNKNOWN_EXCEPTION", "An unexpected error occurred"},
    {"sap", 401, "/IWFND/CM_MGW_RT/004", "Logon failed"},
    {"sap", 403, "/IWFND/CM_MGW_RT/005", "No authorization"},
    {"sap", 404, "/IWBEP/CM_MGW_RT/020", "Resource not found"},
    {"sap", 429, "/IWFND/CM_MGW_RT/429", "Too many requests"},
    {"sap", 500, "/IWBEP/CX_MGW_TECH_EXCEPTION", "An exception was raised"},
    {"sap", 503, "/IWFND/CM_MGW_RT/503", "Service unavailable"},
    {"sap", 0, "/IWBEP/CX_MGW_BUSI_EXCEPTION", "An exception was raised"},
    {"zoho_books", 401, "14", "The request could not be authenticated as the authentication value you entered is invalid."},
    {"zoho_books", 403, "57", "You are not authorized to perform this operation"},
    {"zoho_books", 404, "1002", "Resource does not exist."},
    {"zoho_books", 429, "44",
     "For security reasons your organization has been blocked as it have exceeded the maximum number of requests per minute that can "
     "originate from an organization."},
    {"zoho_books", 0, "1000", "Internal error"},
    {"zoho_crm", 401, "INVALID_TOKEN", "invalid oauth token"},
    {"zoho_crm", 403, "NO_PERMISSION", "permission denied"},
    {"zoho_crm", 404, "INVALID_URL_PATTERN", "Please check if the URL trying to access is a correct one"},
    {"zoho_crm", 412, "ALREADY_MODIFIED", "record updated time has already passed if-unmodified-since time"},
    {"zoho_crm", 429, "TOO_MANY_REQUESTS", "too many requests. please try again after some time"},
    {"zoho_crm", 400, "INVALID_REQUEST",
     "unable to process your request. please verify whether you have entered proper method name and parameters"},
    {"zoho_crm", 0, "INTERNAL_ERROR", "Internal Server Error"},
    {"slack", 404, "no_service", ""},
    {"slack", 410, "channel_is_archived", ""},
    {"slack", 403, "invalid_token", ""},
    {"slack", 429, "rate_limited", ""},
    {"slack", 500, "rollup_error", ""},
    {"slack", 0, "internal_error", ""},
};

const Row& row_for(std::string_view connector, int status) {
    for (const Row& row : rows)
        if (row.connector == connector && (row.status == status || row.status == 0)) return row;
    return rows[0];
}

}  // namespace

net::Response fault_response(std::string_view connector, int status) {
    const Row& row = row_for(connector, status);
    if (connector == "slack") return net::text_response(status, std::string(row.code));
    if (connector == "salesforce") {
        net::Response response = net::json_response(status, List{Value(Map{{"message", row.message}, {"errorCode", row.code}})});
        response.headers.set("Content-Type", "application/json;charset=UTF-8");
        return response;
    }
    if (connector == "zoho_crm")
        return net::json_response(status, Map{{"code", row.code}, {"details", Map{}}, {"message", row.message}, {"status", "error"}});
    if (connector == "zoho_books")
        return net::json_response(status, Map{{"code", std::stoi(std::string(row.code))}, {"message", row.message}});
    return net::json_response(status, Map{{"error", Map{{"code", row.code},
                                                        {"message", Map{{"lang", "en"}, {"value", row.message}}},
                                                        {"innererror", Map{{"errordetails", List{}}}}}}});
}

net::Response throttle_response(std::string_view connector, std::int64_t retry_after_s) {
    net::Response response = fault_response(connector, 429);
    response.headers.set("Retry-After", std::to_string(retry_after_s));
    return response;
}

void make_malformed(net::Response& response) {
    if (response.body.size() > 2) {
        response.body.resize(response.body.size() / 2);
        return;
    }
    response.status = response.status == 204 ? 200 : response.status;
    response.headers.set("Content-Type", "application/json");
    response.body = "<html><head><title>Error</title></head><body>";
}

}  // namespace lockstep::sandbox
