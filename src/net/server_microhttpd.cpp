// The HTTP server on libmicrohttpd 0.9.75. Everything that file-by-file reading of the library has taught is noted
// where it matters; the ownership and the locks are explained in README.md.

#include <arpa/inet.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "net/listener.h"
#include "net/server.h"
#include "net/server_link.h"

namespace lockstep::net {
namespace {

/// A body that is too large is read and thrown away up to this many bytes, so that the client, which is still sending,
/// gets to read the 413; beyond it the connection is closed under its hands.
constexpr std::size_t discarded_bytes_max = 16u << 20;
/// How often the watchdog looks for slow clients: a bound may be overstepped by this much.
constexpr std::int64_t watchdog_interval_ms = 250;
/// How often a drain looks for connections that have become idle.
constexpr std::int64_t drain_interval_ms = 10;
/// Modern TLS only; GnuTLS 3.7's NORMAL would still offer 1.0 and 1.1.
constexpr const char* tls_priorities = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";

constexpr std::string_view timeout_answer = "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

/// Gives the body of `response` up to `bytes`, then an error, which makes the library close the connection.
struct TruncatedBody {
    std::string body;
    std::size_t bytes;

    static ssize_t read(void* self, std::uint64_t position, char* buffer, std::size_t size) {
        const auto& body = *static_cast<TruncatedBody*>(self);
        const auto end = std::min(body.bytes, body.body.size());
        if (position >= end) return MHD_CONTENT_READER_END_WITH_ERROR;
        return static_cast<ssize_t>(body.body.copy(buffer, std::min(size, end - static_cast<std::size_t>(position)), position));
    }
    static void free(void* self) { delete static_cast<TruncatedBody*>(self); }
};

/// The library writes these itself.
bool is_framing(std::string_view name) {
    return (name.size() == 14 && strncasecmp(name.data(), "Content-Length", 14) == 0) ||
           (name.size() == 17 && strncasecmp(name.data(), "Transfer-Encoding", 17) == 0);
}

/// Queues a response. The body stays in `response`, which lives until the library says that the request is over.
MHD_Result queue(MHD_Connection* handle, const Response& response, MHD_Response* made, bool close) {
    for (const auto& [name, value] : response.headers)
        if (!is_framing(name)) MHD_add_response_header(made, name.c_str(), value.c_str());
    if (close) MHD_add_response_header(made, "Connection", "close");
    const bool valid = response.status >= 200 && response.status <= 599;
    const auto queued = MHD_queue_response(handle, static_cast<unsigned>(valid ? response.status : 500), made);
    MHD_destroy_response(made);
    return queued;
}

MHD_Result queue_whole(MHD_Connection* handle, Response& response, bool close) {
    auto* made = MHD_create_response_from_buffer(response.body.size(), response.body.data(), MHD_RESPMEM_PERSISTENT);
    return made == nullptr ? MHD_NO : queue(handle, response, made, close);
}

MHD_Result queue_truncated(MHD_Connection* handle, Response& response, std::size_t bytes) {
    const auto size = response.body.size();
    auto* body = new TruncatedBody{std::move(response.body), bytes};
    auto* made = MHD_create_response_from_callback(size, 16u << 10, &TruncatedBody::read, body, &TruncatedBody::free);
    if (made == nullptr) delete body;
    return made == nullptr ? MHD_NO : queue(handle, response, made, true);
}

/// What the head of a request says about the body that follows.
struct BodyAnnouncement {
    std::size_t length = 0;
    int lengths = 0;
    bool chunked = false;
    bool unknown_coding = false;
    bool expects_continue = false;
};

BodyAnnouncement announced_body(const Headers& headers) {
    BodyAnnouncement body;
    for (const auto& [name, value] : headers) {
        if (!is_framing(name)) {
            if (name.size() == 6 && strcasecmp(name.c_str(), "Expect") == 0) body.expects_continue = true;
        } else if (name.size() == 14) {
            // The library has refused what is no number.
            std::from_chars(value.data(), value.data() + value.size(), body.length);
            ++body.lengths;
        } else {
            body.chunked = strcasecmp(value.c_str(), "chunked") == 0;
            body.unknown_coding = body.unknown_coding || !body.chunked;
        }
    }
    return body;
}

MHD_Result add_header(void* headers, MHD_ValueKind, const char* key, std::size_t key_size, const char* value, std::size_t value_size) {
    static_cast<Headers*>(headers)->add(std::string(key, key_size), value == nullptr ? std::string() : std::string(value, value_size));
    return MHD_YES;
}

/// `http://host/path` → `/path`: proxies' form of the request target, which a server must take (RFC 9112, 3.2.2).
std::string origin_form(const char* target) {
    Request request{.url = target};
    if (request.origin().empty()) return std::move(request.url);
    std::string url(request.path());
    if (!request.query().empty()) url.append("?").append(request.query());
    return url;
}

std::string address_text(const sockaddr* address) {
    char text[INET6_ADDRSTRLEN] = {};
    if (address == nullptr) return {};
    if (address->sa_family == AF_INET) inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(address)->sin_addr, text, sizeof text);
    if (address->sa_family == AF_INET6) inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr, text, sizeof text);
    return text;
}

