#include "sync/normal_form.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/utf8.h"
#include "sync/contact.h"
#include "sync/folding.h"

namespace lockstep::sync {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";  // U+FFFD

/// The code point of a well-formed sequence.
char32_t decode(std::string_view sequence) {
    auto first = static_cast<unsigned char>(sequence[0]);
    if (sequence.size() == 1) return first;
    char32_t code = first & (0xffU >> (sequence.size() + 1));
    for (char c : sequence.substr(1)) code = (code << 6) | (static_cast<unsigned char>(c) & 0x3fU);
    return code;
}

/// The first letter or byte of a text, which it is cut off from; U+FFFD for a byte that is no UTF-8.
std::string_view take_letter(std::string_view& text) {
    std::size_t length = utf8_sequence_length(text);
    std::string_view letter = length == 0 ? replacement : text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(length, 1));
    return letter;
}

/// The folding of each code point of the Basic Multilingual Plane: an index into `folding_rows`, from 1; 0 for itself.
const std::vector<std::uint16_t>& folding_by_code() {
    static const std::vector<std::uint16_t> by_code = [] {
        std::vector<std::uint16_t> made(0x10000);
        const auto& rows = folding_rows();
        for (std::size_t i = 0; i < rows.size(); ++i) {
            for (std::string_view letters = rows[i].letters; !letters.empty();) {
                made[decode(take_letter(letters))] = static_cast<std::uint16_t>(i + 1);
            }
        }
        return made;
    }();
    return by_code;
}

struct Range {
    char32_t first, last;
};

bool within(const auto& ranges, char32_t code) {
    return std::any_of(ranges.begin(), ranges.end(), [&](const Range& range) { return code >= range.first && code <= range.last; });
}

// Nothing at all: combining marks, apostrophes, what joins or is not seen.
constexpr std::array<Range, 13> unseen = {{{'\'', '\''},
                                           {'`', '`'},
                                           {0xad, 0xad},
                                           {0xb4, 0xb4},
                                           {0xb7, 0xb7},
                                           {0x2bb, 0x2bd},
                                           {0x300, 0x36f},
                                           {0x200b, 0x200f},
                                           {0x2018, 0x201b},
                                           {0x202a, 0x202e},
                                           {0x2032, 0x2032},
                                           {0x2060, 0x206f},
                                           {0xfeff, 0xfeff}}};

// What separates words: white space, controls, punctuation and signs. `+ # & @ $ % =` are kept, for they tell names apart.
constexpr std::array<Range, 18> separators = {{{0, ' '},
                                               {'!', '"'},
                                               {'(', '*'},
                                               {',', '-'},
                                               {'/', '/'},
                                               {':', '<'},
                                               {'>', '?'},
                                               {'[', '_'},
                                               {'{', 0x9f},
                                               {0xa0, 0xa9},
                                               {0xab, 0xb1},
                                               {0xb6, 0xbf},
                                               {0xd7, 0xd7},
                                               {0xf7, 0xf7},
                                               {0x2010, 0x205f},
                                               {0x20a0, 0x2bff},
                                               {0x3000, 0x3004},
                                               {0x3008, 0x3030}}};

bool is_separator(char32_t code) { return within(separators, code) || code == 0x30fb || (code >= 0xfe10 && code <= 0xfe6f); }

/// Whether a part between dots is one letter, as those of `S.p.A.` are.
bool is_single_letter(std::string_view part) {
    return !part.empty() && utf8_sequence_length(part) == part.size() && !(part[0] >= '0' && part[0] <= '9');
}

void append_word(std::string& out, std::string_view word, bool joined) {
    if (word.empty()) return;
    if (!out.empty() && !joined) out += ' ';
    out += word;
}

/// Appends a word, taken apart at its dots; the letters of an abbreviation stay together.
void append_dotted(std::string& out, std::string_view word) {
    bool single_before = false;
    while (!word.empty()) {
        std::string_view part = word.substr(0, word.find('.'));
        word.remove_prefix(std::min(part.size() + 1, word.size()));
        bool single = is_single_letter(part);
        append_word(out, part, single && single_before);
        single_before = single;
    }
}

/// Collects letters into words.
class Words {
public:
    void add(std::string_view letter, char32_t code) {
        if (within(unseen, code)) return;
        if (is_separator(code)) return end_word();
        if (code == '&') {
            end_word();
            append_word(text_, "&", false);
        } else if (code >= 'A' && code <= 'Z') {
            word_ += static_cast<char>(code - 'A' + 'a');
        } else {
            word_ += letter;
        }
    }
    std::string finish() {
        end_word();
        return std::move(text_);
    }

private:
    void end_word() {
        append_dotted(text_, word_);
        word_.clear();
    }

    std::string text_, word_;
};

// Filled in where a form insists on a value.
constexpr std::array<std::string_view, 22> placeholders = {
    "n a",  "na",      "none",  "null",  "nil",   "unknown", "unbekannt", "inconnu", "desconocido", "tbd", "tba",
    "test", "testing", "dummy", "empty", "keine", "kein",    "leer",      "x",       "xx",          "xxx", "not provided"};

bool is_placeholder(std::string_view text) { return std::find(placeholders.begin(), placeholders.end(), text) != placeholders.end(); }

bool is_space(char c) { return static_cast<unsigned char>(c) <= ' '; }

std::string verbatim(std::string_view value) {
    while (!value.empty() && is_space(value.front())) value.remove_prefix(1);
    while (!value.empty() && is_space(value.back())) value.remove_suffix(1);
    std::string out(value);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return out;
}

bool has_any(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return text.find(word) != text.npos; });
}

KeyForm form_of_field(std::string_view field) {
    std::string name = verbatim(field);
    if (has_any(name, {"website", "homepage", "url", "domain"})) return KeyForm::website;
    if (has_any(name, {"phone", "fax", "mobile"})) return KeyForm::phone;
    if (has_any(name, {"email", "e_mail", "number", "_id", "code", "sku", "vat", "tax", "duns", "iban"}) || name == "id")
        return KeyForm::verbatim;
    return KeyForm::text;
}

}  // namespace

KeyForm key_form_of(std::string_view left_field, std::string_view right_field) {
    KeyForm left = form_of_field(left_field), right = form_of_field(right_field);
    return left == right ? left : KeyForm::text;
}

std::string normal_text(std::string_view text) {
    Words words;
    const auto& by_code = folding_by_code();
    while (!text.empty()) {
        std::string_view letter = take_letter(text);
        char32_t code = decode(letter);
        std::uint16_t row = code < by_code.size() ? by_code[code] : 0;
        if (row == 0) {
            words.add(letter, code);
            continue;
        }
        for (std::string_view folded = folding_rows()[row - 1].folded; !folded.empty();) {
            std::string_view part = take_letter(folded);
            words.add(part, decode(part));
        }
    }
    return words.finish();
}

std::string normal_form(std::string_view value, KeyForm form) {
    std::string text = verbatim(value);
    std::string words = normal_text(text);
    if (words.empty() || is_placeholder(words)) return "";
    switch (form) {
        case KeyForm::website:
            return website_place(text);
        case KeyForm::phone:
            return phone_digits(text);
        case KeyForm::verbatim:
            return text;
        case KeyForm::text:
            return text.find('@') != text.npos ? text : words;
    }
    return "";
}

}  // namespace lockstep::sync
