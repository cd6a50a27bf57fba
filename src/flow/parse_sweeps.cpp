// Sweeps: what is looked for on time because nobody told of it.
#include <algorithm>

#include <fmt/format.h>

#include "flow/built_in.h"
#include "flow/duration_text.h"
#include "flow/flow_reader.h"
#include "value/json.h"

namespace lockstep::flow {
namespace {

constexpr std::int64_t sweep_least_ms = 60'000;

/// A node as one text, to tell whether it has changed.
std::string text_of_all(const Node& node) {
    std::string text = node.kind == Node::Kind::scalar ? node.text : "";
    for (const auto& item : node.items) text += "[" + text_of_all(item) + "]";
    for (const auto& entry : node.entries) text += "{" + entry.key.text + ":" + text_of_all(entry.value) + "}";
    return text;
}

bool refers_to(const expr::Template& what, std::string_view name) {
    auto all = what.references();
    return std::any_of(all.begin(), all.end(), [&](const auto& reference) { return reference.variable == name; });
}

}  // namespace

void FlowReader::read_sweep(const Node& item) {
    only_keys(item,
              {"sweep", "name", "uses", "connection", "with", "as", "against", "if", "key", "position", "overlap", "starts", "page_rows",
               "budget"},
              "a sweep");
    Trigger trigger{.kind = Trigger::Kind::sweep, .place = item.place, .name = "sweep"};
    Sweep& sweep = trigger.sweep.emplace();
    sweep.every_ms = sweep_interval(*item.find("sweep"));
    sweep.rows = read_reading(item, "a sweep", "row");
    sweep.name = name_of_sweep(item, sweep);
    read_trigger_key(item, "a sweep", sweep.rows.as + ".Id", trigger);
    if (const Node* position = item.find("position"))
        sweep.position = template_of(*position);
    else
        problem(item.place,
                fmt::format("a sweep needs `position:`, when a row changed, such as `position: ${{ {}.SystemModstamp }}`", sweep.rows.as));
    if (const Node* condition = item.find("if")) sweep.condition = template_of(*condition);
    if (const Node* against = item.find("against")) {
        only_keys(*against, {"uses", "connection", "with", "as"}, "`against:`");
        sweep.against = read_reading(*against, "`against:`", "against");
    }
    read_sweep_bounds(item, sweep);
    check_paging(item, sweep);
    sweep.definition = definition_of(item, sweep);
    flow_.triggers.push_back(std::move(trigger));
}

/// What decides which records it finds, with what the configuration says of that.
std::string FlowReader::definition_of(const Node& item, const Sweep& sweep) {
    std::string text = sweep.rows.connection;
    for (const auto& entry : item.entries)
        if (entry.key.text != "sweep" && entry.key.text != "budget" && entry.key.text != "overlap")
            text += "{" + entry.key.text + ":" + text_of_all(entry.value) + "}";
    for (const auto& reference : sweep.rows.with.references())
        if (const Value* value = reference.variable == "config" && !reference.path.empty() ? flow_.config.find(reference.path[0]) : nullptr)
            text += reference.path[0] + "=" + json::write(*value) + ";";
    return text;
}

std::int64_t FlowReader::sweep_interval(const Node& node) {
    if (context_.sweep_every == "off") return 0;
    auto every = context_.sweep_every.empty() ? duration_of(node, "sweep") : read_duration_ms(context_.sweep_every);
    if (every && *every >= sweep_least_ms) return *every;
    if (!context_.sweep_every.empty())
        problem(node.place, fmt::format("the configuration's `sweep:` is `off` or a duration of at least 1m: `{}`", context_.sweep_every));
    else if (every)
        problem(node.place, fmt::format("a sweep is made once a minute at most: `{}`", node.text));
    return 0;
}

Reading FlowReader::read_reading(const Node& item, std::string_view where, std::string as) {
    Reading reading{.action = {}, .connection = {}, .with = {}, .as = std::move(as)};
    if (const Node* name = item.find("as")) reading.as = text_of(*name, "as");
    static const std::set<std::string> taken = {"body", "key", "config", "since", "after", "page", "began", "rows"};
    if (taken.contains(reading.as)) problem(item.place, "`" + reading.as + "` is the name of something else in expressions");
    const Node* uses = item.find("uses");
    if (!uses) return problem(item.place, fmt::format("{} needs `uses:`, an action that reads", where)), reading;
    Step step{.uses = uses->text, .place = item.place};
    if (find_built_in(step.uses)) return problem(uses->place, "a sweep asks a vendor: `" + step.uses + "` does not"), reading;
    read_kind(item, *uses, step);
    if (!step.action.name.empty() && step.action.effect != schema::ActionEffect::read)
        problem(uses->place, fmt::format("a sweep only reads: `{}` does not", step.uses));
    if (const Node* with = item.find("with"))
        read_with(*with, step);
    else
        problem(item.place, fmt::format("{} needs `with:`", where));
    reading.action = std::move(step.action);
    reading.connection = std::move(step.connection);
    reading.with = std::move(step.with);
    return reading;
}

std::string FlowReader::name_of_sweep(const Node& item, const Sweep& sweep) {
    const Node* given = item.find("name");
    std::string name = given ? text_of(*given, "name") : sweep.rows.action.name;
    bool twice =
        std::any_of(flow_.triggers.begin(), flow_.triggers.end(), [&](const Trigger& its) { return its.sweep && its.sweep->name == name; });
    if (twice) problem(item.place, fmt::format("there are two sweeps called `{}`: give them a `name:`", name));
    return name;
}

void FlowReader::read_sweep_bounds(const Node& item, Sweep& sweep) {
    if (const Node* overlap = item.find("overlap")) sweep.overlap_ms = duration_of(*overlap, "overlap").value_or(0);
    if (const Node* starts = item.find("starts")) sweep.starts_ms = duration_of(*starts, "starts").value_or(0);
    auto number = [&](const char* name, std::int64_t most, int otherwise) {
        const Node* node = item.find(name);
        if (!node) return otherwise;
        Value value = node->to_value();
        if (value.kind() == Value::Kind::integer && value.as_int() >= 1 && value.as_int() <= most) return static_cast<int>(value.as_int());
        problem(node->place, fmt::format("`{}` is a number from 1 to {}: `{}`", name, most, node->text));
        return otherwise;
    };
    sweep.page_rows = number("page_rows", 10'000, sweep.page_rows);
    sweep.calls_max = number("budget", 1'000, sweep.calls_max);
}

/// Without one of them a page that is full of one position could never be left.
void FlowReader::check_paging(const Node& item, Sweep& sweep) {
    if (!refers_to(sweep.rows.with, "since"))
        problem(item.place, "a sweep asks for what has changed since its cursor: its `with:` must use `since`");
    bool after = refers_to(sweep.rows.with, "after"), page = refers_to(sweep.rows.with, "page");
    if (sweep.page_rows > 0 && after == page)
        problem(item.place, "with `page_rows:`, `with:` must use either `after` (the key of the page before its last row) or `page`");
    if (sweep.page_rows == 0 && (after || page))
        problem(item.place, "with `after` or `page`, `page_rows:` must say how many rows a page has");
    sweep.paging = after ? Sweep::Paging::after : page ? Sweep::Paging::numbered : Sweep::Paging::whole;
}

}  // namespace lockstep::flow
