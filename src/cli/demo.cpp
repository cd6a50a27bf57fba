#include "cli/cli.h"

namespace lockstep::cli {
int demo(const DemoOptions&) { return report({ErrorCode::internal, "demo"}); }
}  // namespace lockstep::cli
