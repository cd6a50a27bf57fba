// The HTTP client on libcurl 7.88: a caller's own thread carries its request, on an easy handle that keeps its connection.

#include <curl/curl.h>
#include <pthread.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <mutex>
#include <unordered_map>
#include <vector>

#include <fmt/format.h>

#include "net/client.h"

namespace lockstep::net {
namespace {

/// Fields of one answer together; vendors' stay under 10 KiB.
constexpr std::size_t response_header_bytes_max = 256u << 10;
constexpr int redirects_max = 5;
/// Easy handles, each with its connection, kept for reuse per origin.
constexpr std::size_t idle_handles_max = 16;

using Clock = std::chrono::steady_clock;

std::int64_t monotonic_ms() { return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now().time_since_epoch()).count(); }

struct EasyDeleter {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
using Easy = std::unique_ptr<CURL, EasyDeleter>;
struct FieldsDeleter {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Fields = std::unique_ptr<curl_slist, FieldsDeleter>;

/// One request on its way.
struct Call {
    const Request& request;
    const SendOptions& options;
    CURL* easy = nullptr;
    char detail[CURL_ERROR_SIZE] = {};

    int attempts = 0;  ///< how often libcurl was about to send the request
    Response response;
    std::size_t header_bytes = 0;
    bool head_complete = false;  ///< libcurl takes a head that is cut short for a whole one
    bool too_large = false;
    CURLcode code = CURLE_OK;
};

// Callbacks of libcurl.

/// Counts attempts, and stops the second of a write. libcurl repeats a request of its own accord, and silently, when a
/// reused connection dies before the first byte of the answer; the vendor may have carried out the first one
/// (curl#18417).
int on_attempt(void* self, char*, char*, int, int) {
    auto& call = *static_cast<Call*>(self);
    ++call.attempts;
    return call.options.effect == Effect::write && call.attempts > 1 ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::size_t on_header(char* data, std::size_t, std::size_t size, void* self) {
    auto& call = *static_cast<Call*>(self);
    call.header_bytes += size;
    if (call.header_bytes > response_header_bytes_max) {
        call.too_large = true;
        return CURL_WRITEFUNC_ERROR;
    }
    const std::string_view line(data, size);
    if (line.starts_with("HTTP/")) {
        call.response.headers = {};  // an interim answer (100) may have come before
        call.head_complete = false;
        return size;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos)
        call.head_complete = call.head_complete || trimmed(line).empty();
    else
        call.response.headers.add(std::string(trimmed(line.substr(0, colon))), std::string(trimmed(line.substr(colon + 1))));
    return size;
}

void reserve_announced(Call& call) {
    curl_off_t length = -1;
    curl_easy_getinfo(call.easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    if (length > 0)
        call.response.body.reserve(std::min<std::size_t>(static_cast<std::size_t>(length), call.options.response_body_bytes_max));
}

std::size_t on_body(char* data, std::size_t, std::size_t size, void* self) {
    auto& call = *static_cast<Call*>(self);
    auto& body = call.response.body;
    if (size > call.options.response_body_bytes_max - body.size()) {
        call.too_large = true;
        return CURL_WRITEFUNC_ERROR;
    }
    if (body.empty()) reserve_announced(call);
    body.append(data, size);
    return size;
}

// The request.

bool is_token(std::string_view text) {
    constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || others.find(c) != std::string_view::npos;
    });
}

bool is_field_value(std::string_view text) { return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos; }

/// Errors: `url_invalid`; `value_invalid` for a method or header field that would break out of its line.
Result<void> check(const Request& request) {
    LS_TRY(parse_url(request.url));
    if (!is_token(request.method)) return fail(ErrorCode::value_invalid, "the request's method is not a word");
    for (const auto& [name, value] : request.headers)
        if (!is_token(name) || !is_field_value(value)) return fail(ErrorCode::value_invalid, "a header field is not valid: " + name);
    return {};
}

Fields make_fields(const Request& request) {
    curl_slist* list = nullptr;
    std::string line;
    for (const auto& [name, value] : request.headers) {
        line = name;
        if (value.empty())
            line += ';';  // libcurl's way to write a field without a value
        else
            line.append(": ").append(value);
        list = curl_slist_append(list, line.c_str());
    }
    list = curl_slist_append(list, "Expect:");  // no waiting for a 100 that few servers send
    if (!request.headers.contains("Content-Type")) list = curl_slist_append(list, "Content-Type:");
    return Fields(list);
}

void set_method(CURL* easy, const Request& request) {
    const auto& method = request.method;
    const bool has_body = !request.body.empty() || method == "POST" || method == "PUT" || method == "PATCH";
    curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    if (method == "HEAD") {
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    } else if (has_body) {
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());  // not copied: the caller waits
    }
    const bool by_name = method != "HEAD" && method != (has_body ? "POST" : "GET");
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, by_name ? method.c_str() : nullptr);
}

void set_call(CURL* easy, Call& call) {
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call.detail);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, &call);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, &call);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &call);
}

