#pragma once

#include <string>
#include <utility>

namespace lockstep {

/// A credential. Has no operator<< and no fmt formatter, so that it cannot be logged by accident; `reveal` is the only
/// way out and is easy to find in a review.
class Secret {
public:
    Secret() = default;
    explicit Secret(std::string value) : value_(std::move(value)) {}
    const std::string& reveal() const { return value_; }
    bool empty() const { return value_.empty(); }
    bool operator==(const Secret&) const = default;

private:
    std::string value_;
};

}  // namespace lockstep
