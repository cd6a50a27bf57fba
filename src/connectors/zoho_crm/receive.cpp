#include "connectors/zoho_crm/receive.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "connector/one_line.h"
#include "connector/signature.h"
#include "connectors/zoho_crm/field_values.h"
#include "value/json.h"

namespace lockstep::connectors::zoho_crm {
namespace {

constexpr std::size_t token_characters = 48;
/// A call of a channel carries what changed together; more is none of Zoho's.
constexpr std::size_t ids_max = 500;
/// The year 9999 ends.
constexpr std::int64_t milliseconds_max = 253'402'300'800'000;

Unexpected wrong(std::string message) { return fail(ErrorCode::request_invalid, "not a change of Zoho CRM: " + std::move(message)); }

Unexpected unproved(std::string what) { return fail(ErrorCode::unauthorized, std::move(what)); }

std::string media_type(const net::Request& request) {
    std::string_view type = request.headers.get("Content-Type").value_or("");
    type = type.substr(0, type.find(';'));
    while (type.ends_with(' ')) type.remove_suffix(1);
    std::string lower(type);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
    return lower;
}

/// Zoho's functions send JSON as what it is, or as text.
Result<Value> body_of(const net::Request& request) {
    constexpr std::array<std::string_view, 3> known = {"application/json", "text/plain", ""};
    const std::string type = media_type(request);
    if (std::find(known.begin(), known.end(), type) == known.end())
        return fail(
            Error{ErrorCode::request_invalid, "the body must be JSON, not `" + connector::one_line(type, 60) + "`", {}, "Content-Type"});
    LS_TRY_ASSIGN(Value body, json::parse(request.body));
    if (!body.is_map()) return wrong("the body must be a JSON object");
    return body;
}

bool is_of_channel(const Value& body) { return body["ids"].is_list() || !body["channel_id"].is_null(); }

Result<void> check_function(const Secret& secret, const net::Request& request) {
    const std::string_view given = request.headers.get(secret_header).value_or("");
    if (secret.empty() || connector::same_secret(given, secret.reveal())) return {};
    return unproved(std::string("the secret is ") + (given.empty() ? "missing" : "wrong") +
                    ": the function in Zoho CRM must send the header " + std::string(secret_header) +
                    " with what webhook_secret (ZOHO_CRM_WEBHOOK_SECRET) is");
}

Result<void> check_channel(const Secret& secret, const Value& body) {
    if (secret.empty()) return {};
    const std::string given = body["token"].text();
    if (connector::same_secret(given, channel_token(secret, body["channel_id"].text()))) return {};
    return unproved(std::string("the token is ") + (given.empty() ? "missing" : "wrong") +
                    ": the channel was opened with another webhook_secret (ZOHO_CRM_WEBHOOK_SECRET), or by somebody else");
}

struct OperationName {
    std::string_view zoho, ours;
};
constexpr auto operations = std::to_array<OperationName>({
    {"create", "create"},
    {"insert", "create"},
    {"edit", "edit"},
    {"update", "edit"},
    {"delete", "delete"},
});

Result<Value> operation_of(const Value& body) {
    const std::string given = body["operation"].text();
    if (given.empty()) return Value();
    auto found = std::find_if(operations.begin(), operations.end(), [&](const OperationName& name) { return name.zoho == given; });
    if (found == operations.end()) return wrong("`operation` is create, edit or delete: " + connector::one_line(given, 40));
    return Value(found->ours);
}

/// When it happened: as the function says, or as the channel's clock says it.
Value time_of(const Value& body) {
    if (auto time = parse_timestamp(body["modified_time"].text())) return format_timestamp(*time);
    const Value& clock = body["server_time"];
    const bool fits = clock.kind() == Value::Kind::integer && clock.as_int() > 0 && clock.as_int() < milliseconds_max;
    return fits ? Value(format_timestamp(Timestamp::from_ms(clock.as_int()))) : Value();
}

Result<List> ids_of(const Value& body) {
    const List given = body["ids"].is_list() ? body["ids"].as_list() : List{body["id"]};
    if (given.empty() || given.size() > ids_max) return wrong("it names no record, or more than " + std::to_string(ids_max));
    List ids;
    for (const Value& one : given) {
        std::string id = one.text();
        if (!is_record_id(id)) return wrong("not an id: `" + connector::one_line(id, 40) + "`");
        if (std::find(ids.begin(), ids.end(), Value(id)) == ids.end()) ids.emplace_back(std::move(id));
    }
    return ids;
}

}  // namespace

std::string channel_token(const Secret& secret, std::string_view channel_id) {
    return connector::hmac_sha256_hex(secret, "lockstep zoho_crm channel\n" + std::string(channel_id)).substr(0, token_characters);
}

Result<connector::Delivery> receive_change(const Secret& secret, const net::Request& request) {
    if (!secret.empty() && request.headers.contains(secret_header)) LS_TRY(check_function(secret, request));
    LS_TRY_ASSIGN(Value body, body_of(request));
    LS_TRY(is_of_channel(body) ? check_channel(secret, body) : check_function(secret, request));
    auto module = checked_name(body["module"].text(), "module");
    if (!module) return wrong(module.error().message);
    LS_TRY_ASSIGN(Value operation, operation_of(body));
    LS_TRY_ASSIGN(List ids, ids_of(body));
    connector::Delivery delivery;
    for (const Value& id : ids)
        delivery.push_back({.id = {},
                            .topic = *module,
                            .body = Map{{"id", id}, {"module", *module}, {"operation", operation}, {"modified_time", time_of(body)}}});
    return delivery;
}

}  // namespace lockstep::connectors::zoho_crm