/// What is the same for every request.
void set_up(CURL* easy, const CurlClientOptions& client) {
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, &on_attempt);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &on_header);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &on_body);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    // Over HTTP/2 a refused stream would be one more reason for libcurl to send again.
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
    curl_easy_setopt(easy, CURLOPT_USERAGENT, client.user_agent.c_str());
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_MAXCONNECTS, 2L);  // one to use; one that a proxy or a redirect may add
    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, static_cast<long>(client.idle_connection_max_s));
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!client.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, client.ca_file.c_str());
}

void set_times(CURL* easy, const SendOptions& options, std::int64_t left_ms) {
    const auto connect_ms = std::min(options.connect_timeout_ms, left_ms);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(std::max<std::int64_t>(connect_ms, 1)));
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(std::max<std::int64_t>(left_ms, 1)));
}

// The outcome.

/// `POST https://host/path`: the query may hold a token and stays out of messages.
std::string named(const Request& request) { return fmt::format("{} {}{}", request.method, request.origin(), request.path()); }

bool is_not_http(CURLcode code) { return code == CURLE_WEIRD_SERVER_REPLY || code == CURLE_UNSUPPORTED_PROTOCOL; }

std::string reason(const Call& call) {
    if (call.too_large) return fmt::format("the answer is larger than {} bytes", call.options.response_body_bytes_max);
    if (call.options.effect == Effect::write && call.attempts > 1) return "a reused connection was closed before the answer";
    if (call.code == CURLE_OPERATION_TIMEDOUT && call.attempts > 0)
        return fmt::format("no complete answer within {} ms", call.options.total_timeout_ms);
    return call.detail[0] != '\0' ? call.detail : curl_easy_strerror(call.code);
}

/// Turns a transport error into ours; README.md has the table.
Unexpected classified(const Call& call) {
    const auto facts = fmt::format("{}, {}", named(call.request), reason(call));
    if (call.attempts == 0) return fail(ErrorCode::unreachable, "the server cannot be reached: " + facts);
    if (call.options.effect == Effect::write)
        return fail(ErrorCode::answer_lost, "the request was sent and no whole answer came: " + facts);
    if (call.too_large || is_not_http(call.code)) return fail(ErrorCode::vendor_protocol, "the answer cannot be taken: " + facts);
    return fail(ErrorCode::connection_lost, "the connection was lost before the whole answer came: " + facts);
}

/// The body is decoded: what describes its encoded form no longer holds.
void drop_encoding(Response& response) {
    if (!response.headers.contains("Content-Encoding") || response.body.empty()) return;
    response.headers.erase("Content-Encoding");
    response.headers.erase("Content-Length");
}

/// What the handles share: looked-up names and TLS sessions. Connections are each handle's own.
class Share {
public:
    Share() : share_(curl_share_init()) {
        LS_ASSERT(share_ != nullptr);
        curl_share_setopt(share_, CURLSHOPT_LOCKFUNC, &Share::lock);
        curl_share_setopt(share_, CURLSHOPT_UNLOCKFUNC, &Share::unlock);
        curl_share_setopt(share_, CURLSHOPT_USERDATA, this);
        curl_share_setopt(share_, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS);
        curl_share_setopt(share_, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
    }
    ~Share() { curl_share_cleanup(share_); }
    Share(const Share&) = delete;
    CURLSH* handle() const { return share_; }

private:
    static void lock(CURL*, curl_lock_data data, curl_lock_access, void* self) { static_cast<Share*>(self)->mutexes_[data].lock(); }
    static void unlock(CURL*, curl_lock_data data, void* self) { static_cast<Share*>(self)->mutexes_[data].unlock(); }

    CURLSH* share_;
    std::array<std::mutex, CURL_LOCK_DATA_LAST> mutexes_;
};

/// The easy handles. The handle used last is used first, so that few connections carry a light load and the others age.
/// Threads: any.
class Handles {
public:
    explicit Handles(const CurlClientOptions& options) : options_(options) {}

    /// Takes a handle for the origin; waits while `connections_per_host_max` are in use. Null when the time is over.
    Easy take(const std::string& origin, std::int64_t deadline_ms) {
        std::unique_lock lock(mutex_);
        Host& host = hosts_[origin];
        const auto limit = std::max<std::size_t>(options_.connections_per_host_max, 1);
        const auto until = Clock::time_point(std::chrono::milliseconds(deadline_ms));
        if (!returned_.wait_until(lock, until, [&] { return host.in_use < limit; })) return nullptr;
        ++host.in_use;
        if (!host.idle.empty()) {
            Easy easy = std::move(host.idle.back());
            host.idle.pop_back();
            return easy;
        }
        lock.unlock();
        Easy easy(curl_easy_init());
        LS_ASSERT(easy != nullptr);
        set_up(easy.get(), options_);
        curl_easy_setopt(easy.get(), CURLOPT_SHARE, share_.handle());
        return easy;
    }

