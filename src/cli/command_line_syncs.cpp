#include <CLI/CLI.hpp>

#include "cli/syncs.h"

namespace lockstep::cli {
namespace {

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

}  // namespace

void add_sync_commands(CLI::App& app, int& result) {
    add_sync_run(app, result);
    add_conflicts(app, result);
    add_records(app, result);
    add_plan(app, result);
    add_backfill(app, result);
}

}  // namespace lockstep::cli
