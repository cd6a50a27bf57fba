#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace lockstep::log {

enum class Level { debug, info, warning, error };
enum class Format { json, text };
/// One named fact of a log line: `{"run", run_id}`.
using Field = std::pair<std::string_view, std::string>;

/// Chooses what is written to stderr. Default: info, JSON unless stderr is a terminal.
void configure(Level least, Format format);
Level least_level();

/// Writes one line: time, level, message and fields, as JSON or readable. Never pass a credential.
/// Threads: any.
void write(Level level, std::string_view message, std::initializer_list<Field> fields = {});
inline void debug(std::string_view m, std::initializer_list<Field> f = {}) {
    if (least_level() <= Level::debug) write(Level::debug, m, f);
}
inline void info(std::string_view m, std::initializer_list<Field> f = {}) { write(Level::info, m, f); }
inline void warning(std::string_view m, std::initializer_list<Field> f = {}) { write(Level::warning, m, f); }
inline void error(std::string_view m, std::initializer_list<Field> f = {}) { write(Level::error, m, f); }

}  // namespace lockstep::log
