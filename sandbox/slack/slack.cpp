#include <array>
#include <optional>

#include "sandbox/sandbox.h"
#include "value/encoding.h"
#include "value/json.h"

namespace lockstep::sandbox {

namespace slack {
namespace {

// [slack, "Rate limit"]: one message a second, short bursts tolerated (how long a burst is not documented).
constexpr std::int64_t refill_ms = 1000;
constexpr std::int64_t burst = 10;
// [slack, "Block Kit limits"]
constexpr std::size_t blocks_max = 50;
constexpr std::size_t attachments_max = 100;
constexpr std::size_t section_text_max = 3000;
constexpr std::size_t fields_max = 10;
constexpr std::size_t field_text_max = 2000;
constexpr std::size_t header_text_max = 150;
constexpr std::size_t text_max = 40000;

constexpr std::array<std::string_view, 11> block_types = {"section", "header", "divider",   "context", "actions", "image",
                                                          "input",   "file",   "rich_text", "video",   "markdown"};

using Refusal = std::optional<std::string_view>;

bool is_text_object(const Value& text, std::size_t length_max) {
    const std::string type = text["type"].text();
    if (type != "mrkdwn" && type != "plain_text") return false;
    const std::size_t length = encoding::utf8_length(text["text"].text());
    return text["text"].is_string() && length > 0 && length <= length_max;
}

bool is_section(const Value& block) {
    const Value& text = block["text"];
    const Value& fields = block["fields"];
    if (text.is_null() && fields.is_null()) return false;
    if (!text.is_null() && !is_text_object(text, section_text_max)) return false;
    if (fields.is_null()) return true;
    if (!fields.is_list() || fields.as_list().empty() || fields.as_list().size() > fields_max) return false;
    for (const Value& field : fields.as_list())
        if (!is_text_object(field, field_text_max)) return false;
    return true;
}

bool is_block(const Value& block) {
    const std::string type = block["type"].text();
    bool known = false;
    for (std::string_view name : block_types) known = known || name == type;
    if (!known || block["block_id"].text().size() > 255) return false;
    if (type == "section") return is_section(block);
    if (type == "header") return block["text"]["type"] == Value("plain_text") && is_text_object(block["text"], header_text_max);
    if (type != "context" && type != "actions") return true;
    const Value& elements = block["elements"];
    return elements.is_list() && !elements.as_list().empty() && elements.as_list().size() <= (type == "context" ? 10u : 25u);
}

Refusal check_blocks(const Value& blocks) {
    if (blocks.is_null()) return std::nullopt;
    if (!blocks.is_list() || blocks.as_list().size() > blocks_max) return "invalid_blocks";
    for (const Value& block : blocks.as_list())
        if (!is_block(block)) return "invalid_blocks";
    return std::nullopt;
}

Refusal check_message(const Value& message) {
    const Value& attachments = message["attachments"];
    if (attachments.is_list() && attachments.as_list().size() > attachments_max) return "too_many_attachments";
    if (Refusal refused = check_blocks(message["blocks"])) return refused;
    if (!message["text"].is_null() && !message["text"].is_string()) return "invalid_payload";
    const bool has_blocks = message["blocks"].is_list() && !message["blocks"].as_list().empty();
    const bool has_attachments = attachments.is_list() && !attachments.as_list().empty();
    if (message["text"].text().empty() && !has_blocks && !has_attachments) return "no_text";
    return std::nullopt;
}

/// The message of a JSON body, or of the historic form field `payload`.
std::optional<Value> read_message(const net::Request& request) {
    std::string text = request.body;
    const std::string_view type = request.headers.get("Content-Type").value_or(std::string_view());
    if (type.starts_with("application/x-www-form-urlencoded")) {
        auto form = net::parse_form(request.body);
        if (!form) return std::nullopt;
        text = net::parameter(*form, "payload").value_or("");
    }
    auto message = json::parse(text);
    if (!message || !message->is_map()) return std::nullopt;
    return *message;
}

class Slack final : public Vendor {
public:
    explicit Slack(const Options& options) : options_(options) {}

    std::string_view connector() const override { return "slack"; }
    net::Response handle(const net::Request& request) override;
    std::optional<List> records(std::string_view object) const override;
    Result<void> load(std::string_view object, const List& records) override;
    void reset() override {
        messages_.clear();
        allowed_from_ms_ = 0;
    }

private:
    std::optional<std::int64_t> wait_s();
    void keep(const Value& message);

    const Options options_;
    List messages_;
    std::int64_t allowed_from_ms_ = 0;  ///< when the bucket would be full again
};

/// Takes one message from the bucket; returns the seconds to wait if it is empty.
std::optional<std::int64_t> Slack::wait_s() {
    const std::int64_t now = options_.clock().ms();
    const std::int64_t next = std::max(allowed_from_ms_, now) + refill_ms;
    if (next - now > burst * refill_ms) return (next - now - burst * refill_ms + 999) / 1000;
    allowed_from_ms_ = next;
    return std::nullopt;
}

void Slack::keep(const Value& message) {
    Value kept = message;
    if (message["text"].is_string()) kept.mutable_map().set("text", Value(encoding::utf8_prefix(message["text"].as_string(), text_max)));
    kept.mutable_map().set("received_time", Value(format_timestamp(options_.clock())));
    messages_.push_back(std::move(kept));
}

net::Response Slack::handle(const net::Request& request) {
    if (request.path() != options_.credentials.slack_path)
        return request.path().starts_with("/services/") ? net::text_response(404, "no_service") : net::text_response(404, "not_found");
    if (request.method != "POST") return net::text_response(400, "invalid_payload");
    if (auto wait = wait_s()) {
        net::Response limited = net::text_response(429, "rate_limited");
        limited.headers.set("Retry-After", std::to_string(*wait));
        return limited;
    }
    const auto message = read_message(request);
    if (!message) return net::text_response(400, "invalid_payload");
    if (Refusal refused = check_message(*message)) return net::text_response(400, std::string(*refused));
    keep(*message);
    return net::text_response(200, "ok");
}

std::optional<List> Slack::records(std::string_view object) const {
    if (object != "messages") return std::nullopt;
    return messages_;
}

Result<void> Slack::load(std::string_view object, const List& records) {
    if (object != "messages") return fail(ErrorCode::not_found, "no such object: slack, " + std::string(object));
    messages_.insert(messages_.end(), records.begin(), records.end());
    return {};
}

}  // namespace
}  // namespace slack

std::unique_ptr<Vendor> make_slack(const Options& options) { return std::make_unique<slack::Slack>(options); }

}  // namespace lockstep::sandbox
