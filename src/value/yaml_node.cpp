#include "value/yaml.h"

#include <array>

namespace lockstep::yaml {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t take_digits(std::string_view& text) {
    std::size_t count = 0;
    while (count < text.size() && is_digit(text[count])) ++count;
    text.remove_prefix(count);
    return count;
}

/// A number as JSON writes it. So `0010` (a material), `+49` (a telephone number) and `1_000` stay the text they are.
bool looks_like_number(std::string_view text) {
    if (text.starts_with('-')) text.remove_prefix(1);
    bool zero = text.starts_with('0');
    auto digits = take_digits(text);
    if (digits == 0 || (zero && digits > 1)) return false;
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        if (take_digits(text) == 0) return false;
    }
    if (text.starts_with('e') || text.starts_with('E')) {
        text.remove_prefix(1);
        if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
        if (take_digits(text) == 0) return false;
    }
    return text.empty();
}

Value number_or_text(const std::string& text) {
    auto number = Decimal::parse(text);
    if (!number) return text;
    bool whole = text.find_first_of(".eE") == std::string::npos;
    if (auto integer = number->to_int64(); whole && integer) return *integer;
    return *number;
}

Value plain_scalar(const std::string& text) {
    if (text == "true") return true;
    if (text == "false") return false;
    if (looks_like_number(text)) return number_or_text(text);
    return text;
}

}  // namespace

const Node* Node::find(std::string_view key) const {
    for (const auto& entry : entries) {
        if (entry.key.text == key) return &entry.value;
    }
    return nullptr;
}

Value Node::to_value() const {
    switch (kind) {
        case Kind::null:
            return {};
        case Kind::scalar:
            return quoted ? Value(text) : plain_scalar(text);
        case Kind::list: {
            List list;
            list.reserve(items.size());
            for (const auto& item : items) list.push_back(item.to_value());
            return list;
        }
        case Kind::map: {
            Map map;
            map.reserve(entries.size());
            for (const auto& entry : entries) map.set(entry.key.text, entry.value.to_value());
            return map;
        }
    }
    return {};
}

}  // namespace lockstep::yaml
