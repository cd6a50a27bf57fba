#include "sync/merge.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/time.h"
#include "sync/transform.h"

namespace lockstep::sync {
namespace {

/// One side as it was read.
struct Seen {
    bool was_read = false;  ///< it was asked for
    bool alive = false;
    std::string id, version, merged_into;
    Value by, at;
    Map fields;
};

Seen seen_in(const Value& given) {
    Seen seen;
    if (!given.is_map()) return seen;
    seen.was_read = true;
    seen.alive = given["found"] == Value(true) && given["deleted"] != Value(true);
    seen.id = given["id"].text();
    seen.version = given["version"].text();
    seen.merged_into = given["merged_into"].text();
    seen.by = given["modified_by"];
    seen.at = given["modified_at"];
    if (given["fields"].is_map()) seen.fields = given["fields"].as_map();
    return seen;
}

std::optional<Timestamp> time_of(const Value& value) {
    if (value.kind() == Value::Kind::timestamp) return value.as_timestamp();
    auto time = value.is_string() ? parse_timestamp(value.as_string()) : Result<Timestamp>(fail(ErrorCode::time_invalid, ""));
    return time ? std::optional(*time) : std::nullopt;
}

const Value& field_of(const Map& fields, const std::string& name) {
    const Value* found = fields.find(name);
    return found ? *found : null_value();
}

/// Merges two living records, field by field.
class FieldMerge {
public:
    FieldMerge(const Sync& sync, const Seen& left, const Seen& right, Value base, Value decisions)
        : sync_(sync), left_(left), right_(right), base_(std::move(base)), decisions_(std::move(decisions)) {}

    void run() {
        for (const FieldPair& pair : sync_.fields) merge(pair);
    }

    Map to_left, to_right;
    Map base_left, base_right;
    List changes, conflicts, problems;

private:
    void merge(const FieldPair& pair) {
        const Value l = settled(field_of(left_.fields, pair.left)), r = settled(field_of(right_.fields, pair.right));
        const Value* base_l = base_["left"].find(pair.left);
        const Value* base_r = base_["right"].find(pair.right);
        const bool met = base_l != nullptr && base_r != nullptr;
        const bool l_changed = met && !same(l, *base_l), r_changed = met && !same(r, *base_r);
        if (met && !l_changed && !r_changed) return agree(pair, l, r);
        const auto as_right = transformed(sync_, pair, Side::left, left_.fields),
                   as_left = transformed(sync_, pair, Side::right, right_.fields);
        if ((as_right && same(*as_right, r)) || (as_left && same(*as_left, l))) return agree(pair, l, r);
        if (!met) return meet(pair, l, r);
        if (l_changed && r_changed && pair.direction == Direction::both) return conflict(pair, l, r, *base_l, *base_r);
        const bool from_left = pair.direction == Direction::both ? l_changed : pair.direction == Direction::to_right;
        // What is changed where it is only shown stays so until it changes where it comes from.
        if (from_left ? !l_changed : !r_changed) return agree(pair, l, r);
        carry(pair, from_left ? Side::left : Side::right, l, r);
    }

    /// The first time: what only one side has goes over; nothing is emptied.
    void meet(const FieldPair& pair, const Value& l, const Value& r) {
        const bool both = pair.direction == Direction::both;
        if (both && !l.is_null() && !r.is_null()) return conflict(pair, l, r, null_value(), null_value());
        const Side from = both                                    ? (l.is_null() ? Side::right : Side::left)
                          : pair.direction == Direction::to_right ? Side::left
                                                                  : Side::right;
        if ((from == Side::left ? l : r).is_null()) return agree(pair, l, r);
        carry(pair, from, l, r);
    }

    void agree(const FieldPair& pair, const Value& l, const Value& r) {
        base_left.set(pair.left, l);
        base_right.set(pair.right, r);
    }

    /// What was agreed on before stays so: the field is looked at again the next time.
    void leave(const FieldPair& pair) {
        if (const Value* l = base_["left"].find(pair.left)) base_left.set(pair.left, *l);
        if (const Value* r = base_["right"].find(pair.right)) base_right.set(pair.right, *r);
    }

    void carry(const FieldPair& pair, Side from, const Value& l, const Value& r) {
        auto value = transformed(sync_, pair, from, from == Side::left ? left_.fields : right_.fields);
        if (value)
            put(pair, other(from), *value, l, r);
        else
            leave_with(pair, other(from), value.error());
    }

