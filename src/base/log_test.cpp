#include "base/log.h"

#include <gtest/gtest.h>

#include "base/log_sink.h"

namespace lockstep {
namespace {

/// What is written to stderr with these settings.
template <class F>
std::string captured(log::Level level, log::Format format, F&& write) {
    log::configure(level, format);
    testing::internal::CaptureStderr();
    write();
    auto text = testing::internal::GetCapturedStderr();
    log::configure(log::Level::info, log::Format::text);
    return text;
}

TEST(Log, JsonLinesEscapeWhatTheyHold) {
    auto line =
        captured(log::Level::info, log::Format::json, [] { log::info("said \"no\"", {{"run", "01A"}, {"error", "a\nb\\\x01\xff"}}); });
    EXPECT_TRUE(line.starts_with("{\"time\":\"20")) << line;
    EXPECT_TRUE(
        line.ends_with(",\"level\":\"info\",\"message\":\"said \\\"no\\\"\",\"run\":\"01A\",\"error\":\"a\\nb\\\\\\u0001\\ufffd\"}\n"))
        << line;
}

TEST(Log, TextLinesStayOneLine) {
    auto line = captured(log::Level::info, log::Format::text, [] { log::warning("one\ntwo", {{"a", "x y"}, {"b", "z"}, {"c", ""}}); });
    EXPECT_TRUE(line.ends_with("Z warning one two a=\"x y\" b=z c=\"\"\n")) << line;
}

TEST(Log, LinesBelowTheLevelAreNotWritten) {
    EXPECT_EQ(captured(log::Level::warning, log::Format::text, [] { log::info("quiet"); }), "");
    EXPECT_EQ(captured(log::Level::info, log::Format::text, [] { log::debug("quiet"); }), "");
    EXPECT_NE(captured(log::Level::debug, log::Format::text, [] { log::debug("loud"); }), "");
}

TEST(Log, ASinkGetsTheLinesUntilItIsTakenAway) {
    std::string seen;
    log::set_sink([&](std::string_view line) { seen += line; });
    EXPECT_EQ(captured(log::Level::info, log::Format::text, [] { log::info("to the sink"); }), "");
    EXPECT_TRUE(seen.ends_with(" to the sink\n")) << seen;
    log::set_sink({});
    EXPECT_NE(captured(log::Level::info, log::Format::text, [] { log::info("to stderr"); }), "");
}

}  // namespace
}  // namespace lockstep