Link* link_of(MHD_Connection* handle) {
    return static_cast<Link*>(MHD_get_connection_info(handle, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context);
}

class MicrohttpdServer final : public Server {
public:
    MicrohttpdServer(ServerOptions options, Handler handler, Listener listener)
        : options_(std::move(options)), handler_(std::move(handler)), listener_(std::move(listener)) {}
    ~MicrohttpdServer() override;

    /// Requires PEM texts exactly if TLS is wanted. Errors: `key_file_invalid`, `internal`.
    Result<void> start(std::string certificate, std::string key);
    std::uint16_t port() const override { return listener_.port(); }
    void drain(std::int64_t timeout_ms) override;

private:
    // Callbacks of the library; `self` is the server.
    static void on_log(void* self, const char* format, va_list arguments);
    static void on_connection(void* self, MHD_Connection* handle, void** context, MHD_ConnectionNotificationCode what);
    static void* on_target(void* self, const char* target, MHD_Connection* handle);
    static MHD_Result on_request(void* self, MHD_Connection* handle, const char* url, const char* method, const char* version,
                                 const char* body, std::size_t* body_size, void** context);
    static void on_completed(void* self, MHD_Connection* handle, void** context, MHD_RequestTerminationCode why);

    MHD_Result take_head(Link& link, MHD_Connection* handle, const char* method);
    MHD_Result take_body(Link& link, std::string_view part);
    MHD_Result take_end(Link& link, MHD_Connection* handle);
    MHD_Result turn(Link& link, MHD_Connection* handle, Link::Turn next);
    MHD_Result refuse(Link& link, MHD_Connection* handle, int status, std::string text);
    std::size_t memory_limit() const;
    unsigned flags() const;
    std::vector<MHD_OptionItem> option_items();
    bool tls() const { return !certificate_.empty(); }
    void watch();
    void close_if_overdue(Link& link, std::int64_t now_ms);
    void close_if_idle(Link& link);

    const ServerOptions options_;
    const Handler handler_;
    Listener listener_;
    std::string certificate_, key_;
    std::thread::id starter_;
    std::string start_log_;  ///< the library's first word on why it does not start
    MHD_Daemon* daemon_ = nullptr;
    int quiesced_descriptor_ = -1;
    Links links_;
    std::atomic<bool> draining_ = false;
    std::atomic<bool> stopping_ = false;
    std::mutex watchdog_mutex_;
    std::condition_variable watchdog_wake_;
    std::thread watchdog_;
};

// Start and stop.

Result<void> MicrohttpdServer::start(std::string certificate, std::string key) {
    starter_ = std::this_thread::get_id();
    certificate_ = std::move(certificate);
    key_ = std::move(key);
    // The library closes the descriptor it is given in some of its failures and not in others: it gets its own.
    const int descriptor = fcntl(listener_.descriptor(), F_DUPFD_CLOEXEC, 0);
    if (descriptor < 0) return fail(ErrorCode::internal, "no file descriptor is left for the HTTP server");
    auto items = option_items();
    daemon_ = MHD_start_daemon(flags(), 0, nullptr, nullptr, &on_request, this,     //
                               MHD_OPTION_EXTERNAL_LOGGER, &on_log, this,           //
                               MHD_OPTION_LISTEN_SOCKET, descriptor,                //
                               MHD_OPTION_NOTIFY_CONNECTION, &on_connection, this,  //
                               MHD_OPTION_NOTIFY_COMPLETED, &on_completed, this,    //
                               MHD_OPTION_URI_LOG_CALLBACK, &on_target, this,       //
                               MHD_OPTION_ARRAY, items.data(), MHD_OPTION_END);
    if (daemon_ == nullptr && tls())
        return fail(ErrorCode::key_file_invalid, fmt::format("the certificate and key cannot be used: {} and {}, {}",
                                                             options_.certificate_file, options_.key_file, start_log_));
    if (daemon_ == nullptr) return fail(ErrorCode::internal, "the HTTP server cannot start: " + start_log_);
    watchdog_ = std::thread([this] { watch(); });
    return {};
}

/// Room for a head of the allowed size, what the library keeps about its fields, and the head of the answer. Not more:
/// the library zeroes all of it after every request.
std::size_t MicrohttpdServer::memory_limit() const {
    return options_.header_bytes_max + std::max<std::size_t>(options_.header_bytes_max / 2, 8u << 10);
}

unsigned MicrohttpdServer::flags() const {
    // Poll, not epoll: epoll mode collapses at 128 connections and more.
    unsigned flags = MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
    if (listener_.ipv6()) flags |= MHD_USE_IPv6;
    if (tls()) flags |= MHD_USE_TLS;
    return flags;
}

std::vector<MHD_OptionItem> MicrohttpdServer::option_items() {
    std::vector<MHD_OptionItem> items = {
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, static_cast<intptr_t>(memory_limit()), nullptr},
        {MHD_OPTION_CONNECTION_LIMIT, static_cast<intptr_t>(options_.connections_max), nullptr},
        {MHD_OPTION_CONNECTION_TIMEOUT, static_cast<intptr_t>(options_.idle_timeout_s), nullptr},
    };
    if (options_.threads > 1) items.push_back({MHD_OPTION_THREAD_POOL_SIZE, options_.threads, nullptr});
    if (tls()) {
        items.push_back({MHD_OPTION_HTTPS_MEM_CERT, 0, certificate_.data()});
        items.push_back({MHD_OPTION_HTTPS_MEM_KEY, 0, key_.data()});
        items.push_back({MHD_OPTION_HTTPS_PRIORITIES, 0, const_cast<char*>(tls_priorities)});
    }
    items.push_back({MHD_OPTION_END, 0, nullptr});
    return items;
}

