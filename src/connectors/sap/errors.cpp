#include "connectors/sap/errors.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "connectors/sap/error_body.h"

namespace lockstep::connectors::sap {
namespace {

struct CodeRule {
    std::string_view vendor_code;
    ErrorCode code;
};

/// Vendor codes that mean the same whatever the status.
constexpr std::array<CodeRule, 5> code_rules = {{
    // "… is locked by user …". Source: observed on a production service.
    {"56/393", ErrorCode::record_locked},
    // "The sales order &1 is currently being processed by user &2." Source: SAP community, message VL 045.
    {"VL/045", ErrorCode::record_locked},
    // "RequestID is outdated … has been processed successfully before": look for the record.
    // Source: SAP message class /IWBEP/CM_COS, 005.
    {"/IWBEP/CM_COS/005", ErrorCode::answer_lost},
    // "Idempotent Service Framework error: check configuration", raised where the answer is to be kept: whether the
    // request ran is not said. Source: SAP message class /IWBEP/CM_COS, 001.
    {"/IWBEP/CM_COS/001", ErrorCode::answer_lost},
    // "No service found for namespace …": the service is not activated on this system. Source: SAP Gateway, observed.
    {"/IWFND/MED/170", ErrorCode::config_invalid},
}};

/// What locks say in every service, whatever their code. The connector asks for English messages.
constexpr std::array<std::string_view, 5> lock_phrases = {
    "locked by user", "is locked by", "currently locked", "being processed by user", "currently being processed",
};

struct StatusRule {
    int status;
    ErrorCode read, write;
};

/// What a status means where no code says more.
constexpr std::array<StatusRule, 15> status_rules = {{
    {400, ErrorCode::vendor_rejected, ErrorCode::vendor_rejected},
    {403, ErrorCode::permission_missing, ErrorCode::permission_missing},
    {404, ErrorCode::not_found, ErrorCode::not_found},
    {408, ErrorCode::vendor_unavailable, ErrorCode::answer_lost},
    {409, ErrorCode::duplicate_found, ErrorCode::duplicate_found},
    {412, ErrorCode::precondition_failed, ErrorCode::precondition_failed},
    {423, ErrorCode::record_locked, ErrorCode::record_locked},
    {428, ErrorCode::precondition_failed, ErrorCode::precondition_failed},
    {429, ErrorCode::rate_limited, ErrorCode::rate_limited},
    {500, ErrorCode::vendor_unavailable, ErrorCode::answer_lost},
    {501, ErrorCode::vendor_rejected, ErrorCode::vendor_rejected},
    {502, ErrorCode::vendor_unavailable, ErrorCode::answer_lost},
    {503, ErrorCode::vendor_unavailable, ErrorCode::answer_lost},
    {504, ErrorCode::vendor_unavailable, ErrorCode::answer_lost},
    {505, ErrorCode::vendor_rejected, ErrorCode::vendor_rejected},
}};

constexpr std::int64_t throttle_default_ms = 30'000;

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return out;
}

bool means_lock(const ErrorBody& body) {
    std::string message = lower(body.message);
    return std::any_of(lock_phrases.begin(), lock_phrases.end(),
                       [&](std::string_view phrase) { return message.find(phrase) != std::string::npos; });
}

bool asks_for_csrf(const net::Response& response) {
    return response.status == 403 && lower(response.headers.get("x-csrf-token").value_or("")) == "required";
}

/// Units: milliseconds. Only the form in seconds; a date means the default wait.
std::optional<std::int64_t> retry_after_ms(const net::Response& response) {
    std::optional<std::string_view> header = response.headers.get("Retry-After");
    if (!header) return std::nullopt;
    std::int64_t seconds = 0;
    auto [end, error] = std::from_chars(header->data(), header->data() + header->size(), seconds);
    bool fits = error == std::errc() && end == header->data() + header->size() && seconds >= 0 && seconds <= 86'400;
    return fits ? seconds * 1000 : throttle_default_ms;
}

ErrorCode by_status(int status, net::Effect effect) {
    for (const StatusRule& rule : status_rules)
        if (rule.status == status) return effect == net::Effect::read ? rule.read : rule.write;
    if (status >= 500) return effect == net::Effect::read ? ErrorCode::vendor_unavailable : ErrorCode::answer_lost;
    if (status >= 400) return ErrorCode::vendor_rejected;
    // A redirect leads to a page for people to log on: the service wants other credentials.
    return ErrorCode::credentials_refused;
}

/// A read that may have been done has changed nothing.
ErrorCode lost(net::Effect effect) { return effect == net::Effect::read ? ErrorCode::vendor_unavailable : ErrorCode::answer_lost; }

ErrorCode code_for(const net::Response& response, net::Effect effect, Credentials credentials, const ErrorBody& body) {
    if (asks_for_csrf(response)) return ErrorCode::vendor_unavailable;
    if (response.status == 401) return credentials == Credentials::renewable ? ErrorCode::unauthorized : ErrorCode::credentials_refused;
    for (const CodeRule& rule : code_rules)
        if (rule.vendor_code == body.code) return rule.code == ErrorCode::answer_lost ? lost(effect) : rule.code;
    if ((response.status == 400 || response.status == 409 || response.status == 500) && means_lock(body)) return ErrorCode::record_locked;
    // Throttled before anything was done. Source: RFC 9110 §10.2.3; SAP BTP and gateways answer 503 so.
    if (response.status == 503 && response.headers.contains("Retry-After")) return ErrorCode::rate_limited;
    // An OData service says what it did not find; a bare 404 comes from in front of it.
    if (response.status == 404 && !body.found) return ErrorCode::config_invalid;
    return by_status(response.status, effect);
}

std::string message_for(ErrorCode code, const net::Response& response, const ErrorBody& body) {
    std::string text(summary(code));
    text += ": " + (body.message.empty() ? "HTTP " + std::to_string(response.status) : body.message);
    if (!body.transaction.empty()) text += " (SAP transaction " + body.transaction + ")";
    return text;
}

}  // namespace

std::optional<Error> classify(const net::Response& response, net::Effect effect, Credentials credentials) {
    if (response.ok()) return std::nullopt;
    ErrorBody body = read_error_body(response);
    ErrorCode code = code_for(response, effect, credentials, body);
    Error error{.code = code, .message = message_for(code, response, body), .vendor_code = body.code, .field = body.field};
    if (asks_for_csrf(response)) error.vendor_code = csrf_required;
    if (code == ErrorCode::rate_limited) error.retry_after_ms = retry_after_ms(response).value_or(throttle_default_ms);
    return error;
}

}  // namespace lockstep::connectors::sap
