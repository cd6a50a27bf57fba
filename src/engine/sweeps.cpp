#include "engine/sweeps.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/defect.h"
#include "value/json.h"

namespace lockstep::engine {
namespace {

/// The first go comes this part of the interval after the start, so that open runs go first.
constexpr std::int64_t first_part = 30;
constexpr std::int64_t first_most_ms = 60'000;
/// A row younger than this is left to the next pass: its trigger may be on its way, and it may change once more within
/// the second that its position shows. It stays above the cursor.
constexpr std::int64_t young_ms = 10'000;
/// A row further ahead of our clock than this is not young: our clock is wrong.
constexpr std::int64_t ahead_most_ms = 300'000;
constexpr std::int64_t retry_base_ms = 30'000;
/// People hear of a sweep that has failed for so long, or for so many of its intervals, whichever is longer.
constexpr std::int64_t alert_after_ms = 3'600'000;
constexpr std::int64_t alert_after_intervals = 4;

bool moves_to_the_present() { return LS_DEFECT("sweeps: the cursor moves to the present, whatever was seen"); }

/// FNV-1a.
std::string hash_of(const std::string& text) {
    std::uint64_t hash = 14695981039346656037ull;
    for (unsigned char c : text) hash = (hash ^ c) * 1099511628211ull;
    return fmt::format("{:016x}", hash);
}

Value time_value(std::int64_t ms) { return Value(Timestamp::from_ms(ms)); }

/// Variables that are somewhere else: those of a row are many.
class Names : public expr::Environment {
public:
    explicit Names(std::int64_t now_ms) : now_(Timestamp::from_ms(now_ms)) {}
    void bind(std::string_view name, const Value& value) { values_.emplace_back(name, &value); }
    const Value* find(std::string_view name) const override {
        for (auto at = values_.rbegin(); at != values_.rend(); ++at)
            if (at->first == name) return at->second;
        return nullptr;
    }
    Timestamp now() const override { return now_; }

private:
    std::vector<std::pair<std::string_view, const Value*>> values_;
    Timestamp now_;
};

Result<std::string> text_key(const flow::Trigger& trigger, const expr::Environment& names) {
    LS_TRY_ASSIGN(Value key, trigger.key.render(names));
    if (key.is_string() || key.is_number()) return key.text();
    return fail(ErrorCode::expression_failed, "`key:` of a row is not a text");
}

Result<std::int64_t> position_of(const flow::Sweep& sweep, const expr::Environment& names) {
    LS_TRY_ASSIGN(Value position, sweep.position.render(names));
    if (position.kind() == Value::Kind::timestamp) return position.as_timestamp().ms();
    auto time = position.is_string() ? parse_timestamp(position.as_string()) : Result<Timestamp>(fail(ErrorCode::time_invalid, ""));
    if (time) return time->ms();
    return fail(ErrorCode::expression_failed, "`position:` of a row is not a time: " + position.text());
}

Result<bool> is_wanted(const flow::Sweep& sweep, const expr::Environment& names) {
    if (!sweep.condition) return true;
    LS_TRY_ASSIGN(Value wanted, sweep.condition->render(names));
    if (wanted.kind() == Value::Kind::boolean) return wanted.as_bool();
    return fail(ErrorCode::expression_failed, "`if:` of a row is neither true nor false");
}

bool is_young(std::int64_t position_ms, std::int64_t now_ms) {
    return position_ms > now_ms - young_ms && position_ms <= now_ms + ahead_most_ms;
}

/// Where the next pass begins.
SweepCursor::Pass first_of_pass(const flow::Sweep& sweep, const SweepCursor& cursor, std::int64_t now_ms) {
    const std::int64_t overlap_ms = moves_to_the_present() ? 0 : sweep.overlap_ms;
    return {.since_ms = cursor.at_ms - overlap_ms, .after = {}, .began_ms = now_ms};
}

/// Where the cursor may move to after a pass. Rows in order of position come to light at its end when they change during
/// it; others may do so on a page that has been read.
std::int64_t end_of_pass(const flow::Sweep& sweep, const SweepCursor::Pass& pass, std::int64_t now_ms) {
    if (moves_to_the_present()) return now_ms;
    return sweep.paging == flow::Sweep::Paging::after ? pass.greatest_ms : std::min(pass.greatest_ms, pass.began_ms);
}

SweepCursor fresh_cursor(const flow::Sweep& sweep, std::int64_t now_ms) {
    return {.definition = hash_of(sweep.definition), .began_ms = now_ms, .at_ms = now_ms - sweep.starts_ms, .pass = {}};
}

}  // namespace

std::string to_text(const SweepCursor& cursor) {
    Map map{{"definition", cursor.definition}, {"began_ms", cursor.began_ms}, {"at_ms", cursor.at_ms}, {"complete_ms", cursor.complete_ms}};
    if (cursor.pass)
        map.set("pass", Map{{"since_ms", cursor.pass->since_ms},
                            {"after", cursor.pass->after},
                            {"page", cursor.pass->page},
                            {"greatest_ms", cursor.pass->greatest_ms},
                            {"began_ms", cursor.pass->began_ms}});
    return json::write(Value(std::move(map)));
}

std::optional<SweepCursor> sweep_cursor_from(const std::string& text) {
    auto value = json::parse(text);
    if (!value || !value->is_map()) return std::nullopt;
    bool fits = true;
    auto number = [&](const Value& of, std::string_view name) {
        const Value& its = of[name];
        fits &= its.kind() == Value::Kind::integer;
        return its.kind() == Value::Kind::integer ? its.as_int() : 0;
    };
    SweepCursor cursor{.definition = (*value)["definition"].text(),
                       .began_ms = number(*value, "began_ms"),
                       .at_ms = number(*value, "at_ms"),
                       .complete_ms = number(*value, "complete_ms"),
                       .pass = {}};
    if (const Value* pass = value->find("pass"))
        cursor.pass = {.since_ms = number(*pass, "since_ms"),
                       .after = (*pass)["after"].text(),
                       .page = number(*pass, "page"),
                       .greatest_ms = number(*pass, "greatest_ms"),
                       .began_ms = number(*pass, "began_ms")};
    return fits ? std::optional(std::move(cursor)) : std::nullopt;
}

Result<Sweeps> Sweeps::make(const std::vector<flow::Flow>& flows,
                            const std::function<Result<std::optional<store::CursorRow>>(const std::string& name)>& stored, SweepClock clock,
                            Random random) {
    Sweeps sweeps;
    sweeps.random_ = std::move(random);
    for (const auto& flow : flows)
        for (const auto& trigger : flow.triggers) {
            if (!trigger.sweep) continue;
            const flow::Sweep& sweep = *trigger.sweep;
            Entry entry{.flow = &flow, .trigger = &trigger, .cursor_name = "sweep/" + flow.name + "/" + sweep.name};
            entry.shown = {.flow = flow.name, .name = sweep.name, .connection = sweep.rows.connection, .every_ms = sweep.every_ms};
            LS_TRY_ASSIGN(auto row, stored(entry.cursor_name));
            auto known = row ? sweep_cursor_from(row->value) : std::nullopt;
            SweepCursor fresh = fresh_cursor(sweep, clock.now_ms);
            if (known && known->definition == fresh.definition) {
                entry.cursor = *std::move(known);
            } else {
                // Asked for in another way, older records may be among what should have been told of.
                if (known) fresh.began_ms = known->began_ms;
                if (known) fresh.at_ms = std::min(fresh.at_ms, known->at_ms);
                entry.cursor = fresh;
                if (sweep.every_ms > 0) sweeps.fresh_.push_back({entry.cursor_name, to_text(fresh), clock.now_ms});
            }
            sweeps.schedule(entry, clock, sweeps.jittered(std::min(sweep.every_ms / first_part, first_most_ms)));
            sweeps.entries_.push_back(std::move(entry));
        }
    return sweeps;
}

/// Up to a quarter more or less, so that sweeps of many flows do not come together for ever.
std::int64_t Sweeps::jittered(std::int64_t ms) {
    std::int64_t spread = ms / 2;
    return spread == 0 ? ms : ms - spread / 2 + static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(spread));
}

