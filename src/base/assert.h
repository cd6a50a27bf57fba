#pragma once

namespace lockstep {
/// Writes the condition and its place to stderr and aborts: the journal makes a crash safe, a wrong write is not.
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);
}  // namespace lockstep

/// Is on in every build, release too.
#define LS_ASSERT(condition) ((condition) ? static_cast<void>(0) : ::lockstep::assertion_failed(#condition, __FILE__, __LINE__))
