#include <algorithm>
#include <array>
#include <cctype>

#include "base/limits.h"
#include "connector/session.h"
#include "value/encoding.h"
#include "value/json.h"

namespace lockstep::connector {
namespace {

constexpr std::string_view mark = "[redacted]";
constexpr std::string_view cut_mark = "… [cut]";

/// Names whose values are credentials, in JSON, form bodies, headers and XML. Longer names before their beginnings.
constexpr std::array<std::string_view, 19> secret_keys = {
    "access_token", "accesstoken", "refresh_token", "id_token",    "client_secret",  "clientsecret",  "client_assertion",
    "assertion",    "password",    "passwd",        "api_key",     "apikey",         "authorization", "x-csrf-token",
    "set-cookie",   "session_id",  "sessionid",     "private_key", "webhook_secret",
};

bool is_name_char(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

bool starts_with_ignoring_case(std::string_view text, std::string_view lower_prefix) {
    if (text.size() < lower_prefix.size()) return false;
    for (std::size_t i = 0; i < lower_prefix.size(); ++i)
        if (lower(text[i]) != lower_prefix[i]) return false;
    return true;
}

/// Returns the length of the secret key at the start of `text`, or 0.
std::size_t key_length(std::string_view text) {
    for (std::string_view key : secret_keys) {
        if (!starts_with_ignoring_case(text, key)) continue;
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
    std::sort(forms.begin(), forms.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });
    return forms;
}

std::size_t secret_length(std::string_view text, const std::vector<std::string>& forms) {
    for (const std::string& form : forms)
        if (text.front() == form.front() && text.starts_with(form)) return form.size();
    return 0;
}

void cut(std::string& text) {
    if (text.size() <= limits::trace_body_bytes_max) return;
    std::size_t end = limits::trace_body_bytes_max - cut_mark.size();
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    text.resize(end);
    text += cut_mark;
}

}  // namespace

// One pass from the front, so that a long text is only read as far as it is kept and a secret is never cut in half.
std::string redact(std::string_view text, const std::vector<Secret>& secrets) {
    const std::vector<std::string> forms = written_forms(secrets);
    std::string out;
    std::size_t at = 0;
    while (at < text.size() && out.size() <= limits::trace_body_bytes_max) {
        if (std::size_t length = secret_length(text.substr(at), forms)) {
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
    cut(out);
    return out;
}

}  // namespace lockstep::connector