void Sweeps::schedule(Entry& entry, SweepClock clock, std::int64_t in_ms) {
    changed_ = true;
    entry.calling = entry.goes_on = false;
    entry.rows.reset();
    entry.calls_left = entry.trigger->sweep->calls_max;
    entry.due_ms = clock.monotonic_ms + in_ms;
    entry.shown.under_way = false;
    entry.shown.at_ms = entry.cursor.at_ms;
    entry.shown.complete_ms = entry.cursor.complete_ms;
}

std::optional<std::int64_t> Sweeps::next_ms() const {
    std::optional<std::int64_t> next;
    for (const auto& entry : entries_)
        if (!entry.calling && entry.shown.every_ms > 0) next = next ? std::min(*next, entry.due_ms) : entry.due_ms;
    return next;
}

std::vector<std::size_t> Sweeps::due(SweepClock clock) const {
    std::vector<std::size_t> all;
    for (std::size_t i = 0; i < entries_.size(); ++i)
        if (!entries_[i].calling && entries_[i].shown.every_ms > 0 && entries_[i].due_ms <= clock.monotonic_ms) all.push_back(i);
    return all;
}

void Sweeps::put_off(std::size_t sweep, std::int64_t ms, std::string because, SweepClock clock) {
    schedule(entries_[sweep], clock, ms);
    entries_[sweep].shown.waits_for = std::move(because);
    changed_ = true;
}

