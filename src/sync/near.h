#pragma once

#include "sync/certain.h"

namespace lockstep::sync {

/// Proposes pairs among the open records, and tells of names that too many share to compare them all.
void propose_near(Contact& contact);

}  // namespace lockstep::sync