MicrohttpdServer::~MicrohttpdServer() {
    {
        std::lock_guard lock(watchdog_mutex_);
        stopping_ = true;
    }
    watchdog_wake_.notify_all();
    if (watchdog_.joinable()) watchdog_.join();
    // The library panics when it is stopped with suspended connections. From here on none is suspended any more.
    links_.for_each([](Link& link) { link.abandon(); });
    if (daemon_ != nullptr) MHD_stop_daemon(daemon_);
    if (quiesced_descriptor_ >= 0) close(quiesced_descriptor_);
}

void MicrohttpdServer::drain(std::int64_t timeout_ms) {
    if (draining_.exchange(true)) return;
    quiesced_descriptor_ = MHD_quiesce_daemon(daemon_);
    // Late comers are refused at once instead of waiting in the backlog.
    shutdown(listener_.descriptor(), SHUT_RDWR);
    const auto end_ms = coarse_ms() + timeout_ms;
    do {
        links_.for_each([this](Link& link) { close_if_idle(link); });
    } while (!links_.wait_until_empty(drain_interval_ms) && coarse_ms() < end_ms);
}

// Slow and idle clients. The library's own time-out covers clients that send nothing; one byte at a time would do.

void MicrohttpdServer::watch() {
    std::unique_lock lock(watchdog_mutex_);
    while (!stopping_) {
        watchdog_wake_.wait_for(lock, std::chrono::milliseconds(watchdog_interval_ms));
        const auto now_ms = coarse_ms();
        links_.for_each([&](Link& link) { close_if_overdue(link, now_ms); });
    }
}

