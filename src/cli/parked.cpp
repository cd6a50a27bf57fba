// Parked runs: what holds them up, what can be done, and doing it to one or many.
#include <unistd.h>

#include <iostream>
#include <map>

#include <fmt/format.h>

#include "api/api.h"
#include "cli/operator_desk.h"
#include "value/json.h"

namespace lockstep::cli {
namespace {

/// More runs than this are not replayed or dropped at once without asking a person who sits there.
constexpr std::int64_t unasked_max = 100;
constexpr int causes_max = 1000;

// ---- listing ----

void print_causes(const std::vector<store::ParkedCause>& causes) {
    std::int64_t runs = 0;
    for (const auto& cause : causes) {
        runs += cause.count;
        std::string name = engine::cause_name(cause.flow, cause.step, cause.reason_code);
        fmt::print("{:>6}  {}\n", cause.count, name);
        fmt::print("        {}\n", cause.reason);
        if (cause.count == 1)
            fmt::print("        run {}, parked {}\n", cause.newest_run_id, time_text(cause.last_parked_ms));
        else
            fmt::print("        parked {} to {}, newest run {}\n", time_text(cause.first_parked_ms), time_text(cause.last_parked_ms),
                       cause.newest_run_id);
        fmt::print("        look: lockstep parked show {}\n", cause.newest_run_id);
        fmt::print("        when mended: lockstep parked replay --cause {}\n", name);
    }
    fmt::print("{} parked, {} {}\n", runs, causes.size(), causes.size() == 1 ? "cause" : "causes");
}

int list_causes(store::Store& store, const ParkedOptions& options) {
    auto causes = store.parked_causes(options.flow, causes_max);
    if (!causes) return report(causes.error());
    if (!options.json) return print_causes(*causes), exit_done;
    List all;
    for (const auto& cause : *causes) all.push_back(api::cause_value(cause));
    fmt::print("{}\n", json::write_pretty(all));
    return exit_done;
}

int list_parked_runs(store::Store& store, const ParkedOptions& options) {
    return list_rows(store, {.status = store::RunStatus::parked, .flow = options.flow, .limit = options.limit}, options.json);
}

// ---- showing ----

/// The latest that the journal says about a step or an element of it.
struct StepStory {
    std::string step, kind, text;
    Value input;
    int element = -1;
};

Value json_of(const std::string& text) {
    auto value = json::parse(text.empty() ? "null" : text);
    return value ? *std::move(value) : Value(text);
}

std::string story_text(const Value& data) {
    if (const Value* error = data.find("error")) return fmt::format("{}: {}", (*error)["code"].text(), (*error)["message"].text());
    if (const Value* reason = data.find("reason")) return reason->text();
    if (const Value* because = data.find("because")) return because->text();
    return "";
}

std::vector<StepStory> stories_of(const std::vector<store::JournalRow>& journal) {
    std::vector<StepStory> all;
    std::map<std::pair<std::string, int>, std::size_t> places;
    for (const auto& row : journal) {
        if (row.step.empty()) continue;
        auto [place, fresh] = places.try_emplace({row.step, row.element}, all.size());
        if (fresh) all.push_back({.step = row.step, .kind = {}, .text = {}, .input = {}, .element = row.element});
        StepStory& story = all[place->second];
        const Value data = json_of(row.data_json);
        story.kind = row.kind;
        story.text = story_text(data);
        if (const Value* input = data.find("input")) story.input = *input;
    }
    return all;
}

/// The step that parked the run, or the first of its elements that failed.
const StepStory* culprit(const std::vector<StepStory>& stories, const std::string& step) {
    for (const auto& story : stories)
        if (story.step == step && story.kind == "failed") return &story;
    return nullptr;
}

void print_advice(const store::RunRow& run, const StepStory* failed) {
    fmt::print("\nwhat you can do\n");
    fmt::print("  mend the cause where it is, then\n    lockstep parked replay {}\n", run.id);
    if (failed && !failed->input.is_null())
        fmt::print(
            "  correct what the step was called with (without --input it is printed)\n    lockstep parked edit {} --step {} --input FILE "
            "--because TEXT\n",
            run.id, flow::step_name(failed->step, failed->element));
    fmt::print("  correct the event\n    lockstep parked edit {} --event FILE --because TEXT\n", run.id);
    if (failed)
        fmt::print("  go on as if the step were done{}\n    lockstep parked skip {} {} --because TEXT\n",
                   failed->input.is_null() ? "" : ", with an output that you give", run.id, flow::step_name(failed->step, failed->element));
    fmt::print("  end it for good\n    lockstep parked drop {} --because TEXT\n", run.id);
    fmt::print("every fact, and what was said to the vendors: lockstep runs show {}\n", run.id);
}

void print_parked(const store::LoadedRun& loaded) {
    const auto& run = loaded.run;
    fmt::print("run      {}\nflow     {}\nkey      {}\nstatus   {} since {}\n", run.id, run.flow, run.key, store::to_string(run.status),
               time_text(run.ended_at_ms));
    fmt::print("cause    {}\nreason   {}\n", engine::cause_name(run.flow, run.step, run.reason_code), run.reason);
    fmt::print("event    {} at {}\n{}\n\n", loaded.event.trigger, time_text(loaded.event.received_at_ms),
               json::write_pretty(json_of(loaded.event.body_json)));
    auto stories = stories_of(loaded.journal);
    for (const auto& story : stories)
        fmt::print("{:<9}  {}{}{}\n", story.kind, flow::step_name(story.step, story.element), story.text.empty() ? "" : ": ", story.text);
    const StepStory* failed = culprit(stories, run.step);
    if (failed && !failed->input.is_null()) fmt::print("\n{} was called with\n{}\n", failed->step, json::write_pretty(failed->input));
    if (run.status == store::RunStatus::parked) print_advice(run, failed);
}

// ---- replaying and dropping ----

/// Which many are meant; nullopt: single runs are. Errors: not exactly one way of saying which.
Result<std::optional<engine::ParkedSelection>> selection_of(const OperateOptions& options) {
    bool many = options.all || !options.cause.empty() || !options.flow.empty();
    if (many == !options.ids.empty())
        return fail(ErrorCode::request_invalid, "say which: run ids, or one of --cause FLOW/STEP/CODE, --flow FLOW and --all");
    if (!many) return std::optional<engine::ParkedSelection>();
    if (!options.cause.empty() && (options.all || !options.flow.empty()))
        return fail(ErrorCode::request_invalid, "--cause names a flow already: leave --flow and --all away");
    engine::ParkedSelection which{.flow = options.flow};
    if (!options.cause.empty()) { LS_TRY_ASSIGN(which, engine::parse_cause(options.cause)); }
    return std::optional(which);
}

bool is_meant(const store::ParkedCause& cause, const engine::ParkedSelection& which) {
    return cause.step == which.step.value_or(cause.step) && cause.reason_code == which.reason_code.value_or(cause.reason_code);
}

Result<std::int64_t> count_parked(const ConfigSource& source, const engine::ParkedSelection& which) {
    LS_TRY_ASSIGN(auto store, open_to_read(source));
    LS_TRY_ASSIGN(auto causes, store->parked_causes(which.flow, causes_max));
    std::int64_t count = 0;
    for (const auto& cause : causes) count += is_meant(cause, which) ? cause.count : 0;
    return count;
}

/// Asks a person who sits there; a script has said what it wants.
bool is_wanted(std::string_view what, std::int64_t count, const OperateOptions& options) {
    if (count <= unasked_max || options.yes || !isatty(STDIN_FILENO)) return true;
    fmt::print(stderr, "{} {} parked runs? [y/N] ", what, count);
    std::string answer;
    std::getline(std::cin, answer);
    return answer == "y" || answer == "yes";
}

int tell_operated(const Result<engine::ManyOperated>& done, std::string_view what, std::string_view then) {
    if (!done) return report(done.error());
    fmt::print("{} {}{}\n", done->done, what, done->done > 0 ? then : "");
    if (done->more) fmt::print(stderr, "lockstep: the backlog is full; there are more, say it again later\n");
    if (done->refused == 0) return done->more ? exit_failed : exit_done;
    fmt::print(stderr, "lockstep: {} stay parked: {}\n", done->refused, done->why_refused);
    return exit_failed;
}

/// Does something to each of the runs that are named, or to all that are meant.
template <class One, class Many>
int operate(const OperateOptions& options, std::string_view what, const One& one, const Many& many) {
    auto which = selection_of(options);
    if (!which) return wrong_usage(which.error().message);
    if (*which) {
        auto count = count_parked(options.source, **which);
        if (!count) return report(count.error());
        if (*count == 0) fmt::print(stderr, "lockstep: nothing that is parked is meant; `lockstep parked` lists the causes\n");
        return is_wanted(what, *count, options) ? many(**which) : exit_failed;
    }
    int result = exit_done;
    for (const auto& id : options.ids)
        if (auto done = one(id); !done) result = report(done.error());
    return result;
}

}  // namespace

int list_parked(const ParkedOptions& options) {
    auto store = open_to_read(options.source);
    if (!store) return report(store.error());
    return options.runs ? list_parked_runs(**store, options) : list_causes(**store, options);
}

int show_parked(const ConfigSource& source, const std::string& id, bool json_wanted) {
    return show_one(source, id, json_wanted, print_parked);
}

int replay_parked(const OperateOptions& options) {
    OperatorDesk desk(options.source);
    const engine::Replay how{.mode = options.from_start ? engine::ReplayMode::from_start : engine::ReplayMode::from_failed,
                             .actor = operator_name(),
                             .note = options.because};
    auto one = [&](const std::string& id) -> Result<void> {
        LS_TRY(desk.replay(id, how));
        fmt::print("{} {}\n", id, desk.goes_on());
        return {};
    };
    return operate(options, "replay", one, [&](const engine::ParkedSelection& which) {
        return tell_operated(desk.replay_all(which, how), "replayed", fmt::format("; each {}", desk.goes_on()));
    });
}

int drop_parked(const OperateOptions& options) {
    OperatorDesk desk(options.source);
    auto one = [&](const std::string& id) -> Result<void> {
        LS_TRY(desk.drop(id, options.because));
        fmt::print("{} dropped\n", id);
        return {};
    };
    return operate(options, "drop", one, [&](const engine::ParkedSelection& which) {
        return tell_operated(desk.drop_all(which, options.because), "dropped", "");
    });
}

}  // namespace lockstep::cli
