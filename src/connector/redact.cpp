#include <algorithm>
#include <array>

#include "base/defect.h"
#include "connector/session.h"
#include "value/encoding.h"
#include "value/json.h"

namespace lockstep::connector {
namespace {

constexpr std::string_view mark = "[redacted]";
constexpr std::string_view cut_mark = "… [cut]";

/// Names whose values are credentials, in JSON, form bodies, headers and XML. Longer names before their beginnings.
constexpr std::array<std::string_view, 20> secret_keys = {
    "access_token", "accesstoken", "refresh_token", "id_token",    "client_secret",  "clientsecret",  "client_assertion",
    "assertion",    "password",    "passwd",        "api_key",     "apikey",         "authorization", "x-csrf-token",
    "set-cookie",   "session_id",  "sessionid",     "private_key", "webhook_secret", "token",
};

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// What is known of a byte before looking further.
enum Trait : std::uint8_t { between_names = 1, first_of_secret = 2, second_of_secret = 4, third_of_secret = 8, fourth_of_secret = 16 };
using Traits = std::array<std::uint8_t, 256>;

constexpr Traits name_traits = [] {
    Traits traits{};
    traits.fill(between_names);
    for (char c = 'a'; c <= 'z'; ++c) traits[static_cast<std::size_t>(c)] = traits[static_cast<std::size_t>(c - 'a' + 'A')] = 0;
    for (char c = '0'; c <= '9'; ++c) traits[static_cast<std::size_t>(c)] = 0;
    traits['_'] = traits['-'] = 0;
    return traits;
}();

bool has(const Traits& traits, char c, std::uint8_t trait) { return (traits[static_cast<unsigned char>(c)] & trait) != 0; }
bool is_name_char(char c) { return !has(name_traits, c, between_names); }

/// Two letters of either case as one number; some other bytes share it.
constexpr std::size_t pair_of(char first, char second) {
    return (static_cast<std::size_t>(first) & 31) << 5 | (static_cast<std::size_t>(second) & 31);
}
constexpr std::array<bool, 32 * 32> key_beginnings = [] {
    std::array<bool, 32 * 32> beginnings{};
    for (std::string_view key : secret_keys) beginnings[pair_of(key[0], key[1])] = true;
    return beginnings;
}();
bool may_be_key(std::string_view text, std::size_t at) { return at + 1 < text.size() && key_beginnings[pair_of(text[at], text[at + 1])]; }

bool starts_with_ignoring_case(std::string_view text, std::string_view lower_prefix) {
    if (text.size() < lower_prefix.size()) return false;
    for (std::size_t i = 0; i < lower_prefix.size(); ++i)
        if (lower(text[i]) != lower_prefix[i]) return false;
    return true;
}

/// A word that sentences have too: `gives no token: …`. It counts only as a key of JSON or of a form.
constexpr std::string_view common_key = "token";
bool is_key_of_data(std::string_view behind) { return !behind.empty() && (behind[0] == '"' || behind[0] == '=' || behind[0] == '\\'); }

/// Returns the length of the secret key at the start of `text`, or 0.
std::size_t key_length(std::string_view text) {
    for (std::string_view key : secret_keys) {
        if (key.front() != lower(text.front())) continue;
        if (!starts_with_ignoring_case(text, key)) continue;
        if (key == common_key && !is_key_of_data(text.substr(key.size()))) continue;
        if (text.size() == key.size() || !is_name_char(text[key.size()])) return key.size();
    }
    return 0;
}

/// Returns where a quoted value that starts at `at` ends; `escaped`: the quotes themselves are written as \".
std::size_t quoted_end(std::string_view text, std::size_t at, char quote, bool escaped) {
    for (; at < text.size(); ++at) {
        if (escaped && text[at] == '\\' && at + 1 < text.size() && text[at + 1] == quote) return at;
        if (text[at] == quote) return at;
        if (!escaped && text[at] == '\\') ++at;
    }
    return text.size();
}

struct Span {
    std::size_t begin = 0, end = 0;
};

/// Returns where the value of the key that ends at `at` stands: `": "x"`, `=x&`, `: x\n`, `>x<`; empty if there is none.
Span value_span(std::string_view text, std::size_t at) {
    while (at < text.size() && (text[at] == '"' || text[at] == '\'' || text[at] == '\\' || is_space(text[at]))) ++at;
    if (at >= text.size()) return {at, at};
    char separator = text[at];
    if (separator != ':' && separator != '=' && separator != '>') return {at, at};
    ++at;
    while (at < text.size() && is_space(text[at])) ++at;
    bool escaped = at + 1 < text.size() && text[at] == '\\' && (text[at + 1] == '"' || text[at + 1] == '\'');
    if (escaped) ++at;
    if (at < text.size() && (text[at] == '"' || text[at] == '\'')) return {at + 1, quoted_end(text, at + 1, text[at], escaped)};
    std::string_view ends = separator == '>' ? "<" : separator == '=' ? "&\r\n\"'<> " : ",}]\r\n<";
    return {at, std::min(text.find_first_of(ends, at), text.size())};
}

/// Shorter ones would be found in the middle of ordinary words and hide the message rather than themselves.
constexpr std::size_t secret_bytes_min = 4;

/// The forms in which a secret may stand in a text: as it is, in a URL or form, in JSON.
std::vector<std::string> written_forms(const std::vector<Secret>& secrets) {
    std::vector<std::string> forms;
    for (const Secret& secret : secrets) {
        if (secret.reveal().size() < secret_bytes_min) continue;
        std::string quoted;
        json::append_quoted(quoted, secret.reveal());
        forms.push_back(secret.reveal());
        forms.push_back(encoding::percent_encode(secret.reveal()));
        forms.push_back(quoted.substr(1, quoted.size() - 2));
    }
    std::sort(forms.begin(), forms.end(), [](const auto& a, const auto& b) { return a.size() != b.size() ? a.size() > b.size() : a < b; });
    forms.erase(std::unique(forms.begin(), forms.end()), forms.end());
    return forms;
}

std::size_t secret_length(std::string_view text, const std::vector<std::string>& forms) {
    for (const std::string& form : forms)
        if (text.front() == form.front() && text.starts_with(form)) return form.size();
    return 0;
}

void cut(std::string& text, std::size_t bytes_max) {
    if (text.size() <= bytes_max) return;
    std::size_t end = bytes_max - cut_mark.size();
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    text.resize(end);
    text += cut_mark;
}

bool may_be_secret(std::string_view text, std::size_t at, const Traits& traits) {
    return at + secret_bytes_min <= text.size() && has(traits, text[at], first_of_secret) && has(traits, text[at + 1], second_of_secret) &&
           has(traits, text[at + 2], third_of_secret) && has(traits, text[at + 3], fourth_of_secret);
}

/// Returns the first place from `at` where a secret or a secret key may begin, at most `end`. A key begins a name.
std::size_t next_suspect(std::string_view text, std::size_t at, std::size_t end, const Traits& traits) {
    if ((at == 0 || !is_name_char(text[at - 1])) && may_be_key(text, at)) return at;
    for (; at < end; ++at) {
        if (!has(traits, text[at], between_names | first_of_secret)) continue;
        if (may_be_secret(text, at, traits)) return at;
        if (has(traits, text[at], between_names) && may_be_key(text, at + 1)) return at + 1;
    }
    return end;
}

}  // namespace

Redactor::Redactor(const std::vector<Secret>& secrets) : forms_(written_forms(secrets)), traits_(name_traits) {
    for (const std::string& form : forms_) {
        std::uint8_t trait = first_of_secret;
        for (char c : form.substr(0, secret_bytes_min)) {
            traits_[static_cast<unsigned char>(c)] |= trait;
            trait <<= 1;
        }
    }
}

// One pass from the front, so that a long text is only read as far as it is kept and a secret is never cut in half.
std::string Redactor::redact(std::string_view text, std::size_t bytes_max) const {
    if (LS_DEFECT("trace: secrets are kept")) return std::string(text.substr(0, bytes_max));
    std::string out;
    std::size_t at = 0;
    while (at < text.size() && out.size() <= bytes_max) {
        std::size_t plain_end = std::min(text.size(), at + bytes_max + 1 - out.size());
        std::size_t suspect = next_suspect(text, at, plain_end, traits_);
        out += text.substr(at, suspect - at);
        at = suspect;
        if (at == plain_end) continue;
        if (std::size_t length = secret_length(text.substr(at), forms_)) {
            out += mark;
            at += length;
            continue;
        }
        bool word_begins = at == 0 || !is_name_char(text[at - 1]);
        std::size_t key = word_begins ? key_length(text.substr(at)) : 0;
        if (key == 0) {
            out += text[at++];
            continue;
        }
        Span value = value_span(text, at + key);
        out += text.substr(at, value.begin - at);
        if (value.end > value.begin) out += mark;
        at = value.end;
    }
    cut(out, bytes_max);
    return out;
}

std::string redact(std::string_view text, const std::vector<Secret>& secrets) { return Redactor(secrets).redact(text); }

}  // namespace lockstep::connector
