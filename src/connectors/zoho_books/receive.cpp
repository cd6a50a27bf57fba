#include "connectors/zoho_books/receive.h"

#include <algorithm>
#include <array>

#include "connector/one_line.h"
#include "connector/signature.h"
#include "value/json.h"

namespace lockstep::connectors::zoho_books {
namespace {

/// Source: Zoho Books API v3, "Webhooks" (`secret`); Zoho Billing knowledge base, "How do I secure my webhooks". That the
/// same holds for Books is not documented, so the second mode can be chosen (`webhook_signature`).
constexpr std::string_view signature_header = "X-Zoho-Webhook-Signature";
constexpr std::size_t id_length_max = 64;
constexpr std::size_t hint_length_max = 100;

std::string media_type(const net::Request& request) {
    std::string_view type = request.headers.get("Content-Type").value_or("");
    type = type.substr(0, type.find(';'));
    while (type.ends_with(' ')) type.remove_suffix(1);
    std::string lower(type);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
    return lower;
}

bool is_form(const net::Request& request) { return media_type(request) == "application/x-www-form-urlencoded"; }

// ---- the signature ----

Result<std::string> signed_text(SignedText mode, const net::Request& request) {
    if (mode == SignedText::body) return request.body;
    LS_TRY_ASSIGN(net::Parameters parameters, net::parse_form(request.query()));
    if (is_form(request)) {
        LS_TRY_ASSIGN(net::Parameters fields, net::parse_form(request.body));
        parameters.insert(parameters.end(), fields.begin(), fields.end());
    }
    std::stable_sort(parameters.begin(), parameters.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::string text;
    for (const auto& [name, value] : parameters) text += name + value;
    return is_form(request) ? text : text + request.body;
}

Result<void> check_signature(const WebhookSettings& settings, const net::Request& request) {
    if (settings.secret.empty()) return {};
    std::string given(request.headers.get(signature_header).value_or(""));
    std::transform(given.begin(), given.end(), given.begin(), [](unsigned char c) { return std::tolower(c); });
    Result<std::string> text = signed_text(settings.signed_text, request);
    if (!given.empty() && text && connector::same_secret(given, connector::hmac_sha256_hex(settings.secret, *text))) return {};
    return fail(ErrorCode::unauthorized, "the signature is " + std::string(given.empty() ? "missing" : "wrong") +
                                             ": the webhook's secret in Zoho Books must be webhook_secret (ZOHO_WEBHOOK_SECRET), header " +
                                             std::string(signature_header));
}

// ---- the record, however it is wrapped ----

Result<Value> json_map(std::string_view text) {
    LS_TRY_ASSIGN(Value value, json::parse(text));
    if (!value.is_map()) return fail(ErrorCode::request_invalid, "the body must be a JSON object");
    return value;
}

Result<Value> form_map(std::string_view text) {
    LS_TRY_ASSIGN(net::Parameters fields, net::parse_form(text));
    if (auto wrapped = net::parameter(fields, "JSONString")) return json_map(*wrapped);
    Map map;
    for (auto& [name, value] : fields) map.set(std::move(name), std::move(value));
    return Value(std::move(map));
}

Result<Value> payload(const net::Request& request) {
    if (is_form(request)) return form_map(request.body);
    constexpr std::array<std::string_view, 3> others = {"application/json", "text/plain", ""};
    std::string type = media_type(request);
    if (std::find(others.begin(), others.end(), type) != others.end()) return json_map(request.body);
    return fail(Error{ErrorCode::request_invalid,
                      "the body must be JSON or a form (application/json, application/x-www-form-urlencoded), not `" +
                          connector::one_line(type, 60) + "`",
                      {},
                      "Content-Type"});
}

/// Source: captured deliveries; the keys of each module are not documented.
const Value& unwrapped(const Value& payload) {
    for (std::string_view name : {"customer_payment", "payment", "invoice"})
        if (payload[name].is_map()) return payload[name];
    return payload;
}

// ---- one shape ----

/// Ids have up to 19 digits and are numbers in some bodies: exact, because numbers are read with all their digits.
Result<Value> id_of(const Value& record, std::string_view name) {
    const Value& given = record[name];
    std::string id = given.text();
    if (id.empty() && (given.is_null() || given.is_string())) return Value();
    bool fits = !id.empty() && id.size() <= id_length_max && given.kind() != Value::Kind::boolean &&
                std::all_of(id.begin(), id.end(), [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '-'; });
    if (fits) return Value(std::move(id));
    return fail(ErrorCode::request_invalid, "not an id of Zoho Books: " + std::string(name) + ", `" + connector::one_line(id, 40) + "`");
}

Value amount_of(const Value& record) {
    const Value& given = record["amount"];
    if (given.is_number()) return given;
    Result<Decimal> amount = Decimal::parse(given.text());
    return amount ? Value(*amount) : Value();
}

Value text_of(const Value& record, std::string_view name) {
    std::string text = connector::one_line(record[name].text(), hint_length_max);
    return text.empty() ? Value() : Value(std::move(text));
}

/// `invoices` as a list of maps or ids, as the JSON of one in a form's field, or one `invoice_id` beside the rest.
Result<Value> invoices_of(const Value& record) {
    Value given = record["invoices"];
    if (given.is_string() && given.as_string().starts_with('[')) { LS_TRY_ASSIGN(given, json::parse(given.as_string())); }
    if (!given.is_list()) given = List{record};
    List invoices;
    for (const Value& invoice : given.as_list()) {
        Value holder = invoice.is_map() ? invoice : Value(Map{{"invoice_id", invoice}});
        LS_TRY_ASSIGN(Value id, id_of(holder, "invoice_id"));
        Value entry = Map{{"invoice_id", id}};
        if (!id.is_null() && std::find(invoices.begin(), invoices.end(), entry) == invoices.end()) invoices.push_back(std::move(entry));
    }
    return Value(std::move(invoices));
}

Result<Value> normalised(const Value& record) {
    LS_TRY_ASSIGN(Value payment_id, id_of(record, "payment_id"));
    LS_TRY_ASSIGN(Value invoices, invoices_of(record));
    if (payment_id.is_null() && invoices.as_list().empty())
        return fail(ErrorCode::request_invalid,
                    "the body names neither a payment nor an invoice: payment_id, invoices, invoice_id "
                    "(bare, or inside customer_payment, payment or invoice)");
    return Value(Map{{"payment_id", std::move(payment_id)},
                     {"amount", amount_of(record)},
                     {"date", text_of(record, "date")},
                     {"payment_mode", text_of(record, "payment_mode")},
                     {"invoices", std::move(invoices)}});
}

}  // namespace

Result<WebhookSettings> read_webhook_settings(const connector::Settings& settings) {
    WebhookSettings read{.secret = settings.secret("webhook_secret")};
    std::string mode = settings.text("webhook_signature");
    if (mode == "body")
        read.signed_text = SignedText::body;
    else if (!mode.empty() && mode != "parameters_and_body")
        return fail(ErrorCode::config_invalid, "webhook_signature is parameters_and_body or body: " + mode);
    return read;
}

Result<connector::Delivery> receive_webhook(const WebhookSettings& settings, const net::Request& request) {
    LS_TRY(check_signature(settings, request));
    LS_TRY_ASSIGN(Value given, payload(request));
    LS_TRY_ASSIGN(Value body, normalised(unwrapped(given)));
    return connector::Delivery{{.id = {}, .topic = {}, .body = std::move(body)}};
}

}  // namespace lockstep::connectors::zoho_books