    void put(const FieldPair& pair, Side where, const Value& value, const Value& l, const Value& r) {
        const bool to_right = where == Side::right;
        if (auto misfit = misfit_of(pair, where, value)) return leave_with(pair, where, *misfit);
        const Seen& source = to_right ? left_ : right_;
        (to_right ? this->to_right : to_left).set(to_right ? pair.right : pair.left, value);
        agree(pair, to_right ? l : value, to_right ? value : r);
        changes.push_back(Map{{"side", to_string(where)},
                              {"field", to_right ? pair.right : pair.left},
                              {"from", to_right ? r : l},
                              {"to", value},
                              {"by", source.by},
                              {"at", source.at}});
    }

    void leave_with(const FieldPair& pair, Side where, const Error& error) {
        leave(pair);
        problems.push_back(Map{
            {"field", pair.left}, {"side", to_string(where)}, {"code", std::string(to_string(error.code))}, {"message", error.message}});
    }

    void conflict(const FieldPair& pair, const Value& l, const Value& r, const Value& base_l, const Value& base_r) {
        Map entry{{"field", pair.left},
                  {"right_field", pair.right},
                  {"base", Map{{"left", base_l}, {"right", base_r}}},
                  {"left", l},
                  {"right", r},
                  {"left_at", left_.at},
                  {"right_at", right_.at},
                  {"left_by", left_.by},
                  {"right_by", right_.by}};
        const Value* decision = decisions_.find(pair.left);
        if (decision && same((*decision)["left"], l) && same((*decision)["right"], r)) {
            entry.set("rule", "decided");
            entry.set("open", false);
            entry.set("taken", (*decision)["take"]);
            decide(pair, *decision, l, r);
            conflicts.push_back(std::move(entry));
            return;
        }
        const Rule rule = pair.conflict.value_or(sync_.conflict);
        const std::optional<Side> winner = winner_by(rule);
        entry.set("rule", std::string(to_string(rule)));
        entry.set("open", !winner);
        entry.set("taken", winner ? Value(to_string(*winner)) : Value());
        conflicts.push_back(std::move(entry));
        if (winner)
            carry(pair, *winner, l, r);
        else
            leave(pair);
    }

    void decide(const FieldPair& pair, const Value& decision, const Value& l, const Value& r) {
        const std::string take = decision["take"].text();
        if (take == "left" || take == "right") return carry(pair, take == "left" ? Side::left : Side::right, l, r);
        // A typed value is what the left side shall say.
        const Value typed = settled(decision["value"]);
        Map fields = left_.fields;
        fields.set(pair.left, typed);
        auto value = transformed(sync_, pair, Side::left, fields);
        if (!value) return leave_with(pair, Side::right, value.error());
        if (!same(*value, r)) put(pair, Side::right, *value, l, r);
        if (!same(typed, l)) put(pair, Side::left, typed, l, r);
        agree(pair, typed, *value);
    }

    std::optional<Side> winner_by(Rule rule) const {
        if (rule == Rule::left) return Side::left;
        if (rule == Rule::right) return Side::right;
        if (rule == Rule::park) return std::nullopt;
        const auto l = time_of(left_.at), r = time_of(right_.at);
        return r && (!l || l->ms() < r->ms()) ? Side::right : Side::left;
    }

    const Sync& sync_;
    const Seen &left_, &right_;
    const Value base_, decisions_;  // their own: whoever has none gives temporaries
};

/// Everything about a pair of records: which of them there are, and what that means.
class PairMerge {
public:
    PairMerge(const Sync& sync, const Value& with)
        : sync_(sync), with_(with), link_(with["link"]), left_(seen_in(with["left"])), right_(seen_in(with["right"])) {}

    /// Of a record that is thought to have no partner: the one that it names; empty: it names none.
    std::string partner_it_names_now() const {
        if (left_.alive == right_.alive) return {};
        const Side side = left_.alive ? Side::left : Side::right;
        return linked_id(other(side)).empty() && !seen(other(side)).was_read ? named_by(side) : std::string();
    }

    Value decide() {
        for (const char* name : {"to_left", "to_right", "create", "delete", "base", "nothing", "stop"}) out_.set(name, Value());
        for (const char* name : {"links", "changes", "conflicts", "problems"}) out_.set(name, List{});
        if (left_.alive && right_.alive)
            both_live();
        else if (left_.alive || right_.alive)
            one_lives(left_.alive ? Side::left : Side::right);
        else
            out_.set("nothing", link_.is_null() ? "there is no such record" : "the record and its partner are deleted");
        return Value(std::move(out_));
    }

private:
    const Seen& seen(Side side) const { return side == Side::left ? left_ : right_; }
    std::string linked_id(Side side) const { return link_[to_string(side)].text(); }
    std::string named_by(Side side) const { return settled(field_of(seen(side).fields, sync_.half(side).link_field)).text(); }
    std::string describe(Side side) const {
        return fmt::format("{} {} {}", sync_.half(side).connection, sync_.half(side).object, seen(side).id);
    }

    void stop(std::string why) { out_.set("stop", std::move(why)); }

