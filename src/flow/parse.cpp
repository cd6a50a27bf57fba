#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/cron.h"
#include "base/nearest.h"
#include "flow/built_in.h"
#include "flow/duration_text.h"
#include "flow/flow.h"
#include "value/json.h"

namespace lockstep::flow {
namespace {

using yaml::Node;

constexpr std::int64_t step_timeout_max_ms = 10 * 60'000;
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

/// Reads one flow file, collecting every problem instead of stopping at the first.
class Reader {
public:
    Reader(const std::string& file, const FlowContext& context) : file_(file), context_(context) {}

    Result<Flow> read(std::string_view text) {
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

private:
    void problem(yaml::Place place, const std::string& message) {
        problems_.push_back(fmt::format("{}:{}:{}: {}", file_, place.line, place.column, message));
    }

    /// Refuses keys that are not in `known`, naming the nearest.
    void only_keys(const Node& map, std::vector<std::string> known, std::string_view where) {
        for (const auto& entry : map.entries) {
            if (std::find(known.begin(), known.end(), entry.key.text) != known.end()) continue;
            problem(entry.key.place, fmt::format("{} has no `{}`{}", where, entry.key.text, did_you_mean(entry.key.text, known)));
        }
    }

    std::string text_of(const Node& node, std::string_view what) {
        if (node.kind != Node::Kind::scalar || node.text.empty()) problem(node.place, fmt::format("`{}` must be a text", what));
        return node.text;
    }

    std::optional<std::int64_t> duration_of(const Node& node, std::string_view what) {
        if (auto ms = node.kind == Node::Kind::scalar ? read_duration_ms(node.text) : std::nullopt) return ms;
        problem(node.place, fmt::format("`{}` must be a duration such as 30s, 1m30s or 500ms: `{}`", what, node.text));
        return std::nullopt;
    }

    expr::Template template_of(const Node& node) {
        auto compiled = expr::Template::compile(node, file_);
        if (compiled) return *std::move(compiled);
        problems_.push_back(compiled.error().message);
        return {};
    }

    void read_top(const Node& top) {
        only_keys(top,
                  {"flow", "summary", "config", "key", "on", "steps", "waiting_after", "on_waiting", "on_parked", "report", "supersedes"},
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
        if (const Node* supersedes = top.find("supersedes")) {
            flow_.supersedes = supersedes->to_value() != Value(false);
            if (supersedes->to_value().kind() != Value::Kind::boolean) problem(supersedes->place, "`supersedes:` is true or false");
        }
        if (const Node* steps = top.find("steps"))
            read_steps(*steps, Section::main);
        else
            problem(top.place, "`steps:` is missing");
        if (const Node* steps = top.find("on_waiting")) read_steps(*steps, Section::on_waiting);
        if (const Node* steps = top.find("on_parked")) read_steps(*steps, Section::on_parked);
        if (const Node* report = top.find("report")) flow_.report = template_of(*report);
    }

    void read_config(const Node* config) {
        if (config && config->kind == Node::Kind::map)
            flow_.config = config->to_value().as_map();
        else if (config && config->kind != Node::Kind::null)
            problem(config->place, "`config:` must be a map");
        std::vector<std::string> known;
        for (const auto& [name, value] : flow_.config) known.push_back(name);
        for (const auto& [name, value] : context_.config) {
            if (!flow_.config.contains(name))
                problem(config ? config->place : yaml::Place{1, 1},
                        fmt::format("the configuration overrides `{}`, which is not in the flow's `config:`{}", name,
                                    did_you_mean(name, known)));
            flow_.config.set(name, value);
        }
    }

    void read_key(const Node& key) {
        if (key.kind != Node::Kind::map) return problem(key.place, "`key:` must be a map with `must`, `says` and `as`");
        only_keys(key, {"must", "says", "as"}, "`key:`");
        if (const Node* must = key.find("must")) flow_.key_must = template_of(*must);
        if (const Node* says = key.find("says")) flow_.key_says = says->text;
        if (const Node* as = key.find("as")) flow_.key_as = template_of(*as);
    }

    void read_triggers(const Node& on) {
        if (on.kind != Node::Kind::list || on.items.empty()) return problem(on.place, "`on:` must be a list of triggers");
        for (const Node& item : on.items) {
            if (item.kind != Node::Kind::map) {
                problem(item.place, "a trigger is a map, such as `- webhook: /webhook/…`");
                continue;
            }
            if (item.find("webhook"))
                read_webhook(item);
            else if (item.find("schedule"))
                read_schedule(item);
            else if (item.find("sweep"))
                read_sweep(item);
            else if (const auto* kind = vendor_trigger_of(item))
                read_vendor_trigger(item, *kind);
            else
                only_keys(item, trigger_kinds(), "a trigger");
        }
    }

    std::vector<std::string> trigger_kinds() const {
        std::vector<std::string> names = {"webhook", "schedule", "sweep"};
        for (const auto& kind : context_.vendor_triggers) names.push_back(kind.name);
        return names;
    }

    const schema::VendorTrigger* vendor_trigger_of(const Node& item) const {
        const auto& all = context_.vendor_triggers;
        auto found = std::find_if(all.begin(), all.end(), [&](const auto& kind) { return item.find(kind.name) != nullptr; });
        return found == all.end() ? nullptr : &*found;
    }

    void read_path(const Node& item, std::string path, Trigger& trigger) {
        trigger.path = std::move(path);
        if (!trigger.path.starts_with("/webhook/"))
            problem(item.place, "a webhook's path must begin with /webhook/: `" + trigger.path + "`");
    }

    void read_trigger_key(const Node& item, const std::string& what, const std::string& example, Trigger& trigger) {
        if (const Node* key = item.find("key"))
            trigger.key = template_of(*key);
        else
            problem(item.place, fmt::format("{} needs `key:`, the record it is about, such as `key: ${{ {} }}`", what, example));
    }

    void read_webhook(const Node& item) {
        only_keys(item, {"webhook", "key", "dedupe", "from"}, "a webhook trigger");
        Trigger trigger{.kind = Trigger::Kind::webhook, .place = item.place};
        read_path(item, text_of(*item.find("webhook"), "webhook"), trigger);
        read_trigger_key(item, "a webhook", "body.id", trigger);
        if (const Node* dedupe = item.find("dedupe")) trigger.dedupe = template_of(*dedupe);
        if (const Node* from = item.find("from")) read_from(*from, trigger);
        flow_.triggers.push_back(std::move(trigger));
    }

    void read_from(const Node& from, Trigger& trigger) {
        trigger.connection = text_of(from, "from");
        std::vector<std::string> names;
        for (const auto& [name, connector] : context_.connections)
            if (understands_webhooks(connector)) names.push_back(name);
        if (std::find(names.begin(), names.end(), trigger.connection) == names.end())
            problem(from.place, fmt::format("there is no connection `{}` that understands webhooks of its vendor{}", trigger.connection,
                                            did_you_mean(trigger.connection, names)));
    }

    bool understands_webhooks(const std::string& connector) const {
        const auto& all = context_.vendor_triggers;
        return std::any_of(all.begin(), all.end(), [&](const auto& kind) { return kind.connector == connector && kind.name == "webhook"; });
    }

    void read_vendor_trigger(const Node& item, const schema::VendorTrigger& kind) {
        only_keys(item, {kind.name, "key", "path", "connection"}, fmt::format("`{}:`", kind.name));
        Trigger trigger{.kind = Trigger::Kind::webhook, .place = item.place, .name = kind.name};
        const Node& topic = *item.find(kind.name);
        trigger.topic = topic.text;
        if (topic.kind != Node::Kind::scalar || topic.text.empty())
            problem(topic.place, fmt::format("`{}:` names {}", kind.name, kind.topic));
        const Node* path = item.find("path");
        read_path(item, path ? text_of(*path, "path") : kind.default_path, trigger);
        read_trigger_key(item, fmt::format("`{}:`", kind.name), "notification.Id", trigger);
        const Node* connection = item.find("connection");
        trigger.connection = connection ? text_of(*connection, "connection") : kind.connector;
        check_connection(connection ? connection->place : item.place, trigger.connection, kind.connector);
        flow_.triggers.push_back(std::move(trigger));
    }

    void read_schedule(const Node& item) {
        only_keys(item, {"schedule", "time_zone", "key"}, "a schedule");
        Trigger trigger{.kind = Trigger::Kind::schedule, .place = item.place, .name = "schedule"};
        trigger.cron = text_of(*item.find("schedule"), "schedule");
        if (const Node* zone = item.find("time_zone")) trigger.time_zone = zone->text;
        auto cron = Cron::parse(trigger.cron);
        if (!cron)
            problem(item.place, cron.error().message);
        else if (auto next = cron->next_after(Timestamp{}, trigger.time_zone); !next)
            problem(item.place, next.error().message);
        if (const Node* key = item.find("key")) trigger.key = template_of(*key);
        flow_.triggers.push_back(std::move(trigger));
    }

    // ---- sweeps ----

    void read_sweep(const Node& item) {
        only_keys(item,
                  {"sweep", "name", "uses", "connection", "with", "as", "against", "if", "key", "position", "overlap", "starts",
                   "page_rows", "budget"},
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
            problem(item.place, fmt::format("a sweep needs `position:`, when a row changed, such as `position: ${{ {}.SystemModstamp }}`",
                                            sweep.rows.as));
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
    std::string definition_of(const Node& item, const Sweep& sweep) {
        std::string text = sweep.rows.connection;
        for (const auto& entry : item.entries)
            if (entry.key.text != "sweep" && entry.key.text != "budget" && entry.key.text != "overlap")
                text += "{" + entry.key.text + ":" + text_of_all(entry.value) + "}";
        for (const auto& reference : sweep.rows.with.references())
            if (const Value* value =
                    reference.variable == "config" && !reference.path.empty() ? flow_.config.find(reference.path[0]) : nullptr)
                text += reference.path[0] + "=" + json::write(*value) + ";";
        return text;
    }

    std::int64_t sweep_interval(const Node& node) {
        if (context_.sweep_every == "off") return 0;
        auto every = context_.sweep_every.empty() ? duration_of(node, "sweep") : read_duration_ms(context_.sweep_every);
        if (every && *every >= sweep_least_ms) return *every;
        if (!context_.sweep_every.empty())
            problem(node.place,
                    fmt::format("the configuration's `sweep:` is `off` or a duration of at least 1m: `{}`", context_.sweep_every));
        else if (every)
            problem(node.place, fmt::format("a sweep is made once a minute at most: `{}`", node.text));
        return 0;
    }

    Reading read_reading(const Node& item, std::string_view where, std::string as) {
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

    std::string name_of_sweep(const Node& item, const Sweep& sweep) {
        const Node* given = item.find("name");
        std::string name = given ? text_of(*given, "name") : sweep.rows.action.name;
        bool twice = std::any_of(flow_.triggers.begin(), flow_.triggers.end(),
                                 [&](const Trigger& its) { return its.sweep && its.sweep->name == name; });
        if (twice) problem(item.place, fmt::format("there are two sweeps called `{}`: give them a `name:`", name));
        return name;
    }

    void read_sweep_bounds(const Node& item, Sweep& sweep) {
        if (const Node* overlap = item.find("overlap")) sweep.overlap_ms = duration_of(*overlap, "overlap").value_or(0);
        if (const Node* starts = item.find("starts")) sweep.starts_ms = duration_of(*starts, "starts").value_or(0);
        auto number = [&](const char* name, std::int64_t most, int otherwise) {
            const Node* node = item.find(name);
            if (!node) return otherwise;
            Value value = node->to_value();
            if (value.kind() == Value::Kind::integer && value.as_int() >= 1 && value.as_int() <= most)
                return static_cast<int>(value.as_int());
            problem(node->place, fmt::format("`{}` is a number from 1 to {}: `{}`", name, most, node->text));
            return otherwise;
        };
        sweep.page_rows = number("page_rows", 10'000, sweep.page_rows);
        sweep.calls_max = number("budget", 1'000, sweep.calls_max);
    }

    /// Without one of them a page that is full of one position could never be left.
    void check_paging(const Node& item, Sweep& sweep) {
        if (!refers_to(sweep.rows.with, "since"))
            problem(item.place, "a sweep asks for what has changed since its cursor: its `with:` must use `since`");
        bool after = refers_to(sweep.rows.with, "after"), page = refers_to(sweep.rows.with, "page");
        if (sweep.page_rows > 0 && after == page)
            problem(item.place, "with `page_rows:`, `with:` must use either `after` (the key of the page before its last row) or `page`");
        if (sweep.page_rows == 0 && (after || page))
            problem(item.place, "with `after` or `page`, `page_rows:` must say how many rows a page has");
        sweep.paging = after ? Sweep::Paging::after : page ? Sweep::Paging::numbered : Sweep::Paging::whole;
    }

    void check_sweep_references(const Trigger& trigger) {
        const Sweep& sweep = *trigger.sweep;
        std::set<std::string> of_row = {"config", sweep.rows.as};
        check_template(sweep.rows.with, {"config", "since", "after", "page", "began"}, nullptr);
        if (sweep.against) {
            of_row.insert(sweep.against->as);
            check_template(sweep.against->with, {"config", "rows"}, nullptr);
        }
        check_template(trigger.key, of_row, nullptr);
        check_template(sweep.position, of_row, nullptr);
        if (sweep.condition) check_template(*sweep.condition, of_row, nullptr);
    }

    // ---- steps ----

    void read_steps(const Node& steps, Section section) {
        if (steps.kind != Node::Kind::list) return problem(steps.place, "steps must be a list");
        std::size_t first = flow_.steps.size();
        for (const Node& item : steps.items) {
            if (item.kind != Node::Kind::map) {
                problem(item.place, "a step is a map with `uses:` and `with:`");
                continue;
            }
            read_step(item, section, first);
        }
    }

    void read_step(const Node& item, Section section, std::size_t first_of_section) {
        only_keys(item,
                  {"id", "uses", "with", "if", "needs", "for_each", "as", "retry", "timeout", "on_error", "delivery", "connection",
                   "on_conflict"},
                  "a step");
        Step step{.section = section, .place = item.place};
        const Node* uses = item.find("uses");
        if (!uses) return problem(item.place, "a step needs `uses:`, such as `uses: sap.create`");
        step.uses = uses->text;
        step.id = made_id(item, step);
        read_kind(item, *uses, step);
        if (const Node* with = item.find("with"))
            read_with(*with, step);
        else if (step.kind != StepKind::action)
            problem(item.place, "`" + step.uses + "` needs `with:`");
        else
            check_inputs(Node{.kind = Node::Kind::map, .place = item.place}, step);
        if (const Node* condition = item.find("if")) step.condition = template_of(*condition);
        read_needs(item.find("needs"), step, first_of_section);
        if (const Node* list = item.find("for_each")) step.for_each = template_of(*list);
        if (const Node* as = item.find("as")) step.as = text_of(*as, "as");
        read_policies(item, step);
        flow_.steps.push_back(std::move(step));
    }

    std::string made_id(const Node& item, const Step& step) {
        std::string id;
        if (const Node* given = item.find("id")) {
            id = text_of(*given, "id");
            static const std::set<std::string> taken = {"body", "key", "config", "run", "reason", "failed_step", "item"};
            bool name = !id.empty() &&
                        std::all_of(id.begin(), id.end(), [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }) &&
                        !std::isdigit(static_cast<unsigned char>(id[0]));
            if (!name) problem(given->place, "a step's id is letters, digits and `_`: `" + id + "`");
            if (taken.contains(id)) problem(given->place, "`" + id + "` is the name of something else in expressions");
            if (flow_.find_step(id)) problem(given->place, "there are two steps with the id `" + id + "`");
            return id;
        }
        std::string base = step.uses.substr(step.uses.find('.') + 1);
        id = base;
        for (int n = 2; flow_.find_step(id); ++n) id = fmt::format("{}_{}", base, n);
        return id;
    }

    void read_kind(const Node& item, const Node& uses, Step& step) {
        const Node* connection = item.find("connection");
        if (const BuiltIn* built_in = find_built_in(step.uses)) {
            step.kind = built_in->kind;
            step.action = built_in->action;
            step.connection = makes_calls(step.kind) ? own_connection : "";
            if (connection) problem(connection->place, "`" + step.uses + "` uses no connection");
            if (step.kind == StepKind::lock) check_lock(item, step);
            return;
        }
        auto names = context_.actions.names();
        for (auto& name : built_in_names()) names.push_back(std::move(name));
        for (const auto& computation : context_.computations) {
            names.push_back(computation.action.name);
            if (computation.action.name != step.uses) continue;
            step.kind = StepKind::compute;
            step.action = computation.action;
            step.compute = computation.perform;
            step.connection = own_connection;
            if (connection) problem(connection->place, "`" + step.uses + "` uses no connection");
            return;
        }
        const schema::Action* action = context_.actions.find(step.uses);
        if (!action) return problem(uses.place, fmt::format("there is no action `{}`{}", step.uses, did_you_mean(step.uses, names)));
        step.action = *action;
        std::string connector = step.uses.substr(0, step.uses.find('.'));
        step.connection = connection ? connection->text : connector;
        check_connection(connection ? connection->place : uses.place, step.connection, connector);
    }

    /// One lock step, taken in one order and kept to the end: so no two runs wait for each other.
    void check_lock(const Node& item, const Step& step) {
        bool second = std::any_of(flow_.steps.begin(), flow_.steps.end(), [](const Step& its) { return its.kind == StepKind::lock; });
        if (second) problem(item.place, "a flow has at most one `lock` step: name all that it needs there");
        if (step.section != Section::main) problem(item.place, "`lock` belongs to `steps:`");
        if (const Node* list = item.find("for_each")) problem(list->place, "`lock` takes all its `names:` at once, without `for_each:`");
    }

    void check_connection(yaml::Place place, const std::string& name, const std::string& connector) {
        std::vector<std::string> names;
        for (const auto& [known, its_connector] : context_.connections) {
            if (known == name && its_connector == connector) return;
            if (known == name)
                return problem(place, fmt::format("the connection `{}` is one of `{}`, not of `{}`", name, its_connector, connector));
            names.push_back(known);
        }
        problem(place, fmt::format("there is no connection `{}`{}", name, did_you_mean(name, names)));
    }

    void read_with(const Node& with, Step& step) {
        if (with.kind != Node::Kind::map) return problem(with.place, "`with:` must be a map");
        step.with = template_of(with);
        if (step.kind == StepKind::require) check_require(with);
        if (step.kind != StepKind::require && step.kind != StepKind::set) check_inputs(with, step);
        const Node* entity = step.kind == StepKind::link || step.kind == StepKind::find_link ? with.find("entity") : nullptr;
        if (entity && entity->text.find("${") == std::string::npos) check_link_entity(*entity);
    }

    void check_link_entity(const Node& entity) {
        std::vector<std::string> names;
        for (const auto& [name, connector] : context_.connections) names.push_back(name);
        std::string connection = entity.text.substr(0, entity.text.find('/'));
        if (connection == entity.text || connection.size() + 1 == entity.text.size())
            problem(entity.place, "`entity:` must be CONNECTION/ENTITY: `" + entity.text + "`");
        else if (std::find(names.begin(), names.end(), connection) == names.end())
            problem(entity.place, fmt::format("there is no connection `{}`{}", connection, did_you_mean(connection, names)));
    }

    void check_require(const Node& with) {
        only_keys(with, {"that", "otherwise", "because"}, "`require`");
        if (!with.find("that")) problem(with.place, "`require` needs `that:`");
        if (!with.find("because")) problem(with.place, "`require` needs `because:`, the reason a person will read");
        const Node* otherwise = with.find("otherwise");
        if (otherwise && otherwise->text != "park" && otherwise->text != "skip")
            problem(otherwise->place, "`otherwise:` is `park` or `skip`");
    }

    void check_inputs(const Node& with, const Step& step) {
        if (step.action.name.empty()) return;
        std::vector<std::string> known;
        for (const auto& input : step.action.inputs) {
            known.push_back(input.name);
            if (!input.required || with.find(input.name)) continue;
            problem(
                with.place,
                input.name == "unique"
                    ? fmt::format(
                          "`{}` needs `unique:`, by which it is found again when an answer is lost; without it the effect could be doubled",
                          step.uses)
                    : fmt::format("`{}` needs `{}:` ({})", step.uses, input.name, input.summary));
        }
        only_keys(with, known, "`" + step.uses + "`");
    }

    void read_needs(const Node* needs, Step& step, std::size_t first_of_section) {
        if (!needs) {
            for (std::size_t i = first_of_section; i < flow_.steps.size(); ++i) step.needs.push_back(static_cast<int>(i));
            return;
        }
        std::vector<const Node*> names;
        if (needs->kind == Node::Kind::list)
            for (const Node& name : needs->items) names.push_back(&name);
        else if (needs->kind == Node::Kind::scalar)
            names.push_back(needs);
        std::vector<std::string> known;
        for (const auto& other : flow_.steps) known.push_back(other.id);
        for (const Node* name : names) {
            int index = flow_.step_index(name->text);
            if (index < 0)
                problem(name->place,
                        fmt::format("`needs:` names `{}`, which is no step above{}", name->text, did_you_mean(name->text, known)));
            else if (flow_.steps[static_cast<std::size_t>(index)].section != step.section)
                problem(name->place, "`needs:` names a step of another section: `" + name->text + "`");
            else
                step.needs.push_back(index);
        }
    }

    void read_policies(const Node& item, Step& step) {
        if (const Node* retry = item.find("retry")) {
            only_keys(*retry, {"max", "base"}, "`retry:`");
            if (const Node* max = retry->find("max")) {
                Value value = max->to_value();
                if (value.kind() == Value::Kind::integer && value.as_int() >= 0 && value.as_int() <= 100)
                    step.retry.retries_max = static_cast<int>(value.as_int());
                else
                    problem(max->place, "`retry: max` is a number from 0 to 100");
            }
            if (const Node* base = retry->find("base")) step.retry.base_ms = duration_of(*base, "retry: base");
        }
        if (const Node* timeout = item.find("timeout")) {
            step.timeout_ms = duration_of(*timeout, "timeout");
            if (step.timeout_ms.value_or(0) > step_timeout_max_ms) problem(timeout->place, "`timeout` is at most 10m");
        }
        if (const Node* on_error = item.find("on_error")) {
            step.continue_on_error = on_error->text == "continue";
            if (on_error->text != "continue" && on_error->text != "park") problem(on_error->place, "`on_error:` is `park` or `continue`");
        }
        if (const Node* target = item.find("on_conflict")) read_on_conflict(*target, step);
        read_delivery(item, step);
    }

    /// Where the run goes back to. What lies between is made again, so it must be safe to make again.
    void read_on_conflict(const Node& target, Step& step) {
        std::vector<std::string> known;
        for (const auto& other : flow_.steps)
            if (other.section == Section::main) known.push_back(other.id);
        step.on_conflict = flow_.step_index(target.text);
        if (step.section != Section::main) return problem(target.place, "`on_conflict:` belongs to `steps:`");
        if (step.on_conflict < 0 || step.for_each)
            return problem(target.place, step.for_each
                                             ? "`on_conflict:` is not for a step with `for_each:`"
                                             : fmt::format("`on_conflict:` names the step above to go back to; there is no `{}`{}",
                                                           target.text, did_you_mean(target.text, known)));
        for (auto i = static_cast<std::size_t>(step.on_conflict); i < flow_.steps.size(); ++i) {
            const Step& between = flow_.steps[i];
            if (between.kind == StepKind::lock)
                problem(target.place,
                        fmt::format("`on_conflict:` goes back to a step below `{}`: what is locked stays locked", between.id));
            if (between.action.effect == schema::ActionEffect::untraceable)
                problem(target.place,
                        fmt::format("`on_conflict:` would make `{}` again, and nobody can look whether it happened", between.id));
        }
    }

    /// Nobody can look whether such an effect happened: so the flow says what a lost answer means.
    void read_delivery(const Node& item, Step& step) {
        const Node* delivery = item.find("delivery");
        bool untraceable = step.action.effect == schema::ActionEffect::untraceable;
        if (untraceable && !delivery)
            problem(item.place, fmt::format("`{}` needs `delivery:`, because nobody can look whether it happened when its answer is lost: "
                                            "`at_most_once` (it may be missing) or `at_least_once` (it may come twice)",
                                            step.uses));
        if (!delivery) return;
        if (!untraceable && !step.action.name.empty())
            return problem(delivery->place,
                           fmt::format("`delivery:` is for effects that nobody can look for; that of `{}` can be {}", step.uses,
                                       step.action.effect == schema::ActionEffect::unique ? "looked for" : "repeated"));
        if (delivery->text == "at_most_once")
            step.delivery = Delivery::at_most_once;
        else if (delivery->text == "at_least_once")
            step.delivery = Delivery::at_least_once;
        else
            problem(delivery->place, "`delivery:` is `at_most_once` or `at_least_once`: `" + delivery->text + "`");
    }

    // ---- references of expressions ----

    void check_references() {
        for (const auto& trigger : flow_.triggers) {
            if (trigger.sweep) {
                check_sweep_references(trigger);
                continue;
            }
            std::set<std::string> names = {"body", "config"};
            if (!trigger.topic.empty()) names.insert("notification");
            check_template(trigger.key, names, nullptr);
            if (trigger.dedupe) check_template(*trigger.dedupe, names, nullptr);
        }
        if (flow_.key_must) check_template(*flow_.key_must, {"key", "config"}, nullptr);
        if (flow_.key_as) check_template(*flow_.key_as, {"key", "config"}, nullptr);
        for (const auto& step : flow_.steps) {
            std::set<std::string> names = {"body", "key", "config", "run"};
            if (step.section != Section::main) names.insert({"reason", "failed_step"});
            check_template(step.with, step.for_each ? with_name(names, step.as) : names, &step);
            if (step.condition) check_template(*step.condition, names, &step);
            if (step.for_each) check_template(*step.for_each, names, &step);
        }
        if (flow_.report) check_template(*flow_.report, {"body", "key", "config", "run"}, nullptr, true);
    }

    static std::set<std::string> with_name(std::set<std::string> names, const std::string& name) {
        names.insert(name);
        return names;
    }

    void check_template(const expr::Template& what, const std::set<std::string>& names, const Step* step, bool all_steps = false) {
        for (const auto& reference : what.references()) {
            yaml::Place place{reference.source.line, reference.source.column};
            if (names.contains(reference.variable)) {
                if (reference.variable == "config") check_config_name(place, reference);
                continue;
            }
            check_step_reference(place, reference.variable, names, step, all_steps);
        }
    }

    void check_config_name(yaml::Place place, const expr::Reference& reference) {
        if (reference.path.empty() || flow_.config.contains(reference.path[0])) return;
        std::vector<std::string> known;
        for (const auto& [name, value] : flow_.config) known.push_back(name);
        problem(place, fmt::format("`config:` has no `{}`{}", reference.path[0], did_you_mean(reference.path[0], known)));
    }

    void check_step_reference(yaml::Place place, const std::string& name, const std::set<std::string>& names, const Step* step,
                              bool all_steps) {
        int index = flow_.step_index(name);
        if (index < 0) {
            std::vector<std::string> known(names.begin(), names.end());
            for (const auto& other : flow_.steps) known.push_back(other.id);
            return problem(place, fmt::format("there is nothing called `{}` here{}", name, did_you_mean(name, known)));
        }
        if (all_steps) return;
        if (!step) return problem(place, fmt::format("a step's value is not known here: `{}`", name));
        const Step& other = flow_.steps[static_cast<std::size_t>(index)];
        if (other.section == Section::main && step->section != Section::main) return;
        if (!waits_for(*step, index))
            problem(place, fmt::format("`{}` uses `{}`, which it does not wait for: put it above, or add it to `needs:`", step->id, name));
    }

    bool waits_for(const Step& step, int wanted) const {
        std::vector<bool> seen(flow_.steps.size());
        return waits_for(step, wanted, seen);
    }
    bool waits_for(const Step& step, int wanted, std::vector<bool>& seen) const {
        return std::any_of(step.needs.begin(), step.needs.end(), [&](int need) {
            auto index = static_cast<std::size_t>(need);
            if (need == wanted) return true;
            if (seen[index]) return false;
            seen[index] = true;
            return waits_for(flow_.steps[index], wanted, seen);
        });
    }

    std::string file_;
    const FlowContext& context_;
    Flow flow_;
    std::vector<std::string> problems_;
};

}  // namespace

Result<Flow> parse_flow(std::string_view text, const std::string& file, const FlowContext& context) {
    return Reader(file, context).read(text);
}

}  // namespace lockstep::flow
