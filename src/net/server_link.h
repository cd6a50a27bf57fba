#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "net/server.h"

struct MHD_Connection;

/// The state of the server's connections, and who may touch what (README.md).
namespace lockstep::net {

/// Reads the coarse clock (4 ms steps): it is read twice a request.
std::int64_t coarse_ms();

enum class Ending : std::uint8_t { send, drop, truncate };
struct Answer {
    Ending ending = Ending::drop;
    Response response;
    std::size_t bytes = 0;  ///< truncate: how much of the body is sent
};

/// What a connection is doing and since when, in one word, so that the watchdog's decision and the server thread's step
/// cannot both win.
class Phase {
public:
    enum class Kind : std::uint8_t {
        idle,       ///< no request line yet
        receiving,  ///< the request line is read, the request is not complete
        handling,   ///< the handler has it, or its answer is under way
        closing,    ///< given up: final
    };
    struct Now {
        Kind kind;
        std::int64_t since_ms;
    };

    explicit Phase(std::int64_t now_ms) : word_(pack(Kind::idle, now_ms)) {}
    Now now() const { return unpack(word_.load(std::memory_order_acquire)); }
    /// Steps on, unless the connection was given up meanwhile.
    bool step(Kind to) {
        auto word = word_.load(std::memory_order_relaxed);
        while (unpack(word).kind != Kind::closing)
            if (word_.compare_exchange_weak(word, pack(to, coarse_ms()))) return true;
        return false;
    }
    /// Gives the connection up if it has not moved since `seen`.
    bool give_up(Now seen) {
        auto expected = pack(seen.kind, seen.since_ms);
        return word_.compare_exchange_strong(expected, pack(Kind::closing, seen.since_ms));
    }

private:
    static std::uint64_t pack(Kind kind, std::int64_t ms) { return static_cast<std::uint64_t>(ms) << 2 | static_cast<std::uint64_t>(kind); }
    static Now unpack(std::uint64_t word) { return {static_cast<Kind>(word & 3), static_cast<std::int64_t>(word >> 2)}; }
    std::atomic<std::uint64_t> word_;
};

/// One connection, shared by the library (its socket context), the watchdog and the responder of the request under way.
///
/// A suspended connection lives until it is resumed, so `handle_` may be touched from other threads exactly while
/// `reply_` is `parked`; that is what `mutex_` guards. The request is the server thread's alone.
class Link : public std::enable_shared_from_this<Link> {
public:
    Link(MHD_Connection* handle, int descriptor, std::string peer)
        : phase(coarse_ms()), descriptor(descriptor), peer(std::move(peer)), handle_(handle) {}

    /// What the server thread does next with a complete request; `wait`: the connection is suspended.
    enum class Turn { call_handler, wait, answer, close };
    Turn begin(const std::atomic<bool>& stopping);
    /// After the handler has returned: answers now, or suspends the connection until `settle`.
    Turn park();
    /// Any thread: the handler's answer. Too late (the server is gone): no effect.
    void settle(Answer answer);
    /// The server stops: the answer, if it ever comes, is not wanted any more.
    void abandon();
    /// The library is done with the request, one way or the other.
    void reset();

    Answer& answer() { return answer_; }

    Phase phase;
    const int descriptor;
    const std::string peer;
    std::size_t index = 0;  ///< in the server's list; guarded by its mutex

    // Of the request under way; server thread only.
    Request request;
    bool head_seen = false;
    bool body_too_large = false;
    std::size_t discarded_bytes = 0;

private:
    enum class Reply : std::uint8_t { none, awaited, parked, answered, abandoned };
    MHD_Connection* const handle_;
    std::mutex mutex_;
    Reply reply_ = Reply::none;
    Answer answer_;
};

class LinkResponder final : public Responder {
public:
    explicit LinkResponder(std::shared_ptr<Link> link) : link_(std::move(link)) {}
    ~LinkResponder() override {
        if (link_) send(text_response(500, "the request was not answered\n"));
    }
    void send(Response response) override { settle({.ending = Ending::send, .response = std::move(response)}); }
    void drop() override { settle({.ending = Ending::drop}); }
    void send_truncated(Response response, std::size_t bytes) override {
        settle({.ending = Ending::truncate, .response = std::move(response), .bytes = bytes});
    }

private:
    void settle(Answer answer) {
        if (const auto link = std::exchange(link_, nullptr)) link->settle(std::move(answer));
    }
    std::shared_ptr<Link> link_;
};

/// The open connections. The lock is taken when one opens or closes, by the watchdog and by a drain; never per request.
class Links {
public:
    Link* open(std::shared_ptr<Link> link) {
        std::lock_guard lock(mutex_);
        link->index = links_.size();
        links_.push_back(std::move(link));
        return links_.back().get();
    }
    /// The library closes the descriptor after this, never before: who holds the lock may use it.
    void closed(Link* link) {
        std::lock_guard lock(mutex_);
        const auto index = link->index;
        std::swap(links_[index], links_.back());
        links_[index]->index = index;
        links_.pop_back();
        changed_.notify_all();
    }
    template <class F>
    void for_each(F&& f) {
        std::lock_guard lock(mutex_);
        for (const auto& link : links_) f(*link);
    }
    /// Waits until there is none, or `ms` have passed. Returns whether there is none.
    bool wait_until_empty(std::int64_t ms) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::milliseconds(ms), [&] { return links_.empty(); });
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::shared_ptr<Link>> links_;
};

}  // namespace lockstep::net
