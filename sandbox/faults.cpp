#include "sandbox/faults.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/nearest.h"

namespace lockstep::sandbox {
namespace {

struct KindName {
    std::string_view name;
    Fault::Kind kind;
};
constexpr std::array<KindName, 7> kinds = {{
    {"status", Fault::Kind::status},
    {"delay", Fault::Kind::delay},
    {"drop_before", Fault::Kind::drop_before},
    {"drop_after", Fault::Kind::drop_after},
    {"late_apply", Fault::Kind::late_apply},
    {"throttle", Fault::Kind::throttle},
    {"malformed", Fault::Kind::malformed},
}};
constexpr std::array<std::string_view, 6> connectors = {"*", "salesforce", "sap", "zoho_books", "zoho_crm", "slack"};
constexpr std::array<std::string_view, 11> members = {"connector", "method",   "route",         "kind", "probability",   "count",
                                                      "status",    "delay_ms", "retry_after_s", "skip", "truncate_bytes"};
constexpr std::int64_t delay_ms_max = 600'000;

std::uint64_t next_random(std::uint64_t& state) {
    state += 0x9e3779b97f4a7c15ull;
    std::uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
}

// Reads one member of one rule; says which when it is wrong.
class RuleReader {
public:
    RuleReader(const Map& rule, std::size_t index) : rule_(rule), index_(index) {}

