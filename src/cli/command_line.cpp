#include <CLI/CLI.hpp>

#include "base/nearest.h"
#include "cli/cli.h"

namespace lockstep::cli {
namespace {

void add_source(CLI::App& app, ConfigSource& source) {
    app.add_option("--config", source.config_file, "configuration file; without it the environment names of .env.example are used");
    app.add_option("--env-file", source.env_file, "NAME=value lines, read on top of the environment");
    app.add_option("--store", source.store_path, "database file (default: lockstep.db, or as configured)");
}

/// What to say if the first word is no command.
std::optional<std::string> unknown_command(const CLI::App& app, int argc, char** argv) {
    if (argc < 2 || argv[1][0] == '-' || !app.get_subcommands().empty()) return std::nullopt;
    std::vector<std::string> names;
    for (const CLI::App* command : app.get_subcommands(nullptr)) names.push_back(command->get_name());
    if (std::find(names.begin(), names.end(), argv[1]) != names.end()) return std::nullopt;
    return "there is no command `" + std::string(argv[1]) + "`" + did_you_mean(argv[1], names) + "; `lockstep --help` lists them";
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"Lockstep keeps Salesforce, SAP S/4HANA and Zoho Books in step."};
    app.name("lockstep");
    app.set_version_flag("--version", std::string("lockstep ") + "0.1.0");
    app.require_subcommand(1);
    app.footer("Exit codes: 0 done, 1 failed, 2 usage. Errors go to stderr, data to stdout.");
    int result = exit_done;

    DemoOptions demo_options;
    auto* demo_command = app.add_subcommand("demo", "sandbox, engine and a scripted business day in one process");
    demo_command->add_option("--deals", demo_options.deals, "how many deals close")->check(CLI::Range(1, 100));
    demo_command->add_option("--seed", demo_options.seed, "draws the same faults again");
    demo_command->add_flag("--keep", demo_options.keep, "leave everything running at the end and print the addresses");
    bool no_faults = false;
    demo_command->add_flag("--no-faults", no_faults, "a day on which nothing goes wrong");
    demo_command->callback([&] {
        demo_options.faults = !no_faults;
        result = demo(demo_options);
    });

    ServeOptions serve_options;
    auto* serve_command = app.add_subcommand("serve", "the engine");
    add_source(*serve_command, serve_options.source);
    serve_command->add_option("--port", serve_options.port, "port to listen on (default: 3000, PORT, or as configured)")
        ->check(CLI::Range(0, 65535));
    serve_command->add_option("--drain-timeout-ms", serve_options.drain_timeout_ms, "how long SIGTERM waits for calls under way");
    serve_command
        ->add_option("--settle-ms", serve_options.settle_ms,
                     "how long a vendor may still apply a request whose answer was lost (all connections)")
        ->check(CLI::Range(0, 3'600'000));
    serve_command->callback([&] { result = serve(serve_options); });

    SandboxOptions sandbox_options;
    auto* sandbox_command =
        app.add_subcommand("sandbox", "the vendor emulators alone: Salesforce on P, SAP on P+1, Zoho on P+2, Slack on P+3, control on P+4");
    sandbox_command->add_option("--port", sandbox_options.port, "P; 0: five free ports")->check(CLI::Range(0, 65531));
    sandbox_command->add_option("--env-file", sandbox_options.env_file, "write the environment that `lockstep serve` needs to use it");
    sandbox_command->add_option("--seed", sandbox_options.seed, "seed of the made-up company's data");
    sandbox_command->add_flag("--empty", sandbox_options.empty, "start without data");
    sandbox_command->add_option("--zoho-calls-per-minute", sandbox_options.zoho_calls_per_minute,
                                "Zoho Books' limit; 0: none (the real one is 100)");
    sandbox_command->callback([&] { result = sandbox(sandbox_options); });

    CheckOptions check_options;
    auto* check_command = app.add_subcommand("check", "checks configuration and flows; touches nothing");
    add_source(*check_command, check_options.source);
    check_command->add_option("flows", check_options.flow_files, "flow files to check besides the configured ones");
    check_command->add_flag("--online", check_options.online, "also sign in to every vendor and read one thing");
    check_command->callback([&] { result = check(check_options); });

