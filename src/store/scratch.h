#pragma once

#include <functional>
#include <memory>

#include "store/store.h"

namespace lockstep::store {

/// A database in memory for many short lives, one after the other: emptied between them, as opening and closing one takes
/// longer than many a life.
struct Scratch {
    std::unique_ptr<Store> store;
    /// Makes it as it was when it was opened: all rows go, tables stay. Errors: those of `Store::commit`.
    std::function<Result<void>()> empty;
};

/// Opens one, with all migrations run.
Result<Scratch> open_scratch();

}  // namespace lockstep::store