    void give_back(const std::string& origin, Easy easy) {
        Easy surplus;  // closes its connection after the lock is gone
        std::lock_guard lock(mutex_);
        Host& host = hosts_[origin];
        if (host.in_use-- >= options_.connections_per_host_max) returned_.notify_all();
        (host.idle.size() < idle_handles_max ? host.idle.emplace_back() : surplus) = std::move(easy);
    }

private:
    struct Host {
        std::vector<Easy> idle;
        std::size_t in_use = 0;
    };

    const CurlClientOptions& options_;
    Share share_;  // before the handles: they go first
    std::mutex mutex_;
    std::condition_variable returned_;
    std::unordered_map<std::string, Host> hosts_;
};

/// OpenSSL writes without MSG_NOSIGNAL: a peer that has closed would end the process.
void block_broken_pipe_signal() {
    thread_local const bool blocked = [] {
        sigset_t pipe;
        sigemptyset(&pipe);
        sigaddset(&pipe, SIGPIPE);
        return pthread_sigmask(SIG_BLOCK, &pipe, nullptr) == 0;
    }();
    (void)blocked;
}

class CurlClient final : public HttpClient {
public:
    explicit CurlClient(CurlClientOptions options) : options_(std::move(options)), handles_(options_) {}
    Result<Response> send(const Request& request, const SendOptions& options) override;

private:
    Result<Response> send_once(const Request& request, const SendOptions& options);
    void perform(Call& call);

    const CurlClientOptions options_;
    Handles handles_;
};

/// Carries the call out, up to its code and status.
void CurlClient::perform(Call& call) {
    const auto deadline_ms = monotonic_ms() + call.options.total_timeout_ms;
    const std::string origin(call.request.origin());
    Easy easy = handles_.take(origin, deadline_ms);
    if (!easy) {
        call.code = CURLE_OPERATION_TIMEDOUT;
        return;
    }
    call.easy = easy.get();
    const Fields fields = make_fields(call.request);
    curl_easy_setopt(call.easy, CURLOPT_URL, call.request.url.c_str());
    curl_easy_setopt(call.easy, CURLOPT_HTTPHEADER, fields.get());
    set_method(call.easy, call.request);
    set_call(call.easy, call);
    set_times(call.easy, call.options, deadline_ms - monotonic_ms());
    block_broken_pipe_signal();
    call.code = curl_easy_perform(call.easy);
    long status = 0;
    curl_easy_getinfo(call.easy, CURLINFO_RESPONSE_CODE, &status);
    call.response.status = static_cast<int>(status);
    curl_easy_setopt(call.easy, CURLOPT_HTTPHEADER, nullptr);
    curl_easy_setopt(call.easy, CURLOPT_ERRORBUFFER, nullptr);
    handles_.give_back(origin, std::move(easy));
}

Result<Response> CurlClient::send_once(const Request& request, const SendOptions& options) {
    LS_TRY(check(request));
    Call call{.request = request, .options = options};
    perform(call);
    if (call.code == CURLE_OK && !call.head_complete) call.code = CURLE_PARTIAL_FILE;
    if (call.code != CURLE_OK) return classified(call);
    drop_encoding(call.response);
    return std::move(call.response);
}

/// Where a redirect leads, or nullopt if it is none that may be followed.
std::optional<Request> redirected(const Request& request, const Response& response) {
    constexpr std::array statuses = {301, 302, 303, 307, 308};
    const auto location = response.headers.get("Location");
    if (!location || location->empty() || std::find(statuses.begin(), statuses.end(), response.status) == statuses.end())
        return std::nullopt;
    Request next{.method = request.method, .url = std::string(*location), .headers = request.headers};
    if (location->starts_with('/') && !location->starts_with("//")) next.url.insert(0, request.origin());
    const auto from = parse_url(request.url);
    const auto to = parse_url(next.url);
    if (!from || !to) return std::nullopt;
    // Another origin gets none of our fields: any of them may be a credential.
    const bool same_origin = from->scheme == to->scheme && from->host == to->host && from->port == to->port;
    if (!same_origin) next.headers = {};
    if (const auto accept = request.headers.get("Accept"); accept && !same_origin) next.headers.add("Accept", std::string(*accept));
    return next;
}

Result<Response> CurlClient::send(const Request& request, const SendOptions& options) {
    if (options.total_timeout_ms <= 0) return fail(ErrorCode::deadline_exceeded, "no time is left to send: " + named(request));
    const auto end = monotonic_ms() + options.total_timeout_ms;
    LS_TRY_ASSIGN(auto response, send_once(request, options));
    if (options.effect == Effect::write || (request.method != "GET" && request.method != "HEAD")) return response;
    auto next = redirected(request, response);
    auto left = options;  // the deadline is the whole chain's
    for (int i = 0; next && i < redirects_max; ++i) {
        left.total_timeout_ms = std::max<std::int64_t>(end - monotonic_ms(), 1);
        LS_TRY_ASSIGN(response, send_once(*next, left));
        next = redirected(*next, response);
    }
    return response;
}

}  // namespace

std::unique_ptr<HttpClient> make_curl_client(CurlClientOptions options) {
    static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    LS_ASSERT(ready == CURLE_OK);
    return std::make_unique<CurlClient>(std::move(options));
}

}  // namespace lockstep::net
