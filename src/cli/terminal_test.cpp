// What a person is asked and shown who sits at a terminal, and what a script is not asked.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

#include "cli/cli.h"

namespace lockstep::cli {
namespace {

constexpr int patience_ms = 60'000;

struct Ended {
    int exit = -1;
    std::string screen;  ///< all that was written, to stdout and stderr
    bool says(std::string_view part) const { return screen.find(part) != std::string::npos; }
};

/// Reads what a child writes until it has gone.
Ended hear_out(pid_t child, int handle) {
    Ended ended;
    for (char bytes[4096];;) {
        pollfd waits{.fd = handle, .events = POLLIN, .revents = 0};
        if (poll(&waits, 1, patience_ms) <= 0) kill(child, SIGKILL);
        ssize_t got = read(handle, bytes, sizeof bytes);
        if (got <= 0) break;  // a terminal whose other side is gone answers with an error
        ended.screen.append(bytes, static_cast<std::size_t>(got));
    }
    close(handle);
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    ended.exit = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return ended;
}

/// Requires that it is called in a child process.
[[noreturn]] void become_lockstep(std::vector<std::string> words, const std::string& editor) {
    unsetenv("VISUAL");
    setenv("EDITOR", editor.c_str(), 1);
    words.insert(words.begin(), "lockstep");
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    int result = main(static_cast<int>(words.size()), arguments.data());
    std::fflush(nullptr);
    _exit(result);
}

/// `lockstep WORDS…` with a terminal on which `typed` was typed.
Ended at_a_terminal(const std::vector<std::string>& words, const std::string& typed = "", const std::string& editor = "") {
    int handle = -1;
    std::fflush(nullptr);
    pid_t child = forkpty(&handle, nullptr, nullptr, nullptr);
    if (child == 0) become_lockstep(words, editor);
    EXPECT_EQ(write(handle, typed.data(), typed.size()), static_cast<ssize_t>(typed.size()));
    return hear_out(child, handle);
}

/// The same from a script: nothing to read, and what is written goes into a pipe.
Ended in_a_script(const std::vector<std::string>& words, const std::string& editor = "") {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    std::fflush(nullptr);
    pid_t child = fork();
    if (child == 0) {
        dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
        dup2(ends[1], STDOUT_FILENO);
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        become_lockstep(words, editor);
    }
    close(ends[1]);
    return hear_out(child, ends[0]);
}

class TerminalTest : public ::testing::Test {
protected:
    TerminalTest() {
        std::string pattern = (std::filesystem::temp_directory_path() / "lockstep-terminal-XXXXXX").string();
        EXPECT_NE(mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
        write_text("lockstep.yaml",
                   fmt::format("store: {}\nconnections:\n  slack: {{ webhook_url: \"http://127.0.0.1:9/services/T/B/x\" }}\n"
                               "flows:\n  mine: {{ file: mine.yaml }}\n",
                               store_file()));
        write_text("mine.yaml",
                   "flow: mine\non: [ { webhook: /webhook/mine, key: \"${ body.id }\" } ]\nsteps:\n"
                   "  - { id: good, uses: require, with: { that: \"${ body.good == true }\", because: it is not good } }\n"
                   "  - { id: tell, uses: slack.post, delivery: at_most_once, with: { text: x } }\n");
    }
    ~TerminalTest() override { std::filesystem::remove_all(folder_); }

    std::string file(const std::string& name) const { return (folder_ / name).string(); }
    std::string store_file() const { return file("lockstep.db"); }
    void write_text(const std::string& name, const std::string& text) const { std::ofstream(file(name)) << text; }

    /// Runs that are parked because they are not good.
    void park(int count) const {
        auto store = store::open_sqlite({.path = store_file()});
        ASSERT_TRUE(store) << store.error().message;
        store::Batch batch;
        for (int i = 0; i < count; ++i) {
            const std::string id = fmt::format("R{:03}", i), event = fmt::format("E{:03}", i), key = fmt::format("k{}", i);
            batch.events.push_back({.id = event,
                                    .flow = "mine",
                                    .key = key,
                                    .dedupe_id = {},
                                    .trigger = "webhook",
                                    .body_json = fmt::format(R"({{"id":"{}","good":false}})", key),
                                    .received_at_ms = 1});
            batch.runs.push_back({.id = id,
                                  .event_id = event,
                                  .flow = "mine",
                                  .key = key,
                                  .status = store::RunStatus::parked,
                                  .reason = "it is not good",
                                  .reason_code = "requirement_failed",
                                  .step = "good",
                                  .retries = 0,
                                  .created_at_ms = 1,
                                  .updated_at_ms = 2,
                                  .ended_at_ms = 2,
                                  .summary_json = {}});
        }
        ASSERT_TRUE((*store)->commit(batch));
    }
    std::int64_t parked() const {
        auto store = store::open_sqlite({.path = store_file(), .read_only = true});
        auto counts = (*store)->status_counts();
        return counts ? counts->parked : -1;
    }
    std::vector<std::string> command(std::vector<std::string> words) const {
        words.insert(words.end(), {"--config", file("lockstep.yaml")});
        return words;
    }
    std::vector<std::string> edit() const { return command({"parked", "edit", "R000", "--because", "it is good now"}); }
    /// A program that is given the file to edit.
    std::string editor(const std::string& script) const {
        write_text("editor", "#!/bin/sh\n" + script + "\n");
        chmod(file("editor").c_str(), 0700);
        return file("editor");
    }

    std::filesystem::path folder_;
};

TEST_F(TerminalTest, APersonIsAskedBeforeMoreThanAHundredAreTakenUp) {
    park(101);
    const auto replay = command({"parked", "replay", "--all"});
    for (const char* answer : {"n\n", "\n", "what?\n"}) {
        const Ended no = at_a_terminal(replay, answer);
        EXPECT_EQ(no.exit, exit_failed) << no.screen;
        EXPECT_TRUE(no.says("replay 101 parked runs? [y/N] ")) << no.screen;
        EXPECT_EQ(parked(), 101);
    }
    const Ended yes = at_a_terminal(replay, "y\n");
    EXPECT_EQ(yes.exit, exit_done) << yes.screen;
    EXPECT_TRUE(yes.says("101 replayed; each will go on when `lockstep serve` is started")) << yes.screen;
    EXPECT_EQ(parked(), 0);
}

TEST_F(TerminalTest, DroppingManyIsAskedTooUnlessToldNotTo) {
    park(101);
    const Ended no = at_a_terminal(command({"parked", "drop", "--flow", "mine", "--because", "x"}), "n\n");
    EXPECT_EQ(no.exit, exit_failed);
    EXPECT_TRUE(no.says("drop 101 parked runs? [y/N] ")) << no.screen;
    EXPECT_EQ(parked(), 101);
    const Ended told = at_a_terminal(command({"parked", "drop", "--flow", "mine", "--because", "x", "--yes"}));
    EXPECT_EQ(told.exit, exit_done) << told.screen;
    EXPECT_FALSE(told.says("[y/N]")) << told.screen;
    EXPECT_EQ(parked(), 0);
}

TEST_F(TerminalTest, AHundredAreNotAskedAbout) {
    park(100);
    const Ended done = at_a_terminal(command({"parked", "replay", "--all"}));
    EXPECT_EQ(done.exit, exit_done) << done.screen;
    EXPECT_FALSE(done.says("[y/N]")) << done.screen;
    EXPECT_EQ(parked(), 0);
}

TEST_F(TerminalTest, AScriptIsNotAsked) {
    park(101);
    const Ended done = in_a_script(command({"parked", "replay", "--all"}));
    EXPECT_EQ(done.exit, exit_done) << done.screen;
    EXPECT_EQ(parked(), 0);
}

TEST_F(TerminalTest, TheEventIsCorrectedInTheEditor) {
    park(1);
    const Ended done = at_a_terminal(edit(), "", editor("sed -i 's/false/true/' \"$1\""));
    EXPECT_EQ(done.exit, exit_done) << done.screen;
    EXPECT_TRUE(done.says("R000 will go on")) << done.screen;
    EXPECT_EQ(parked(), 0);
    const Ended trail = in_a_script(command({"audit"}));
    EXPECT_TRUE(trail.says("correct_event") && trail.says("it is good now")) << trail.screen;
}

TEST_F(TerminalTest, AnEditorMayHaveArguments) {
    park(1);
    const Ended done = at_a_terminal(edit(), "", editor("test \"$1\" = --wait && sed -i 's/false/true/' \"$2\"") + " --wait");
    EXPECT_EQ(done.exit, exit_done) << done.screen;
    EXPECT_EQ(parked(), 0);
}

TEST_F(TerminalTest, WhatWasNotChangedIsNotReplayed) {
    park(1);
    const Ended same = at_a_terminal(edit(), "", editor("true"));
    EXPECT_EQ(same.exit, exit_failed);
    EXPECT_TRUE(same.says("nothing was changed")) << same.screen;
    EXPECT_EQ(parked(), 1);
}

TEST_F(TerminalTest, WhatAnEditorLeavesBehindIsNotLostIfItCannotBeTaken) {
    park(1);
    for (const auto& [script, says] : {std::pair("printf '{\"id\":' > \"$1\"", "/lockstep-"), std::pair("exit 3", "the editor failed")}) {
        const Ended bad = at_a_terminal(edit(), "", editor(script));
        EXPECT_EQ(bad.exit, exit_failed) << bad.screen;
        EXPECT_TRUE(bad.says(says)) << bad.screen;
        EXPECT_EQ(parked(), 1);
        const std::size_t at = bad.screen.find("/lockstep-");
        if (at == std::string::npos) continue;
        const std::size_t begin = bad.screen.rfind(' ', at) + 1;
        const std::string left = bad.screen.substr(begin, at + std::string("/lockstep-XXXXXX").size() - begin);
        EXPECT_TRUE(std::filesystem::exists(left)) << left << " of " << bad.screen;
        std::filesystem::remove(left);
    }
}

TEST_F(TerminalTest, WithoutATerminalOrAReasonWhatThereIsIsPrinted) {
    park(1);
    for (const Ended& shown : {in_a_script(edit(), editor("exit 3")),
                               at_a_terminal(command({"parked", "edit", "R000"}), "", editor("exit 3")), at_a_terminal(edit(), "", "")}) {
        EXPECT_EQ(shown.exit, exit_done) << shown.screen;
        EXPECT_TRUE(shown.says("\"good\": false")) << shown.screen;
    }
    EXPECT_EQ(parked(), 1);
}

TEST_F(TerminalTest, AFlowThatThereIsNotIsNamedWithTheNearest) {
    park(1);
    for (const auto& words : {std::vector<std::string>{"--flow", "mien"}, {"--cause", "mien/good/requirement_failed"}}) {
        auto replay = command({"parked", "replay"}), drop = command({"parked", "drop", "--because", "x"});
        for (auto* all : {&replay, &drop}) {
            all->insert(all->end(), words.begin(), words.end());
            const Ended wrong = in_a_script(*all);
            EXPECT_EQ(wrong.exit, exit_failed) << wrong.screen;
            EXPECT_TRUE(wrong.says("there is no such flow: mien (did you mean `mine`?)")) << wrong.screen;
        }
    }
    EXPECT_EQ(parked(), 1);
    const Ended gone = in_a_script({"parked", "replay", "--flow", "mine", "--store", store_file()});
    EXPECT_EQ(gone.exit, exit_done) << "runs of flows that are not configured any more can be meant: " << gone.screen;
}

TEST_F(TerminalTest, ARunWhoseJournalIsNotKeptSaysUntilWhenItWas) {
    park(1);
    auto store = store::open_sqlite({.path = store_file()});
    ASSERT_TRUE(store);
    auto run = (*store)->list_runs({})->front();
    run.status = store::RunStatus::succeeded;
    run.reason.clear();
    run.reason_code.clear();
    run.ended_at_ms = 1'767'225'600'000;  // the first second of 2026
    ASSERT_TRUE((*store)->commit({.runs = {run}}));
    store->reset();
    for (const char* what : {"runs", "parked"}) {
        const Ended shown = in_a_script(command({what, "show", "R000"}));
        EXPECT_EQ(shown.exit, exit_done);
        EXPECT_TRUE(shown.says("was kept until 2026-01-31T00:00:00Z, 30 d from its end")) << shown.screen;
    }
    const Ended unknown = in_a_script({"runs", "show", "R000", "--store", store_file()});
    EXPECT_TRUE(unknown.says("is not kept any more (`retention: journal`); it ended at 2026-01-01T00:00:00Z")) << unknown.screen;
    EXPECT_TRUE(in_a_script(command({"runs", "show", "R000", "--json"})).says("\"journal_trimmed\": true"));
}

}  // namespace
}  // namespace lockstep::cli
