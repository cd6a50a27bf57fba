#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "connector/connector.h"
#include "value/json.h"

/// What tests of connectors share; only `*_test.cpp` may include it.
namespace lockstep::connector::testing {

/// An HTTP client that answers from a script and records what it was asked. Threads: any.
///
/// Each entry is used once, in order, by the first request that fits it; a request that fits none fails the test.
class FakeHttp : public net::HttpClient {
public:
    using Handler = std::function<Result<net::Response>(const net::Request&)>;
    struct Sent {
        net::Request request;
        net::SendOptions options;
    };

    /// Answers one request of this method whose URL contains `url_part`.
    FakeHttp& on(std::string method, std::string url_part, net::Response response) {
        return on(std::move(method), std::move(url_part), [response](const net::Request&) { return response; });
    }
    FakeHttp& on(std::string method, std::string url_part, Error error) {
        return on(std::move(method), std::move(url_part), [error](const net::Request&) -> Result<net::Response> { return fail(error); });
    }
    FakeHttp& on(std::string method, std::string url_part, Handler handler) {
        return add({std::move(method), std::move(url_part), std::move(handler), false});
    }
    /// As `on`, for every such request that no earlier entry fits.
    FakeHttp& always(std::string method, std::string url_part, net::Response response) {
        return always(std::move(method), std::move(url_part), [response](const net::Request&) { return response; });
    }
    FakeHttp& always(std::string method, std::string url_part, Handler handler) {
        return add({std::move(method), std::move(url_part), std::move(handler), true});
    }

    Result<net::Response> send(const net::Request& request, const net::SendOptions& options) override {
        Handler handler = take(request, options);
        if (handler) return handler(request);
        ADD_FAILURE() << "not in the script: " << request.method << " " << request.url << "\n" << request.body;
        return fail(ErrorCode::unreachable, "not in the script: " + request.method + " " + request.url);
    }

    std::vector<Sent> sent() const {
        std::lock_guard lock(mutex_);
        return sent_;
    }
    std::size_t count(std::string_view method, std::string_view url_part) const {
        std::lock_guard lock(mutex_);
        std::size_t count = 0;
        for (const Sent& sent : sent_) count += sent.request.method == method && fits(sent.request.url, url_part);
        return count;
    }
    /// The last request sent, and its body read as JSON.
    net::Request last() const {
        std::lock_guard lock(mutex_);
        return sent_.empty() ? net::Request{} : sent_.back().request;
    }
    Value last_json() const {
        Result<Value> body = json::parse(last().body);
        return body ? *body : Value();
    }
    /// Whether every entry of `on` was used.
    bool finished() const {
        std::lock_guard lock(mutex_);
        for (const Entry& entry : script_)
            if (!entry.repeats) return false;
        return true;
    }

private:
    struct Entry {
        std::string method, url_part;
        Handler handler;
        bool repeats = false;
    };

    static bool fits(std::string_view url, std::string_view part) { return url.find(part) != std::string_view::npos; }

    FakeHttp& add(Entry entry) {
        std::lock_guard lock(mutex_);
        script_.push_back(std::move(entry));
        return *this;
    }

    Handler take(const net::Request& request, const net::SendOptions& options) {
        std::lock_guard lock(mutex_);
        sent_.push_back({request, options});
        for (auto entry = script_.begin(); entry != script_.end(); ++entry) {
            if (entry->method != request.method || !fits(request.url, entry->url_part)) continue;
            Handler handler = entry->handler;
            if (!entry->repeats) script_.erase(entry);
            return handler;
        }
        return nullptr;
    }

    mutable std::mutex mutex_;
    std::deque<Entry> script_;
    std::vector<Sent> sent_;
};

/// Real tasks and conditions on a clock that only the test moves.
class ManualClockRuntime : public ThreadRuntime {
public:
    Timestamp now() override { return Timestamp::from_ms(now_ms_.load()); }
    std::int64_t monotonic_ms() override { return now_ms_.load() - start_ms; }
    void advance_ms(std::int64_t ms) { now_ms_ += ms; }

    static constexpr std::int64_t start_ms = 1'771'408'800'000;  ///< 2026-02-18T10:00:00Z

private:
    std::atomic<std::int64_t> now_ms_{start_ms};
};

/// Everything that one call of an action needs, with a minute to spare.
struct Call {
    ManualClockRuntime runtime;
    FakeHttp http;
    Trace trace;
    CallContext context{.runtime = runtime,
                        .http = http,
                        .trace = trace,
                        .deadline_ms = 60'000,
                        .request_id = "0123456789abcdef0123456789abcdef",
                        .first_sent = Timestamp::from_ms(ManualClockRuntime::start_ms)};
};

inline net::Response json_answer(int status, std::string_view body) {
    return {.status = status, .headers = {{"Content-Type", "application/json;charset=UTF-8"}}, .body = std::string(body)};
}

/// Keeps tokens in memory, in the clear.
class MemoryVault : public TokenVault {
public:
    std::optional<std::string> load(const std::string& connection) override {
        std::lock_guard lock(mutex_);
        auto at = kept_.find(connection);
        return at == kept_.end() ? std::nullopt : std::optional(at->second);
    }
    void save(const std::string& connection, const std::string& token_json) override {
        std::lock_guard lock(mutex_);
        kept_[connection] = token_json;
    }

private:
    std::mutex mutex_;
    std::map<std::string, std::string> kept_;
};

}  // namespace lockstep::connector::testing
