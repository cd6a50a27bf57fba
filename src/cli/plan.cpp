// `lockstep plan`: what the first contact of a sync would link, create and change; and what people decide about proposals.
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <functional>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/log.h"
#include "cli/first_contact.h"
#include "cli/syncs.h"
#include "value/json.h"

namespace lockstep::cli {

namespace {

/// Everything that a plan is made of.
struct Desk {
    std::shared_ptr<const sync::Sync> sync;
    MatchDecisions decisions;
    Plan plan;
};

Result<Desk> open_desk(const PlanOptions& options) {
    LS_TRY_ASSIGN(auto config, load_config(options.source));
    LS_TRY_ASSIGN(auto syncs, config::load_syncs(config));
    Desk desk;
    LS_TRY_ASSIGN(desk.sync, find_sync(syncs, options.sync));
    const std::string file =
        options.decisions_file.empty() ? MatchDecisions::default_file(config.store_path, options.sync) : options.decisions_file;
    LS_TRY_ASSIGN(desk.decisions, MatchDecisions::read(file, options.sync));
    LS_TRY_ASSIGN(desk.plan, planned(config, *desk.sync, desk.decisions));
    return desk;
}

// ---- deciding ----

std::set<std::string> ids_in(const std::vector<std::string>& words) {
    std::set<std::string> ids;
    for (const auto& word : words)
        for (std::size_t from = 0; from <= word.size();) {
            const std::size_t comma = std::min(word.find(',', from), word.size());
            if (comma > from) ids.insert(word.substr(from, comma - from));
            from = comma + 1;
        }
    return ids;
}

struct Decided {
    std::size_t accepted = 0, rejected = 0, undecided = 0;  ///< undecided: several are as good, or one partner is taken
};

/// Takes what was said about proposals; nothing is written yet. Errors: `not_found`, `request_invalid`.
class Decider {
public:
    Decider(const PlanOptions& options, Desk& desk, std::string at) : options_(options), desk_(desk), at_(std::move(at)) {}

    Result<Decided> decide() {
        auto accept = ids_in(options_.accept);
        const auto reject = ids_in(options_.reject);
        const bool all = accept.erase("all") > 0 || (options_.score_min && accept.empty());
        for (const auto& [pair, its] : desk_.decisions.all())
            if (its.accepted) take(its.left, its.right);
        LS_TRY(known(accept));
        LS_TRY(known(reject));
        for (const auto& its : desk_.plan.proposals) {
            const std::string id = proposal_id(its.left, its.right);
            if (reject.contains(id) && accept.contains(id)) return fail(ErrorCode::request_invalid, "accepted and rejected: " + id);
            if (reject.contains(id)) note(its, false);
        }
        for (const auto& its : desk_.plan.proposals)
            if (accept.contains(proposal_id(its.left, its.right))) LS_TRY(accept_one(its));
        if (all) accept_all(reject);
        return done_;
    }

private:
    Result<void> known(const std::set<std::string>& ids) const {
        std::set<std::string> there;
        for (const auto& its : desk_.plan.proposals) there.insert(proposal_id(its.left, its.right));
        for (const auto& id : ids)
            if (!there.contains(id))
                return fail(ErrorCode::not_found, "there is no proposal that is still to be decided: " + id + "; `lockstep plan " +
                                                      options_.sync + "` lists them");
        return {};
    }

    void take(const std::string& left, const std::string& right) { taken_[0].insert(left), taken_[1].insert(right); }
    bool is_taken(const sync::Proposal& its) const { return taken_[0].contains(its.left) || taken_[1].contains(its.right); }

    void note(const sync::Proposal& its, bool accepted) {
        desk_.decisions.set(
            {.left = its.left, .right = its.right, .accepted = accepted, .by = operator_name(), .at = at_, .score = its.score});
        ++(accepted ? done_.accepted : done_.rejected);
        if (accepted) take(its.left, its.right);
    }

    Result<void> accept_one(const sync::Proposal& its) {
        if (is_taken(its))
            return fail(ErrorCode::request_invalid, fmt::format("one of the two has a partner that was accepted before: {} ({} and {})",
                                                                proposal_id(its.left, its.right), its.left, its.right));
        note(its, true);
        return {};
    }

