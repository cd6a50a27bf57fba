#include <CLI/CLI.hpp>

#include "base/nearest.h"
#include "cli/auth.h"
#include "cli/cli.h"
#include "cli/syncs.h"

namespace lockstep::cli {
namespace {

void add_source(CLI::App& app, ConfigSource& source) {
    app.add_option("--config", source.config_file, "configuration file; without it the environment names of .env.example are used");
    app.add_option("--env-file", source.env_file, "NAME=value lines, read on top of the environment");
    app.add_option("--store", source.store_path, "database file (default: lockstep.db, or as configured)");
}

/// All that `parked` takes; it must live until the words are read.
struct ParkedWords {
    ParkedOptions list;
    OperateOptions operate;
    EditOptions edit;
    SkipOptions skip;
    std::string id, from = "failed";
    bool from_start = false;

    bool wants_start() const { return from_start || from == "start"; }
};

void add_because(CLI::App& command, std::string& because, bool required) {
    command.add_option("--because,--reason", because, "why; kept in the audit trail")->required(required);
}

void add_from(CLI::App& command, ParkedWords& words) {
    command.add_option("--from", words.from, "failed: what was made is kept; start: effects are looked for and found, not made twice")
        ->check(CLI::IsMember({"failed", "start"}));
    command.add_flag("--from-start", words.from_start, "the same as --from start");
}

void add_which(CLI::App& command, OperateOptions& options) {
    command.add_option("ids", options.ids, "run ids");
    command.add_option("--cause", options.cause, "all of a cause: FLOW/STEP/CODE, as `parked` lists them");
    command.add_flag("--all", options.all, "every parked run (with --flow: of that flow)");
    command.add_flag("--yes", options.yes, "do not ask, however many they are");
}

CLI::App* add_parked_edit(CLI::App& parked, ParkedWords& words, int& result) {
    auto* command = parked.add_subcommand("edit", "corrects the event or a step's input and replays; alone: prints what there is");
    command->add_option("id", words.edit.id, "run id")->required();
    command->add_option("--event", words.edit.event_file, "the event's body as JSON; `-`: standard input");
    command->add_option("--step", words.edit.step, "the step, or an element of its list: STEP, STEP/0");
    command->add_option("--input", words.edit.input_file, "the step's input as JSON; `-`: standard input");
    command->add_option("--set", words.edit.sets, "path=value in the step's input (without --step: in the event's body), several times")
        ->take_all()
        ->allow_extra_args(false);
    command->add_flag("--reset", words.edit.reset, "take back what was decided about the step");
    add_because(*command, words.edit.because, false);
    add_from(*command, words);
    command->callback([&] {
        words.edit.source = words.list.source;
        words.edit.from_start = words.wants_start();
        result = edit_parked(words.edit);
    });
    return command;
}

CLI::App* add_parked_skip(CLI::App& parked, ParkedWords& words, int& result) {
    auto* command = parked.add_subcommand("skip", "takes a step as done, though it was not made, and replays");
    command->add_option("id", words.skip.id, "run id")->required();
    command->add_option("step", words.skip.step, "the step, or an element of its list: STEP, STEP/0")->required();
    command->add_option("--output", words.skip.output_json, "what the step's value is, as JSON (default: null; true for a requirement)");
    add_because(*command, words.skip.because, true);
    command->callback([&] {
        words.skip.source = words.list.source;
        result = skip_parked(words.skip);
    });
    return command;
}

void operate(ParkedWords& words, int (*what)(const OperateOptions&), int& result) {
    words.operate.source = words.list.source;
    words.operate.flow = words.list.flow;
    words.operate.from_start = words.wants_start();
    result = what(words.operate);
}

void add_parked(CLI::App& app, ParkedWords& words, int& result) {
    auto* command = app.add_subcommand("parked", "what waits for a person, by cause; show, replay, edit, skip or drop it");
    add_source(*command, words.list.source);
    command->add_option("--flow", words.list.flow, "only of this flow");
    command->add_flag("--runs", words.list.runs, "the runs instead of their causes, newest first");
    command->add_option("--limit", words.list.limit, "how many runs")->check(CLI::Range(1, 1000));
    command->add_flag("--json", words.list.json, "for scripts");
    auto* list = command->add_subcommand("list", "the same as `parked`");
    auto* show = command->add_subcommand("show", "one run: event, steps, what failed and with what, what one can do");
    show->add_option("id", words.id, "run id")->required();
    show->callback([&] { result = show_parked(words.list.source, words.id, words.list.json); });
    auto* replay = command->add_subcommand("replay", "takes parked runs up again, from the step that failed; oldest first");
    add_which(*replay, words.operate);
    add_from(*replay, words);
    add_because(*replay, words.operate.because, false);
    replay->callback([&] { operate(words, replay_parked, result); });
    auto* edit = add_parked_edit(*command, words, result);
    auto* skip = add_parked_skip(*command, words, result);
    auto* drop = command->add_subcommand("drop", "ends parked runs for good");
    add_which(*drop, words.operate);
    add_because(*drop, words.operate.because, true);
    drop->callback([&] { operate(words, drop_parked, result); });
    command->callback([&, command, list] {
        if (command->get_subcommands().empty() || *list) result = list_parked(words.list);
    });
    // `parked show ID --store FILE` is as good as `parked --store FILE show ID`.
    for (auto* nested : {list, show, replay, edit, skip, drop}) nested->fallthrough();
}

void add_auth(CLI::App& app, ZohoAuthOptions& options, int& result) {
    auto* command = app.add_subcommand("auth", "makes the credentials of a connection");
    command->require_subcommand(1);
    auto* zoho = command->add_subcommand("zoho", "a grant code of Zoho's API console becomes a refresh token, kept sealed in the store");
    add_source(*zoho, options.source);
    zoho->add_option("--client-id", options.client_id, "of the API console (default: ZOHO_CLIENT_ID, else asked for)");
    zoho->add_option("--client-secret", options.client_secret, "default: ZOHO_CLIENT_SECRET, else asked for and not shown");
    zoho->add_option("--code", options.code, "the grant code; else asked for and not shown");
    zoho->add_option("--data-centre", options.data_centre, "com, eu, in, com.au, jp, com.cn, sa or ca (default: each is tried)");
    zoho->add_option("--redirect-uri", options.redirect_uri, "of a server-based client; none for a self client");
    zoho->add_option("--connection", options.connections, "whom it is kept for, several times (default: zoho_crm)");
    zoho->add_flag("--books", options.books, "for Zoho Books: its scopes are tried, and it is kept for zoho_books");
    zoho->callback([&] { result = auth_zoho(options); });
}

/// What to say if the first word is no command.
std::optional<std::string> unknown_command(const CLI::App& app, int argc, char** argv) {
    if (argc < 2 || argv[1][0] == '-' || !app.get_subcommands().empty()) return std::nullopt;
    std::vector<std::string> names;
    for (const CLI::App* command : app.get_subcommands(nullptr)) names.push_back(command->get_name());
    if (std::find(names.begin(), names.end(), argv[1]) != names.end()) return std::nullopt;
    return "there is no command `" + std::string(argv[1]) + "`" + did_you_mean(argv[1], names) + "; `lockstep --help` lists them";
}

void add_sync_run(CLI::App& app, int& result) {
    static SyncRunOptions options;
    auto* command = app.add_subcommand("sync", "keeps one record in step now: `sync run accounts ID`");
    command->require_subcommand(1);
    auto* run = command->add_subcommand("run", "one record through the running engine, and what came of it");
    add_source(*run, options.source);
    run->add_option("sync", options.sync, "the sync, such as accounts")->required();
    run->add_option("id", options.left, "the record's id on the left: Salesforce");
    run->add_option("--right", options.right, "the record's id on the right: Zoho CRM");
    run->add_option("--wait-ms", options.wait_ms, "how long to wait for the end")->check(CLI::Range(0, 60'000));
    run->add_flag("--json", options.json, "for scripts");
    run->callback([&] { result = run_sync(options); });
}

void add_conflicts(CLI::App& app, int& result) {
    static ConflictsOptions options;
    static DecideOptions decide;
    static std::string run_id;
    auto* command = app.add_subcommand("conflicts", "fields that both sides changed, and values that cannot go over; show, decide");
    add_source(*command, options.source);
    command->add_option("--sync", options.sync, "only of this sync");
    command->add_flag("--all", options.all, "also what a rule or a person has decided");
    command->add_option("--limit", options.limit, "how many")->check(CLI::Range(1, 1000));
    command->add_flag("--json", options.json, "for scripts");
    auto* list = command->add_subcommand("list", "the same as `conflicts`");
    auto* show = command->add_subcommand("show", "one: each field as it was, as it is on both sides, who changed it and when");
    show->add_option("run", run_id, "run id")->required();
    show->callback([&] { result = show_conflict(options.source, run_id, options.json); });
    auto* decided = command->add_subcommand("decide", "left, right or a value, for all fields or for some");
    decided->add_option("run", decide.run, "run id")->required();
    decided->add_option("take", decide.take, "left or right: all that is open")->check(CLI::IsMember({"left", "right"}));
    decided->add_option("--field", decide.fields, "FIELD=left, FIELD=right, or FIELD=VALUE that both shall say; several times")
        ->take_all()
        ->allow_extra_args(false);
    decided->callback([&] {
        decide.source = options.source;
        decide.json = options.json;
        result = decide_conflict(decide);
    });
    command->callback([&, command, list] {
        if (command->get_subcommands().empty() || *list) result = list_conflicts(options);
    });
    for (auto* nested : {list, show, decided}) nested->fallthrough();
}

void add_records(CLI::App& app, int& result) {
    static RecordOptions options;
    auto* command = app.add_subcommand("records", "`records show ID`: what happened to a record and its partner, over both systems");
    command->require_subcommand(1);
    auto* show = command->add_subcommand("show", "who changed which field, from what to what, where, when, by which run");
    add_source(*show, options.source);
    show->add_option("id", options.id, "the record's id on either side")->required();
    show->add_option("--limit", options.limit, "how many runs")->check(CLI::Range(1, 1000));
    show->add_flag("--json", options.json, "for scripts");
    show->callback([&] { result = show_record(options); });
}

void add_plan(CLI::App& app, int& result) {
    static PlanOptions options;
    auto* command =
        app.add_subcommand("plan", "what the first contact of a sync would link, create and change; writes nothing to the vendors");
    add_source(*command, options.source);
    command->add_option("sync", options.sync, "the sync, such as accounts")->required();
    command->add_option("--limit", options.limit, "how many lines of each part are shown")->check(CLI::Range(0, 1'000'000));
    command->add_flag("--json", options.json, "everything, for scripts");
    command->add_option("--csv", options.csv_file, "everything, as a table in this file");
    command->add_option("--accept", options.accept, "proposals that are partners: ID,ID…, or all");
    command->add_option("--min-score", options.score_min, "of `--accept all`: only proposals with so much of 100")
        ->check(CLI::Range(0, 100));
    command->add_option("--reject", options.reject, "proposals that are not: ID,ID…");
    command->add_option("--decisions", options.decisions_file, "file of what was decided (default: beside the database)");
    command->callback([&] { result = plan_sync(options); });
}

void add_backfill(CLI::App& app, int& result) {
    static BackfillOptions options;
    auto* command = app.add_subcommand("backfill", "carries out what `plan` shows; when it was stopped, it goes on where it was");
    add_source(*command, options.source);
    command->add_option("sync", options.sync, "the sync, such as accounts")->required();
    command->add_option("--in-flight", options.in_flight, "records under way at once")->check(CLI::Range(1, 1000));
    command->add_option("--decisions", options.decisions_file, "file of what was decided about proposals (default: beside the database)");
    command->add_flag("--json", options.json, "the summary, for scripts");
    command->callback([&] { result = backfill_sync(options); });
}

void add_sync_commands(CLI::App& app, int& result) {
    add_sync_run(app, result);
    add_conflicts(app, result);
    add_records(app, result);
    add_plan(app, result);
    add_backfill(app, result);
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"Lockstep keeps Salesforce, SAP S/4HANA, Zoho CRM and Zoho Books in step."};
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
    auto* check_command = app.add_subcommand("check", "checks configuration, flows and syncs; touches nothing");
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

    SweepOptions sweep_options;
    auto* sweep_command =
        app.add_subcommand("sweep", "lists the sweeps that look for what no trigger told of; `sweep FLOW` makes a flow's now");
    add_source(*sweep_command, sweep_options.source);
    sweep_command->add_option("flow", sweep_options.flow, "the flow, such as deal-closed");
    sweep_command->add_flag("--json", sweep_options.json, "for scripts");
    sweep_command->callback([&] { result = sweep(sweep_options); });

    RunsOptions runs_options;
    std::string run_id;
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
    runs_show->fallthrough();  // `runs show ID --store FILE` is as good as `runs --store FILE show ID`
    runs_command->callback([&] {
        if (runs_command->get_subcommands().empty()) result = list_runs(runs_options);
    });

    ParkedWords parked_words;
    add_parked(app, parked_words, result);

    add_sync_commands(app, result);

    AuditOptions audit_options;
    auto* audit_command = app.add_subcommand("audit", "who replayed, corrected, skipped or dropped what, and why; newest first");
    add_source(*audit_command, audit_options.source);
    audit_command->add_option("run", audit_options.run, "only of this run");
    audit_command->add_option("--limit", audit_options.limit, "how many")->check(CLI::Range(1, 1000));
    audit_command->add_flag("--json", audit_options.json, "for scripts");
    audit_command->callback([&] { result = show_audit(audit_options); });

    ZohoAuthOptions auth_options;
    add_auth(app, auth_options, result);

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
