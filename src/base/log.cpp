#include "base/log.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>

#include "base/log_sink.h"
#include "base/time.h"
#include "base/utf8.h"

namespace lockstep::log {
namespace {

constexpr std::array<std::string_view, 4> level_names = {"debug", "info", "warning", "error"};

std::atomic<Level> chosen_level = Level::info;
std::atomic<Format> chosen_format = isatty(STDERR_FILENO) ? Format::text : Format::json;

std::function<void(std::string_view)>& sink() {
    static std::function<void(std::string_view)> its;
    return its;
}

std::string_view name_of(Level level) { return level_names.at(static_cast<std::size_t>(level)); }

void append_json_character(std::string& out, std::string_view character) {
    char c = character.front();
    if (c == '"' || c == '\\') {
        out += '\\';
        out += c;
    } else if (c == '\n') {
        out += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
        fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(c));
    } else {
        out += character;
    }
}

/// Bytes that are not UTF-8 become U+FFFD: whoever reads the log parses the line.
void append_json_text(std::string& out, std::string_view text) {
    out += '"';
    while (!text.empty()) {
        auto length = utf8_sequence_length(text);
        length == 0 ? void(out += "\\ufffd") : append_json_character(out, text.substr(0, length));
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    out += '"';
}

Timestamp now() {
    auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    return Timestamp::from_ms(std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count());
}

std::string json_line(Level level, std::string_view message, std::initializer_list<Field> fields) {
    std::string line = fmt::format(R"({{"time":"{}","level":"{}","message":)", format_timestamp(now()), name_of(level));
    append_json_text(line, message);
    for (const auto& [name, value] : fields) {
        line += ',';
        append_json_text(line, name);
        line += ':';
        append_json_text(line, value);
    }
    line += "}\n";
    return line;
}

bool is_plain(std::string_view text) { return !text.empty() && text.find_first_of(" \"=\n\r\t\\\x1b") == std::string_view::npos; }

std::string text_line(Level level, std::string_view message, std::initializer_list<Field> fields) {
    std::string line = fmt::format("{} {:<7} {}", format_timestamp(now()), name_of(level), message);
    for (char& c : line) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    }
    for (const auto& [name, value] : fields) {
        fmt::format_to(std::back_inserter(line), " {}=", name);
        is_plain(value) ? void(line += value) : append_json_text(line, value);
    }
    line += '\n';
    return line;
}

/// One write a line, so that lines of several threads do not mix.
void write_all(std::string_view line) {
    if (sink()) return sink()(line);
    while (!line.empty()) {
        auto written = ::write(STDERR_FILENO, line.data(), line.size());
        if (written <= 0) return;
        line.remove_prefix(static_cast<std::size_t>(written));
    }
}

}  // namespace

void configure(Level least, Format format) {
    chosen_level = least;
    chosen_format = format;
}

Level least_level() { return chosen_level; }
void set_sink(std::function<void(std::string_view)> given) { sink() = std::move(given); }

void write(Level level, std::string_view message, std::initializer_list<Field> fields) {
    if (level < chosen_level.load()) return;
    bool json = chosen_format.load() == Format::json;
    write_all(json ? json_line(level, message, fields) : text_line(level, message, fields));
}

}  // namespace lockstep::log