void MicrohttpdServer::close_if_overdue(Link& link, std::int64_t now_ms) {
    const auto now = link.phase.now();
    if (now.kind == Phase::Kind::handling || now.kind == Phase::Kind::closing) return;
    // Bytes of a request line show only when it is complete: before, the client is waiting or slow, and has both times.
    const auto allowed_s = options_.request_timeout_s + (now.kind == Phase::Kind::idle ? options_.idle_timeout_s : 0);
    if (now_ms - now.since_ms <= allowed_s * 1000 || !link.phase.give_up(now)) return;
    // The library cannot answer in the middle of a request. It sends nothing then either, so this may.
    if (!tls() && now.kind == Phase::Kind::receiving)
        (void)!::send(link.descriptor, timeout_answer.data(), timeout_answer.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    shutdown(link.descriptor, SHUT_RDWR);
}

void MicrohttpdServer::close_if_idle(Link& link) {
    const auto now = link.phase.now();
    int waiting_bytes = 0;
    if (now.kind != Phase::Kind::idle || ioctl(link.descriptor, FIONREAD, &waiting_bytes) != 0 || waiting_bytes > 0) return;
    if (link.phase.give_up(now)) shutdown(link.descriptor, SHUT_RDWR);
}

// Callbacks.

void MicrohttpdServer::on_log(void* self, const char* format, va_list arguments) {
    auto& server = *static_cast<MicrohttpdServer*>(self);
    if (std::this_thread::get_id() != server.starter_ || !server.start_log_.empty()) return;
    char text[256];
    std::vsnprintf(text, sizeof text, format, arguments);
    server.start_log_ = text;
    while (!server.start_log_.empty() && std::string_view("\n. ").find(server.start_log_.back()) != std::string_view::npos)
        server.start_log_.pop_back();
}

void MicrohttpdServer::on_connection(void* self, MHD_Connection* handle, void** context, MHD_ConnectionNotificationCode what) {
    auto& server = *static_cast<MicrohttpdServer*>(self);
    if (what == MHD_CONNECTION_NOTIFY_CLOSED) return server.links_.closed(static_cast<Link*>(*context));
    const auto* descriptor = MHD_get_connection_info(handle, MHD_CONNECTION_INFO_CONNECTION_FD);
    const auto* address = MHD_get_connection_info(handle, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    *context = server.links_.open(std::make_shared<Link>(handle, descriptor->connect_fd, address_text(address->client_addr)));
}

void* MicrohttpdServer::on_target(void*, const char* target, MHD_Connection* handle) {
    Link* link = link_of(handle);
    link->phase.step(Phase::Kind::receiving);
    link->request.url = *target == '/' ? std::string(target) : origin_form(target);
    return link;
}

MHD_Result MicrohttpdServer::on_request(void* self, MHD_Connection* handle, const char*, const char* method, const char*, const char* body,
                                        std::size_t* body_size, void** context) {
    auto& server = *static_cast<MicrohttpdServer*>(self);
    auto& link = *static_cast<Link*>(*context);
    if (!link.head_seen) return server.take_head(link, handle, method);
    if (*body_size == 0) return server.take_end(link, handle);
    const auto part = std::string_view(body, std::exchange(*body_size, 0));
    return server.take_body(link, part);
}

void MicrohttpdServer::on_completed(void*, MHD_Connection*, void** context, MHD_RequestTerminationCode) {
    if (*context != nullptr) static_cast<Link*>(*context)->reset();
}

// A request: its head, its body in parts, its end.

MHD_Result MicrohttpdServer::take_head(Link& link, MHD_Connection* handle, const char* method) {
    link.head_seen = true;
    link.request.method = method;
    link.request.peer = link.peer;
    link.request.headers.reserve(8);
    MHD_get_connection_values_n(handle, MHD_HEADER_KIND, &add_header, &link.request.headers);
    const auto* head = MHD_get_connection_info(handle, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    if (head != nullptr && head->header_size > options_.header_bytes_max)
        return refuse(link, handle, 431, fmt::format("the request's head is larger than {} bytes\n", options_.header_bytes_max));
    const auto body = announced_body(link.request.headers);
    // Two opinions about where the body ends are how requests are smuggled past proxies (RFC 9112, 6.3).
    if (body.lengths > 1 || (body.lengths > 0 && body.chunked)) return refuse(link, handle, 400, "the body's length is given twice\n");
    if (body.unknown_coding) return refuse(link, handle, 501, "the only transfer coding is chunked\n");
    link.body_too_large = body.length > options_.body_bytes_max;
    if (link.body_too_large && (body.expects_continue || body.length > options_.body_bytes_max + discarded_bytes_max))
        return refuse(link, handle, 413, fmt::format("the body is larger than {} bytes\n", options_.body_bytes_max));
    if (!link.body_too_large) link.request.body.reserve(body.length);
    return MHD_YES;
}

MHD_Result MicrohttpdServer::take_body(Link& link, std::string_view part) {
    auto& body = link.request.body;
    if (!link.body_too_large && body.size() + part.size() <= options_.body_bytes_max) {
        body.append(part);
        return MHD_YES;
    }
    link.body_too_large = true;
    link.discarded_bytes += part.size();
    return link.discarded_bytes > discarded_bytes_max + options_.body_bytes_max ? MHD_NO : MHD_YES;
}

MHD_Result MicrohttpdServer::take_end(Link& link, MHD_Connection* handle) {
    if (link.body_too_large) return refuse(link, handle, 413, fmt::format("the body is larger than {} bytes\n", options_.body_bytes_max));
    const auto next = link.begin(stopping_);
    if (next != Link::Turn::call_handler) return turn(link, handle, next);
    // The list keeps the connection's link alive; the responder may outlive both.
    handler_(std::move(link.request), std::make_unique<LinkResponder>(link.shared_from_this()));
    return turn(link, handle, link.park());
}

MHD_Result MicrohttpdServer::turn(Link& link, MHD_Connection* handle, Link::Turn next) {
    if (next == Link::Turn::wait) return MHD_YES;  // suspended: the library asks again when it is resumed
    if (next == Link::Turn::close) return MHD_NO;
    auto& answer = link.answer();
    switch (answer.ending) {
        case Ending::send:
            return queue_whole(handle, answer.response, draining_);
        case Ending::truncate:
            return queue_truncated(handle, answer.response, answer.bytes);
        case Ending::drop:
            break;
    }
    return MHD_NO;
}

MHD_Result MicrohttpdServer::refuse(Link& link, MHD_Connection* handle, int status, std::string text) {
    if (!link.phase.step(Phase::Kind::handling)) return MHD_NO;
    link.answer().response = text_response(status, std::move(text));
    return queue_whole(handle, link.answer().response, true);
}

Result<std::string> read_pem(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (!file || text.empty()) return fail(ErrorCode::key_file_invalid, "the file cannot be read or is empty: " + path);
    return text;
}

Result<void> check(const ServerOptions& options) {
    if (options.certificate_file.empty() != options.key_file.empty())
        return fail(ErrorCode::config_invalid, "a certificate and its key are given together or not at all");
    if (options.threads < 1 || options.connections_max < static_cast<std::size_t>(options.threads))
        return fail(ErrorCode::config_invalid, fmt::format("a server needs a thread, and a connection for each: {} threads, {} connections",
                                                           options.threads, options.connections_max));
    if (options.header_bytes_max < 256 || options.idle_timeout_s < 1 || options.request_timeout_s < 1)
        return fail(ErrorCode::config_invalid, "a server's bounds are at least 256 bytes of head and 1 s of time");
    return {};
}

}  // namespace

Result<std::unique_ptr<Server>> start_server(const ServerOptions& options, Handler handler) {
    LS_TRY(check(options));
    std::string certificate, key;
    if (!options.certificate_file.empty()) {
        LS_TRY_ASSIGN(certificate, read_pem(options.certificate_file));
        LS_TRY_ASSIGN(key, read_pem(options.key_file));
    }
    LS_TRY_ASSIGN(auto listener, open_listener(options.address, options.port));
    auto server = std::make_unique<MicrohttpdServer>(options, std::move(handler), std::move(listener));
    LS_TRY(server->start(std::move(certificate), std::move(key)));
    return std::unique_ptr<Server>(std::move(server));
}

}  // namespace lockstep::net
