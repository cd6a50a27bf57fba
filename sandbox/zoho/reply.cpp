#include "sandbox/zoho/reply.h"

#include <charconv>

#include "value/encoding.h"
#include "value/json.h"

namespace lockstep::sandbox::zoho {

Unexpected refuse(int code, std::string message) {
    Error error{ErrorCode::vendor_rejected, std::move(message)};
    error.vendor_code = std::to_string(code);
    return Unexpected(std::move(error));
}

Unexpected invalid(std::string_view field) { return refuse(invalid_value, "Invalid value passed for " + std::string(field)); }

int status_of(const Error& error) {
    int code = 0;
    std::from_chars(error.vendor_code.data(), error.vendor_code.data() + error.vendor_code.size(), code);
    switch (code) {
        case not_authenticated:
        case not_authorized:
            return 401;
        case invalid_url:
        case not_found:
            return 404;
        case minute_limit:
        case day_limit:
        case too_many_in_process:
            return 429;
        default:
            return 400;
    }
}

net::Response error_reply(const Error& error) {
    std::int64_t code = 1000;
    std::from_chars(error.vendor_code.data(), error.vendor_code.data() + error.vendor_code.size(), code);
    return net::json_response(status_of(error), Map{{"code", Value(code)}, {"message", Value(error.message)}});
}

net::Response reply(int status, std::string message, std::string name, Value object) {
    Map body{{"code", Value(0)}, {"message", Value(std::move(message))}};
    if (!name.empty()) body.set(std::move(name), std::move(object));
    return net::json_response(status, Value(std::move(body)));
}

namespace {

/// The JSON text: the body itself, or a field of a form.
Result<std::string> json_text(const net::Request& request) {
    const std::string_view type = request.headers.get("Content-Type").value_or(std::string_view());
    if (type.starts_with("application/json")) return request.body;
    if (!type.starts_with("application/x-www-form-urlencoded")) return refuse(invalid_json, "Invalid value passed for JSONString");
    LS_TRY_ASSIGN(auto form, net::parse_form(request.body));
    auto text = net::parameter(form, "JSONString");
    if (!text) return refuse(invalid_json, "Invalid value passed for JSONString");
    return *text;
}

}  // namespace

Result<Map> read_body(const net::Request& request) {
    LS_TRY_ASSIGN(std::string text, json_text(request));
    auto body = json::parse(text);
    if (!body || !body->is_map()) return refuse(invalid_json, "Invalid value passed for JSONString");
    return body->as_map();
}

std::string text_of(const Map& body, std::string_view field) {
    const Value* value = body.find(field);
    return value == nullptr ? std::string() : value->text();
}

Result<void> check_length(std::string_view field, std::string_view text, std::size_t length_max) {
    if (encoding::utf8_length(text) <= length_max) return {};
    return refuse(too_long,
                  "Please ensure that the \"" + std::string(field) + "\" has less than " + std::to_string(length_max) + " characters.");
}

Result<Decimal> decimal_of(std::string_view field, const Value& value) {
    if (!value.is_number() && !value.is_string()) return invalid(field);
    auto number = value.is_number() ? Result<Decimal>(value.to_decimal()) : Decimal::parse(value.as_string());
    static const Decimal largest = 1'000'000'000'000'000;
    const bool fits = number && number->scale() <= 18 && number->abs() <= largest;
    return fits ? *number : Result<Decimal>(invalid(field));
}

bool is_listed(std::string_view names, std::string_view name) {
    std::size_t at = 0;
    while ((at = names.find(name, at)) != std::string_view::npos) {
        const bool starts = at == 0 || names[at - 1] == ' ';
        const std::size_t end = at + name.size();
        if (starts && !name.empty() && (end == names.size() || names[end] == ' ')) return true;
        at = end;
        if (name.empty()) return false;
    }
    return false;
}

Result<void> check_fields(const Map& body, std::string_view known) {
    for (const auto& [name, value] : body)
        if (!is_listed(known, name)) return refuse(unknown_field, "Extra parameter found: " + name);
    return {};
}

}  // namespace lockstep::sandbox::zoho
