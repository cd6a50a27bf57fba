#include "connectors/salesforce/receive.h"
#include "connectors/zoho_books/receive.h"
#include "connectors/zoho_crm/receive.h"
#include "tests/fuzz/target.h"
#include "value/json.h"
#include "value/xml.h"

using namespace lockstep;
using namespace lockstep::connectors;

namespace {

void check_delivery(const Result<connector::Delivery>& delivery) {
    if (!delivery) return;
    LS_ASSERT(!delivery->empty());
    for (const auto& notification : *delivery) {
        LS_ASSERT(notification.body.is_map());
        const auto again = json::parse(json::write(notification.body));
        LS_ASSERT(again && *again == notification.body);
    }
}

/// What is wrong with a message is said in XML that can be read, whatever it was.
void check_acknowledgement(const Result<connector::Delivery>& delivery) {
    const Result<void> taken = delivery ? Result<void>() : Result<void>(fail(delivery.error()));
    const auto answer = salesforce::acknowledge_outbound_message(taken, net::text_response(taken ? 200 : 400, ""));
    const auto envelope = xml::parse(answer.body);
    LS_ASSERT(envelope && envelope->name == "Envelope");
}

}  // namespace

/// The content type on the first line, the query on the second, then the body.
FUZZ(webhooks) {
    net::Request request{.method = "POST"};
    request.headers.set("Content-Type", std::string(fuzz::take(data)));
    request.headers.set("X-Zoho-Webhook-Signature", "00");
    request.url = "/webhook?" + std::string(fuzz::take(data));
    request.body = data;
    const auto message = salesforce::receive_outbound_message(request, "");
    check_delivery(message);
    check_acknowledgement(message);
    const bool other_refused = !salesforce::receive_outbound_message(request, "00D000000000001EAA") || message;
    LS_ASSERT(other_refused);
    check_delivery(zoho_books::receive_webhook({}, request));
    LS_ASSERT(!zoho_books::receive_webhook({.secret = Secret("a secret of the webhook")}, request));
    check_delivery(zoho_crm::receive_change({}, request));
    LS_ASSERT(!zoho_crm::receive_change(Secret("a secret of the webhook"), request));
}
