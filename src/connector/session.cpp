#include "connector/session.h"

#include <algorithm>
#include <atomic>
#include <mutex>

#include "base/defect.h"
#include "connector/kept_token.h"
#include "connector/renewable.h"
#include "connector/retry_after.h"

namespace lockstep::connector {
namespace {

constexpr std::int64_t connect_timeout_ms = 10'000;
/// What a vendor says when all went well is kept as the step's value; the trace shows its beginning.
constexpr std::size_t trace_success_bytes_max = 2u << 10;
/// A token this close to its end could end under way.
constexpr std::int64_t expiry_margin_ms = 60'000;

bool is_absolute(std::string_view url) { return url.starts_with("http://") || url.starts_with("https://"); }

bool ends_within(const Token& token, std::int64_t margin_ms, Runtime& runtime) {
    return token.expires_at_ms != 0 && token.expires_at_ms - margin_ms <= runtime.now().ms();
}

/// A lost answer of the token endpoint leaves the step's own request unsent, so the step is not in doubt.
Error before_sending(Error error) {
    if (error.cls() == ErrorClass::in_doubt) error.code = ErrorCode::connection_lost;
    return error;
}

/// A vendor may say when to come back by the date, which only a clock can turn into a wait.
Error until_date(Error error, const net::Response& answer, Timestamp now) {
    const ErrorClass cls = error.cls();
    if (cls != ErrorClass::limited && cls != ErrorClass::transient) return error;
    if (std::optional<std::int64_t> wait_ms = retry_after_date_ms(answer, now)) error.retry_after_ms = wait_ms;
    return error;
}

}  // namespace

struct Session::State {
    Dialect dialect;
    TokenVault* vault;
    std::string name;
    std::string fingerprint;
    Renewable<Token> token;
    std::atomic<std::int64_t> not_before_ms = 0;  ///< monotonic; what the vendor has said last
    mutable std::mutex redactor_mutex = {};
    mutable std::shared_ptr<const Redactor> redactor = {};
    mutable Secret redactor_access = {};

    using Held = Renewable<Token>::Held;

    State(Dialect its, TokenVault* its_vault, std::string its_name, std::string its_fingerprint, Runtime& runtime)
        : dialect(std::move(its)), vault(its_vault), name(std::move(its_name)), fingerprint(std::move(its_fingerprint)), token(runtime) {}

    Result<Token> fetch(CallContext& context) {
        Result<Token> fresh = dialect.fetch_token(context);
        if (!fresh) return fail(before_sending(std::move(fresh).error()));
        if (vault) vault->save(name, write_kept_token(*fresh, fingerprint));
        return fresh;
    }

    std::optional<Token> kept(Runtime& runtime) {
        std::optional<std::string> text = vault ? vault->load(name) : std::nullopt;
        std::optional<Token> token_kept = text ? read_kept_token(*text, fingerprint) : std::nullopt;
        if (token_kept && ends_within(*token_kept, expiry_margin_ms, runtime)) return std::nullopt;
        return token_kept;
    }

    Result<Held> renew(CallContext& context, std::uint64_t version) {
        return token.renew(version, [&] { return fetch(context); });
    }

    /// The token to send with: the one held, kept in the vault or fresh; renewed ahead of its end.
    Result<Held> usable(CallContext& context) {
        if (!dialect.fetch_token) return Held{};
        bool fetched_now = false;
        LS_TRY_ASSIGN(Held held, token.get([&]() -> Result<Token> {
            if (std::optional<Token> token_kept = kept(context.runtime)) return *std::move(token_kept);
            fetched_now = true;
            return fetch(context);
        }));
        if (fetched_now || !ends_within(held.value, expiry_margin_ms, context.runtime)) return held;
        Result<Held> renewed = renew(context, held.version);
        if (!renewed && !ends_within(held.value, 0, context.runtime)) return held;
        return renewed;
    }

    void trace(CallContext& context, const net::Request& request, const Result<net::Response>& answer, std::int64_t started_ms,
               const Secret& access, bool bodies) const {
        const std::shared_ptr<const Redactor> redactor = redactor_for(access);
        Exchange exchange{.method = request.method, .url = redactor->redact(request.url)};
        exchange.duration_ms = context.runtime.monotonic_ms() - started_ms;
        exchange.at_ms = context.runtime.now().ms() - exchange.duration_ms;
        if (bodies) exchange.request_body = redactor->redact(request.body);
        if (answer) exchange.status = answer->status;
        if (answer && bodies)
            exchange.response_body =
                redactor->redact(answer->body, answer->status < 300 ? trace_success_bytes_max : limits::trace_body_bytes_max);
        if (!answer) exchange.error = redactor->redact(answer.error().to_text());
        context.trace.add(std::move(exchange));
    }