    RunOptions run_options;
    auto* run_command = app.add_subcommand("run", "carries one record through a flow now, and shows what came of it");
    add_source(*run_command, run_options.source);
    run_command->add_option("flow", run_options.flow, "the flow, such as deal-closed")->required();
    run_command->add_option("--key", run_options.key, "the record, such as an Opportunity id");
    run_command->add_option("--timeout-ms", run_options.timeout_ms, "how long to wait for the end");
    run_command->add_flag("--json", run_options.json, "for scripts");
    run_command->callback([&] { result = run_flow(run_options); });

    RunsOptions runs_options;
    std::string run_id, drop_reason;
    std::vector<std::string> run_ids;
    bool all = false, from_start = false;
    auto* runs_command = app.add_subcommand("runs", "lists runs, newest first; `runs show ID` shows one with every step");
    add_source(*runs_command, runs_options.source);
    runs_command->add_option("--status", runs_options.status, "waiting, running, succeeded, skipped, parked or dropped");
    runs_command->add_option("--flow", runs_options.flow, "only of this flow");
    runs_command->add_option("--key", runs_options.key, "only of this record");
    runs_command->add_option("--limit", runs_options.limit, "how many")->check(CLI::Range(1, 1000));
    runs_command->add_flag("--json", runs_options.json, "for scripts");
    auto* runs_show = runs_command->add_subcommand("show", "one run: event, steps, what was said to the vendors");
    runs_show->add_option("id", run_id, "run id")->required();
    runs_show->callback([&] { result = show_run(runs_options.source, run_id, runs_options.json); });
    runs_command->callback([&] {
        if (runs_command->get_subcommands().empty()) result = list_runs(runs_options);
    });

    auto* parked_command = app.add_subcommand("parked", "lists parked runs with their reasons; show, replay or drop them");
    add_source(*parked_command, runs_options.source);
    parked_command->add_option("--flow", runs_options.flow, "only of this flow");
    parked_command->add_option("--limit", runs_options.limit, "how many")->check(CLI::Range(1, 1000));
    parked_command->add_flag("--json", runs_options.json, "for scripts");
    auto* parked_list = parked_command->add_subcommand("list", "the same as `parked`");
    auto* parked_show = parked_command->add_subcommand("show", "one run: event, steps, what was said to the vendors");
    parked_show->add_option("id", run_id, "run id")->required();
    parked_show->callback([&] { result = show_run(runs_options.source, run_id, runs_options.json); });
    auto* parked_replay = parked_command->add_subcommand("replay", "takes parked runs up again, from the step that failed");
    parked_replay->add_option("ids", run_ids, "run ids");
    parked_replay->add_flag("--all", all, "every parked run (with --flow: of that flow)");
    parked_replay->add_flag("--from-start", from_start, "from the first step; effects that exist are found again, not made twice");
    parked_replay->callback([&] { result = replay_runs({runs_options.source, run_ids, all, from_start, runs_options.flow}); });
    auto* parked_drop = parked_command->add_subcommand("drop", "ends a parked run for good");
    parked_drop->add_option("id", run_id, "run id")->required();
    parked_drop->add_option("--reason", drop_reason, "why; kept in the audit trail")->required();
    parked_drop->callback([&] { result = drop_run(runs_options.source, run_id, drop_reason); });
    parked_command->callback([&] {
        bool lists = parked_command->get_subcommands().empty() || *parked_list;
        if (!lists) return;
        runs_options.status = "parked";
        result = list_runs(runs_options);
    });

    // `parked show ID --store FILE` is as good as `parked --store FILE show ID`.
    for (auto* nested : {runs_show, parked_list, parked_show, parked_replay, parked_drop}) nested->fallthrough();

    bool jsonl = false;
    std::string expression, bindings;
    auto* cel_command = app.add_subcommand("cel", "evaluates an expression of the flow language");
    cel_command->add_option("expression", expression, "such as \"1.10 + 2\"");
    cel_command->add_option("--bind", bindings, "variables as a JSON object");
    cel_command->add_flag("--jsonl", jsonl, "reads cases as JSON lines from standard input, writes results as JSON lines");
    cel_command->callback([&] { result = cel(jsonl, expression, bindings); });

    auto* example = app.add_subcommand("env-example", "prints the environment names with their meaning (.env.example)");
    example->callback([&] { std::fputs(config::environment_example().c_str(), stdout); });

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (auto unknown = unknown_command(app, argc, argv)) {
            std::fprintf(stderr, "lockstep: %s\n", unknown->c_str());
            return exit_usage;
        }
        return app.exit(error) == 0 ? exit_done : exit_usage;
    }
    return result;
}

}  // namespace lockstep::cli
