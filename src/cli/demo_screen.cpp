#include "cli/demo_screen.h"

#include <cstdio>

#include <fmt/format.h>

#include "cli/cli.h"

namespace lockstep::cli {
namespace {

constexpr const char* green = "\033[32m";
constexpr const char* yellow = "\033[33m";
constexpr const char* strong = "\033[1m";
constexpr const char* end = "\033[0m";
constexpr std::size_t detail_indent = 19;
constexpr std::size_t detail_width = 90;

}  // namespace

DemoScreen::DemoScreen(Runtime& runtime) : runtime_(runtime), started_ms_(runtime.monotonic_ms()), colour_(wants_colour()) {}

std::string DemoScreen::marked(Mark mark, const std::string& text) const {
    if (!colour_ || mark == Mark::plain) return text;
    return (mark == Mark::good ? green : yellow) + text + end;
}

std::string DemoScreen::bold(const std::string& text) const { return colour_ ? strong + text + end : text; }

void DemoScreen::line(const std::string& text) {
    fmt::print("{}\n", text);
    std::fflush(stdout);
}

void DemoScreen::heading(const std::string& text) { line("\n" + bold(text)); }
void DemoScreen::say(const std::string& text) { line("  " + text); }

void DemoScreen::detail(const std::string& text) {
    std::size_t from = 0;
    while (text.size() - from > detail_width) {
        const std::size_t space = text.rfind(' ', from + detail_width);
        if (space == std::string::npos || space <= from) break;
        line(std::string(detail_indent, ' ') + text.substr(from, space - from));
        from = space + 1;
    }
    line(std::string(detail_indent, ' ') + text.substr(from));
}

void DemoScreen::happened(Mark mark, const std::string& word, const std::string& rest) {
    line(fmt::format("{:6.1f}s  {}  {}", static_cast<double>(elapsed_ms()) / 1000, marked(mark, fmt::format("{:<8}", word)), rest));
}

int currency_decimals(const std::string& currency) { return currency == "JPY" ? 0 : 2; }

std::string money_text(const Decimal& amount, const std::string& currency) {
    auto rounded = amount.rounded(currency_decimals(currency), Rounding::half_up);
    // What does not fit is shown as it is: a cent too much must be seen.
    return (rounded && *rounded == amount ? rounded->to_string() : amount.to_string()) + " " + currency;
}

}  // namespace lockstep::cli
