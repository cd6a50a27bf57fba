#pragma once

#include <cstdint>
#include <string>

#include "base/runtime.h"
#include "value/decimal.h"

namespace lockstep::cli {

enum class Mark : std::uint8_t { good, bad, plain };

/// What the demo writes to stdout, line by line, each flushed: somebody watches.
class DemoScreen {
public:
    explicit DemoScreen(Runtime& runtime);
    /// Begins a part of the day.
    void heading(const std::string& text);
    /// Says something in a sentence.
    void say(const std::string& text);
    /// Something happened now: the time since the start, a word and the rest.
    void happened(Mark mark, const std::string& word, const std::string& rest);
    /// What belongs to the line before, in as many lines as it takes.
    void detail(const std::string& text);
    void line(const std::string& text = {});
    std::string marked(Mark mark, const std::string& text) const;
    std::string bold(const std::string& text) const;
    std::int64_t elapsed_ms() { return runtime_.monotonic_ms() - started_ms_; }

private:
    Runtime& runtime_;
    std::int64_t started_ms_;
    bool colour_;
};

/// An amount with the decimals of its currency: `8484.00 EUR`, `3208010 JPY`.
std::string money_text(const Decimal& amount, const std::string& currency);
int currency_decimals(const std::string& currency);

}  // namespace lockstep::cli
