// Reads both sides and plans, with what a person sees meanwhile.
#include <unistd.h>

#include <fmt/format.h>

#include "cli/first_contact.h"

namespace lockstep::cli {
namespace {

ReadProgress reading_progress(const sync::Sync& sync) {
    if (!isatty(STDERR_FILENO)) return [](sync::Side, std::size_t) {};
    return [&sync](sync::Side side, std::size_t count) {
        fmt::print(stderr, "\r\x1b[Kreading {} {}: {}", sync.half(side).connection, sync.half(side).object, count);
    };
}

}  // namespace

void end_progress() {
    if (isatty(STDERR_FILENO)) fmt::print(stderr, "\r\x1b[K");
}

Result<Plan> planned(const config::Config& config, const sync::Sync& sync, const MatchDecisions& decisions) {
    LS_TRY_ASSIGN(auto vendors, VendorCalls::open(config));
    auto both = read_both_sides(vendors, sync, reading_progress(sync));
    end_progress();
    if (!both) return fail(both.error());
    auto store = store::open_sqlite({.path = config.store_path, .read_only = true});  // none yet: nothing is linked
    return make_plan(sync, *std::move(both), store ? store->get() : nullptr, decisions, vendors);
}

}  // namespace lockstep::cli
