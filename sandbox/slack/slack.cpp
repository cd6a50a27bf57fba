#include <algorithm>
#include <array>
#include <optional>

#include "sandbox/sandbox.h"
#include "sandbox/slack/blocks.h"
#include "value/encoding.h"
#include "value/json.h"

namespace lockstep::sandbox {

namespace slack {
namespace {

// [slack, "Rate limit"]: one message a second, short bursts tolerated (how long a burst is not documented).
constexpr std::int64_t refill_ms = 1000;
constexpr std::int64_t burst = 10;
constexpr std::size_t text_max = 40000;  ///< longer texts are cut

/// Slack's words and their statuses [slack, "Error answers"].
struct Word {
    std::string_view word;
    int status;
};
constexpr std::array<Word, 16> words = {{
    {"invalid_payload", 400},
    {"no_text", 400},
    {"too_many_attachments", 400},
    {"invalid_blocks", 400},
    {"action_prohibited", 403},
    {"posting_to_general_channel_denied", 403},
    {"invalid_token", 403},
    {"no_service", 404},
    {"no_service_id", 404},
    {"no_active_hooks", 404},
    {"no_team", 404},
    {"team_disabled", 404},
    {"user_not_found", 404},
    {"channel_not_found", 404},
    {"channel_is_archived", 410},
    {"rollup_error", 500},
}};

const Word* find_word(std::string_view word) {
    auto found = std::find_if(words.begin(), words.end(), [&](const Word& known) { return known.word == word; });
    return found == words.end() ? nullptr : &*found;
}

net::Response refused(std::string_view word) {
    const Word* known = find_word(word);
    return net::text_response(known == nullptr ? 400 : known->status, std::string(word));
}

/// Which part of `/services/T…/B…/secret` is not the webhook's.
std::string_view wrong_part(std::string_view path, std::string_view right) {
    constexpr std::array<std::string_view, 3> of_part = {"no_team", "no_service_id", "invalid_token"};
    auto next = [](std::string_view& rest) {
        const std::string_view part = rest.substr(0, rest.find('/'));
        rest.remove_prefix(std::min(part.size() + 1, rest.size()));
        return part;
    };
    constexpr std::size_t prefix = std::string_view("/services/").size();
    path.remove_prefix(prefix);
    right.remove_prefix(std::min(prefix, right.size()));
    for (const std::string_view word : of_part)
        if (next(path) != next(right)) return word;
    return "no_service";
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
        refuse_with_.clear();
    }

private:
    Result<void> load_settings(const List& records);
    std::optional<std::int64_t> wait_s();
    void keep(const Value& message);

    const Options options_;
    List messages_;
    std::string refuse_with_;           ///< the word that every message is refused with
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
        return request.path().starts_with("/services/") ? refused(wrong_part(request.path(), options_.credentials.slack_path))
                                                        : net::text_response(404, "not_found");
    if (request.method != "POST") return refused("invalid_payload");
    if (auto wait = wait_s()) {
        net::Response limited = net::text_response(429, "rate_limited");
        limited.headers.set("Retry-After", std::to_string(*wait));
        return limited;
    }
    if (!refuse_with_.empty()) return refused(refuse_with_);
    const auto message = read_message(request);
    if (!message) return refused("invalid_payload");
    if (Refusal refusal = check_message(*message)) return refused(*refusal);
    keep(*message);
    return net::text_response(200, "ok");
}

std::optional<List> Slack::records(std::string_view object) const {
    if (object == "settings") return List{Value(Map{{"refuse_with", Value(refuse_with_)}})};
    if (object != "messages") return std::nullopt;
    return messages_;
}

/// `refuse_with`: the workspace refuses every message with this word of Slack's; empty: no more.
Result<void> Slack::load_settings(const List& records) {
    for (const Value& record : records) {
        const std::string word = record["refuse_with"].text();
        if (!word.empty() && find_word(word) == nullptr)
            return fail(ErrorCode::request_invalid, "Slack has no such word: refuse_with, " + word);
        refuse_with_ = word;
    }
    return {};
}

Result<void> Slack::load(std::string_view object, const List& records) {
    if (object == "settings") return load_settings(records);
    if (object != "messages") return fail(ErrorCode::not_found, "no such object: slack, " + std::string(object));
    messages_.insert(messages_.end(), records.begin(), records.end());
    return {};
}

}  // namespace
}  // namespace slack

std::unique_ptr<Vendor> make_slack(const Options& options) { return std::make_unique<slack::Slack>(options); }

}  // namespace lockstep::sandbox
