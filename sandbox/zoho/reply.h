#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "net/http.h"
#include "value/value.h"

/// Zoho Books' envelopes: `{"code":0,"message":…}`.
namespace lockstep::sandbox::zoho {

/// Makes a refusal with Zoho's code; the code decides the HTTP status (`status_of`).
Unexpected refuse(int code, std::string message);
/// Zoho's codes [zoho-books, section 2]; 1001, 3004, 3010, 4001, 12008 and 24016 from zoho.com/invoice/api/v3, "Possible error
/// codes" of invoices and customer payments, whose engine is the same. Those marked † there, and `unknown_field` and `duplicate_value`, are
/// not checked.
inline constexpr int invalid_value = 4;
inline constexpr int invalid_url = 5;
inline constexpr int invalid_json = 8;
inline constexpr int unknown_field = 11;
inline constexpr int not_authenticated = 14;
inline constexpr int too_long = 15;
inline constexpr int minute_limit = 44;
inline constexpr int day_limit = 45;
inline constexpr int not_authorized = 57;
inline constexpr int number_used = 1001;
inline constexpr int not_found = 1002;
inline constexpr int too_many_in_process = 1070;
inline constexpr int duplicate_value = 3001;
inline constexpr int wrong_customer = 3004;
inline constexpr int customer_fixed = 3010;
inline constexpr int contact_exists = 3062;
inline constexpr int has_payments = 4001;
inline constexpr int not_of_company = 6041;
inline constexpr int has_credits = 12008;
inline constexpr int more_than_balance = 24016;

int status_of(const Error& error);
net::Response error_reply(const Error& error);
/// `{"code":0,"message":…,"<name>":{…}}`
net::Response reply(int status, std::string message, std::string name = {}, Value object = {});

/// Reads a JSON body or a form's `JSONString`. Errors: refusals.
Result<Map> read_body(const net::Request& request);
/// The text of a field that may be a string or a number; empty if it is absent.
std::string text_of(const Map& body, std::string_view field);
/// Refuses texts longer than `length_max` letters.
Result<void> check_length(std::string_view field, std::string_view text, std::size_t length_max);
/// Reads a number that may be a JSON number or a text. Errors: refusals.
Result<Decimal> decimal_of(std::string_view field, const Value& value);
/// Refuses fields that are in neither list (names separated by blanks).
Result<void> check_fields(const Map& body, std::string_view known);
Unexpected invalid(std::string_view field);
bool is_listed(std::string_view names, std::string_view name);

}  // namespace lockstep::sandbox::zoho
