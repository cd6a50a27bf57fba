// The HTTP client on libcurl 7.88: one multi handle on one driver thread; callers wait.

#include <curl/curl.h>
#include <pthread.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <mutex>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "net/client.h"

namespace lockstep::net {
namespace {

/// Fields of one answer together; vendors' stay under 10 KiB.
constexpr std::size_t response_header_bytes_max = 256u << 10;
constexpr int redirects_max = 5;
/// Easy handles kept for reuse: making one costs more than sending a small request through it.
constexpr std::size_t idle_handles_max = 64;
/// libcurl does not look at the time of a request that waits for a free connection; the driver does, this often.
constexpr int deadline_check_ms = 100;

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

/// One request on its way. Lives on the stack of the caller, who waits until it is done.
struct Call {
    const Request& request;
    const SendOptions& options;
    Easy easy;
    Fields fields;
    std::int64_t deadline_ms;  ///< of `monotonic_ms`; libcurl's own time-out comes before it
    char detail[CURL_ERROR_SIZE] = {};

    // Driver thread, until done.
    int attempts = 0;  ///< how often libcurl was about to send the request
    Response response;
    std::size_t header_bytes = 0;
    bool head_complete = false;  ///< libcurl takes a head that is cut short for a whole one
    bool too_large = false;
    CURLcode code = CURLE_OK;

    std::mutex mutex;
    std::condition_variable finished;
    bool done = false;

    void finish(CURLcode result) {
        std::lock_guard lock(mutex);
        code = result;
        done = true;
        finished.notify_one();  // under the lock: afterwards the caller may have destroyed this
    }
    void wait() {
        std::unique_lock lock(mutex);
        finished.wait(lock, [this] { return done; });
    }
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
    curl_easy_getinfo(call.easy.get(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
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
    if (method == "HEAD") {
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    } else if (has_body) {
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());  // not copied: the caller waits
    }
    if (method != "HEAD" && method != (has_body ? "POST" : "GET")) curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method.c_str());
}

void set_callbacks(CURL* easy, Call& call) {
    curl_easy_setopt(easy, CURLOPT_PRIVATE, &call);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call.detail);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, &on_attempt);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, &call);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, &call);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &call);
}

void set_options(CURL* easy, const CurlClientOptions& client, const SendOptions& options) {
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
    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, static_cast<long>(client.idle_connection_max_s));
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(std::max<std::int64_t>(options.connect_timeout_ms, 1)));
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(std::max<std::int64_t>(options.total_timeout_ms, 1)));
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!client.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, client.ca_file.c_str());
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

/// Runs all transfers. Threads: any may `run`; everything else is the driver's own thread.
class Driver {
public:
    explicit Driver(const CurlClientOptions& options) : multi_(curl_multi_init()) {
        LS_ASSERT(multi_ != nullptr);
        const auto per_host = static_cast<long>(std::max<std::size_t>(options.connections_per_host_max, 1));
        curl_multi_setopt(multi_, CURLMOPT_MAX_HOST_CONNECTIONS, per_host);
        curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, per_host * 4);  // a few vendors' idle connections
        curl_multi_setopt(multi_, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_NOTHING));
        thread_ = std::thread([this] { drive(); });
    }
    ~Driver() {
        {
            std::lock_guard lock(mutex_);
            stopping_ = true;
            curl_multi_wakeup(multi_);  // under the lock: the driver frees the handle once it has seen the flag
        }
        thread_.join();
    }
    Driver(const Driver&) = delete;

    /// Sends `call` and waits until it is done.
    void run(Call& call) {
        bool wake = false;
        {
            std::lock_guard lock(mutex_);
            wake = queued_.empty();
            queued_.push_back(&call);
        }
        if (wake) curl_multi_wakeup(multi_);
        call.wait();
    }

