#include "store/sqlite/reader_pool.h"

namespace lockstep::store::sqlite {

namespace {

/// More would not read faster on the machines this is made for, and each keeps up to 2 MiB of pages.
constexpr int readers_max = 4;

}  // namespace

Result<std::unique_ptr<Database>> ReaderPool::take() {
    std::unique_lock lock(mutex_);
    returned_.wait(lock, [this] { return !idle_.empty() || opened_ < readers_max; });
    if (!idle_.empty()) {
        auto reader = std::move(idle_.back());
        idle_.pop_back();
        return reader;
    }
    ++opened_;
    lock.unlock();
    auto reader = open_reader();
    if (!reader) give_back(nullptr);
    return reader;
}

void ReaderPool::give_back(std::unique_ptr<Database> reader) {
    {
        const std::lock_guard lock(mutex_);
        if (reader == nullptr) {
            --opened_;
        } else {
            idle_.push_back(std::move(reader));
        }
    }
    returned_.notify_one();
}

Result<std::unique_ptr<Database>> ReaderPool::open_reader() {
    LS_TRY_ASSIGN(auto reader, Database::open(path_, Access::read_only));
    LS_TRY(
        reader->script("PRAGMA cache_size = -2048; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;"
                       "PRAGMA cell_size_check = ON"));
    return reader;
}

}  // namespace lockstep::store::sqlite
