#include <charconv>

#include "connector/one_line.h"
#include "connector/retry_after.h"
#include "connector/session.h"
#include "connectors/salesforce/errors.h"
#include "connectors/salesforce/limits.h"
#include "connectors/salesforce/receive.h"
#include "connectors/sap/csrf.h"
#include "connectors/sap/errors.h"
#include "connectors/sap/odata_json.h"
#include "connectors/sap/odata_time.h"
#include "connectors/slack/errors.h"
#include "connectors/slack/escape.h"
#include "connectors/zoho_books/api.h"
#include "connectors/zoho_books/errors.h"
#include "connectors/zoho_crm/api.h"
#include "connectors/zoho_crm/errors.h"
#include "tests/fuzz/target.h"
#include "value/encoding.h"

using namespace lockstep;
using namespace lockstep::connectors;

namespace {

/// `503`, then header fields, an empty line and the body.
net::Response response_of(std::string_view data) {
    net::Response response;
    const auto status = fuzz::take(data);
    std::from_chars(status.data(), status.data() + status.size(), response.status);
    for (auto line = fuzz::take(data); !line.empty(); line = fuzz::take(data)) {
        const auto name = fuzz::take(line, ':');
        response.headers.add(std::string(name), std::string(line.starts_with(' ') ? line.substr(1) : line));
    }
    response.body = data;
    return response;
}

/// What is said of an answer can be logged, and a read is never in doubt.
void check_error(const std::optional<Error>& error, net::Effect effect) {
    if (!error) return;
    LS_ASSERT(encoding::is_valid_utf8(error->message) && encoding::is_valid_utf8(error->vendor_code) &&
              encoding::is_valid_utf8(error->field));
    LS_ASSERT(effect == net::Effect::write || error->cls() != ErrorClass::in_doubt);
    LS_ASSERT(error->retry_after_ms.value_or(0) >= 0);
}

void check_classified(const net::Response& response) {
    for (const auto effect : {net::Effect::read, net::Effect::write}) {
        check_error(salesforce::classify(response, effect), effect);
        check_error(sap::classify(response, effect, sap::Credentials::renewable), effect);
        check_error(zoho_books::classify(response, effect, {.now = {1'771'408'800, 0}, .zone = "Europe/Berlin"}), effect);
        check_error(slack::classify(response, effect), effect);
        check_error(zoho_crm::classify(response, effect), effect);
    }
}

void check_headers(const net::Response& response) {
    const auto wait_ms = connector::retry_after_ms(response).value_or(0);
    LS_ASSERT(wait_ms >= 0 && wait_ms <= 86'400'000);
    static_cast<void>(salesforce::call_budget(response));
    static_cast<void>(zoho_books::call_budget(response));
    static_cast<void>(zoho_crm::credits_left(response));
    static_cast<void>(sap::read_csrf_session(response));
    static_cast<void>(sap::read_sap_messages(response.headers.get("sap-message").value_or("")));
}

void check_body(std::string_view body) {
    static_cast<void>(sap::read_record(body));
    static_cast<void>(sap::read_page(body));
    static_cast<void>(sap::read_date(body));
    static_cast<void>(sap::own_segment(body, "A_SalesOrder"));
    static_cast<void>(salesforce::organization_of(body));
    const std::string line = connector::one_line(body, 40);
    LS_ASSERT(encoding::is_valid_utf8(line) && line.find('\n') == std::string::npos);
    const std::string shown = slack::cut(slack::escape(body), 30);
    LS_ASSERT(shown.find_first_of("<>") == std::string::npos);
}

/// No secret stays in what is kept of a body.
void check_redacted(std::string_view body) {
    constexpr std::string_view secret = "s3cr3t/v+lue";
    static const connector::Redactor redactor({Secret(std::string(secret))});
    const std::string text = std::string(body) + std::string(secret) + std::string(body);
    LS_ASSERT(redactor.redact(text).find(secret) == std::string::npos);
    LS_ASSERT(redactor.redact(text, 100).size() <= 120);
}

}  // namespace

/// Everything that is read of a vendor's answer.
FUZZ(answers) {
    const net::Response response = response_of(data);
    check_classified(response);
    check_headers(response);
    check_body(response.body);
    check_redacted(response.body);
}
