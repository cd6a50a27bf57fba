#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "base/runtime.h"

namespace lockstep::connector {

/// A thing that is fetched once, shared by all tasks, and fetched again by one task when it is refused: an access
/// token, a CSRF session. However many tasks find it missing or refused at once, one fetches and the others wait.
///
/// A failed fetch is given to everyone who waited for it and is not kept: the next caller tries again.
template <class T>
class Renewable {
public:
    struct Held {
        T value;
        std::uint64_t version = 0;
    };
    using Fetch = std::function<Result<T>()>;

    explicit Renewable(Runtime& runtime) : condition_(runtime.make_condition()) {}

    /// Starts with a value kept from an earlier life of the process.
    void restore(T value) {
        std::lock_guard lock(mutex_);
        held_ = Held{std::move(value), ++version_};
    }

    /// Returns the current value, or fetches the first one.
    Result<Held> get(const Fetch& fetch) { return obtain(0, fetch); }

    /// Returns a newer value than `refused_version`: another task's, or one fetched now.
    Result<Held> renew(std::uint64_t refused_version, const Fetch& fetch) { return obtain(refused_version, fetch); }

private:
    Result<Held> obtain(std::uint64_t refused_version, const Fetch& fetch) {
        std::unique_lock lock(mutex_);
        while (true) {
            if (held_ && held_->version > refused_version) return *held_;
            if (!fetching_) break;
            for (auto round = round_; round == round_;) condition_->wait(lock);
            if (last_error_) return fail(*last_error_);
        }
        fetching_ = true;
        lock.unlock();
        Result<T> fetched = fetch();
        lock.lock();
        fetching_ = false;
        ++round_;
        condition_->notify_all();
        if (!fetched) {
            last_error_ = fetched.error();
            return fail(fetched.error());
        }
        last_error_.reset();
        held_ = Held{*std::move(fetched), ++version_};
        return *held_;
    }

    std::mutex mutex_;
    std::unique_ptr<Condition> condition_;
    std::optional<Held> held_;
    std::optional<Error> last_error_;
    std::uint64_t version_ = 0;
    std::uint64_t round_ = 0;
    bool fetching_ = false;
};

}  // namespace lockstep::connector