private:
    void drive();
    bool take_queued();
    void collect_finished();
    void stop_overdue();
    void finish(Call& call, CURLcode code);

    CURLM* multi_;
    std::mutex mutex_;
    std::vector<Call*> queued_;
    bool stopping_ = false;
    std::vector<Call*> active_, taken_;
    std::int64_t next_check_ms_ = 0;
    std::thread thread_;
};

void Driver::drive() {
    // OpenSSL writes without MSG_NOSIGNAL: a peer that has closed would end the process.
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    while (take_queued()) {
        int running = 0;
        curl_multi_perform(multi_, &running);
        collect_finished();
        stop_overdue();
        curl_multi_poll(multi_, nullptr, 0, active_.empty() ? 1000 : deadline_check_ms, nullptr);
    }
    while (!active_.empty()) finish(*active_.back(), CURLE_ABORTED_BY_CALLBACK);
    curl_multi_cleanup(multi_);  // here: closing TLS connections writes
}

/// Returns false when the driver is to stop.
bool Driver::take_queued() {
    bool stopping = false;
    {
        std::lock_guard lock(mutex_);
        taken_.swap(queued_);
        stopping = stopping_;
    }
    for (Call* call : taken_) {
        active_.push_back(call);
        const auto code = curl_multi_add_handle(multi_, call->easy.get());
        if (code != CURLM_OK) finish(*call, CURLE_FAILED_INIT);
    }
    taken_.clear();
    return !stopping;
}

void Driver::collect_finished() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        char* call = nullptr;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call);
        finish(*reinterpret_cast<Call*>(call), message->data.result);
    }
}

void Driver::stop_overdue() {
    const auto now_ms = monotonic_ms();
    if (now_ms < next_check_ms_) return;
    next_check_ms_ = now_ms + deadline_check_ms;
    for (std::size_t i = active_.size(); i-- > 0;)
        if (now_ms > active_[i]->deadline_ms) finish(*active_[i], CURLE_OPERATION_TIMEDOUT);
}

void Driver::finish(Call& call, CURLcode code) {
    const auto place = std::find(active_.begin(), active_.end(), &call);
    *place = active_.back();
    active_.pop_back();
    long status = 0;
    curl_easy_getinfo(call.easy.get(), CURLINFO_RESPONSE_CODE, &status);
    call.response.status = static_cast<int>(status);
    curl_multi_remove_handle(multi_, call.easy.get());
    call.finish(code);
}

class CurlClient final : public HttpClient {
public:
    explicit CurlClient(CurlClientOptions options) : options_(std::move(options)), driver_(options_) {}
    Result<Response> send(const Request& request, const SendOptions& options) override;

private:
    Result<Response> send_once(const Request& request, const SendOptions& options);
    Easy take_handle();
    void keep_handle(Easy easy);

    const CurlClientOptions options_;
    std::mutex handles_mutex_;
    std::vector<Easy> handles_;
    Driver driver_;
};

Easy CurlClient::take_handle() {
    {
        std::lock_guard lock(handles_mutex_);
        if (!handles_.empty()) {
            Easy easy = std::move(handles_.back());
            handles_.pop_back();
            return easy;
        }
    }
    Easy easy(curl_easy_init());
    LS_ASSERT(easy != nullptr);
    return easy;
}

void CurlClient::keep_handle(Easy easy) {
    curl_easy_reset(easy.get());
    std::lock_guard lock(handles_mutex_);
    if (handles_.size() < idle_handles_max) handles_.push_back(std::move(easy));
}

Result<Response> CurlClient::send_once(const Request& request, const SendOptions& options) {
    LS_TRY(check(request));
    Call call{.request = request,
              .options = options,
              .easy = take_handle(),
              .fields = make_fields(request),
              .deadline_ms = monotonic_ms() + options.total_timeout_ms + deadline_check_ms};
    CURL* easy = call.easy.get();
    curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, call.fields.get());
    set_method(easy, request);
    set_callbacks(easy, call);
    set_options(easy, options_, options);
    driver_.run(call);
    keep_handle(std::move(call.easy));
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
