#include "bench/load.h"

#include <netdb.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <ctime>
#include <memory>

#include <fmt/format.h>

#include "bench/connection.h"

namespace lockstep::bench {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;
/// How often time-outs and closed connections are looked for.
constexpr std::int64_t sweep_interval_ns = second_ns / 20;
constexpr int sweep_interval_ms = static_cast<int>(sweep_interval_ns / 1'000'000);
constexpr std::uint32_t timer_mark = UINT32_MAX;

std::int64_t now_ns() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * second_ns + now.tv_nsec;
}

double cpu_seconds() {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

/// Owns a file descriptor.
struct Descriptor {
    explicit Descriptor(int opened) : number(opened) {}
    Descriptor(const Descriptor&) = delete;
    ~Descriptor() {
        if (number >= 0) close(number);
    }
    const int number;
};

class Load {
public:
    Load(const Options& options, const Requests& requests)
        : options_(options), requests_(requests), connections_(static_cast<std::size_t>(options.connections)) {}
    Result<Outcome> run();

private:
    Result<void> find_address();
    Result<void> open_all();
    void watch(std::size_t at);
    void reopen(std::size_t at);
    void settle(std::size_t at, Connection::Step step);
    void begin(std::size_t at, std::int64_t due_ns);
    void give_work();
    void plan_wake_up();
    void sweep();
    void wait_and_handle(int timeout_ms);
    bool may_begin(std::int64_t at_ns) const;
    bool open_loop() const { return options_.rate > 0; }
    std::int64_t due_ns(std::uint64_t number) const {
        return began_ns_ + static_cast<std::int64_t>(static_cast<double>(number) * (1e9 / options_.rate));
    }

    const Options& options_;
    const Requests& requests_;
    std::vector<Connection> connections_;
    std::vector<std::uint32_t> free_;      ///< connections without a request, open or not
    std::vector<std::int64_t> closed_at_;  ///< of each: when it last failed to open
    Descriptor epoll_{epoll_create1(EPOLL_CLOEXEC)};
    Descriptor timer_{timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)};
    sockaddr_storage address_{};
    socklen_t address_size_ = 0;
    std::int64_t began_ns_ = 0, ends_ns_ = INT64_MAX, last_ns_ = 0, swept_ns_ = 0;
    std::uint64_t begun_ = 0, ended_ = 0, opened_ = 0;
    Outcome outcome_;
};

Result<void> Load::find_address() {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int error = getaddrinfo(requests_.host().c_str(), requests_.port().c_str(), &hints, &found);
    if (error != 0) return fail(ErrorCode::unreachable, fmt::format("no address for {}: {}", requests_.host(), gai_strerror(error)));
    std::memcpy(&address_, found->ai_addr, found->ai_addrlen);
    address_size_ = found->ai_addrlen;
    freeaddrinfo(found);
    return {};
}

// All connections are open before the first request, so that connecting is not measured.
Result<void> Load::open_all() {
    const std::int64_t until_ns = now_ns() + static_cast<std::int64_t>(options_.timeout_s * 1e9);
    for (std::size_t at = 0; at < connections_.size(); ++at) reopen(at);
    while (opened_ < connections_.size() && outcome_.errors.empty() && now_ns() < until_ns) wait_and_handle(sweep_interval_ms);
    if (opened_ == connections_.size()) return {};
    return fail(ErrorCode::unreachable, fmt::format("the server cannot be reached: {}:{}, {} of {} connections opened", requests_.host(),
                                                    requests_.port(), opened_, connections_.size()));
}

void Load::reopen(std::size_t at) {
    const auto step = connections_[at].open(reinterpret_cast<const sockaddr*>(&address_), address_size_);
    if (connections_[at].descriptor() >= 0) {
        epoll_event event{EPOLLIN, {.u32 = static_cast<std::uint32_t>(at)}};
        epoll_ctl(epoll_.number, EPOLL_CTL_ADD, connections_[at].descriptor(), &event);
    }
    settle(at, step);
}

// Keeps the socket watched for writing exactly while there is something to write.
void Load::watch(std::size_t at) {
    Connection& connection = connections_[at];
    if (connection.descriptor() < 0 || connection.wants_to_write() == connection.watched_for_writing) return;
    connection.watched_for_writing = connection.wants_to_write();
    epoll_event event{EPOLLIN | (connection.watched_for_writing ? static_cast<std::uint32_t>(EPOLLOUT) : 0u),
                      {.u32 = static_cast<std::uint32_t>(at)}};
    epoll_ctl(epoll_.number, EPOLL_CTL_MOD, connection.descriptor(), &event);
}

