#pragma once

#include <string_view>

#include "expr/ast.h"
#include "expr/expr.h"
#include "expr/lexer.h"

namespace lockstep::expr {

/// Parses a whole text. On a mistake returns null and fills `error`.
NodePtr parse(std::string_view text, const CompileOptions& options, SyntaxError& error);

}  // namespace lockstep::expr
