#include <algorithm>
#include <array>
#include <cstring>

#include <fmt/format.h>

#include "value/encoding.h"
#include "value/json.h"

namespace lockstep::json {
namespace {

/// The letter after the backslash of a short escape, `u` for the long one, 0 for a character written as it is.
constexpr std::array<char, 256> escapes = [] {
    std::array<char, 256> table{};
    for (std::size_t c = 0; c < 0x20; ++c) table[c] = 'u';
    table['"'] = '"';
    table['\\'] = '\\';
    table['\b'] = 'b';
    table['\f'] = 'f';
    table['\n'] = 'n';
    table['\r'] = 'r';
    table['\t'] = 't';
    return table;
}();

/// Whether every byte is ASCII that JSON writes as it is; most texts are. Eight bytes at a time: a bit in `suspect` is set
/// for a byte under 0x20, over 0x7f, a quotation mark or a backslash (and for some others: then the text is looked at again).
bool is_plain(std::string_view text) {
    constexpr std::uint64_t ones = 0x0101010101010101, highs = 0x8080808080808080;
    auto has_zero = [](std::uint64_t eight) { return (eight - ones) & ~eight; };
    auto suspect = [&](std::uint64_t eight) {
        return (eight | (eight - ones * 0x20) | has_zero(eight ^ (ones * '"')) | has_zero(eight ^ (ones * '\\'))) & highs;
    };
    std::size_t at = 0;
    for (std::uint64_t eight; at + sizeof eight <= text.size(); at += sizeof eight) {
        std::memcpy(&eight, text.data() + at, sizeof eight);
        if (suspect(eight) != 0) return false;
    }
    for (; at < text.size(); ++at)
        if (escapes[static_cast<unsigned char>(text[at])] != 0 || static_cast<unsigned char>(text[at]) > 0x7f) return false;
    return true;
}

/// Writes one byte and returns the place behind it.
char* write_escaped(char* to, char byte) {
    constexpr std::string_view digits = "0123456789abcdef";
    const auto c = static_cast<unsigned char>(byte);
    const char escape = escapes[c];
    if (escape != 0) {
        *to++ = '\\';
        byte = escape;
    }
    *to++ = byte;
    if (escape == 'u')
        for (char digit : {'0', '0', digits[c >> 4], digits[c & 15]}) *to++ = digit;
    return to;
}

/// Piece by piece, so that bytes go one by one into a place that is large enough for any of them.
void append_escaped(std::string& out, std::string_view text) {
    constexpr std::size_t piece_bytes = 128, escape_bytes_max = 6;
    std::array<char, piece_bytes * escape_bytes_max> written;
    while (!text.empty()) {
        char* end = written.data();
        for (char c : text.substr(0, piece_bytes)) end = write_escaped(end, c);
        out.append(written.data(), end);
        text.remove_prefix(std::min(piece_bytes, text.size()));
    }
}

/// Most texts are no shorter: without room for that they would be copied four times on the way there.
constexpr std::size_t bytes_usual = 240;

class Writer {
public:
    explicit Writer(bool pretty) : pretty_(pretty) { out_.reserve(bytes_usual); }

    std::string take() { return std::move(out_); }

    void write(const Value& value) {
        switch (value.kind()) {
            case Value::Kind::null:
            case Value::Kind::opaque:
                out_ += "null";
                break;
            case Value::Kind::boolean:
                out_ += value.as_bool() ? "true" : "false";
                break;
            case Value::Kind::integer:
                out_ += fmt::format_int(value.as_int()).c_str();
                break;
            case Value::Kind::unsigned_integer:
                out_ += fmt::format_int(value.as_uint()).c_str();
                break;
            case Value::Kind::decimal:
                out_ += value.as_decimal().to_string();
                break;
            case Value::Kind::string:
                append_quoted(out_, value.as_string());
                break;
            case Value::Kind::bytes:
                append_quoted(out_, encoding::base64(value.as_bytes()));
                break;
            case Value::Kind::timestamp:
                append_quoted(out_, format_timestamp(value.as_timestamp()));
                break;
            case Value::Kind::date:
                append_quoted(out_, format_date(value.as_date()));
                break;
            case Value::Kind::duration:
                append_quoted(out_, format_duration(value.as_duration()));
                break;
            case Value::Kind::list:
                write_list(value.as_list());
                break;
            case Value::Kind::map:
                write_map(value.as_map());
                break;
        }
    }

private:
    void write_list(const List& list) {
        out_ += '[';
        bool first = true;
        ++depth_;
        for (const auto& item : list) {
            separate(first);
            write(item);
        }
        --depth_;
        close(first, ']');
    }

    void write_map(const Map& map) {
        out_ += '{';
        bool first = true;
        ++depth_;
        for (const auto& [key, value] : map) {
            separate(first);
            append_quoted(out_, key);
            out_ += pretty_ ? ": " : ":";
            write(value);
        }
        --depth_;
        close(first, '}');
    }

    void separate(bool& first) {
        if (!first) out_ += ',';
        first = false;
        new_line();
    }
    void close(bool empty, char bracket) {
        if (!empty) new_line();
        out_ += bracket;
    }
    void new_line() {
        if (!pretty_) return;
        out_ += '\n';
        out_.append(static_cast<std::size_t>(depth_) * 2, ' ');
    }

    std::string out_;
    bool pretty_;
    int depth_ = 0;
};

std::string written(const Value& value, bool pretty) {
    Writer writer(pretty);
    writer.write(value);
    return writer.take();
}

}  // namespace

void append_quoted(std::string& out, std::string_view text) {
    out += '"';
    if (is_plain(text)) {
        out += text;
    } else if (encoding::is_valid_utf8(text)) {
        append_escaped(out, text);
    } else {
        append_escaped(out, encoding::replace_invalid_utf8(text));
    }
    out += '"';
}

std::string write(const Value& value) { return written(value, false); }
std::string write_pretty(const Value& value) { return written(value, true); }

}  // namespace lockstep::json
