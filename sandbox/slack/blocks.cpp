#include "sandbox/slack/blocks.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>

#include "value/encoding.h"

namespace lockstep::sandbox::slack {

namespace {

constexpr std::size_t blocks_max = 50;
constexpr std::size_t attachments_max = 100;
constexpr std::size_t fields_max = 10;
constexpr std::size_t section_text_max = 3000;
constexpr std::size_t field_text_max = 2000;
constexpr std::size_t header_text_max = 150;
constexpr std::size_t id_max = 255;
constexpr std::size_t button_text_max = 75;
constexpr std::size_t button_value_max = 2000;
constexpr std::size_t url_max = 3000;
constexpr std::size_t image_text_max = 2000;

bool is_absent_or_text(const Value& text, std::size_t length_max) {
    return text.is_null() || (text.is_string() && encoding::utf8_length(text.as_string()) <= length_max);
}

bool is_text(const Value& text, std::size_t length_max) {
    return text.is_string() && !text.as_string().empty() && is_absent_or_text(text, length_max);
}

bool is_text_object(const Value& object, std::size_t length_max) {
    const std::string type = object["type"].text();
    return (type == "mrkdwn" || type == "plain_text") && is_text(object["text"], length_max);
}

bool is_plain_text(const Value& object, std::size_t length_max) {
    return object["type"] == Value("plain_text") && is_text_object(object, length_max);
}

bool is_image(const Value& image) {
    const bool has_source = is_text(image["image_url"], url_max) || image["slack_file"].is_map();
    return has_source && is_text(image["alt_text"], image_text_max);
}

bool is_button(const Value& button) {
    return is_plain_text(button["text"], button_text_max) && is_absent_or_text(button["action_id"], id_max) &&
           is_absent_or_text(button["value"], button_value_max) && is_absent_or_text(button["url"], url_max);
}

/// Elements that are not looked into (menus, date pickers …) pass if they have a type.
bool is_element(const Value& element) {
    const std::string type = element["type"].text();
    if (type == "button") return is_button(element);
    if (type == "image") return is_image(element);
    return !type.empty() && is_absent_or_text(element["action_id"], id_max);
}

bool is_context_element(const Value& element) {
    return element["type"] == Value("image") ? is_image(element) : is_text_object(element, section_text_max);
}

bool has_elements(const Value& block, std::size_t elements_max, bool (*fits)(const Value&)) {
    const Value& elements = block["elements"];
    if (!elements.is_list() || elements.as_list().empty() || elements.as_list().size() > elements_max) return false;
    return std::all_of(elements.as_list().begin(), elements.as_list().end(), fits);
}

bool is_section(const Value& block) {
    const Value& text = block["text"];
    const Value& fields = block["fields"];
    if (text.is_null() && fields.is_null()) return false;
    if (!text.is_null() && !is_text_object(text, section_text_max)) return false;
    if (!block["accessory"].is_null() && !is_element(block["accessory"])) return false;
    if (fields.is_null()) return true;
    if (!fields.is_list() || fields.as_list().empty() || fields.as_list().size() > fields_max) return false;
    return std::all_of(fields.as_list().begin(), fields.as_list().end(),
                       [](const Value& field) { return is_text_object(field, field_text_max); });
}

struct BlockRule {
    std::string_view type;
    bool (*fits)(const Value&);
};
constexpr std::array<BlockRule, 11> block_rules = {{
    {"section", is_section},
    {"header", [](const Value& block) { return is_plain_text(block["text"], header_text_max); }},
    {"context", [](const Value& block) { return has_elements(block, 10, is_context_element); }},
    {"actions", [](const Value& block) { return has_elements(block, 25, is_element); }},
    {"image",
     [](const Value& block) { return is_image(block) && (block["title"].is_null() || is_plain_text(block["title"], image_text_max)); }},
    {"divider", [](const Value&) { return true; }},
    {"input", [](const Value& block) { return is_plain_text(block["label"], 2000) && is_element(block["element"]); }},
    {"file", [](const Value& block) { return is_text(block["external_id"], id_max); }},
    {"rich_text", [](const Value& block) { return block["elements"].is_list(); }},
    {"video", [](const Value& block) { return is_text(block["video_url"], url_max) && is_text(block["alt_text"], image_text_max); }},
    {"markdown", [](const Value& block) { return is_text(block["text"], 12'000); }},
}};

bool is_block(const Value& block) {
    const std::string type = block["type"].text();
    auto rule = std::find_if(block_rules.begin(), block_rules.end(), [&](const BlockRule& known) { return known.type == type; });
    return rule != block_rules.end() && is_absent_or_text(block["block_id"], id_max) && rule->fits(block);
}

bool are_blocks(const Value& blocks) {
    if (blocks.is_null()) return true;
    if (!blocks.is_list() || blocks.as_list().size() > blocks_max) return false;
    std::set<std::string> ids;
    for (const Value& block : blocks.as_list()) {
        const std::string id = block["block_id"].text();
        if (!is_block(block) || (!id.empty() && !ids.insert(id).second)) return false;
    }
    return true;
}

bool has_entries(const Value& list) { return list.is_list() && !list.as_list().empty(); }

}  // namespace

Refusal check_message(const Value& message) {
    const Value& attachments = message["attachments"];
    if (!attachments.is_null() && !attachments.is_list()) return "invalid_payload";
    if (has_entries(attachments) && attachments.as_list().size() > attachments_max) return "too_many_attachments";
    if (!are_blocks(message["blocks"])) return "invalid_blocks";
    if (has_entries(attachments))
        for (const Value& attachment : attachments.as_list())
            if (!are_blocks(attachment["blocks"])) return "invalid_blocks";
    if (!message["text"].is_null() && !message["text"].is_string()) return "invalid_payload";
    if (message["text"].text().empty() && !has_entries(message["blocks"]) && !has_entries(attachments)) return "no_text";
    return std::nullopt;
}

}  // namespace lockstep::sandbox::slack