void Load::settle(std::size_t at, Connection::Step step) {
    Connection& connection = connections_[at];
    if (step == Connection::Step::opened) ++opened_;
    if (step == Connection::Step::closed && began_ns_ == 0) ++outcome_.errors[connection.failure()];
    if (step == Connection::Step::answered) {
        last_ns_ = now_ns();
        outcome_.latency.add(last_ns_ - connection.due_ns());
        const int status = connection.status();
        ++outcome_.statuses[status];
        ++(status >= 200 && status < 300 ? outcome_.succeeded : outcome_.failed);
    } else if (step == Connection::Step::failed) {
        last_ns_ = now_ns();
        ++outcome_.failed;
        ++outcome_.errors[connection.failure()];
        closed_at_[at] = last_ns_;
    }
    watch(at);
    if (step != Connection::Step::answered && step != Connection::Step::failed) return;
    ++ended_;
    if (!open_loop() && step == Connection::Step::answered && may_begin(last_ns_)) return begin(at, last_ns_);
    free_.push_back(static_cast<std::uint32_t>(at));
}

bool Load::may_begin(std::int64_t at_ns) const { return at_ns < ends_ns_ && (!requests_.count() || begun_ < *requests_.count()); }

void Load::begin(std::size_t at, std::int64_t due_ns) {
    Connection& connection = connections_[at];
    requests_.write(connection.request(), begun_++);
    const std::int64_t sent_ns = now_ns();
    if (open_loop()) outcome_.late.add(sent_ns - due_ns);
    const auto step = connection.send(due_ns, sent_ns, requests_.is_head());
    if (step == Connection::Step::waiting && connection.phase() == Connection::Phase::closed) return reopen(at);
    if (step == Connection::Step::waiting) return watch(at);
    settle(at, step);
}

// A connection that has just failed rests until the next sweep, lest a server that is down be called without end.
void Load::give_work() {
    std::size_t tries = free_.size();
    while (tries-- > 0 && !free_.empty()) {
        const std::int64_t now = now_ns();
        const std::int64_t due = open_loop() ? due_ns(begun_) : now;
        if (due > now || !may_begin(due)) return;
        const std::uint32_t at = free_.back();
        free_.pop_back();
        if (now - closed_at_[at] < sweep_interval_ns)
            free_.insert(free_.begin(), at);
        else
            begin(at, due);
    }
}

// The kernel's timer wakes the loop when the next request is due and there is a connection for it.
void Load::plan_wake_up() {
    if (!open_loop() || free_.empty() || !may_begin(due_ns(begun_))) return;
    const std::int64_t due = std::max<std::int64_t>(due_ns(begun_), 1);
    const itimerspec at{{}, {due / second_ns, due % second_ns}};
    timerfd_settime(timer_.number, TFD_TIMER_ABSTIME, &at, nullptr);
}

void Load::sweep() {
    const std::int64_t now = now_ns();
    if (now - swept_ns_ < sweep_interval_ns) return;
    swept_ns_ = now;
    const auto timeout_ns = static_cast<std::int64_t>(options_.timeout_s * 1e9);
    for (std::size_t at = 0; at < connections_.size(); ++at)
        if (connections_[at].has_request() && now - connections_[at].sent_ns() > timeout_ns) settle(at, connections_[at].fail("timeout"));
}

void Load::wait_and_handle(int timeout_ms) {
    std::array<epoll_event, 256> events;
    const int count = epoll_wait(epoll_.number, events.data(), static_cast<int>(events.size()), timeout_ms);
    for (int i = 0; i < count; ++i) {
        const auto& event = events[static_cast<std::size_t>(i)];
        if (event.data.u32 == timer_mark) {
            std::uint64_t expirations = 0;
            (void)!read(timer_.number, &expirations, sizeof expirations);
            continue;
        }
        Connection& connection = connections_[event.data.u32];
        if ((event.events & EPOLLOUT) != 0) settle(event.data.u32, connection.on_writable());
        if ((event.events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0 && connection.descriptor() >= 0)
            settle(event.data.u32, connection.on_readable());
    }
}

Result<Outcome> Load::run() {
    closed_at_.assign(connections_.size(), 0);
    LS_TRY(find_address());
    LS_TRY(open_all());
    epoll_event event{EPOLLIN, {.u32 = timer_mark}};
    epoll_ctl(epoll_.number, EPOLL_CTL_ADD, timer_.number, &event);
    for (std::size_t at = connections_.size(); at-- > 0;) free_.push_back(static_cast<std::uint32_t>(at));
    const double cpu_before = cpu_seconds();
    began_ns_ = last_ns_ = now_ns();
    if (options_.duration_s > 0) ends_ns_ = began_ns_ + static_cast<std::int64_t>(options_.duration_s * 1e9);
    while (true) {
        give_work();
        const bool more = may_begin(open_loop() ? due_ns(begun_) : now_ns());
        if (ended_ == begun_ && !more) break;
        plan_wake_up();
        wait_and_handle(sweep_interval_ms);
        sweep();
    }
    outcome_.seconds = static_cast<double>(last_ns_ - began_ns_) / 1e9;
    outcome_.cpu_seconds = cpu_seconds() - cpu_before;
    return std::move(outcome_);
}

}  // namespace

Result<Outcome> run_load(const Options& options, const Requests& requests) { return Load(options, requests).run(); }

}  // namespace lockstep::bench
