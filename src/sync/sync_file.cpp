#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/nearest.h"
#include "sync/sync.h"

namespace lockstep::sync {
namespace {

using yaml::Node;

constexpr std::array<std::string_view, 4> rule_names = {"newest", "left", "right", "park"};
constexpr std::size_t fields_max = 200;

/// Reads one sync file, collecting every problem instead of stopping at the first.
class Reader {
public:
    Reader(const std::string& file, const SyncContext& context) : file_(file), context_(context) {}

    Result<Sync> read(std::string_view text) {
        auto document = yaml::parse(text);
        if (!document) return fail(ErrorCode::flow_invalid, file_ + ": " + document.error().message);
        sync_.file = file_;
        if (document->kind == Node::Kind::map)
            read_top(*document);
        else
            problem(document->place, "a sync file is a map with `sync:`, `left:`, `right:` and `fields:`");
        if (problems_.empty()) return std::move(sync_);
        std::string all;
        for (const auto& message : problems_) all += (all.empty() ? "" : "\n") + message;
        return fail(ErrorCode::flow_invalid, all);
    }

private:
    void problem(yaml::Place place, const std::string& message) {
        problems_.push_back(fmt::format("{}:{}:{}: {}", file_, place.line, place.column, message));
    }

    bool only_keys(const Node& map, std::vector<std::string> known, std::string_view where) {
        if (map.kind != Node::Kind::map) return problem(map.place, fmt::format("{} must be a map", where)), false;
        for (const auto& entry : map.entries)
            if (std::find(known.begin(), known.end(), entry.key.text) == known.end())
                problem(entry.key.place, fmt::format("{} has no `{}`{}", where, entry.key.text, did_you_mean(entry.key.text, known)));
        return true;
    }

    std::string text_in(const Node& map, const char* name, std::string_view where, const char* what) {
        const Node* node = map.find(name);
        if (node && node->kind == Node::Kind::scalar && !node->text.empty()) return node->text;
        problem(node ? node->place : map.place, fmt::format("{} needs `{}:`, {}", where, name, what));
        return {};
    }

    bool truth_of(const Node& node, std::string_view what) {
        if (node.to_value().kind() != Value::Kind::boolean)
            problem(node.place, fmt::format("`{}:` is true or false: `{}`", what, node.text));
        return node.to_value() == Value(true);
    }

    expr::Template template_of(const Node& node, std::set<std::string> names) {
        auto compiled = expr::Template::compile(node, file_);
        if (!compiled) return problems_.push_back(compiled.error().message), expr::Template();
        const std::vector<std::string> known(names.begin(), names.end());
        for (const auto& reference : compiled->references()) {
            if (!names.contains(reference.variable))
                problem({reference.source.line, reference.source.column},
                        fmt::format("there is nothing called `{}` here{}", reference.variable, did_you_mean(reference.variable, known)));
            if (reference.variable == "config" && !reference.path.empty() && !sync_.config.contains(reference.path[0]))
                problem({reference.source.line, reference.source.column}, fmt::format("`config:` has no `{}`", reference.path[0]));
        }
        return *std::move(compiled);
    }