bool Sweeps::hurry(const std::string& flow, SweepClock clock) {
    bool any = false;
    for (auto& entry : entries_) {
        if (entry.flow->name != flow || entry.shown.every_ms == 0) continue;
        any = true;
        if (!entry.calling) entry.due_ms = clock.monotonic_ms;
    }
    return any;
}

const std::string& Sweeps::next_connection(std::size_t sweep) const {
    const Entry& entry = entries_[sweep];
    return entry.rows ? entry.trigger->sweep->against->connection : entry.trigger->sweep->rows.connection;
}

const schema::Action& Sweeps::next_action(std::size_t sweep) const {
    const Entry& entry = entries_[sweep];
    return entry.rows ? entry.trigger->sweep->against->action : entry.trigger->sweep->rows.action;
}

Result<Value> Sweeps::next_call(std::size_t sweep, SweepClock clock) {
    Entry& entry = entries_[sweep];
    const flow::Sweep& its = *entry.trigger->sweep;
    if (!entry.cursor.pass) entry.cursor.pass = first_of_pass(its, entry.cursor, clock.now_ms);
    const auto& pass = *entry.cursor.pass;
    const Value config(entry.flow->config), since = time_value(pass.since_ms), after(pass.after), page(pass.page),
                                            began = time_value(entry.cursor.began_ms), rows = entry.rows ? Value(*entry.rows) : Value();
    Names names(clock.now_ms);
    names.bind("config", config);
    if (entry.rows) {
        names.bind("rows", rows);
    } else {
        names.bind("since", since);
        names.bind("after", after);
        names.bind("page", page);
        names.bind("began", began);
    }
    LS_TRY_ASSIGN(Value input, (entry.rows ? its.against->with : its.rows.with).render(names));
    changed_ = true;
    entry.calling = entry.shown.under_way = true;
    entry.shown.waits_for.clear();
    --entry.calls_left;
    ++entry.shown.calls;
    return input;
}

Result<std::optional<Sweeps::Page>> Sweeps::take(std::size_t sweep, const Value& given, SweepClock clock) {
    Entry& entry = entries_[sweep];
    const flow::Sweep& its = *entry.trigger->sweep;
    if (entry.rows) return judge(entry, *std::exchange(entry.rows, std::nullopt), given, clock);
    if (!given.is_list()) return lockstep::fail(ErrorCode::expression_failed, "`" + its.rows.action.name + "` gives no list");
    if (!its.against || given.as_list().empty()) return judge(entry, given.as_list(), Value(), clock);
    entry.rows = given.as_list();
    return std::optional<Page>();
}