    void remember(Side side, const std::string& id, Value value) {
        out_["links"].mutable_list().push_back(Map{{"entity", link_entity(sync_, side)}, {"id", id}, {"value", std::move(value)}});
    }

    /// The rows that say that two records are partners, if they do not say so already.
    void remember_pair(const std::string& left, const std::string& right, Value base) {
        Value whole = Map{{"left", left}, {"right", right}, {"base", std::move(base)}};
        if (whole == link_) return;
        const bool is_new = linked_id(Side::left) != left || linked_id(Side::right) != right;
        remember(Side::left, left, std::move(whole));
        if (is_new) remember(Side::right, right, Map{{"left", left}, {"right", right}});
    }

    void both_live() {
        for (const Side side : {Side::left, Side::right}) {
            const std::string linked = linked_id(side);
            if (!linked.empty() && linked != seen(side).id)
                return stop(fmt::format("{} names {} as its partner, which belongs to {}; empty its {} or unlink the two",
                                        describe(other(side)), seen(side).id, linked, sync_.half(other(side)).link_field));
        }
        FieldMerge fields(sync_, left_, right_, link_["base"], with_["decisions"]);
        fields.run();
        for (const Side side : {Side::left, Side::right})
            if (!name_partner(side, side == Side::left ? fields.to_left : fields.to_right)) return;
        out_.set("base", Map{{"left", std::move(fields.base_left)}, {"right", std::move(fields.base_right)}});
        out_.set("changes", std::move(fields.changes));
        out_.set("conflicts", std::move(fields.conflicts));
        out_.set("problems", std::move(fields.problems));
        if (!fields.to_left.empty()) out_.set("to_left", write(Side::left, std::move(fields.to_left)));
        if (!fields.to_right.empty()) out_.set("to_right", write(Side::right, std::move(fields.to_right)));
        remember_pair(left_.id, right_.id, out_["base"]);
    }

    /// Both records carry the other's id. A third record's id there is for a person, unless the partner has taken its place.
    bool name_partner(Side side, Map& writes) {
        const std::string named = named_by(side);
        const std::string& partner = seen(other(side)).id;
        if (named == partner) return true;
        if (!named.empty() && !has_taken_the_place_of(named, other(side))) {
            stop(fmt::format("{} names {} in its {}, but its partner is {}", describe(side), named, sync_.half(side).link_field, partner));
            return false;
        }
        writes.set(sync_.half(side).link_field, partner);
        return true;
    }

    /// Whether the record of another id was merged into the side's one.
    bool has_taken_the_place_of(const std::string& id, Side side) const {
        if (id == link_["before"].text()) return true;
        const Value& former = with_["former"];
        return former.is_list() && with_["side"].text() == to_string(side) &&
               std::ranges::find(former.as_list(), Value(id)) != former.as_list().end();
    }

    Value write(Side side, Map fields) const {
        return Map{{"id", seen(side).id}, {"version", seen(side).version}, {"fields", std::move(fields)}};
    }

    void one_lives(Side side) {
        const Seen& gone = seen(other(side));
        const bool was_linked = !linked_id(other(side)).empty();
        if (!was_linked && !gone.was_read) return create(other(side));
        // Whoever was deleted before it had a partner has none now.
        if (!was_linked && with_["side"].text() == to_string(other(side))) return out_.set("nothing", "the record is deleted");
        if (!was_linked)
            return stop(fmt::format("{} names {} in its {}, which does not exist", describe(side), with_["partner"].text(),
                                    sync_.half(side).link_field));
        if (!gone.merged_into.empty()) return moved(side, gone);
        lost(side);
    }

    void create(Side where) {
        const Half& half = sync_.half(where);
        const Side from = other(where);
        const Seen& source = seen(from);
        if (!half.creates) return out_.set("nothing", fmt::format("{} has no partner, and none is created", describe(from)));
        if (const auto& condition = sync_.half(from).condition) {
            auto wanted = evaluated(*condition, sync_, source.fields);
            if (!wanted) return stop(wanted.error().message);
            if (*wanted != Value(true)) return out_.set("nothing", fmt::format("{} does not take part: `if:` is not true", describe(from)));
        }
        const Seen nobody;
        FieldMerge fields(sync_, where == Side::right ? source : nobody, where == Side::right ? nobody : source, Value(), Value());
        fields.run();
        out_.set("problems", fields.problems);
        if (!fields.problems.empty()) return stop("values cannot go over: " + fields.problems.front()["message"].text());
        out_.set("changes", std::move(fields.changes));
        out_.set("base", Map{{"left", std::move(fields.base_left)}, {"right", std::move(fields.base_right)}});
        out_.set("create", Map{{"side", to_string(where)},
                               {"unique", Map{{half.link_field, source.id}}},
                               {"fields", where == Side::right ? std::move(fields.to_right) : std::move(fields.to_left)}});
    }