    void read_top(const Node& top) {
        only_keys(top, {"sync", "summary", "config", "left", "right", "match", "fields", "conflict", "delete", "sweep", "enabled"},
                  "a sync");
        sync_.name = text_in(top, "sync", "a sync", "its name");
        const bool plain =
            std::ranges::all_of(sync_.name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
        if (!plain) problem(top.find("sync")->place, "a sync's name is small letters, digits and `-`: `" + sync_.name + "`");
        if (const Node* summary = top.find("summary")) sync_.summary = summary->text;
        read_config(top.find("config"));
        if (const Node* enabled = top.find("enabled")) sync_.enabled = truth_of(*enabled, "enabled");
        if (const Node* rule = top.find("conflict")) sync_.conflict = rule_of(*rule);
        if (const Node* deletion = top.find("delete")) read_deletion(*deletion);
        sync_.sweep_every = context_.sweep_every;
        if (const Node* every = top.find("sweep"); every && sync_.sweep_every.empty()) sync_.sweep_every = every->text;
        if (sync_.sweep_every.empty()) sync_.sweep_every = "5m";
        read_half(top, "left", sync_.left);
        read_half(top, "right", sync_.right);
        if (sync_.left.connection == sync_.right.connection && sync_.left.object == sync_.right.object && !sync_.left.object.empty())
            problem(top.place, "`left:` and `right:` are the same records");
        if (const Node* fields = top.find("fields"))
            read_fields(*fields);
        else
            problem(top.place, "`fields:` (the pairs of fields) is missing");
        if (const Node* match = top.find("match")) read_match(*match);
    }

    void read_config(const Node* config) {
        if (config && config->kind == Node::Kind::map)
            sync_.config = config->to_value().as_map();
        else if (config && config->kind != Node::Kind::null)
            problem(config->place, "`config:` must be a map");
        std::vector<std::string> known;
        for (const auto& [name, value] : sync_.config) known.push_back(name);
        for (const auto& [name, value] : context_.config) {
            if (!sync_.config.contains(name))
                problem(config ? config->place : yaml::Place{1, 1},
                        fmt::format("the configuration overrides `{}`, which is not in the sync's `config:`{}", name,
                                    did_you_mean(name, known)));
            sync_.config.set(name, value);
        }
    }

    Rule rule_of(const Node& node) {
        const auto found = std::find(rule_names.begin(), rule_names.end(), node.text);
        if (found == rule_names.end()) problem(node.place, fmt::format("`conflict:` is newest, left, right or park: `{}`", node.text));
        return found == rule_names.end() ? Rule::park : static_cast<Rule>(found - rule_names.begin());
    }

    void read_deletion(const Node& node) {
        if (node.text == "keep")
            sync_.deletion = Deletion::keep;
        else if (node.text == "delete")
            sync_.deletion = Deletion::remove;
        else if (node.text == "park")
            sync_.deletion = Deletion::park;
        else
            problem(node.place, fmt::format("`delete:` is keep, delete or park: `{}`", node.text));
    }

    void read_half(const Node& top, const char* name, Half& half) {
        const Node* node = top.find(name);
        if (!node) return problem(top.place, fmt::format("`{}:` is missing: {{ connection: …, object: …, link_field: … }}", name));
        const std::string where = fmt::format("`{}:`", name);
        if (!only_keys(*node, {"connection", "object", "link_field", "create", "if"}, where)) return;
        half.connection = text_in(*node, "connection", where, "a configured connection");
        half.object = text_in(*node, "object", where, "the record type, such as Account");
        half.link_field = text_in(*node, "link_field", where, "the unique field that holds the other side's id");
        if (const Node* creates = node->find("create")) half.creates = truth_of(*creates, "create");
        if (const Node* condition = node->find("if")) half.condition = template_of(*condition, {"record", "config"});
        half.fields.push_back(half.link_field);
        read_connector(node->find("connection") ? node->find("connection")->place : node->place, half);
        if (half.condition) read_with(*half.condition, half);
    }

    void read_connector(yaml::Place place, Half& half) {
        std::vector<std::string> able;
        for (const auto& [name, connector] : context_.connections) {
            if (!context_.actions.find(connector + ".record_read")) continue;
            able.push_back(name);
            if (name == half.connection) half.connector = connector;
        }
        if (half.connector.empty() && !half.connection.empty())
            problem(place,
                    fmt::format("there is no connection `{}` that syncs can use{}", half.connection, did_you_mean(half.connection, able)));
        for (const auto& trigger : context_.vendor_triggers)
            if (trigger.connector == half.connector && !trigger.topic.empty()) half.triggers.push_back(trigger.name);
    }

    void also_read(Half& half, const std::string& field) {
        if (!field.empty() && std::ranges::find(half.fields, field) == half.fields.end()) half.fields.push_back(field);
    }
    void read_with(const expr::Template& what, Half& half) {
        for (const auto& reference : what.references())
            if (reference.variable == "record" && !reference.path.empty()) also_read(half, reference.path[0]);
    }

    void read_fields(const Node& fields) {
        if (fields.kind != Node::Kind::list || fields.items.empty() || fields.items.size() > fields_max)
            return problem(fields.place, fmt::format("`fields:` is a list of 1 to {} pairs, such as `- [Name, Account_Name]`", fields_max));
        for (const Node& item : fields.items) {
            const bool is_pair = item.kind == Node::Kind::list && item.items.size() == 2 && item.items[0].kind == Node::Kind::scalar &&
                                 item.items[1].kind == Node::Kind::scalar;
            if (!is_pair && item.kind != Node::Kind::map) {
                problem(item.place, "a pair is `[LEFT_FIELD, RIGHT_FIELD]` or a map with `left:` and `right:`");
                continue;
            }
            FieldPair pair;
            pair.place = item.place;
            if (is_pair)
                pair.left = item.items[0].text, pair.right = item.items[1].text;
            else
                read_pair(item, pair);
            add(std::move(pair));
        }
    }

    void read_pair(const Node& item, FieldPair& pair) {
        only_keys(item, {"left", "right", "direction", "conflict", "to_right", "to_left", "values", "other_values", "length"}, "a pair");
        pair.left = text_in(item, "left", "a pair", "the left field");
        pair.right = text_in(item, "right", "a pair", "the right field");
        if (const Node* direction = item.find("direction")) read_direction(*direction, pair);
        if (const Node* rule = item.find("conflict")) pair.conflict = rule_of(*rule);
        if (const Node* made = item.find("to_right")) pair.to_right = template_of(*made, {"value", "record", "config"});
        if (const Node* made = item.find("to_left")) pair.to_left = template_of(*made, {"value", "record", "config"});
        const bool one_way = pair.direction != Direction::both;
        if (!one_way && pair.to_right.has_value() != pair.to_left.has_value())
            problem(item.place, fmt::format("`{}` goes both ways: it needs `to_right:` and `to_left:`, or a `direction:`", pair.left));
        if (const Node* values = item.find("values")) read_values(*values, pair);
        if (const Node* others = item.find("other_values")) {
            pair.other_values = others->text == "same";
            if (others->text != "same" && others->text != "park") problem(others->place, "`other_values:` is same or park");
        }
        if (const Node* length = item.find("length")) read_length(*length, pair);
    }

    void read_direction(const Node& node, FieldPair& pair) {
        if (node.text == "to_right")
            pair.direction = Direction::to_right;
        else if (node.text == "to_left")
            pair.direction = Direction::to_left;
        else if (node.text != "both")
            problem(node.place, fmt::format("`direction:` is both, to_right or to_left: `{}`", node.text));
    }

    void read_values(const Node& values, FieldPair& pair) {
        if (values.kind != Node::Kind::map) return problem(values.place, "`values:` is a map of left values to right values");
        if (pair.to_right || pair.to_left)
            problem(values.place, "`values:` and `to_right:` or `to_left:` are two ways to say it: keep one");
        for (const auto& [left, right] : values.entries) pair.values.emplace_back(left.to_value(), right.to_value());
    }

    void read_length(const Node& length, FieldPair& pair) {
        if (!only_keys(length, {"left", "right"}, "`length:`")) return;
        const auto number = [&](const char* name, std::int64_t& into) {
            const Node* node = length.find(name);
            if (!node) return;
            const Value value = node->to_value();
            if (value.kind() == Value::Kind::integer && value.as_int() > 0)
                into = value.as_int();
            else
                problem(node->place, fmt::format("`length: {}` is the number of characters the field takes: `{}`", name, node->text));
        };
        number("left", pair.left_length);
        number("right", pair.right_length);
    }

    void add(FieldPair pair) {
        for (const FieldPair& known : sync_.fields) {
            if (known.left == pair.left) problem(pair.place, fmt::format("`{}` is in two pairs", pair.left));
            if (known.right == pair.right) problem(pair.place, fmt::format("`{}` is in two pairs", pair.right));
        }
        if (pair.left == sync_.left.link_field || pair.right == sync_.right.link_field)
            problem(pair.place, "the link field is kept by Lockstep itself: leave it out of `fields:`");
        also_read(sync_.left, pair.left);
        also_read(sync_.right, pair.right);
        if (pair.to_right) read_with(*pair.to_right, sync_.left);
        if (pair.to_left) read_with(*pair.to_left, sync_.right);
        sync_.fields.push_back(std::move(pair));
    }

    void read_match(const Node& match) {
        if (!only_keys(match, {"exact", "name", "website", "phone", "city", "country"}, "`match:`")) return;
        const auto pair_of = [&](const Node& node) -> std::optional<Near> {
            if (node.kind == Node::Kind::list && node.items.size() == 2) {
                also_read(sync_.left, node.items[0].text);
                also_read(sync_.right, node.items[1].text);
                return Near{node.items[0].text, node.items[1].text};
            }
            problem(node.place, "`match:` has pairs `[LEFT_FIELD, RIGHT_FIELD]`");
            return std::nullopt;
        };
        if (const Node* exact = match.find("exact")) {
            if (exact->kind != Node::Kind::list) problem(exact->place, "`exact:` is a list of pairs `[LEFT_FIELD, RIGHT_FIELD]`");
            for (const Node& item : exact->items)
                if (auto pair = pair_of(item)) sync_.match.exact.push_back(*pair);
        }
        const std::pair<const char*, std::optional<Near>*> roles[] = {{"name", &sync_.match.name},
                                                                      {"website", &sync_.match.website},
                                                                      {"phone", &sync_.match.phone},
                                                                      {"city", &sync_.match.city},
                                                                      {"country", &sync_.match.country}};
        for (const auto& [name, role] : roles)
            if (const Node* node = match.find(name)) *role = pair_of(*node);
    }

    std::string file_;
    const SyncContext& context_;
    Sync sync_;
    std::vector<std::string> problems_;
};

}  // namespace

std::optional<Side> side_from(std::string_view name) {
    if (name == "left") return Side::left;
    if (name == "right") return Side::right;
    return std::nullopt;
}

std::string_view to_string(Rule rule) { return rule_names[static_cast<std::size_t>(rule)]; }

const FieldPair* Sync::find_pair(std::string_view left_field) const {
    const auto found = std::ranges::find(fields, left_field, &FieldPair::left);
    return found == fields.end() ? nullptr : &*found;
}

bool is_sync(const yaml::Node& document) { return document.kind == Node::Kind::map && document.find("sync") && !document.find("flow"); }

Result<Sync> parse_sync(std::string_view text, const std::string& file, const SyncContext& context) {
    return Reader(file, context).read(text);
}

}  // namespace lockstep::sync
