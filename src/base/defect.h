#pragma once

#include <string_view>

/// Deliberate defects, for the test program that proves that broken promises are seen (`sim/defects`). There alone
/// `LOCKSTEP_DEFECTS` is defined, and the marked files are compiled a second time; everywhere else a defect is a literal
/// `false` that leaves no code behind.
///
///     if (!LS_DEFECT("ack before commit")) LS_TRY(commit(round));
#ifdef LOCKSTEP_DEFECTS
namespace lockstep::defect {
/// Which defect is switched on; at most one.
inline std::string_view chosen;
inline bool is_on(std::string_view name) { return name == chosen; }
}  // namespace lockstep::defect
#define LS_DEFECT(name) ::lockstep::defect::is_on(name)
#else
#define LS_DEFECT(name) false
#endif