    /// The partner was deleted.
    void lost(Side side) {
        const std::string why = fmt::format("the partner {} of {} was deleted", linked_id(other(side)), describe(side));
        const bool edited = std::ranges::any_of(sync_.fields, [&](const FieldPair& pair) {
            const std::string& name = side == Side::left ? pair.left : pair.right;
            const Value* base = link_["base"][to_string(side)].find(name);
            return base && !same(*base, field_of(seen(side).fields, name));
        });
        if (sync_.deletion == Deletion::keep) return out_.set("nothing", why + "; it is kept");
        if (sync_.deletion == Deletion::park) return stop(why);
        if (edited) return stop(why + ", but this record was edited since: delete it, or restore the partner");
        out_.set("delete", Map{{"side", to_string(side)}, {"id", seen(side).id}});
    }

    /// The partner was merged into another record, which takes its place unless it has a partner of its own.
    void moved(Side side, const Seen& gone) {
        const Side lost_side = other(side);
        const std::string own = with_["moved"][to_string(side)].text();
        if (own == seen(side).id) return out_.set("nothing", "its partner was merged, and follows it already");
        if (!own.empty()) {
            const std::string why =
                fmt::format("the partner of {} was merged into {}, which has {} already", describe(side), gone.merged_into, own);
            if (sync_.deletion == Deletion::keep) return out_.set("nothing", why + "; it is kept");
            return sync_.deletion == Deletion::park ? stop(why) : out_.set("delete", Map{{"side", to_string(side)}, {"id", seen(side).id}});
        }
        const Value left = side == Side::left ? Value(seen(side).id) : Value(gone.merged_into);
        const Value right = side == Side::left ? Value(gone.merged_into) : Value(seen(side).id);
        const Value whole = Map{{"left", left}, {"right", right}, {"base", Value()}, {"before", linked_id(lost_side)}};
        remember(lost_side, linked_id(lost_side), Value());
        remember(Side::left, left.text(), whole);
        remember(Side::right, right.text(), Map{{"left", left}, {"right", right}});
        out_.set("moved", true);
    }

    const Sync& sync_;
    const Value& with_;
    const Value& link_;
    Seen left_, right_;
    Map out_;
};

}  // namespace

Value settled(const Value& value) {
    if (!value.is_string()) return value;
    std::string text;
    for (const char c : value.as_string())
        if (c != '\r') text += c;
    const auto blank = [](char c) { return c == ' ' || c == '\n' || c == '\t'; };
    while (!text.empty() && blank(text.back())) text.pop_back();
    text.erase(0, static_cast<std::size_t>(std::ranges::find_if_not(text, blank) - text.begin()));
    return text.empty() ? Value() : Value(std::move(text));
}

bool same(const Value& a, const Value& b) {
    const Value x = settled(a), y = settled(b);
    if (x == y) return true;
    // Only a text that begins like a time is read as one: a telephone number never does.
    const auto like_a_time = [](const Value& v) { return v.is_string() && v.as_string().size() > 16 && v.as_string()[10] == 'T'; };
    if (!like_a_time(x) || !like_a_time(y)) return false;
    const auto s = time_of(x), t = time_of(y);
    return s && t && s->ms() == t->ms();
}

schema::Action merge_action() {
    const auto any = [](const char* name, const char* summary) {
        return schema::ActionInput{.name = name, .type = "any", .summary = summary};
    };
    return {.name = "merge",
            .summary = "Decides what two records need to say the same.",
            .inputs = {any("side", "where it was changed"), any("id", "the record there"), any("partner", "its partner, as far as known"),
                       any("link", "what was agreed on"), any("left", "as read"), any("right", "as read"),
                       any("moved", "the link of the record that one was merged into"), any("decisions", "of a person"),
                       any("former", "records that were merged into the one that changed")},
            .output = "what is written, made, deleted and remembered"};
}

schema::Action read_again_action() {
    return {.name = "read_again",
            .summary = "Sends the run back to read both sides again.",
            .inputs = {{.name = "because", .type = "text", .required = true, .summary = "why"}},
            .output = "nothing"};
}

Result<Value> read_again(const Value& with) { return fail(ErrorCode::precondition_failed, with["because"].text()); }

Result<Value> merge(const Sync& sync, const Value& with) {
    PairMerge pair(sync, with);
    // When it was read first it named nobody: it was deleted then, or somebody has just linked it.
    if (const std::string named = pair.partner_it_names_now(); !named.empty())
        return fail(ErrorCode::precondition_failed, "the record names a partner now: " + named);
    return pair.decide();
}

}  // namespace lockstep::sync