/// Finds out what the rows are. A row that makes no sense does not keep the others back, unless the next page goes by it.
Result<std::optional<Sweeps::Page>> Sweeps::judge(Entry& entry, const List& rows, const Value& against, SweepClock clock) {
    const flow::Sweep& its = *entry.trigger->sweep;
    const auto& pass = *entry.cursor.pass;
    Page page{.rows = rows.size(), .next = entry.cursor};
    auto& next = *page.next.pass;
    page.is_last = its.page_rows == 0 || rows.size() < static_cast<std::size_t>(its.page_rows);
    const Value config(entry.flow->config);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        Names names(clock.now_ms);
        names.bind("config", config);
        if (its.against) names.bind(its.against->as, against);
        names.bind(its.rows.as, rows[i]);
        auto position = position_of(its, names);
        auto key = text_key(*entry.trigger, names);
        if (i + 1 == rows.size() && !page.is_last && its.paging == flow::Sweep::Paging::after) {
            if (!position) return lockstep::fail(position.error());
            if (!key) return lockstep::fail(key.error());
            next.since_ms = *position;
            next.after = *key;
        }
        if (position && is_young(*position, clock.now_ms)) continue;
        if (position) next.greatest_ms = std::max(next.greatest_ms, *position);
        auto wanted = is_wanted(its, names);
        if (wanted && !*wanted) continue;
        auto checked = key ? flow::checked_key(*entry.flow, *key) : key;
        const Error* error = !wanted ? &wanted.error() : !position ? &position.error() : !checked ? &checked.error() : nullptr;
        if (error)
            page.refused.push_back((key ? *key + ": " : "") + error->message);
        else
            page.found.push_back({*checked, fmt::format("sweep/{}/{}@{}", its.name, *checked, *position), *position});
    }
    if (!page.is_last && its.paging == flow::Sweep::Paging::numbered) ++next.page;
    if (!page.is_last && next == pass)
        return lockstep::fail(ErrorCode::expression_failed, "a page ends where it began: are its rows in order?");
    if (page.is_last) {
        page.next.at_ms = std::max(page.next.at_ms, end_of_pass(its, next, clock.now_ms));
        page.next.complete_ms = clock.now_ms;
        page.next.pass.reset();
    }
    return std::optional(std::move(page));
}

store::CursorRow Sweeps::accept(std::size_t sweep, const Page& page, std::size_t events, SweepClock clock) {
    Entry& entry = entries_[sweep];
    changed_ = true;
    entry.cursor = page.next;
    entry.failures = 0;
    entry.told_failing = false;
    auto& shown = entry.shown;
    shown.rows += page.rows;
    shown.events += events;
    shown.rows_refused += page.refused.size();
    if (!page.refused.empty())
        shown.refused = page.refused.front();
    else if (page.is_last)
        entry.told_refused = false;
    shown.error.clear();
    shown.failing_since_ms = 0;
    int page_calls = entry.trigger->sweep->against ? 2 : 1;
    bool goes_on = !page.is_last && entry.calls_left >= page_calls;
    if (goes_on) {
        entry.calling = false;
        entry.goes_on = true;
    } else {
        schedule(entry, clock, jittered(entry.trigger->sweep->every_ms));
    }
    return {entry.cursor_name, to_text(entry.cursor), clock.now_ms};
}

bool Sweeps::goes_on(std::size_t sweep) const { return entries_[sweep].goes_on; }

std::optional<std::string> Sweeps::fail(std::size_t sweep, const Error& error, SweepClock clock) {
    Entry& entry = entries_[sweep];
    const std::int64_t every = entry.trigger->sweep->every_ms;
    std::int64_t wait = std::min(every, retry_base_ms << std::min(entry.failures, 16));
    wait = std::max(jittered(wait), error.retry_after_ms.value_or(0));
    ++entry.failures;
    ++entry.shown.failures;
    schedule(entry, clock, wait);
    changed_ = true;
    entry.shown.error = error.to_text();
    if (entry.shown.failing_since_ms == 0) entry.shown.failing_since_ms = clock.now_ms;
    std::int64_t long_ms = std::max(alert_after_ms, alert_after_intervals * every);
    if (entry.told_failing || clock.now_ms - entry.shown.failing_since_ms < long_ms) return std::nullopt;
    entry.told_failing = true;
    return error.message;
}

bool Sweeps::is_first_refusal(std::size_t sweep) { return !std::exchange(entries_[sweep].told_refused, true); }

std::vector<SweepStatus> Sweeps::status() const {
    std::vector<SweepStatus> all;
    for (const auto& entry : entries_) all.push_back(entry.shown);
    return all;
}

}  // namespace lockstep::engine