    /// The better ones first. Where a record has two proposals that are as good, a person has to say which.
    void accept_all(const std::set<std::string>& reject) {
        std::vector<const sync::Proposal*> wanted;
        for (const auto& its : desk_.plan.proposals)
            if (its.score >= options_.score_min.value_or(0) && !reject.contains(proposal_id(its.left, its.right)) &&
                !desk_.decisions.find(its.left, its.right))
                wanted.push_back(&its);
        std::ranges::stable_sort(wanted, std::greater<>(), [](const auto* its) { return its->score; });
        std::map<std::pair<int, std::string>, int> as_good[2];
        for (const auto* its : wanted) ++as_good[0][{its->score, its->left}], ++as_good[1][{its->score, its->right}];
        for (const auto* its : wanted) {
            const bool rivalled = as_good[0][{its->score, its->left}] > 1 || as_good[1][{its->score, its->right}] > 1;
            if (rivalled || is_taken(*its))
                ++done_.undecided;
            else
                note(*its, true);
        }
    }

    const PlanOptions& options_;
    Desk& desk_;
    std::string at_;
    std::set<std::string> taken_[2];
    Decided done_;
};

int decide(const PlanOptions& options, Desk& desk) {
    ThreadRuntime clock;
    auto done = Decider(options, desk, format_timestamp(clock.now())).decide();
    if (!done) return report(done.error());
    if (auto written = desk.decisions.write(); !written) return report(written.error());
    fmt::print("{} accepted, {} rejected", done->accepted, done->rejected);
    if (done->undecided > 0) fmt::print(", {} left: another proposal of the same record is as good, or was accepted", done->undecided);
    fmt::print("\n");
    return exit_done;
}

// ---- showing ----

std::string shown(const Value& value) { return value.is_null() ? "(empty)" : json::write(value); }

void print_changes(const Value& changes) {
    for (const Value& its : changes.as_list())
        fmt::print("    {:<5} {}: {} → {}\n", its["side"].text(), its["field"].text(), shown(its["from"]), shown(its["to"]));
}

void print_planned(const Value& its) {
    const std::string left = its["left"].text(), right = its["right"].text();
    fmt::print("  {} ↔ {}{}\n", left.empty() ? "(new)" : left, right.empty() ? "(new)" : right,
               its["by"].text().empty() ? "" : "  by " + its["by"].text());
    if (!its["stop"].is_null()) fmt::print("    waits for a person: {}\n", its["stop"].text());
    if (!its["nothing"].is_null()) fmt::print("    nothing is done: {}\n", its["nothing"].text());
    print_changes(its["changes"]);
}

std::string joined(const Value& list) {
    std::string text;
    for (const Value& its : list.as_list()) text += (text.empty() ? "" : ", ") + its.text();
    return text;
}

void print_cost(const Value& cost) {
    fmt::print("  {}: {} to {} calls", cost["connection"].text(), cost["at_least"].text(), cost["at_most"].text());
    const Value allowance = cost["allowance"];
    if (allowance.is_map() && allowance["allowed"].as_int() > 0)
        fmt::print(", {} to {} % of the day's {} ({} are used)", cost["at_least"].as_int() * 100 / allowance["allowed"].as_int(),
                   (cost["at_most"].as_int() * 100 + allowance["allowed"].as_int() - 1) / allowance["allowed"].as_int(),
                   allowance["allowed"].text(), allowance["used"].text());
    fmt::print("\n");
}

void print_part(std::string_view title, const Value& list, const Value& count, const std::function<void(const Value&)>& print) {
    if (count.as_int() == 0) return;
    fmt::print("\n{} ({})\n", title, count.text());
    for (const Value& its : list.as_list()) print(its);
    const auto more = count.as_int() - static_cast<std::int64_t>(list.as_list().size());
    if (more > 0) fmt::print("  … and {} more: --limit, --csv or --json shows them\n", more);
}

void print_plan(const Value& plan) {
    const Value& counts = plan["counts"];
    fmt::print("{}: {} records on the left, {} on the right; nothing was written\n", plan["sync"].text(), plan["records"]["left"].text(),
               plan["records"]["right"].text());
    const std::pair<const char*, const char*> lines[] = {{"linked_already", "linked already"},
                                                         {"link", "would be linked"},
                                                         {"change_left", "of those, changed on the left"},
                                                         {"change_right", "of those, changed on the right"},
                                                         {"create_left", "would be created on the left"},
                                                         {"create_right", "would be created on the right"},
                                                         {"waits_for_a_person", "would wait for a person"},
                                                         {"proposals", "proposals that nobody has decided about; left out"},
                                                         {"ambiguous", "ambiguities; left out"},
                                                         {"rejected", "proposals that were rejected"},
                                                         {"misfits", "values or fields that do not fit"}};
    for (const auto& [name, text] : lines) fmt::print("  {:>8}  {}\n", counts[name].text(), text);
    fmt::print("a backfill would cost\n");
    for (const Value& cost : plan["calls"].as_list()) print_cost(cost);
    print_part("would be linked", plan["pairs"], counts["link"], print_planned);
    print_part("would be created", plan["creations"], Value(counts["create_left"].as_int() + counts["create_right"].as_int()),
               print_planned);
    print_part("may be partners: `--accept ID,…`, `--accept all --min-score N`, `--reject ID,…`", plan["proposals"], counts["proposals"],
               [](const Value& its) {
                   fmt::print("  {}  {:>3}  {} ↔ {}\n", its["id"].text(), its["score"].text(), its["left"].text(), its["right"].text());
                   fmt::print("                   {}{}{}\n", joined(its["reasons"]), its["doubts"].as_list().empty() ? "" : "; but ",
                              joined(its["doubts"]));
               });
    print_part("ambiguous: mend them in the vendors", plan["ambiguous"], counts["ambiguous"], [](const Value& its) {
        fmt::print("  {}: {}\n    left {}\n    right {}\n", its["by"].text(), its["reason"].text(), joined(its["left"]),
                   joined(its["right"]));
    });
    print_part("does not fit", plan["misfits"], counts["misfits"], [](const Value& its) {
        fmt::print("  {:<14} to the {:<5} {} {}\n", its["kind"].text(), its["side"].text(), its["id"].text(), its["message"].text());
    });
}

// ---- CSV ----

/// A cell that a spreadsheet takes as text: quoted, and never as a formula.
std::string cell(const std::string& text) {
    std::string quoted = "\"";
    if (!text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos) quoted += '\'';
    for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + "\"";
}

void write_row(std::ostream& out, const std::vector<std::string>& cells) {
    for (std::size_t i = 0; i < cells.size(); ++i) out << (i == 0 ? "" : ",") << cell(cells[i]);
    out << "\r\n";
}

void write_planned(std::ostream& out, const char* what, const Value& its) {
    const std::string left = its["left"].text(), right = its["right"].text();
    write_row(out, {what, "", left, right, "", "", "", "", its["by"].text() + its["stop"].text() + its["nothing"].text()});
    for (const Value& change : its["changes"].as_list())
        write_row(out, {"change", "", left, right, change["side"].text(), change["field"].text(), change["from"].text(),
                        change["to"].text(), ""});
}

Result<void> write_csv(const std::string& file, const Value& plan) {
    std::ofstream out(file, std::ios::binary);
    out << "what,id,left,right,side,field,from,to,why\r\n";
    for (const Value& its : plan["pairs"].as_list()) write_planned(out, "link", its);
    for (const Value& its : plan["creations"].as_list()) write_planned(out, "create", its);
    for (const Value& its : plan["proposals"].as_list())
        write_row(out, {"proposal", its["id"].text(), its["left"].text(), its["right"].text(), "", "", "", its["score"].text(),
                        joined(its["reasons"]) + (its["doubts"].as_list().empty() ? "" : "; but " + joined(its["doubts"]))});
    for (const Value& its : plan["ambiguous"].as_list())
        write_row(out, {"ambiguous", "", joined(its["left"]), joined(its["right"]), "", its["by"].text(), "", "", its["reason"].text()});
    for (const Value& its : plan["misfits"].as_list())
        write_row(out,
                  {its["kind"].text(), "", its["id"].text(), "", its["side"].text(), its["field"].text(), "", "", its["message"].text()});
    out.close();
    if (!out) return fail(ErrorCode::file_unreadable, "the file cannot be written: " + file);
    return {};
}

}  // namespace

int plan_sync(const PlanOptions& options) {
    log::configure(log::Level::warning, log::Format::text);
    if (options.score_min && (options.accept.empty() || ids_in(options.accept) != std::set<std::string>{"all"}))
        return wrong_usage("--min-score goes with --accept all");
    auto desk = open_desk(options);
    if (!desk) return report(desk.error());
    if (!options.accept.empty() || !options.reject.empty()) return decide(options, *desk);
    const bool whole = options.json || !options.csv_file.empty();
    const Value plan = plan_value(*desk->sync, desk->plan, whole ? SIZE_MAX : static_cast<std::size_t>(options.limit));
    if (!options.csv_file.empty()) {
        if (auto written = write_csv(options.csv_file, plan); !written) return report(written.error());
        fmt::print("{}\n", options.csv_file);
        return exit_done;
    }
    if (options.json)
        fmt::print("{}\n", json::write_pretty(plan));
    else
        print_plan(plan);
    return exit_done;
}

}  // namespace lockstep::cli
