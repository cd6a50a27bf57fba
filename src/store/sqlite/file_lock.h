#pragma once

#include <string>
#include <utility>

#include "base/result.h"

namespace lockstep::store::sqlite {

/// The right to be the one engine of a database: a lock of the operating system on `<database>.lock`, in which the
/// holder's process id stands. The system releases it when the process ends, however it ends.
class FileLock {
public:
    /// Errors: `store_locked` naming the holder, `store_read_only`, `store_full`, `store_failed`.
    static Result<FileLock> take(const std::string& database_path);
    FileLock() = default;
    FileLock(FileLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
    FileLock& operator=(FileLock&& other) noexcept {
        std::swap(file_, other.file_);
        return *this;
    }
    ~FileLock();

private:
    explicit FileLock(int file) : file_(file) {}
    int file_ = -1;
};

}  // namespace lockstep::store::sqlite
