#pragma once

#include "sync/sync.h"

namespace lockstep::sync {

/// What a field of one side becomes on the other: through the table of values, or the pair's expression, or as it is.
/// Errors: `value_invalid` naming field and value; `expression_failed`.
Result<Value> transformed(const Sync& sync, const FieldPair& pair, Side from, const Map& record);

/// Why a value does not fit the side's field; nullopt: it fits, as far as is known.
std::optional<Error> misfit_of(const FieldPair& pair, Side where, const Value& value);

/// An expression about one record.
Result<Value> evaluated(const expr::Template& what, const Sync& sync, const Map& record);

}  // namespace lockstep::sync
