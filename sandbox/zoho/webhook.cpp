#include "sandbox/zoho/webhook.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>

#include "sandbox/zoho/invoices.h"
#include "sandbox/zoho/payments.h"
#include "value/encoding.h"
#include "value/json.h"

namespace lockstep::sandbox::zoho {

namespace {

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

Result<net::Request> make_webhook(const Books& books, std::string_view event, const Value& details) {
    LS_TRY_ASSIGN(Value record, record_of(books, event, details));
    const std::string body = details["body"].string_or("default");
    net::Request request{.method = "POST", .url = details["url"].string_or("")};
    request.headers.set("User-Agent", "ZohoBooks");
    request.headers.set("Content-Type", body == "form" ? "application/x-www-form-urlencoded" : "application/json");
    const Value wrapped = Map{{std::string(event), record}};
    if (body == "default")
        request.body = json::write(wrapped);
    else if (body == "form")
        request.body = net::write_form({{"JSONString", json::write(wrapped)}});
    else if (body == "raw" && event == "customer_payment")
        request.body = json::write(few_fields(record));
    else
        return fail(ErrorCode::request_invalid, "`body` is one of default, form, raw (payments only): " + body);
    if (const std::string secret = details["secret"].string_or(""); !secret.empty()) {
        LS_TRY_ASSIGN(std::string signature, webhook_signature(secret, request));
        request.headers.set("X-Zoho-Webhook-Signature", std::move(signature));
    }
    return request;
}

}  // namespace lockstep::sandbox::zoho