    /// Sends once and traces; `access` is the token on the request, if any.
    Result<net::Response> exchange(CallContext& context, const net::Request& request, net::Effect effect, const Secret& access,
                                   bool trace_bodies) {
        const std::int64_t started_ms = context.runtime.monotonic_ms();
        const std::int64_t left_ms = context.deadline_ms - started_ms;
        if (left_ms <= 0)
            return fail(ErrorCode::deadline_exceeded,
                        "the time allowed for the step is over and nothing was sent: " + name + ", " + request.method);
        if (std::optional<Error> rest = rest_left(started_ms)) return fail(*std::move(rest));
        net::SendOptions options{
            .effect = effect, .connect_timeout_ms = std::min(connect_timeout_ms, left_ms), .total_timeout_ms = left_ms};
        Result<net::Response> answer = context.http.send(request, options);
        if (!answer && LS_DEFECT("session: a lost answer counts as never sent")) answer = fail(ErrorCode::unreachable, "never sent");
        trace(context, request, answer, started_ms, access, trace_bodies);
        if (!answer) return fail(redacted(std::move(answer).error(), access));
        std::optional<Error> error = dialect.classify(*answer, effect);
        if (!error) return answer;
        Error its = until_date(*std::move(error), *answer, context.runtime.now());
        if (its.retry_after_ms) note_rest(context.runtime.monotonic_ms() + *its.retry_after_ms);
        return fail(redacted(std::move(its), access));
    }

    /// Whoever has been told to come back later is not called by the other requests of actions under way either.
    void note_rest(std::int64_t until_ms) {
        std::int64_t known = not_before_ms;
        while (known < until_ms && !not_before_ms.compare_exchange_weak(known, until_ms)) {}
    }
    std::optional<Error> rest_left(std::int64_t now_ms) const {
        const std::int64_t left_ms = not_before_ms - now_ms;
        if (left_ms <= 0) return std::nullopt;
        if (LS_DEFECT("limits: Retry-After is not waited for")) return std::nullopt;
        if (LS_DEFECT("session: the vendor's wait is for the call that met it only")) return std::nullopt;
        Error error{ErrorCode::rate_limited, name + " has said when to come back; nothing was sent"};
        error.retry_after_ms = left_ms;
        return error;
    }

    /// An address or a vendor's answer may repeat a credential.
    Error redacted(Error error, const Secret& access) const {
        error.message = redactor_for(access)->redact(error.message);
        return error;
    }

    /// The redactor of the connection's secrets and this token; the token rarely changes, so the last one is kept.
    std::shared_ptr<const Redactor> redactor_for(const Secret& access) const {
        std::lock_guard lock(redactor_mutex);
        if (!redactor || redactor_access != access) {
            std::vector<Secret> secrets = dialect.secrets;
            secrets.push_back(access);
            redactor = std::make_shared<const Redactor>(secrets);
            redactor_access = access;
        }
        return redactor;
    }

    Result<net::Response> exchange_with(CallContext& context, net::Request request, net::Effect effect, const Token& held) {
        if (!is_absolute(request.url)) request.url = held.api_base + request.url;
        if (dialect.authorize) dialect.authorize(request, held);
        return exchange(context, request, effect, held.access, true);
    }
};

Session::Session(Dialect dialect, Runtime& runtime, TokenVault* vault, std::string connection_name) {
    std::string fingerprint = account_fingerprint(dialect);
    state_ = std::make_unique<State>(std::move(dialect), vault, std::move(connection_name), std::move(fingerprint), runtime);
}

Session::~Session() = default;

Result<net::Response> Session::send(CallContext& context, net::Request request, net::Effect effect) {
    LS_TRY_ASSIGN(State::Held held, state_->usable(context));
    Result<net::Response> answer = state_->exchange_with(context, request, effect, held.value);
    bool refused = !answer && answer.error().cls() == ErrorClass::unauthorized;
    if (!refused || !state_->dialect.fetch_token || LS_DEFECT("session: a refused token is not renewed")) return answer;
    LS_TRY_ASSIGN(held, state_->renew(context, held.version));
    return state_->exchange_with(context, std::move(request), effect, held.value);
}

Result<net::Response> Session::send_plain(CallContext& context, net::Request request, net::Effect effect, bool trace_bodies) {
    return state_->exchange(context, request, effect, Secret(), trace_bodies);
}

Result<Token> Session::token(CallContext& context) {
    LS_TRY_ASSIGN(State::Held held, state_->usable(context));
    return held.value;
}

}  // namespace lockstep::connector
