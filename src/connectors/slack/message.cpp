#include "connectors/slack/message.h"

#include <algorithm>
#include <array>

#include "connectors/slack/escape.h"

namespace lockstep::connectors::slack {
namespace {

constexpr std::size_t text_code_points_max = 4000;
constexpr std::size_t blocks_max = 50;

/// How long a text may be, by the kind of block and the key it stands under.
struct Length {
    std::string_view block, key;
    std::size_t code_points_max;
};
constexpr std::array<Length, 4> lengths = {{
    {"section", "text", 3000},
    {"section", "fields", 2000},
    {"header", "text", 150},
    {"context", "elements", 3000},
}};

std::size_t length_max(std::string_view block, std::string_view key) {
    auto found = std::find_if(lengths.begin(), lengths.end(), [&](const Length& l) { return l.block == block && l.key == key; });
    return found == lengths.end() ? text_code_points_max : found->code_points_max;
}

/// How many entries a list within a block may have.
struct Count {
    std::string_view block, key;
    std::size_t entries_max;
};
constexpr std::array<Count, 3> counts = {{
    {"section", "fields", 10},
    {"context", "elements", 10},
    {"actions", "elements", 25},
}};

Result<void> check_count(std::string_view block, std::string_view key, const Value& part) {
    auto found = std::find_if(counts.begin(), counts.end(), [&](const Count& c) { return c.block == block && c.key == key; });
    if (found == counts.end() || !part.is_list() || part.as_list().size() <= found->entries_max) return {};
    return fail(ErrorCode::value_invalid, "more " + std::string(key) + " in a " + std::string(block) + " than Slack takes: " +
                                              std::to_string(part.as_list().size()) + " of " + std::to_string(found->entries_max));
}

std::string written(const std::string& text, bool escaped, std::size_t code_points_max) {
    return cut(escaped ? text : escape(text), code_points_max);
}

/// Writes the text object `{"type": "mrkdwn" | "plain_text", "text": …}`; only mrkdwn knows marks that need escaping.
Value text_object(const Value& object, bool formatted, std::size_t code_points_max) {
    Value out = object;
    bool escaped = formatted || object["type"] != Value("mrkdwn");
    out.mutable_map().set("text", written(object["text"].as_string(), escaped, code_points_max));
    return out;
}

Value block_part(const Value& part, bool formatted, std::size_t code_points_max) {
    if (part.is_list()) {
        List list;
        for (const Value& element : part.as_list()) list.push_back(block_part(element, formatted, code_points_max));
        return list;
    }
    return part["text"].is_string() ? text_object(part, formatted, code_points_max) : part;
}

Result<Value> block(const Value& given, bool formatted) {
    if (!given.is_map())
        return fail(ErrorCode::value_invalid, "slack.post needs maps in `blocks`, got " + std::string(to_string(given.kind())));
    const std::string kind = given["type"].text();
    Map out;
    for (const auto& [key, part] : given.as_map()) {
        LS_TRY(check_count(kind, key, part));
        out.set(key, block_part(part, formatted, length_max(kind, key)));
    }
    return Value(std::move(out));
}

}  // namespace

Result<Value> message_body(const Message& message) {
    if (message.blocks.size() > blocks_max)
        return fail(ErrorCode::value_invalid,
                    "more blocks than Slack takes: " + std::to_string(message.blocks.size()) + " of " + std::to_string(blocks_max));
    Map body{{"text", written(message.text, message.formatted, text_code_points_max)}};
    List blocks;
    for (const Value& given : message.blocks) {
        LS_TRY_ASSIGN(Value out, block(given, message.formatted));
        blocks.push_back(std::move(out));
    }
    if (!blocks.empty()) body.set("blocks", std::move(blocks));
    return Value(std::move(body));
}

}  // namespace lockstep::connectors::slack
