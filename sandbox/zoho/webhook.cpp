#include "sandbox/zoho/webhook.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>

#include "sandbox/zoho/invoices.h"
#include "sandbox/zoho/payments.h"
#include "sandbox/zoho/text.h"
#include "value/encoding.h"
#include "value/json.h"

namespace lockstep::sandbox::zoho {

namespace {

constexpr std::string_view form_type = "application/x-www-form-urlencoded";

bool is_form(const Webhook& webhook) { return webhook.body_type.find("form") != std::string::npos; }

/// `${Customer Payments.Payment ID}` is the record's `payment_id`.
std::string placeholder_text(std::string_view name, const Value& record, const std::string& payload) {
    if (name == "JSONString") return payload;
    std::string field = lower(name.substr(name.rfind('.') + 1));
    std::replace(field.begin(), field.end(), ' ', '_');
    const Value& value = record[field];
    return value.is_map() || value.is_list() ? json::write(value) : value.text();
}

std::string filled(std::string_view text, const Value& record, const std::string& payload) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t start = text.find("${", at);
        const std::size_t end = start == std::string_view::npos ? start : text.find('}', start);
        out += text.substr(at, (end == std::string_view::npos ? text.size() : start) - at);
        if (end == std::string_view::npos) break;
        out += placeholder_text(text.substr(start + 2, end - start - 2), record, payload);
        at = end + 1;
    }
    return out;
}

net::Parameters filled(const net::Parameters& parameters, const Value& record, const std::string& payload) {
    net::Parameters out;
    for (const auto& [name, value] : parameters) out.emplace_back(name, filled(value, record, payload));
    return out;
}

Result<void> sign(net::Request& request, const std::string& secret) {
    if (secret.empty()) return {};
    LS_TRY_ASSIGN(std::string signature, webhook_signature(secret, request));
    request.headers.set("X-Zoho-Webhook-Signature", std::move(signature));
    return {};
}

bool wants(const Webhook& webhook, std::string_view kind, std::string_view event) {
    const bool listens = webhook.events.empty() || std::find(webhook.events.begin(), webhook.events.end(), event) != webhook.events.end();
    return webhook.active && listens && kind_of_entity(webhook.entity) == kind;
}

void fire(Books& books, std::string_view kind, std::string_view event, const std::string& id, const Value& record) {
    for (const Webhook& webhook : books.webhooks) {
        if (!wants(webhook, kind, event)) continue;
        auto request = webhook_request(webhook, record);
        if (!request) continue;
        books.outbox.push_back({.id = books.make_id(),
                                .webhook_id = webhook.id,
                                .entity = webhook.entity,
                                .event = std::string(event),
                                .record_id = id,
                                .request = *std::move(request),
                                .created = books.now()});
    }
}

Value few_fields(const Value& payment) {
    List invoices;
    for (const Value& invoice : payment["invoices"].as_list()) invoices.push_back(Map{{"invoice_id", invoice["invoice_id"]}});
    return Map{{"payment_id", payment["payment_id"]},
               {"amount", payment["amount"]},
               {"date", payment["date"]},
               {"payment_mode", payment["payment_mode"]},
               {"invoices", Value(std::move(invoices))}};
}

Result<Value> record_of(const Books& books, std::string_view event, const Value& details) {
    if (event == "customer_payment") {
        const Payment* payment = books.payments.find(details["payment_id"].text());
        if (payment == nullptr) return fail(ErrorCode::not_found, "no such payment: " + details["payment_id"].text());
        return payment_value(books, *payment);
    }
    if (event != "invoice") return fail(ErrorCode::not_found, "no such event: " + std::string(event) + " (customer_payment, invoice)");
    const Invoice* invoice = books.invoices.find(details["invoice_id"].text());
    if (invoice == nullptr) return fail(ErrorCode::not_found, "no such invoice: " + details["invoice_id"].text());
    return invoice_detail(books, *invoice);
}

}  // namespace

Result<std::string> webhook_signature(std::string_view secret, const net::Request& request) {
    LS_TRY_ASSIGN(net::Parameters parameters, net::parse_form(request.query()));
    const bool form = request.headers.get("Content-Type").value_or("").starts_with("application/x-www-form-urlencoded");
    if (form) {
        LS_TRY_ASSIGN(net::Parameters fields, net::parse_form(request.body));
        parameters.insert(parameters.end(), fields.begin(), fields.end());
    }
    std::sort(parameters.begin(), parameters.end());
    std::string text;
    for (const auto& [name, value] : parameters) text += name + value;
    if (!form) text += request.body;
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
         digest, &length);
    return encoding::hex(std::string_view(reinterpret_cast<const char*>(digest), length));
}

std::string_view kind_of_entity(std::string_view entity) {
    if (is_listed("customer_payment customerpayment customer_payments customerpayments payment payments", entity)) return "payment";
    return is_listed("invoice invoices", entity) ? "invoice" : "";
}

Result<net::Request> webhook_request(const Webhook& webhook, const Value& record) {
    // Which of the two keys a payment stands under is not documented: a webhook of the entity `payment` uses that name.
    const bool plain = kind_of_entity(webhook.entity) == "invoice" || webhook.entity == "payment";
    const std::string key(plain ? kind_of_entity(webhook.entity) : "customer_payment");
    const std::string payload = json::write(Value(Map{{key, record}}));
    net::Request request{.method = webhook.method, .url = webhook.url};
    for (const auto& [name, value] : filled(webhook.query, record, payload)) {
        const char joint = request.url.find('?') == std::string::npos ? '?' : '&';
        request.url += joint + net::write_form({{name, value}});
    }
    request.headers.set("User-Agent", "ZohoBooks");
    request.headers.set("Content-Type", is_form(webhook) ? std::string(form_type) : "application/json");
    for (const auto& [name, value] : filled(webhook.headers, record, payload)) request.headers.set(name, value);
    if (is_form(webhook))
        request.body =
            net::write_form(webhook.form.empty() ? net::Parameters{{"JSONString", payload}} : filled(webhook.form, record, payload));
    else
        request.body = webhook.raw_data.empty() ? payload : filled(webhook.raw_data, record, payload);
    LS_TRY(sign(request, webhook.secret));
    return request;
}

void announce(Books& books, const Payment& payment, std::string_view event) {
    if (!books.webhooks.empty()) fire(books, "payment", event, payment.id, payment_value(books, payment));
}

void announce(Books& books, const Invoice& invoice, std::string_view event) {
    if (!books.webhooks.empty()) fire(books, "invoice", event, invoice.id, invoice_detail(books, invoice));
}

Result<net::Request> make_webhook(const Books& books, std::string_view event, const Value& details) {
    LS_TRY_ASSIGN(Value record, record_of(books, event, details));
    const std::string body = details["body"].string_or("default");
    Webhook webhook{.entity = std::string(event), .url = details["url"].string_or(""), .secret = details["secret"].string_or("")};
    if (body == "form")
        webhook.body_type = body;
    else if (body == "raw" && event == "customer_payment")
        webhook.raw_data = json::write(few_fields(record));
    else if (body != "default")
        return fail(ErrorCode::request_invalid, "`body` is one of default, form, raw (payments only): " + body);
    return webhook_request(webhook, record);
}

}  // namespace lockstep::sandbox::zoho
