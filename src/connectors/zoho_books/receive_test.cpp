#include "connectors/zoho_books/receive.h"

#include <gtest/gtest.h>

#include "connector/signature.h"
#include "value/json.h"

namespace lockstep::connectors::zoho_books {
namespace {

constexpr std::string_view form_type = "application/x-www-form-urlencoded";
constexpr std::string_view header = "X-Zoho-Webhook-Signature";

net::Request request(std::string body, std::string_view type = "application/json", const std::string& query = "") {
    return {.method = "POST",
            .url = "/webhook/zoho/payment" + query,
            .headers = {{"Content-Type", std::string(type)}},
            .body = std::move(body)};
}

/// The body of the one notification, as JSON; an error as its text.
std::string received(const net::Request& given, const WebhookSettings& settings = {}) {
    auto delivery = receive_webhook(settings, given);
    if (!delivery) return delivery.error().to_text();
    EXPECT_EQ(delivery->size(), 1u);
    EXPECT_EQ(delivery->front().id, "");
    return json::write(delivery->front().body);
}

TEST(ZohoWebhook, EveryFormOfAPaymentBecomesOneShape) {
    const std::string wanted = R"({"payment_id":"460000000042001","amount":119.00,"date":"2026-01-31","payment_mode":"banktransfer",)"
                               R"("invoices":[{"invoice_id":"460000000031007"}]})";
    const std::string record =
        R"({"payment_id":"460000000042001","amount":119.00,"date":"2026-01-31","payment_mode":"banktransfer","customer_name":"x",)"
        R"("invoices":[{"invoice_id":460000000031007,"amount_applied":119.00,"invoice_number":"INV-1"}]})";
    for (const std::string& body : {record, "{\"customer_payment\":" + record + "}", "{\"payment\":" + record + ",\"more\":1}"}) {
        EXPECT_EQ(received(request(body)), wanted) << body;
        EXPECT_EQ(received(request(body, "application/json; charset=utf-8")), wanted) << body;
        EXPECT_EQ(received(request(body, "text/plain")), wanted) << body;
        EXPECT_EQ(received(request(net::write_form({{"JSONString", body}}), form_type)), wanted) << body;
    }
    net::Parameters fields = {
        {"payment_id", "460000000042001"}, {"amount", "119.00"}, {"date", "2026-01-31"}, {"payment_mode", "banktransfer"}};
    for (const auto& [name, value] : {std::pair{"invoice_id", "460000000031007"},
                                      {"invoices", R"([{"invoice_id":"460000000031007"}])"},
                                      {"invoices", "[460000000031007]"}}) {
        net::Parameters all = fields;
        all.emplace_back(name, value);
        EXPECT_EQ(received(request(net::write_form(all), form_type)), wanted) << value;
    }
}

TEST(ZohoWebhook, AnInvoiceAloneNamesItself) {
    EXPECT_EQ(received(request(R"({"invoice":{"invoice_id":"7","balance":0,"date":"2026-01-31"}})")),
              R"({"payment_id":null,"amount":null,"date":"2026-01-31","payment_mode":null,"invoices":[{"invoice_id":"7"}]})");
}

TEST(ZohoWebhook, IdsAboveAllDoublesKeepTheirDigits) {
    EXPECT_EQ(
        received(request(
            R"({"payment_id":9007199254740993,"invoices":[{"invoice_id":9223372036854775807},{"invoice_id":18446744073709551615}]})")),
        R"({"payment_id":"9007199254740993","amount":null,"date":null,"payment_mode":null,)"
        R"("invoices":[{"invoice_id":"9223372036854775807"},{"invoice_id":"18446744073709551615"}]})");
}

TEST(ZohoWebhook, AnInvoiceThatIsNamedTwiceIsOne) {
    EXPECT_EQ(received(request(R"({"payment_id":"1","invoices":[{"invoice_id":"2"},{"invoice_id":2},{}]})")),
              R"({"payment_id":"1","amount":null,"date":null,"payment_mode":null,"invoices":[{"invoice_id":"2"}]})");
}

TEST(ZohoWebhook, RefusesWhatNamesNoRecord) {
    struct Bad {
        std::string body;
        std::string_view type;
        std::string says;
    };
    for (const Bad& its :
         {Bad{"", "application/json", "json_syntax"}, Bad{"{\"payment_id\":", "application/json", "json_syntax"},
          Bad{"[]", "application/json", "must be a JSON object"}, Bad{"{}", "application/json", "names neither a payment"},
          Bad{"{\"customer_payment\":{}}", "application/json", "names neither a payment"},
          Bad{"{\"payment_id\":\"../1\"}", "application/json", "not an id of Zoho Books: payment_id"},
          Bad{"{\"payment_id\":1.5}", "application/json", "not an id"}, Bad{"{\"payment_id\":true}", "application/json", "not an id"},
          Bad{"{\"payment_id\":{\"a\":1}}", "application/json", "not an id"},
          Bad{"{\"payment_id\":\"" + std::string(65, '1') + "\"}", "application/json", "not an id"},
          Bad{"{\"payment_id\":\"1\",\"invoices\":[{\"invoice_id\":\"a b\"}]}", "application/json", "not an id"},
          Bad{"JSONString=%7B", form_type, "json_syntax"}, Bad{"payment_id=%zz", form_type, "url_invalid"},
          Bad{"", form_type, "names neither a payment"}, Bad{"{}", "application/xml", "must be JSON or a form"}}) {
        std::string outcome = received(request(its.body, its.type));
        EXPECT_NE(outcome.find(its.says), std::string::npos) << its.body << " → " << outcome;
    }
}

WebhookSettings with_secret(SignedText signed_text = SignedText::parameters_and_body) {
    return {.secret = Secret("abcdefghijkl1234"), .signed_text = signed_text};
}

bool is_taken(net::Request given, const std::string& signed_text, const WebhookSettings& settings = with_secret()) {
    given.headers.set(std::string(header), connector::hmac_sha256_hex(settings.secret, signed_text));
    auto delivery = receive_webhook(settings, given);
    EXPECT_TRUE(delivery || delivery.error().code == ErrorCode::unauthorized) << delivery.error().to_text();
    return delivery.has_value();
}

/// Source: Zoho Billing knowledge base, "How do I secure my webhooks": parameters sorted by name, then the body.
TEST(ZohoSignature, IsOverTheSortedParametersAndTheBodyAsItCame) {
    const std::string body = R"({"payment_id" : "1"})";
    EXPECT_TRUE(is_taken(request(body, "application/json", "?subscription_id=90343&name=basic"), "namebasicsubscription_id90343" + body));
    EXPECT_FALSE(is_taken(request(body, "application/json", "?subscription_id=90343&name=basic"), "subscription_id90343namebasic" + body));
    EXPECT_FALSE(is_taken(request(body), R"({"payment_id":"1"})")) << "written anew";
    EXPECT_TRUE(is_taken(request("payment_id=1&amount=2%2E50", form_type, "?b=%20x"), "amount2.50b xpayment_id1"));
    EXPECT_FALSE(is_taken(request("payment_id=1", form_type), "payment_id=1")) << "a form is decoded";
}

TEST(ZohoSignature, CanBeOverTheBodyAlone) {
    const std::string body = R"({"payment_id":"1"})";
    const auto settings = with_secret(SignedText::body);
    EXPECT_TRUE(is_taken(request(body, "application/json", "?a=b"), body, settings));
    EXPECT_TRUE(is_taken(request("payment_id=1", form_type), "payment_id=1", settings));
    EXPECT_FALSE(is_taken(request(body, "application/json", "?a=b"), "ab" + body, settings));
}

TEST(ZohoSignature, MustBeThereAndWhole) {
    const std::string body = R"({"payment_id":"1"})", right = connector::hmac_sha256_hex(with_secret().secret, body);
    for (const std::string& given : {std::string(), right.substr(1), right + "0", std::string(64, '0'), std::string("sha256=") + right}) {
        auto signed_request = request(body);
        if (!given.empty()) signed_request.headers.set(std::string(header), given);
        auto refused = receive_webhook(with_secret(), signed_request);
        ASSERT_FALSE(refused) << given;
        EXPECT_EQ(refused.error().code, ErrorCode::unauthorized);
        EXPECT_EQ(refused.error().message.find(right), std::string::npos);
    }
    auto upper = request(body);
    std::string shouted = right;
    for (char& c : shouted) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    upper.headers.set(std::string(header), shouted);
    EXPECT_TRUE(receive_webhook(with_secret(), upper));
}

TEST(ZohoSignature, SettingsNameTheMode) {
    auto read = [](const std::string& mode) { return read_webhook_settings(connector::Settings(Map{{"webhook_signature", mode}})); };
    EXPECT_EQ(read("")->signed_text, SignedText::parameters_and_body);
    EXPECT_EQ(read("parameters_and_body")->signed_text, SignedText::parameters_and_body);
    EXPECT_EQ(read("body")->signed_text, SignedText::body);
    EXPECT_FALSE(read("url"));
}

}  // namespace
}  // namespace lockstep::connectors::zoho_books
