#include "connectors/salesforce/errors.h"

#include <algorithm>
#include <array>

#include "connector/one_line.h"
#include "connector/retry_after.h"
#include "connectors/salesforce/error_body.h"

namespace lockstep::connectors::salesforce {
namespace {

/// What one vendor code means; `write` only where it differs: for writes that may have been applied.
struct Meaning {
    std::string_view vendor_code;
    ErrorCode read;
    ErrorCode write;
    std::string_view if_message_has = {};  ///< the row counts only if the message contains this
    std::int64_t retry_after_ms = 0;
};

constexpr Meaning same(std::string_view code, ErrorCode both, std::string_view if_message_has = {}, std::int64_t retry_after_ms = 0) {
    return {code, both, both, if_message_has, retry_after_ms};
}

/// How long to stay away where Salesforce names no time: requests that run long end within minutes, the day's allowance
/// comes back over a rolling 24 hours. Source: Developer Limits and Allocations Quick Reference, "API Request Limits".
constexpr std::int64_t concurrency_wait_ms = 5'000;
constexpr std::int64_t daily_wait_ms = 15 * 60'000;
constexpr std::int64_t throttle_wait_ms = 10'000;
constexpr std::int64_t login_rate_wait_ms = 60'000;

/// First fitting row counts; codes without a row are `vendor_rejected` or go by the HTTP status. `errors_test.cpp` has
/// the source of each row.
constexpr std::array<Meaning, 45> meanings = {{
    // Not an expiry: a fresh token would be refused too.
    same("INVALID_SESSION_ID", ErrorCode::permission_missing, "This session is not valid for use with the REST API"),
    same("INVALID_SESSION_ID", ErrorCode::permission_missing, "Connected app is not attached to Agent"),
    same("INVALID_SESSION_ID", ErrorCode::unauthorized),
    same("INVALID_AUTH_HEADER", ErrorCode::unauthorized),

    same("REQUEST_LIMIT_EXCEEDED", ErrorCode::concurrency_limited, "Concurrent", concurrency_wait_ms),
    same("REQUEST_LIMIT_EXCEEDED", ErrorCode::daily_limit, {}, daily_wait_ms),
    same("TOO_MANY_APEX_REQUESTS", ErrorCode::concurrency_limited, {}, concurrency_wait_ms),

    // Said by the database, which has undone the statement: nothing happened.
    same("UNABLE_TO_LOCK_ROW", ErrorCode::record_locked),
    same("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", ErrorCode::record_locked, "UNABLE_TO_LOCK_ROW"),
    same("CANNOT_EXECUTE_FLOW_TRIGGER", ErrorCode::record_locked, "UNABLE_TO_LOCK_ROW"),
    same("FIELD_CUSTOM_VALIDATION_EXCEPTION", ErrorCode::record_locked, "UNABLE_TO_LOCK_ROW"),
    same("QUERY_TIMEOUT", ErrorCode::vendor_unavailable),
    // The cursor of a query is gone: the query starts anew.
    same("INVALID_QUERY_LOCATOR", ErrorCode::vendor_unavailable),
    same("INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE", ErrorCode::vendor_unavailable),
    // Cannot be told from a failure after the commit.
    {"SERVER_UNAVAILABLE", ErrorCode::vendor_unavailable, ErrorCode::answer_lost},
    {"UNKNOWN_EXCEPTION", ErrorCode::vendor_unavailable, ErrorCode::answer_lost},
    {"INTERNAL_SERVER_ERROR", ErrorCode::vendor_unavailable, ErrorCode::answer_lost},
    {"REQUEST_RUNNING_TOO_LONG", ErrorCode::vendor_unavailable, ErrorCode::answer_lost},

    same("NOT_FOUND", ErrorCode::not_found),
    same("ENTITY_IS_DELETED", ErrorCode::not_found),
    same("DUPLICATE_VALUE", ErrorCode::vendor_rejected, "uplicate id specified"),
    same("DUPLICATE_VALUE", ErrorCode::vendor_rejected, "uplicate external id specified"),
    same("DUPLICATE_VALUE", ErrorCode::duplicate_found),
    same("DUPLICATE_EXTERNAL_ID", ErrorCode::not_unique),
    same("ENTITY_FAILED_IFLASTMODIFIED_ON_UPDATE", ErrorCode::precondition_failed),

    same("API_DISABLED_FOR_ORG", ErrorCode::permission_missing),
    same("API_CURRENTLY_DISABLED", ErrorCode::permission_missing),
    same("FUNCTIONALITY_NOT_ENABLED", ErrorCode::permission_missing),
    same("INSUFFICIENT_ACCESS", ErrorCode::permission_missing),
    same("FORBIDDEN", ErrorCode::permission_missing),
    same("OAUTH_APPROVAL_ERROR_GENERIC", ErrorCode::permission_missing),
    same("UNSUPPORTED_API_VERSION", ErrorCode::config_invalid),

    // The token endpoint (OAuth 2.0, RFC 6749 5.2, and Salesforce's own).
    same("invalid_grant", ErrorCode::rate_limited, "rate exceeded", login_rate_wait_ms),
    same("invalid_grant", ErrorCode::credentials_refused),
    same("invalid_client", ErrorCode::credentials_refused),
    same("invalid_client_id", ErrorCode::credentials_refused),
    same("invalid_client_credentials", ErrorCode::credentials_refused),
    same("invalid_app_access", ErrorCode::credentials_refused),
    same("unauthorized_client", ErrorCode::credentials_refused),
    same("unsupported_grant_type", ErrorCode::credentials_refused),
    same("inactive_user", ErrorCode::credentials_refused),
    same("inactive_org", ErrorCode::credentials_refused),
    same("invalid_request", ErrorCode::credentials_refused),
    same("rate_limit_exceeded", ErrorCode::rate_limited, {}, login_rate_wait_ms),
    // "retry your request", as the token endpoint says it.
    same("unknown_error", ErrorCode::vendor_unavailable),
}};

const Meaning* meaning_of(const VendorError& error) {
    auto fits = [&](const Meaning& meaning) {
        return meaning.vendor_code == error.code && error.message.find(meaning.if_message_has) != std::string::npos;
    };
    auto found = std::find_if(meanings.begin(), meanings.end(), fits);
    return found == meanings.end() ? nullptr : &*found;
}

/// For answers whose body names no code that we know.
Meaning meaning_of_status(int status) {
    switch (status) {
        case 300:
            return same({}, ErrorCode::not_unique);
        case 401:
            return same({}, ErrorCode::unauthorized);
        case 403:
            return same({}, ErrorCode::permission_missing);
        case 404:
            return same({}, ErrorCode::not_found);
        case 412:
            return same({}, ErrorCode::precondition_failed);
        case 420:
        case 429:
            return same({}, ErrorCode::rate_limited, {}, throttle_wait_ms);
        default:
            break;
    }
    if (status >= 500) return {{}, ErrorCode::vendor_unavailable, ErrorCode::answer_lost};
    if (status >= 400) return same({}, ErrorCode::vendor_rejected);
    return same({}, ErrorCode::vendor_protocol);
}

/// A 403 with a code of its own is about the record or field, without one about the user.
Meaning meaning_of(const VendorError& error, int status) {
    if (const Meaning* known = meaning_of(error)) return *known;
    constexpr int forbidden = 403;
    bool of_the_record = status == forbidden && !error.code.empty();
    return of_the_record ? same({}, ErrorCode::vendor_rejected) : meaning_of_status(status);
}

/// Which of several errors counts. What may have happened must be looked for; what a person must mend is not mended by
/// waiting.
int severity(ErrorClass cls) {
    switch (cls) {
        case ErrorClass::in_doubt:
            return 7;
        case ErrorClass::misconfigured:
            return 6;
        case ErrorClass::bug:
            return 5;
        case ErrorClass::rejected:
            return 4;
        case ErrorClass::conflict:
            return 3;
        case ErrorClass::unauthorized:
            return 2;
        case ErrorClass::limited:
            return 1;
        case ErrorClass::transient:
            return 0;
    }
    return 0;
}

std::string joined(const std::vector<std::string>& parts, std::string_view separator) {
    std::string out;
    for (const std::string& part : parts) {
        if (!out.empty()) out += separator;
        out += part;
    }
    return out;
}

/// The vendor's words and the fields they are about.
std::string words(const VendorError& error) {
    constexpr std::size_t code_points_max = 500;
    std::string text = connector::one_line(error.message, code_points_max);
    if (text.empty()) text = error.code;
    if (error.fields.empty()) return text;
    return text + ", field " + joined(error.fields, ", ");
}

Error make_error(ErrorCode code, const Meaning& meaning, const std::string& said) {
    Error error{code, std::string(summary(code)) + (said.empty() ? "" : ": " + said)};
    if (meaning.retry_after_ms > 0) error.retry_after_ms = meaning.retry_after_ms;
    return error;
}

Error from_vendor_errors(const std::vector<VendorError>& errors, int status, net::Effect effect) {
    const VendorError* worst = nullptr;
    Meaning worst_meaning{};
    ErrorCode worst_code = ErrorCode::vendor_rejected;
    std::vector<std::string> said;
    for (const VendorError& error : errors) {
        Meaning meaning = meaning_of(error, status);
        ErrorCode code = effect == net::Effect::write ? meaning.write : meaning.read;
        said.push_back(words(error));
        if (worst && severity(error_class(code)) <= severity(error_class(worst_code))) continue;
        worst = &error;
        worst_meaning = meaning;
        worst_code = code;
    }
    LS_ASSERT(worst);
    Error error = make_error(worst_code, worst_meaning, joined(said, "; "));
    error.vendor_code = worst->code;
    if (!worst->fields.empty()) error.field = worst->fields.front();
    return error;
}

Error from_status(const net::Response& response, const ErrorBody& body, net::Effect effect) {
    Meaning meaning = meaning_of_status(response.status);
    ErrorCode code = effect == net::Effect::write ? meaning.write : meaning.read;
    std::string facts = body.matches > 0 ? std::to_string(body.matches) + " records have the external id"
                                         : "HTTP " + std::to_string(response.status) + " with " + body.other;
    return make_error(code, meaning, facts);
}

}  // namespace

std::optional<Error> classify(const net::Response& response, net::Effect effect) {
    constexpr int not_modified = 304;
    if (response.ok() || response.status == not_modified) return std::nullopt;
    ErrorBody body = read_error_body(response);
    Error error = body.errors.empty() ? from_status(response, body, effect) : from_vendor_errors(body.errors, response.status, effect);
    if (std::optional<std::int64_t> wait_ms = connector::retry_after_ms(response)) error.retry_after_ms = wait_ms;
    return error;
}

Error classify_record(const std::vector<VendorError>& errors) {
    constexpr int bad_request = 400;
    if (errors.empty()) return {ErrorCode::vendor_rejected, "the vendor refuses the record without a reason"};
    return from_vendor_errors(errors, bad_request, net::Effect::write);
}

}  // namespace lockstep::connectors::salesforce
