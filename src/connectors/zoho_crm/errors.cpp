#include "connectors/zoho_crm/errors.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include "connector/one_line.h"
#include "connector/retry_after.h"
#include "connector/zoho_accounts.h"
#include "value/json.h"

namespace lockstep::connectors::zoho_crm {
namespace {

constexpr std::int64_t second_ms = 1'000;
/// Zoho says by the same code that too many requests are under way and that the credits of the last 24 hours are used up.
constexpr std::int64_t too_many_wait_ms = 30 * second_ms;
constexpr std::int64_t credits_wait_ms = 15 * 60 * second_ms;
constexpr std::size_t message_code_points_max = 500;
constexpr std::size_t supported_values_max = 10;

struct CodeRule {
    std::string_view vendor_code;
    ErrorCode read, write;
    std::int64_t retry_after_ms = 0;
};

/// Source: github.com/zoho/crm-oas v8.0 (record, coql, notifications), error schemas; zoho.com/crm/developer/docs/api/v8,
/// "Status codes"; what is marked was observed.
constexpr auto codes = std::to_array<CodeRule>({
    {"ALREADY_MODIFIED", ErrorCode::precondition_failed, ErrorCode::precondition_failed},
    {"AUTHENTICATION_FAILURE", ErrorCode::unauthorized, ErrorCode::unauthorized},
    {"AUTHORIZATION_FAILED", ErrorCode::permission_missing, ErrorCode::permission_missing},
    {"INTERNAL_ERROR", ErrorCode::vendor_unavailable, ErrorCode::answer_lost},
    {"INTERNAL_SERVER_ERROR", ErrorCode::vendor_unavailable, ErrorCode::answer_lost},
    {"INVALID_MIME_TYPE", ErrorCode::vendor_protocol, ErrorCode::vendor_protocol},  // observed
    {"INVALID_OAUTHTOKEN", ErrorCode::unauthorized, ErrorCode::unauthorized},       // token of another data centre, observed
    {"INVALID_REQUEST_METHOD", ErrorCode::vendor_protocol, ErrorCode::vendor_protocol},
    {"INVALID_TOKEN", ErrorCode::unauthorized, ErrorCode::unauthorized},
    {"INVALID_URL_PATTERN", ErrorCode::vendor_protocol, ErrorCode::vendor_protocol},
    {"NO_PERMISSION", ErrorCode::permission_missing, ErrorCode::permission_missing},
    {"OAUTH_SCOPE_MISMATCH", ErrorCode::permission_missing, ErrorCode::permission_missing},
    {"RATE_LIMIT_EXCEEDED", ErrorCode::rate_limited, ErrorCode::rate_limited, too_many_wait_ms},
    {"RECORD_LOCKED", ErrorCode::record_locked, ErrorCode::record_locked},
    {"REQUIRED_PARAM_MISSING", ErrorCode::vendor_protocol, ErrorCode::vendor_protocol},
    {"TOO_MANY_REQUESTS", ErrorCode::rate_limited, ErrorCode::rate_limited, too_many_wait_ms},  // observed
});

struct StatusRule {
    int status;
    ErrorCode read, write;
    std::int64_t retry_after_ms = 0;
};

constexpr auto status_rules = std::to_array<StatusRule>({
    {401, ErrorCode::unauthorized, ErrorCode::unauthorized},
    {403, ErrorCode::permission_missing, ErrorCode::permission_missing},
    {404, ErrorCode::not_found, ErrorCode::not_found},
    {408, ErrorCode::vendor_unavailable, ErrorCode::answer_lost},
    {412, ErrorCode::precondition_failed, ErrorCode::precondition_failed},
    {429, ErrorCode::rate_limited, ErrorCode::rate_limited, too_many_wait_ms},
});

struct Verdict {
    ErrorCode code;
    std::int64_t retry_after_ms = 0;
};

Verdict by_status(int status, net::Effect effect) {
    const bool read = effect == net::Effect::read;
    for (const StatusRule& rule : status_rules)
        if (rule.status == status) return {read ? rule.read : rule.write, rule.retry_after_ms};
    if (status >= 500) return {read ? ErrorCode::vendor_unavailable : ErrorCode::answer_lost};
    if (status >= 300 && status < 400) return {ErrorCode::config_invalid};
    return {ErrorCode::vendor_rejected};
}

const CodeRule* find_code(std::string_view code) {
    auto found = std::find_if(codes.begin(), codes.end(), [&](const CodeRule& rule) { return rule.vendor_code == code; });
    return found == codes.end() ? nullptr : &*found;
}

/// "the id given seems to be invalid", of deletions "record not deleted": there is no such record.
/// Source: OpenAPI v8.0, record; zoho.com/crm/developer/docs/api, "Delete Records", errors.
bool names_no_record(const Value& said) {
    if (said["code"] != Value("INVALID_DATA")) return false;
    const std::string message = said["message"].text();
    return message.find("id given") != std::string::npos || said.at_path("details.api_name") == Value("id") ||
           message.find("related id") != std::string::npos || message.find("record not deleted") != std::string::npos;
}

Verdict judge(const Value& said, int status, net::Effect effect) {
    constexpr int too_many = 429;
    if (names_no_record(said)) return {ErrorCode::not_found};
    if (const CodeRule* rule = find_code(said["code"].text()))
        return {effect == net::Effect::read ? rule->read : rule->write, rule->retry_after_ms};
    // A code that is not known is a refusal, unless the status says that it is nothing about the request.
    if (status == too_many || status >= 500 || status == 401) return by_status(status, effect);
    return {ErrorCode::vendor_rejected};
}

// ---- in words ----

std::string one_line(const Value& text) { return connector::one_line(text.text(), message_code_points_max); }

std::string field_of(const Value& said) {
    const Value& details = said["details"];
    for (std::string_view name : {"api_name", "field", "param_name"})
        if (std::string field = one_line(details[name]); !field.empty()) return field;
    return {};
}

std::string joined(const Value& list, std::string_view separator) {
    std::string out;
    std::size_t count = 0;
    for (const Value& entry : list.is_list() ? list.as_list() : List()) {
        if (count++ == supported_values_max) return out + std::string(separator) + "…";
        const Value& shown = entry.is_map() ? entry["display_value"] : entry;
        out += (out.empty() ? "" : std::string(separator)) + one_line(shown);
    }
    return out;
}

/// What a value should have been, from the details that came with INVALID_DATA.
std::string expectation(const Value& details) {
    if (!details["maximum_length"].is_null()) return " is longer than the " + one_line(details["maximum_length"]) + " characters allowed";
    if (!details["maximum_value"].is_null()) return " is greater than " + one_line(details["maximum_value"]);
    if (!details["minimum_value"].is_null()) return " is less than " + one_line(details["minimum_value"]);
    if (details["supported_values"].is_list()) return " is none of: " + joined(details["supported_values"], ", ");
    if (!details["expected_data_type"].is_null()) return " must be of the type " + one_line(details["expected_data_type"]);
    return {};
}

std::string duplicate_words(const Value& said, const std::string& field) {
    const Value& details = said["details"];
    const std::string id = one_line(details["id"].is_null() ? details.at_path("duplicate_record.id") : details["id"]);
    return field + " is taken already" + (id.empty() ? "" : " by the record " + id);
}

/// One problem, for a person: "Account_Name is mandatory".
std::string words_of(const Value& said) {
    const std::string code = said["code"].text(), field = field_of(said);
    const std::string message = one_line(said["message"]);
    if (!field.empty() && (code == "MANDATORY_NOT_FOUND" || code == "REQUIRED_PARAM_MISSING")) return field + " is mandatory";
    if (!field.empty() && code == "DUPLICATE_DATA") return duplicate_words(said, field);
    if (!field.empty() && code == "INVALID_DATA")
        if (std::string expected = expectation(said["details"]); !expected.empty()) return field + expected;
    std::string text = message.empty() ? code : message;
    if (!field.empty()) text += ", field " + field;
    if (std::string permissions = joined(said["details"]["permissions"], ", "); !permissions.empty()) text += ", permission " + permissions;
    return text;
}

/// Several problems of one record. Source: OpenAPI v8.0, record, `MULTIPLE_OR_MULTI_ERRORS`.
const Value& several(const Value& said) { return said["details"]["errors"]; }

std::string all_words(const Value& said) {
    if (!several(said).is_list() || several(said).as_list().empty()) return words_of(said);
    std::string text;
    for (const Value& one : several(said).as_list()) text += (text.empty() ? "" : "; ") + words_of(one);
    return text;
}

std::string first_field(const Value& said) {
    if (several(said).is_list())
        for (const Value& one : several(said).as_list())
            if (std::string field = field_of(one); !field.empty()) return field;
    return field_of(said);
}

Error make_error(Verdict verdict, const Value& said, const std::string& fallback) {
    std::string words = said.is_map() ? all_words(said) : std::string();
    Error error{.code = verdict.code, .message = std::string(summary(verdict.code)) + ": " + (words.empty() ? fallback : words)};
    if (!said.is_map()) return error;
    error.vendor_code = said["code"].text();
    error.field = first_field(said);
    return error;
}

// ---- whole answers ----

const Value& results_in(const Value& answer) {
    for (std::string_view name : {"data", "watch"})
        if (answer[name].is_list()) return answer[name];
    return null_value();
}

/// Whether the answer tells of each record by itself.
bool has_results(const Value& answer) {
    const Value& results = results_in(answer);
    return results.is_list() && !results.as_list().empty() && results.as_list().front()["code"].is_string() &&
           results.as_list().front()["status"].is_string();
}

Error unreadable(const net::Response& response, net::Effect effect) {
    const std::string status = "HTTP " + std::to_string(response.status);
    if (response.ok()) {
        const ErrorCode code = effect == net::Effect::read ? ErrorCode::vendor_unavailable : ErrorCode::answer_lost;
        return make_error({code}, Value(), "the answer is not JSON, " + status);
    }
    // Zoho says in JSON what it did not find; a bare 404 comes from an address where no Zoho CRM is.
    if (response.status == 404) return make_error({ErrorCode::config_invalid}, Value(), status);
    return make_error(by_status(response.status, effect), Value(), status);
}

/// Source: header seen on the live service once half of the credits is used; not in Zoho's documents.
bool has_no_credits(const net::Response& response) { return response.headers.get("X-API-CREDITS-REMAINING").value_or("") == "0"; }

Error with_wait(Error error, const net::Response& response, Verdict verdict) {
    if (error.code == ErrorCode::rate_limited && has_no_credits(response)) {
        error.code = ErrorCode::daily_limit;
        verdict.retry_after_ms = credits_wait_ms;
    }
    if (error.cls() == ErrorClass::limited) error.retry_after_ms = verdict.retry_after_ms;
    if (auto wait_ms = connector::retry_after_ms(response)) error.retry_after_ms = wait_ms;
    return error;
}

struct ScopeRule {
    std::string_view path_part, scope;
};
constexpr auto scope_rules = std::to_array<ScopeRule>({
    {"/coql", "ZohoCRM.coql.READ"},
    {"/settings/fields", "ZohoCRM.settings.fields.READ"},
    {"/settings/modules", "ZohoCRM.settings.modules.READ"},
    {"/actions/watch", "ZohoCRM.notifications.ALL"},
    {"/org", "ZohoCRM.org.READ"},
});

std::string_view operation_of(std::string_view method, std::string_view path) {
    if (method == "GET") return "READ";
    if (method == "DELETE") return "DELETE";
    if (path.ends_with("/upsert")) return "ALL";
    return method == "POST" ? "CREATE" : "UPDATE";
}

}  // namespace

std::optional<Error> classify(const net::Response& response, net::Effect effect) {
    constexpr int no_content = 204, not_modified = 304;
    if (response.status == no_content || response.status == not_modified) return std::nullopt;
    Result<Value> answer = json::parse(response.body);
    if (!answer || !answer->is_map()) return with_wait(unreadable(response, effect), response, by_status(response.status, effect));
    const bool is_certain = response.status < 500;  // else a write may have been made
    if (is_certain)
        if (std::optional<Error> refused = connector::zoho::account_error(response, *answer)) return refused;
    const bool has_each = has_results(*answer);
    const bool is_of_all = !is_certain || response.status == 401 || response.status == 429;
    if (has_each && effect == net::Effect::write && !is_of_all) return std::nullopt;
    const Value& said = has_each && !response.ok() ? results_in(*answer).as_list().front() : *answer;
    if (response.ok() && said["status"] != Value("error") && !find_code(said["code"].text())) return std::nullopt;
    const Verdict verdict = said["code"].is_string() ? judge(said, response.status, effect) : by_status(response.status, effect);
    return with_wait(make_error(verdict, said, "HTTP " + std::to_string(response.status)), response, verdict);
}

std::optional<Error> classify_record(const Value& result) {
    constexpr int bad_request = 400;
    if (result["status"] == Value("success") || result["code"] == Value("SUCCESS")) return std::nullopt;
    Verdict verdict = judge(result, bad_request, net::Effect::write);
    // Others may be written: it is about this record and its owner, not about the connection.
    if (verdict.code == ErrorCode::permission_missing) verdict.code = ErrorCode::vendor_rejected;
    Error error = make_error(verdict, result, "the vendor refuses the record without a reason");
    if (error.cls() == ErrorClass::limited) error.retry_after_ms = verdict.retry_after_ms;
    return error;
}

std::string scope_for(std::string_view method, std::string_view path) {
    for (const ScopeRule& rule : scope_rules)
        if (path.find(rule.path_part) != std::string_view::npos) return std::string(rule.scope);
    if (path.size() < 2 || !path.starts_with('/')) return {};
    std::string module(path.substr(1, path.find('/', 1) - 1));
    std::transform(module.begin(), module.end(), module.begin(), [](unsigned char c) { return std::tolower(c); });
    // Modules that an organisation has made share one scope. Source: the API's pages, "Scope".
    if (module.find("__") != std::string::npos || module.starts_with("custommodule")) module = "custom";
    return "ZohoCRM.modules." + module + "." + std::string(operation_of(method, path));
}

}  // namespace lockstep::connectors::zoho_crm
