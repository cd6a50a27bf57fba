#include "store/sqlite/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <string_view>
#include <system_error>

#include "store/sqlite/database.h"

namespace lockstep::store::sqlite {

namespace {

ErrorCode meaning_of(int system_error) {
    switch (system_error) {
        case EACCES:
        case EPERM:
        case EROFS:
            return ErrorCode::store_read_only;
        case ENOSPC:
        case EDQUOT:
            return ErrorCode::store_full;
        default:
            return ErrorCode::store_failed;
    }
}

Unexpected refused(const std::string& database_path, int system_error) {
    const std::string reason = std::generic_category().message(system_error);
    return fail(store_error(meaning_of(system_error), database_path, database_path + ".lock: " + reason));
}

/// The holder's id, or nothing if it has not written it yet.
std::string holder(int file) {
    std::array<char, 32> text{};
    const ssize_t size = ::pread(file, text.data(), text.size(), 0);
    const std::string_view read(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    const std::string_view digits = read.substr(0, read.find('\n'));
    if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos) return "process unknown";
    return "process " + std::string(digits);
}

/// Only a courtesy to whoever finds the lock taken: the lock holds without it.
void write_own_id(int file) {
    const std::string text = std::to_string(::getpid()) + "\n";
    if (::ftruncate(file, 0) != 0) return;
    (void)!::pwrite(file, text.data(), text.size(), 0);
}

}  // namespace

Result<FileLock> FileLock::take(const std::string& database_path) {
    const std::string path = database_path + ".lock";
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) return refused(database_path, errno);
    FileLock lock(file);
    if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) return refused(database_path, errno);
        return fail(store_error(ErrorCode::store_locked, database_path, holder(file)));
    }
    write_own_id(file);
    return lock;
}

FileLock::~FileLock() {
    // The file stays: removing it would let two processes lock two different files of one name.
    if (file_ >= 0) ::close(file_);
}

}  // namespace lockstep::store::sqlite