    Unexpected wrong(std::string_view member, std::string_view wanted) const {
        const Value* given = rule_.find(member);
        return fail(ErrorCode::request_invalid,
                    fmt::format("faults[{}].{} must be {}: {}", index_, member, wanted, given == nullptr ? "absent" : given->text()));
    }
    Result<std::string> text(std::string_view member) const {
        const Value* given = rule_.find(member);
        if (given == nullptr) return std::string("*");
        if (!given->is_string() || given->as_string().empty()) return wrong(member, "a text");
        return given->as_string();
    }
    Result<std::optional<std::int64_t>> number(std::string_view member, std::int64_t least, std::int64_t most) const {
        const Value* given = rule_.find(member);
        if (given == nullptr) return std::optional<std::int64_t>();
        const bool whole = given->is_number() && given->to_decimal().is_integer();
        const auto value = whole ? given->to_decimal().to_int64() : Result<std::int64_t>(least - 1);
        if (!value || *value < least || *value > most) return wrong(member, fmt::format("a whole number from {} to {}", least, most));
        return std::optional(*value);
    }
    Result<std::optional<std::uint64_t>> probability() const {
        const Value* given = rule_.find("probability");
        if (given == nullptr) return std::optional<std::uint64_t>();
        const bool fits = given->is_number() && !given->to_decimal().is_negative() && given->to_decimal() <= Decimal(1);
        if (!fits) return wrong("probability", "a number from 0 to 1");
        auto scaled = given->to_decimal().times(Decimal(std::int64_t{1} << 32));
        auto whole = scaled ? scaled->rounded(0, Rounding::floor) : std::move(scaled);
        if (!whole) return wrong("probability", "a number with fewer digits");
        return std::optional(static_cast<std::uint64_t>(*whole->to_int64()));
    }

private:
    const Map& rule_;
    std::size_t index_;
};

Result<Fault::Kind> read_kind(const RuleReader& reader, const Map& rule) {
    const Value* given = rule.find("kind");
    for (const KindName& known : kinds)
        if (given != nullptr && given->string_or("") == known.name) return known.kind;
    return reader.wrong("kind", "status, delay, drop_before, drop_after, late_apply, throttle or malformed");
}

Result<void> check_members(const Map& rule, std::size_t index) {
    for (const auto& [name, value] : rule)
        if (std::ranges::find(members, name) == members.end()) {
            const std::vector<std::string> names(members.begin(), members.end());
            return fail(ErrorCode::request_invalid,
                        fmt::format("faults[{}] has an unknown member: {}{}", index, name, did_you_mean(name, names)));
        }
    return {};
}

Result<Fault> read_rule(const Map& rule, std::size_t index) {
    const RuleReader reader(rule, index);
    LS_TRY(check_members(rule, index));
    Fault fault;
    fault.as_given = rule;
    LS_TRY_ASSIGN(fault.kind, read_kind(reader, rule));
    LS_TRY_ASSIGN(fault.connector, reader.text("connector"));
    LS_TRY_ASSIGN(fault.method, reader.text("method"));
    LS_TRY_ASSIGN(fault.route, reader.text("route"));
    if (std::ranges::find(connectors, fault.connector) == connectors.end())
        return reader.wrong("connector", "salesforce, sap, zoho_books, zoho_crm, slack or *");
    if (fault.route != "*" && !fault.route.starts_with('/')) return reader.wrong("route", "* or the beginning of a path");
    LS_TRY_ASSIGN(const auto status, reader.number("status", 200, 599));
    LS_TRY_ASSIGN(const auto delay, reader.number("delay_ms", 0, delay_ms_max));
    LS_TRY_ASSIGN(const auto retry_after, reader.number("retry_after_s", 0, 86400));
    LS_TRY_ASSIGN(const auto skip, reader.number("skip", 0, 1'000'000'000));
    LS_TRY_ASSIGN(fault.truncate_bytes, reader.number("truncate_bytes", 0, 1'000'000'000));
    LS_TRY_ASSIGN(fault.count, reader.number("count", 0, 1'000'000'000));
    LS_TRY_ASSIGN(fault.threshold, reader.probability());
    using Kind = Fault::Kind;
    if (fault.kind == Kind::status && !status) return reader.wrong("status", "given for kind status");
    if ((fault.kind == Kind::delay || fault.kind == Kind::late_apply) && !delay) return reader.wrong("delay_ms", "given for this kind");
    fault.status = static_cast<int>(status.value_or(500));
    fault.delay_ms = delay.value_or(0);
    fault.retry_after_s = retry_after.value_or(1);
    fault.skip = skip.value_or(0);
    return fault;
}

bool regards(const Fault& fault, std::string_view connector, std::string_view method, std::string_view path, std::string_view pattern) {
    if (fault.connector != "*" && fault.connector != connector) return false;
    if (fault.method != "*" && fault.method != method) return false;
    return fault.route == "*" || path.starts_with(fault.route) || pattern.starts_with(fault.route);
}

bool fires(Fault& fault) {
    if (fault.seen++ < fault.skip) return false;
    if (fault.count && fault.fired >= *fault.count) return false;
    if (fault.threshold && (next_random(fault.random) >> 32) >= *fault.threshold) return false;
    ++fault.fired;
    return true;
}

}  // namespace

Result<void> Faults::set(const Value& body) {
    if (!body.is_map()) return fail(ErrorCode::request_invalid, "the body must be an object with `faults`");
    const Value& seed = body["seed"];
    if (!seed.is_null() && seed.kind() != Value::Kind::integer)
        return fail(ErrorCode::request_invalid, "seed must be a whole number: " + seed.text());
    if (!body["faults"].is_list()) return fail(ErrorCode::request_invalid, "`faults` must be a list");
    const std::int64_t first = seed.is_null() ? 1 : seed.as_int();
    std::vector<Fault> rules;
    for (const Value& rule : body["faults"].as_list()) {
        if (!rule.is_map()) return fail(ErrorCode::request_invalid, fmt::format("faults[{}] must be an object", rules.size()));
        LS_TRY_ASSIGN(Fault fault, read_rule(rule.as_map(), rules.size()));
        fault.random = static_cast<std::uint64_t>(first) * 0x9e3779b97f4a7c15ull + rules.size() * 0xd1b54a32d192ed03ull;
        rules.push_back(std::move(fault));
    }
    const std::lock_guard lock(mutex_);
    seed_ = first;
    faults_ = std::move(rules);
    any_ = !faults_.empty();
    return {};
}

void Faults::clear() {
    const std::lock_guard lock(mutex_);
    faults_.clear();
    any_ = false;
}

Value Faults::to_value() const {
    const std::lock_guard lock(mutex_);
    List all;
    for (const Fault& fault : faults_) {
        Map rule = fault.as_given.as_map();
        rule.set("fired", fault.fired);
        rule.set("seen", fault.seen);
        all.push_back(std::move(rule));
    }
    return Map{{"seed", seed_}, {"faults", std::move(all)}};
}

FaultDraw Faults::draw(std::string_view connector, std::string_view method, std::string_view path, std::string_view pattern) {
    FaultDraw draw;
    if (!any_) return draw;
    const std::lock_guard lock(mutex_);
    for (Fault& fault : faults_) {
        const bool only_delays = fault.kind == Fault::Kind::delay;
        if (!regards(fault, connector, method, path, pattern) || (!only_delays && draw.kind) || !fires(fault)) continue;
        if (only_delays) {
            draw.delay_ms += fault.delay_ms;
            continue;
        }
        draw.kind = fault.kind;
        draw.status = fault.status;
        draw.retry_after_s = fault.retry_after_s;
        draw.truncate_bytes = fault.truncate_bytes;
        if (fault.kind == Fault::Kind::late_apply)
            draw.late_ms = fault.delay_ms;
        else
            draw.delay_ms += fault.delay_ms;
    }
    return draw;
}

}  // namespace lockstep::sandbox
