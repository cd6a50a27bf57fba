#pragma once

#include <type_traits>
#include <utility>
#include <variant>

#include "base/assert.h"
#include "base/error.h"

namespace lockstep {

/// Wraps an error on its way into a `Result`, as `std::unexpected` does.
class Unexpected {
public:
    explicit Unexpected(Error error) : error_(std::move(error)) {}
    Error& error() & { return error_; }
    Error&& error() && { return std::move(error_); }

private:
    Error error_;
};

/// Makes the error side of a `Result`: `return fail(ErrorCode::not_found, "no such run: " + id);`
inline Unexpected fail(ErrorCode code, std::string message) { return Unexpected(Error{code, std::move(message)}); }
inline Unexpected fail(Error error) { return Unexpected(std::move(error)); }

/// A value or an error, with the names of C++23's `std::expected`. Dropping one is a compiler warning.
template <class T>
class [[nodiscard]] Result {
public:
    using value_type = T;

    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(google-explicit-constructor)
    Result(Unexpected unexpected)                                          // NOLINT(google-explicit-constructor)
        : state_(std::in_place_index<1>, std::move(unexpected).error()) {}
    template <class U>
        requires(std::is_convertible_v<U, T> && !std::is_same_v<std::remove_cvref_t<U>, T> &&
                 !std::is_same_v<std::remove_cvref_t<U>, Unexpected> && !std::is_same_v<std::remove_cvref_t<U>, Result>)
    Result(U&& value) : state_(std::in_place_index<0>, std::forward<U>(value)) {}  // NOLINT

    bool has_value() const { return state_.index() == 0; }
    explicit operator bool() const { return has_value(); }

    T& value() & {
        LS_ASSERT(has_value());
        return std::get<0>(state_);
    }
    const T& value() const& {
        LS_ASSERT(has_value());
        return std::get<0>(state_);
    }
    T&& value() && {
        LS_ASSERT(has_value());
        return std::get<0>(std::move(state_));
    }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    Error& error() & {
        LS_ASSERT(!has_value());
        return std::get<1>(state_);
    }
    const Error& error() const& {
        LS_ASSERT(!has_value());
        return std::get<1>(state_);
    }
    Error&& error() && {
        LS_ASSERT(!has_value());
        return std::get<1>(std::move(state_));
    }

    template <class U>
    T value_or(U&& fallback) const& {
        return has_value() ? std::get<0>(state_) : static_cast<T>(std::forward<U>(fallback));
    }

    template <class F>
    auto and_then(F&& f) && -> std::invoke_result_t<F, T&&> {
        if (!has_value()) return Unexpected(std::get<1>(std::move(state_)));
        return std::forward<F>(f)(std::get<0>(std::move(state_)));
    }
    template <class F>
    auto transform(F&& f) && -> Result<std::invoke_result_t<F, T&&>> {
        if (!has_value()) return Unexpected(std::get<1>(std::move(state_)));
        return std::forward<F>(f)(std::get<0>(std::move(state_)));
    }

private:
    std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
public:
    using value_type = void;
    Result() = default;
    Result(Unexpected unexpected) : error_(std::move(unexpected).error()) {}  // NOLINT(google-explicit-constructor)

    bool has_value() const { return !error_.has_value(); }
    explicit operator bool() const { return has_value(); }
    void value() const { LS_ASSERT(has_value()); }
    Error& error() & {
        LS_ASSERT(error_.has_value());
        return *error_;
    }
    const Error& error() const& {
        LS_ASSERT(error_.has_value());
        return *error_;
    }
    Error&& error() && {
        LS_ASSERT(error_.has_value());
        return *std::move(error_);
    }

private:
    std::optional<Error> error_;
};

#define LS_CONCAT_INNER(a, b) a##b
#define LS_CONCAT(a, b) LS_CONCAT_INNER(a, b)

/// Returns from the enclosing function with the error, if there is one: `LS_TRY(store.commit(batch));`
#define LS_TRY(expression)                                                             \
    do {                                                                               \
        auto ls_try_result = (expression);                                             \
        if (!ls_try_result) return ::lockstep::fail(std::move(ls_try_result).error()); \
    } while (false)

/// Declares `target` from a Result, or returns its error: `LS_TRY_ASSIGN(auto token, fetch_token());`
#define LS_TRY_ASSIGN(target, expression) LS_TRY_ASSIGN_INNER(LS_CONCAT(ls_result_, __LINE__), target, expression)
#define LS_TRY_ASSIGN_INNER(temporary, target, expression)                 \
    auto temporary = (expression);                                         \
    if (!temporary) return ::lockstep::fail(std::move(temporary).error()); \
    target = *std::move(temporary)

}  // namespace lockstep
