#include "connectors/slack/connector.h"

#include "connector/inputs.h"
#include "connector/session.h"
#include "connectors/slack/errors.h"
#include "connectors/slack/message.h"
#include "value/json.h"

namespace lockstep::connectors::slack {
namespace {

const schema::Action& post_action() {
    static const schema::Action action{
        .name = "slack.post",
        .summary =
            "Posts a message to the channel of the webhook. Slack names no message in its answer and takes no key: whether one arrived "
            "whose answer was lost cannot be looked up.",
        .effect = schema::ActionEffect::untraceable,
        .inputs = {{"text", "text", true, "the message, also what notifications show; cut to 4000 characters"},
                   {"blocks", "list", false, "Block Kit blocks, at most 50; long texts are cut"},
                   {"formatted", "boolean", false, "true: the texts are in Slack's own notation and not escaped"}},
        .output = "`posted`: true.",
    };
    return action;
}

/// What of the address is the credential: everything behind `/services/`, or all behind the host.
Secret secret_part(const std::string& url) {
    constexpr std::string_view marker = "/services/";
    std::size_t at = url.find(marker);
    if (at != std::string::npos) return Secret(url.substr(at + marker.size()));
    std::size_t host = url.find("://");
    std::size_t path = host == std::string::npos ? host : url.find('/', host + 3);
    return path == std::string::npos || path + 1 >= url.size() ? Secret() : Secret(url.substr(path + 1));
}

/// The webhook of one channel. Threads: any.
class SlackConnection : public connector::Connection {
public:
    static Result<std::unique_ptr<connector::Connection>> make(connector::ConnectionParts parts) {
        std::string url = parts.settings.text("webhook_url");
        if (url.empty()) return fail(ErrorCode::config_invalid, "slack needs an address to post to: webhook_url (SLACK_WEBHOOK_URL)");
        // The address is a credential, so the message does not repeat it.
        if (!net::parse_url(url))
            return fail(ErrorCode::config_invalid,
                        "not an address of the form https://hooks.slack.com/services/…: webhook_url (SLACK_WEBHOOK_URL)");
        return std::unique_ptr<connector::Connection>(new SlackConnection(parts, std::move(url)));
    }

    SlackConnection(connector::ConnectionParts& parts, std::string url)
        : url_(std::move(url)), session_(dialect(parts.name), parts.runtime, nullptr, parts.name) {}

    Result<Value> perform(std::string_view action, const Value& input, connector::CallContext& context) override {
        if (action != post_action().name) return fail(ErrorCode::value_invalid, "slack has no such action: " + std::string(action));
        connector::Inputs inputs(action, input);
        LS_TRY(inputs.check(post_action()));
        LS_TRY_ASSIGN(Message message, read_message(inputs));
        LS_TRY_ASSIGN(Value body, message_body(message));
        return post(body, context);
    }

    /// A webhook answers nothing but posts, and each of those is seen in the channel: there is nothing to ask.
    Result<void> probe(connector::CallContext&) override { return {}; }

private:
    connector::Dialect dialect(const std::string& name) const {
        connector::Dialect dialect;
        dialect.connection = name;
        dialect.classify = classify;
        dialect.secrets = {secret_part(url_)};
        return dialect;
    }

    static Result<Message> read_message(const connector::Inputs& inputs) {
        Message message;
        LS_TRY_ASSIGN(message.text, inputs.text("text"));
        LS_TRY_ASSIGN(message.formatted, inputs.boolean_or("formatted", false));
        if (inputs.has("blocks")) { LS_TRY_ASSIGN(message.blocks, inputs.list("blocks")); }
        return message;
    }

    Result<Value> post(const Value& body, connector::CallContext& context) {
        net::Request request{.method = "POST", .url = url_, .headers = {{"Content-Type", "application/json"}}, .body = json::write(body)};
        LS_TRY(session_.send_plain(context, std::move(request), net::Effect::write, true));
        return Value(Map{{"posted", true}});
    }

    std::string url_;
    connector::Session session_;
};

}  // namespace

const connector::Connector& descriptor() {
    static const connector::Connector connector{
        .name = "slack",
        .summary = "Slack through an incoming webhook",
        .settings = {{.name = "webhook_url",
                      .environment = "SLACK_WEBHOOK_URL",
                      .required = true,
                      .secret = true,
                      .summary = "address of the incoming webhook; it is a credential"}},
        .actions = {post_action()},
        // One message a second and webhook; a lost answer is tried once more at most (docs.slack.dev/apis/web-api/rate-limits).
        .default_limits = {.concurrency_max = 1, .settle_ms = 2'000, .retries_max = 3, .retry_base_ms = 2'000, .call_timeout_ms = 15'000},
        .make = SlackConnection::make,
    };
    return connector;
}

}  // namespace lockstep::connectors::slack
