#include "flow/flow_reader.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/nearest.h"
#include "flow/duration_text.h"

namespace lockstep::flow {

Result<Flow> FlowReader::read(std::string_view text) {
    auto document = yaml::parse(text);
    if (!document) return fail(ErrorCode::flow_invalid, file_ + ": " + document.error().message);
    flow_.file = file_;
    if (document->kind != Node::Kind::map) {
        problem(document->place, "a flow file is a map with `flow:`, `on:` and `steps:`");
    } else {
        read_top(*document);
        check_references();
    }
    if (problems_.empty()) return std::move(flow_);
    std::string all;
    for (const auto& message : problems_) all += (all.empty() ? "" : "\n") + message;
    return fail(ErrorCode::flow_invalid, all);
}

void FlowReader::problem(yaml::Place place, const std::string& message) {
    problems_.push_back(fmt::format("{}:{}:{}: {}", file_, place.line, place.column, message));
}

/// Refuses keys that are not in `known`, naming the nearest.
void FlowReader::only_keys(const Node& map, std::vector<std::string> known, std::string_view where) {
    for (const auto& entry : map.entries) {
        if (std::find(known.begin(), known.end(), entry.key.text) != known.end()) continue;
        problem(entry.key.place, fmt::format("{} has no `{}`{}", where, entry.key.text, did_you_mean(entry.key.text, known)));
    }
}

std::string FlowReader::text_of(const Node& node, std::string_view what) {
    if (node.kind != Node::Kind::scalar || node.text.empty()) problem(node.place, fmt::format("`{}` must be a text", what));
    return node.text;
}

std::optional<std::int64_t> FlowReader::duration_of(const Node& node, std::string_view what) {
    if (auto ms = node.kind == Node::Kind::scalar ? read_duration_ms(node.text) : std::nullopt) return ms;
    problem(node.place, fmt::format("`{}` must be a duration such as 30s, 1m30s or 500ms: `{}`", what, node.text));
    return std::nullopt;
}

expr::Template FlowReader::template_of(const Node& node) {
    auto compiled = expr::Template::compile(node, file_);
    if (compiled) return *std::move(compiled);
    problems_.push_back(compiled.error().message);
    return {};
}

void FlowReader::read_top(const Node& top) {
    only_keys(top, {"flow", "summary", "config", "key", "on", "steps", "waiting_after", "on_waiting", "on_parked", "report", "supersedes"},
              "a flow");
    if (const Node* name = top.find("flow"))
        flow_.name = text_of(*name, "flow");
    else
        problem(top.place, "`flow:` (the flow's name) is missing");
    if (const Node* summary = top.find("summary")) flow_.summary = summary->text;
    read_config(top.find("config"));
    if (const Node* key = top.find("key")) read_key(*key);
    if (const Node* on = top.find("on"))
        read_triggers(*on);
    else
        problem(top.place, "`on:` (what starts the flow) is missing");
    if (const Node* after = top.find("waiting_after"))
        flow_.waiting_after_ms = duration_of(*after, "waiting_after").value_or(flow_.waiting_after_ms);
    if (const Node* supersedes = top.find("supersedes")) { read_supersedes(*supersedes); }
    if (const Node* steps = top.find("steps"))
        read_steps(*steps, Section::main);
    else
        problem(top.place, "`steps:` is missing");
    if (const Node* steps = top.find("on_waiting")) read_steps(*steps, Section::on_waiting);
    if (const Node* steps = top.find("on_parked")) read_steps(*steps, Section::on_parked);
    if (const Node* report = top.find("report")) flow_.report = template_of(*report);
}

/// `true`, `false`, or `{ keys, parked }`.
void FlowReader::read_supersedes(const Node& supersedes) {
    if (supersedes.kind == Node::Kind::map) {
        only_keys(supersedes, {"keys", "parked"}, "`supersedes:`");
        if (const Node* keys = supersedes.find("keys")) flow_.supersedes_keys = template_of(*keys);
        const Node* parked = supersedes.find("parked");
        flow_.parking_supersedes = parked && parked->to_value() == Value(true);
        return;
    }
    flow_.supersedes = supersedes.to_value() != Value(false);
    if (supersedes.to_value().kind() != Value::Kind::boolean)
        problem(supersedes.place, "`supersedes:` is true or false, or `{ keys, parked }`");
}

void FlowReader::read_config(const Node* config) {
    if (config && config->kind == Node::Kind::map)
        flow_.config = config->to_value().as_map();
    else if (config && config->kind != Node::Kind::null)
        problem(config->place, "`config:` must be a map");
    std::vector<std::string> known;
    for (const auto& [name, value] : flow_.config) known.push_back(name);
    for (const auto& [name, value] : context_.config) {
        if (!flow_.config.contains(name))
            problem(
                config ? config->place : yaml::Place{1, 1},
                fmt::format("the configuration overrides `{}`, which is not in the flow's `config:`{}", name, did_you_mean(name, known)));
        flow_.config.set(name, value);
    }
}

void FlowReader::read_key(const Node& key) {
    if (key.kind != Node::Kind::map) return problem(key.place, "`key:` must be a map with `must`, `says` and `as`");
    only_keys(key, {"must", "says", "as"}, "`key:`");
    if (const Node* must = key.find("must")) flow_.key_must = template_of(*must);
    if (const Node* says = key.find("says")) flow_.key_says = says->text;
    if (const Node* as = key.find("as")) flow_.key_as = template_of(*as);
}

Result<Flow> parse_flow(std::string_view text, const std::string& file, const FlowContext& context) {
    return FlowReader(file, context).read(text);
}

}  // namespace lockstep::flow
