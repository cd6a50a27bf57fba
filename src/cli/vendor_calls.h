#pragma once

#include <map>
#include <memory>
#include <string>

#include "config/config.h"
#include "net/client.h"

namespace lockstep::cli {

/// Makes calls that only read, without an engine: beside one that runs, too. Nothing is written anywhere.
class VendorCalls {
public:
    /// `http` null: the network. Errors: the configuration's.
    static Result<VendorCalls> open(const config::Config& config, net::HttpClient* http = nullptr);
    /// Tries again what failed for a while. Errors: the vendor's.
    Result<Value> call(const std::string& connection, const std::string& action, const Value& input);
    std::optional<connector::CallBudget> budget(const std::string& connection) const;
    std::size_t joint_max(const std::string& connection) const;
    std::int64_t made(const std::string& connection) const;
    Runtime& runtime() { return *runtime_; }

private:
    VendorCalls() = default;
    std::unique_ptr<ThreadRuntime> runtime_ = std::make_unique<ThreadRuntime>();
    std::unique_ptr<net::HttpClient> own_http_;
    net::HttpClient* http_ = nullptr;
    std::map<std::string, std::unique_ptr<connector::Connection>> connections_;
    std::map<std::string, std::int64_t> made_;
};

}  // namespace lockstep::cli
