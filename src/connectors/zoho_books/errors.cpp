#include "connectors/zoho_books/errors.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "connector/zoho_accounts.h"
#include "value/encoding.h"
#include "value/json.h"

namespace lockstep::connectors::zoho_books {
namespace {

constexpr std::int64_t minute_ms = 60'000;
constexpr std::int64_t hour_ms = 3'600'000;
/// Where Zoho's day ends is not documented: ask again a few times a day, so that a wrong zone costs hours and not a
/// day.
constexpr std::int64_t daily_wait_max_ms = 6 * hour_ms;
constexpr std::size_t message_code_points_max = 1000;

struct CodeRule {
    std::string_view vendor_code;
    ErrorCode read, write;
    std::int64_t retry_after_ms = 0;
};

/// Codes of Zoho Books. Sources: zoho.com/books/api/v3 "Errors" and "API call limit"; what is marked was observed.
constexpr std::array<CodeRule, 12> book_codes = {{
    {"5", ErrorCode::vendor_protocol, ErrorCode::vendor_protocol},                    // "Invalid URL Passed"
    {"14", ErrorCode::unauthorized, ErrorCode::unauthorized},                         // invalid or expired token, observed
    {"44", ErrorCode::rate_limited, ErrorCode::rate_limited, minute_ms},              // calls a minute of the organisation
    {"45", ErrorCode::daily_limit, ErrorCode::daily_limit},                           // calls a day of the organisation
    {"57", ErrorCode::permission_missing, ErrorCode::permission_missing},             // missing scope or role, observed
    {"1000", ErrorCode::vendor_unavailable, ErrorCode::answer_lost},                  // "Internal error"
    {"1002", ErrorCode::not_found, ErrorCode::not_found},                             // "Invoice does not exist."
    {"1070", ErrorCode::concurrency_limited, ErrorCode::concurrency_limited, 1'000},  // requests in process
    {name_taken, ErrorCode::duplicate_found, ErrorCode::duplicate_found},             // "The customer … already exists.", observed
    {"6041", ErrorCode::config_invalid, ErrorCode::config_invalid},                   // user is not of this organisation
    {"INVALID_OAUTHTOKEN", ErrorCode::unauthorized, ErrorCode::unauthorized},         // token of another data centre, observed
    {"INVALID_TOKEN", ErrorCode::unauthorized, ErrorCode::unauthorized},              // the same of newer services, observed
}};

struct StatusRule {
    int status;
    ErrorCode read, write;
    std::int64_t retry_after_ms = 0;
};

constexpr std::array<StatusRule, 6> status_rules = {{
    {401, ErrorCode::unauthorized, ErrorCode::unauthorized},
    {403, ErrorCode::permission_missing, ErrorCode::permission_missing},
    {404, ErrorCode::not_found, ErrorCode::not_found},
    {408, ErrorCode::vendor_unavailable, ErrorCode::answer_lost},
    {429, ErrorCode::rate_limited, ErrorCode::rate_limited, minute_ms},
    {501, ErrorCode::vendor_rejected, ErrorCode::vendor_rejected},
}};

struct Verdict {
    ErrorCode code;
    std::int64_t retry_after_ms = 0;
};

template <class Rule>
Verdict verdict(const Rule& rule, net::Effect effect) {
    return {effect == net::Effect::read ? rule.read : rule.write, rule.retry_after_ms};
}

Verdict by_status(int status, net::Effect effect) {
    for (const StatusRule& rule : status_rules)
        if (rule.status == status) return verdict(rule, effect);
    bool read = effect == net::Effect::read;
    if (status >= 500) return {read ? ErrorCode::vendor_unavailable : ErrorCode::answer_lost};
    if (status >= 300 && status < 400) return {ErrorCode::config_invalid};
    return {ErrorCode::vendor_rejected};
}

template <std::size_t size>
const CodeRule* find_rule(const std::array<CodeRule, size>& rules, std::string_view code) {
    auto found = std::find_if(rules.begin(), rules.end(), [&](const CodeRule& rule) { return rule.vendor_code == code; });
    return found == rules.end() ? nullptr : &*found;
}

Verdict by_code(const std::string& code, int status, net::Effect effect) {
    if (const CodeRule* rule = find_rule(book_codes, code)) return verdict(*rule, effect);
    return by_status(status, effect);
}

std::int64_t until_day_ends_ms(const Clock& clock) {
    Result<Date> today = date_in(clock.now, clock.zone);
    Result<Timestamp> end = today ? from_civil(add_days(*today, 1), 0, 0, 0, clock.zone) : Result<Timestamp>(clock.now);
    std::int64_t wait_ms = end ? end->ms() - clock.now.ms() : hour_ms;
    return std::clamp(wait_ms, minute_ms, daily_wait_max_ms);
}

std::optional<std::int64_t> header_wait_ms(const net::Response& response) {
    std::string_view header = response.headers.get("Retry-After").value_or("");
    std::int64_t seconds = 0;
    auto [end, error] = std::from_chars(header.data(), header.data() + header.size(), seconds);
    bool fits = error == std::errc() && end == header.data() + header.size() && seconds >= 0 && seconds <= 86'400;
    return fits ? std::optional(seconds * 1000) : std::nullopt;
}

/// "Invalid value passed for Payment Terms" names the field; a taken name is always the contact's.
std::string field_of(const std::string& code, std::string_view message) {
    if (code == name_taken) return "contact_name";
    constexpr std::string_view marker = "Invalid value passed for ";
    std::size_t at = message.find(marker);
    if (at == std::string_view::npos) return "";
    std::string_view field = message.substr(at + marker.size());
    while (!field.empty() && (field.back() == '.' || field.back() == ' ')) field.remove_suffix(1);
    return std::string(field);
}

Error make_error(const net::Response& response, Verdict verdict, std::string vendor_code, std::string_view message, const Clock& clock) {
    std::string text = std::string(summary(verdict.code)) + ": ";
    text +=
        message.empty() ? "HTTP " + std::to_string(response.status) : std::string(encoding::utf8_prefix(message, message_code_points_max));
    std::string field = field_of(vendor_code, message);
    Error error{.code = verdict.code, .message = std::move(text), .vendor_code = std::move(vendor_code), .field = std::move(field)};
    if (error.cls() != ErrorClass::limited) return error;
    error.retry_after_ms = verdict.code == ErrorCode::daily_limit ? until_day_ends_ms(clock) : verdict.retry_after_ms;
    if (std::optional<std::int64_t> wait_ms = header_wait_ms(response)) error.retry_after_ms = wait_ms;
    return error;
}

/// An answer that is no JSON: a proxy's page, or a body cut short. A read can be made again, a write may have happened.
Error unreadable(const net::Response& response, net::Effect effect, const Clock& clock) {
    if (response.ok())
        return make_error(response, {effect == net::Effect::read ? ErrorCode::vendor_unavailable : ErrorCode::answer_lost}, "",
                          "the answer is not JSON", clock);
    // Zoho says in JSON what it did not find; a bare 404 comes from an address where no Zoho Books is.
    if (response.status == 404) return make_error(response, {ErrorCode::config_invalid}, "", "", clock);
    return make_error(response, by_status(response.status, effect), "", "", clock);
}

}  // namespace

std::optional<Error> classify(const net::Response& response, net::Effect effect, const Clock& clock) {
    if (response.status == 204) return std::nullopt;
    Result<Value> answer = json::parse(response.body);
    if (!answer || !answer->is_map()) return unreadable(response, effect, clock);
    if (response.status < 500)  // else a write may have been made
        if (std::optional<Error> refused = connector::zoho::account_error(response, *answer)) return refused;
    std::string vendor_code = (*answer)["code"].text();
    if (response.ok() && (vendor_code.empty() || vendor_code == "0")) return std::nullopt;
    return make_error(response, by_code(vendor_code, response.status, effect), vendor_code, (*answer)["message"].text(), clock);
}

bool says_gone(const Error& error) {
    if (error.cls() != ErrorClass::rejected || error.vendor_code.empty()) return false;
    return error.vendor_code == "1002" || error.message.find("does not exist") != std::string::npos;
}

}  // namespace lockstep::connectors::zoho_books
