#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "store/sqlite/database.h"

namespace lockstep::store::sqlite {

/// Connections that only read, so that reads run beside the writer and beside each other. Opened when first needed.
/// Threads: any.
class ReaderPool {
public:
    explicit ReaderPool(std::string path) : path_(std::move(path)) {}

    /// Runs `read` on a connection of the pool; waits for one while all are in use.
    template <class Read>
    auto with(Read&& read) -> decltype(read(std::declval<Database&>())) {
        auto reader = take();
        if (!reader) return fail(std::move(reader).error());
        auto answer = read(**reader);
        give_back(*std::move(reader));
        return answer;
    }

private:
    Result<std::unique_ptr<Database>> take();
    void give_back(std::unique_ptr<Database> reader);
    Result<std::unique_ptr<Database>> open_reader();

    const std::string path_;
    std::mutex mutex_;
    std::condition_variable returned_;
    std::vector<std::unique_ptr<Database>> idle_;
    int opened_ = 0;
};

}  // namespace lockstep::store::sqlite
