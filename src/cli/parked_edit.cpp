// Correcting what a parked run works with, and skipping a step of it.
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include <fmt/format.h>

#include "cli/operator_desk.h"
#include "value/json.h"

namespace lockstep::cli {
namespace {

Result<std::string> read_text(const std::string& file) {
    std::ostringstream text;
    if (file == "-") {
        text << std::cin.rdbuf();
    } else {
        std::ifstream in(file, std::ios::binary);
        if (!in) return fail(ErrorCode::request_invalid, "the file cannot be read: " + file);
        text << in.rdbuf();
    }
    return text.str();
}

Result<Value> read_json(const std::string& file) {
    LS_TRY_ASSIGN(auto text, read_text(file));
    auto value = json::parse(text);
    if (!value) return fail(value.error().code, (file == "-" ? "standard input" : file) + ": " + value.error().message);
    return value;
}

// ---- one value at a path ----

/// The place `name` in a map or a list; a map gets it if it has it not. nullptr: there cannot be such a place.
Value* place_in(Value& value, const std::string& name) {
    if (value.is_null()) value = Map{};
    if (value.is_map()) return &value.mutable_map()[name];
    auto index = Decimal::parse(name);
    auto number = index ? index->to_int64() : Result<std::int64_t>(fail(index.error()));
    if (!value.is_list() || !number || *number < 0 || static_cast<std::size_t>(*number) >= value.as_list().size()) return nullptr;
    return &value.mutable_list()[static_cast<std::size_t>(*number)];
}

/// `fields.Name=Acme`, `items.0.Quantity=3`: JSON if it reads as such, else a text.
Result<void> set_at(Value& value, const std::string& assignment) {
    std::size_t equals = assignment.find('=');
    if (equals == std::string::npos || equals == 0) return fail(ErrorCode::request_invalid, "--set is path=value: " + assignment);
    const std::string path = assignment.substr(0, equals), text = assignment.substr(equals + 1);
    Value* place = &value;
    std::istringstream names(path);
    for (std::string name; place && std::getline(names, name, '.');) place = name.empty() ? nullptr : place_in(*place, name);
    if (!place) return fail(ErrorCode::request_invalid, "there is no such place: " + path);
    auto parsed = json::parse(text);
    *place = parsed ? *std::move(parsed) : Value(text);
    return {};
}

// ---- an editor ----

std::string editor() {
    for (const char* name : {"VISUAL", "EDITOR"})
        if (const char* value = std::getenv(name); value && *value) return value;
    return "";
}

bool edit_file(const std::string& command, const std::string& file) {
    pid_t child = fork();
    if (child < 0) return false;
    if (child == 0) {
        std::string line = command + " \"$1\"";
        execl("/bin/sh", "sh", "-c", line.c_str(), "sh", file.c_str(), static_cast<char*>(nullptr));
        _exit(127);
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR) return false;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/// Lets a person edit a value. Errors: what was written is no JSON; the file stays then.
Result<Value> edited(const Value& before, const std::string& command) {
    std::string file = (std::filesystem::temp_directory_path() / "lockstep-XXXXXX").string();
    int handle = mkstemp(file.data());
    if (handle < 0) return fail(ErrorCode::request_invalid, "no file can be made to edit in: " + file);
    close(handle);
    std::ofstream(file) << json::write_pretty(before) << "\n";
    if (!edit_file(command, file)) return fail(ErrorCode::request_invalid, "the editor failed; what was written is in " + file);
    LS_TRY_ASSIGN(auto after, read_json(file));
    std::filesystem::remove(file);
    return after;
}

// ---- editing ----

bool changes(const EditOptions& options) {
    return !options.event_file.empty() || !options.input_file.empty() || !options.sets.empty() || options.reset;
}

/// What is wrong with the words alone; empty: nothing.
std::string wrong_words(const EditOptions& options) {
    if (options.step.empty() && (!options.input_file.empty() || options.reset)) return "--input and --reset need --step STEP[/ELEMENT]";
    if (options.reset && (!options.input_file.empty() || !options.sets.empty()))
        return "--reset takes back what was decided: leave --input and --set away";
    if (options.event_file == "-" && options.input_file == "-") return "only one of --event and --input can be standard input";
    if (changes(options) && options.because.empty()) return "say why: --because TEXT";
    return "";
}

/// The value that the sets are applied to, or that the person edits: of the step, or the event's body.
Result<Value> start_of(OperatorDesk& desk, const EditOptions& options) {
    const std::string& file = options.step.empty() ? options.event_file : options.input_file;
    return file.empty() ? desk.input(options.id, options.step) : read_json(file);
}

Result<void> add_correction(engine::Replay& how, const std::string& step, std::optional<Value> input) {
    LS_TRY_ASSIGN(auto name, flow::parse_step_name(step));
    how.corrections.push_back({name.step, name.element, std::move(input)});
    return {};
}

Result<void> fill_in(OperatorDesk& desk, const EditOptions& options, engine::Replay& how) {
    if (!options.event_file.empty() && !options.step.empty()) { LS_TRY_ASSIGN(how.body, read_json(options.event_file)); }
    if (options.reset) return add_correction(how, options.step, std::nullopt);
    if (options.input_file.empty() && options.sets.empty() && !options.event_file.empty() && !options.step.empty()) return {};
    LS_TRY_ASSIGN(Value value, start_of(desk, options));
    for (const auto& assignment : options.sets) LS_TRY(set_at(value, assignment));
    if (!options.step.empty()) return add_correction(how, options.step, std::move(value));
    how.body = std::move(value);
    return {};
}

int carry_out(OperatorDesk& desk, const std::string& id, const engine::Replay& how) {
    auto done = desk.replay(id, how);
    if (!done) return report(done.error());
    fmt::print("{} {}\n", id, desk.goes_on());
    return exit_done;
}

/// Without anything to change: what there is, to start from, or in an editor where a person sits who has said why.
int edit_by_hand(OperatorDesk& desk, const EditOptions& options, engine::Replay how) {
    auto before = desk.input(options.id, options.step);
    if (!before) return report(before.error());
    std::string command = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && !options.because.empty() ? editor() : "";
    if (command.empty()) return fmt::print("{}\n", json::write_pretty(*before)), exit_done;
    auto after = edited(*before, command);
    if (!after) return report(after.error());
    if (*after == *before) return fmt::print(stderr, "lockstep: nothing was changed\n"), exit_failed;
    if (options.step.empty()) how.body = *std::move(after);
    if (!options.step.empty())
        if (auto added = add_correction(how, options.step, *std::move(after)); !added) return report(added.error());
    return carry_out(desk, options.id, how);
}

}  // namespace

int edit_parked(const EditOptions& options) {
    if (auto wrong = wrong_words(options); !wrong.empty()) return wrong_usage(wrong);
    OperatorDesk desk(options.source);
    engine::Replay how{.mode = options.from_start ? engine::ReplayMode::from_start : engine::ReplayMode::from_failed,
                       .actor = operator_name(),
                       .note = options.because};
    if (!changes(options)) return edit_by_hand(desk, options, std::move(how));
    if (auto filled = fill_in(desk, options, how); !filled) return report(filled.error());
    return carry_out(desk, options.id, how);
}

int skip_parked(const SkipOptions& options) {
    auto name = flow::parse_step_name(options.step);
    if (!name) return report(name.error());
    flow::Waiver waiver{.step = name->step, .element = name->element, .output = {}, .reason = options.because};
    if (!options.output_json.empty()) {
        auto output = json::parse(options.output_json);
        if (!output) return report({output.error().code, "--output: " + output.error().message});
        waiver.output = *std::move(output);
    }
    OperatorDesk desk(options.source);
    return carry_out(desk, options.id, {.actor = operator_name(), .waivers = {std::move(waiver)}});
}

}  // namespace lockstep::cli
