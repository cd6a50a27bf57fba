#include "cli/first_contact.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "sync/merge.h"
#include "sync/normal_form.h"

namespace lockstep::cli {
namespace {

using sync::Side;

constexpr Side sides[] = {Side::left, Side::right};
constexpr std::int64_t page_rows = 2'000;

std::size_t index_of(Side side) { return side == Side::left ? 0 : 1; }

Value names_of(const std::vector<std::string>& names) {
    List list;
    for (const auto& name : names) list.push_back(name);
    return Value(std::move(list));
}

ReadRow compact(const sync::Half& half, const Value& row) {
    ReadRow made{.id = row["id"].text(), .version = row["version"].text(), .at = row["modified_at"], .values = {}};
    made.values.reserve(half.fields.size());
    for (const auto& name : half.fields) made.values.push_back(row["fields"][name]);
    return made;
}

Result<void> read_side(VendorCalls& vendors, const sync::Half& half, Side side, const ReadProgress& progress, BothSides& both) {
    const std::string prefix = half.connector + ".record_";
    LS_TRY_ASSIGN(const Value fields, vendors.call(half.connection, prefix + "fields", Map{{"entity", half.object}}));
    if (fields.is_list()) both.fields[index_of(side)] = fields.as_list();
    auto& rows = both.rows[index_of(side)];
    std::string after;
    do {
        Map with{{"entity", half.object}, {"fields", names_of(half.fields)}, {"limit", page_rows}};
        if (!after.empty()) with.set("after", after);
        LS_TRY_ASSIGN(const Value page, vendors.call(half.connection, prefix + "list", with));
        if (!page["rows"].is_list()) return fail(ErrorCode::vendor_protocol, prefix + "list gave no rows: " + half.connection);
        for (const Value& row : page["rows"].as_list()) rows.push_back(compact(half, row));
        const std::string next = page["next"].text();
        if (!next.empty() && next == after) return fail(ErrorCode::vendor_protocol, "the pages do not go on: " + half.connection);
        after = next;
        progress(side, rows.size());
    } while (!after.empty());
    return {};
}

/// Finds what the first contact does, part after part.
class Planner {
public:
    Planner(const sync::Sync& sync, BothSides both, store::Store* store, const MatchDecisions& decisions)
        : sync_(sync), both_(std::move(both)), store_(store), decisions_(decisions) {}

    Result<Plan> make() {
        for (const Side side : sides) plan_.records[index_of(side)] = rows(side).size();
        index_rows();
        check_fields();
        LS_TRY(leave_out_linked());
        auto found = sync::match(candidates(Side::left), candidates(Side::right), exact_keys());
        LS_TRY(take_accepted());
        for (const auto& its : found.linked)
            if (!taken_[0].contains(its.left) && !taken_[1].contains(its.right)) add_pair(its.left, its.right, its.by);
        keep_out(found);
        add_creations();
        return std::move(plan_);
    }

private:
    const std::vector<ReadRow>& rows(Side side) const { return both_.rows[index_of(side)]; }

    void index_rows() {
        for (const Side side : sides)
            for (const ReadRow& row : rows(side)) by_id_[index_of(side)].emplace(row.id, &row);
    }
    const ReadRow* row_of(Side side, const std::string& id) const {
        auto found = by_id_[index_of(side)].find(id);
        return found == by_id_[index_of(side)].end() ? nullptr : found->second;
    }

    // ---- partners ----

    /// What the engine has linked is kept in step already.
    Result<void> leave_out_linked() {
        if (!store_) return {};
        for (const Side side : sides)
            for (const auto& [id, version, at, values] : rows(side)) {
                LS_TRY_ASSIGN(auto link, store_->find_link(sync_.half(side).connection, "sync/" + sync_.name, id));
                if (!link || link->value_json == "null") continue;
                linked_[index_of(side)].insert(id);
            }
        plan_.linked_already = std::max(linked_[0].size(), linked_[1].size());
        return {};
    }

    std::string text_in(Side side, const ReadRow& row, const std::string& field) const {
        const auto& names = sync_.half(side).fields;
        const auto found = std::ranges::find(names, field);
        return found == names.end() ? "" : row.values[static_cast<std::size_t>(found - names.begin())].text();
    }

    std::vector<sync::Candidate> candidates(Side side) {
        const bool left = side == Side::left;
        const auto value = [&](const ReadRow& row, const std::optional<sync::Near>& near) {
            return near ? text_in(side, row, left ? near->left : near->right) : std::string();
        };
        std::vector<sync::Candidate> all;
        for (const ReadRow& row : rows(side)) {
            if (linked_[index_of(side)].contains(row.id)) continue;
            sync::Candidate one;
            one.id = row.id;
            one.name = value(row, sync_.match.name);
            one.website = value(row, sync_.match.website);
            one.phone = value(row, sync_.match.phone);
            one.city = value(row, sync_.match.city);
            one.country = value(row, sync_.match.country);
            one.link = text_in(side, row, sync_.half(side).link_field);
            for (const auto& key : sync_.match.exact) one.exact.push_back(text_in(side, row, left ? key.left : key.right));
            all.push_back(std::move(one));
        }
        return all;
    }

    std::vector<sync::ExactKey> exact_keys() const {
        std::vector<sync::ExactKey> keys;
        for (const auto& key : sync_.match.exact)
            keys.push_back(
                {.name = key.left == key.right ? key.left : key.left + " = " + key.right, .form = sync::key_form_of(key.left, key.right)});
        return keys;
    }

    Result<void> take_accepted() {
        for (const auto& [pair, its] : decisions_.all()) {
            if (!its.accepted || linked_[0].contains(its.left) || linked_[1].contains(its.right)) continue;
            if (!row_of(Side::left, its.left) || !row_of(Side::right, its.right)) continue;  // gone since
            if (taken_[0].contains(its.left) || taken_[1].contains(its.right))
                return fail(ErrorCode::request_invalid,
                            fmt::format("two accepted proposals share a record; reject one of them: {} and {}", its.left, its.right));
            add_pair(its.left, its.right, "accepted");
        }
        return {};
    }

    /// Whatever is doubtful is for a person: neither linked nor created.
    void keep_out(sync::MatchResult& found) {
        for (auto& its : found.proposals) {
            const auto* decision = decisions_.find(its.left, its.right);
            if (decision && decision->accepted) continue;
            if (decision) {
                ++plan_.rejected;
                continue;
            }
            left_out_[0].insert(its.left);
            left_out_[1].insert(its.right);
            plan_.proposals.push_back(std::move(its));
        }
        for (const auto& its : found.ambiguous) {
            left_out_[0].insert(its.left.begin(), its.left.end());
            left_out_[1].insert(its.right.begin(), its.right.end());
        }
        plan_.ambiguous = std::move(found.ambiguous);
    }

    void add_creations() {
        for (const Side side : sides)
            for (const auto& [id, version, at, values] : rows(side)) {
                const std::size_t i = index_of(side);
                if (linked_[i].contains(id) || taken_[i].contains(id) || left_out_[i].contains(id)) continue;
                plan_.creations.push_back(merged(side, id, ""));
            }
    }

    void add_pair(const std::string& left, const std::string& right, std::string by) {
        taken_[0].insert(left);
        taken_[1].insert(right);
        plan_.pairs.push_back(merged(Side::left, left, right));
        plan_.pairs.back().by = std::move(by);
    }

    // ---- what is written ----

    /// As `record_read` gives it.
    Value as_read(Side side, const std::string& id) const {
        const ReadRow* row = row_of(side, id);
        if (!row) return {};
        const auto& names = sync_.half(side).fields;
        Map fields;
        fields.reserve(names.size());
        for (std::size_t i = 0; i < names.size(); ++i) fields.set(names[i], row->values[i]);
        return Map{{"found", true}, {"id", row->id}, {"fields", std::move(fields)}, {"version", row->version}, {"modified_at", row->at}};
    }

    Planned merged(Side side, const std::string& id, const std::string& partner) {
        Planned planned;
        (side == Side::left ? planned.left : planned.right) = id;
        if (!partner.empty()) planned.right = partner;
        const Value with = Map{{"side", sync::to_string(side)},
                               {"id", id},
                               {"partner", partner.empty() ? Value() : Value(partner)},
                               {"link", Value()},
                               {"left", as_read(Side::left, planned.left)},
                               {"right", as_read(Side::right, planned.right)},
                               {"moved", Value()},
                               {"decisions", Value()}};
        auto decided = sync::merge(sync_, with);
        if (!decided) return planned.stop = decided.error().message, planned;
        planned.changes = (*decided)["changes"];
        planned.stop = (*decided)["stop"].text();
        planned.nothing = (*decided)["nothing"].text();
        for (const Value& its : (*decided)["conflicts"].as_list()) {
            ++planned.conflicts;
            planned.open_conflicts += its["open"] == Value(true) ? 1 : 0;
        }
        check_problems((*decided)["problems"], planned);
        check_values(planned);
        if (!(*decided)["create"].is_null()) check_mandatory((*decided)["create"], id);
        return planned;
    }

    // ---- what does not fit ----

    void tell(std::string kind, Side where, std::string id, std::string field, std::string message) {
        plan_.misfits.push_back(
            {std::move(kind), std::string(sync::to_string(where)), std::move(id), std::move(field), std::move(message)});
    }

    const Value* field_of(Side side, const std::string& name) const {
        for (const Value& field : both_.fields[index_of(side)])
            if (field["name"].text() == name) return &field;
        return nullptr;
    }

    static bool goes(const sync::FieldPair& pair, Side where) {
        return pair.direction == sync::Direction::both ||
               pair.direction == (where == Side::right ? sync::Direction::to_right : sync::Direction::to_left);
    }

    /// The fields themselves, as the vendors describe them.
    void check_fields() {
        for (const auto& pair : sync_.fields) {
            const Value* field[] = {field_of(Side::left, pair.left), field_of(Side::right, pair.right)};
            for (const Side side : sides) {
                const std::string& name = side == Side::left ? pair.left : pair.right;
                if (both_.fields[index_of(side)].empty()) continue;
                if (!field[index_of(side)])
                    tell("missing", side, "", name, fmt::format("{} has no field {}", sync_.half(side).object, name));
                else if (goes(pair, side) && (*field[index_of(side)])["writable"] == Value(false))
                    tell("read_only", side, "", name, fmt::format("{} cannot be written, and the sync would write it", name));
            }
            const bool made = pair.to_left || pair.to_right || !pair.values.empty();
            if (!field[0] || !field[1] || made) continue;
            const std::string left = kind_of((*field[0])["type"].text()), right = kind_of((*field[1])["type"].text());
            if (left != right)
                tell("type", Side::right, "", pair.left,
                     fmt::format("the types differ: {} is {}, {} is {}", pair.left, left, pair.right, right));
        }
    }
    /// A picklist is a text with a bound on what it may say; that is looked at value by value.
    static std::string kind_of(const std::string& type) { return type == "picklist" ? "text" : type; }

    void check_problems(const Value& problems, const Planned& planned) {
        for (const Value& its : problems.as_list()) {
            const Side where = its["side"].text() == "left" ? Side::left : Side::right;
            tell("cannot_go_over", where, where == Side::right ? planned.left : planned.right, its["field"].text(), its["message"].text());
        }
    }

    void check_values(const Planned& planned) {
        if (!planned.changes.is_list()) return;
        for (const Value& change : planned.changes.as_list()) {
            const Side where = change["side"].text() == "left" ? Side::left : Side::right;
            const Value* field = field_of(where, change["field"].text());
            if (field) check_value(*field, where, change["to"], where == Side::right ? planned.left : planned.right);
        }
    }

    void check_value(const Value& field, Side where, const Value& value, const std::string& id) {
        if (!value.is_string()) return;
        const std::string& text = value.as_string();
        const std::string name = field["name"].text();
        const auto length = std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
        const Value& most = field["length"];
        if (most.kind() == Value::Kind::integer && most.as_int() > 0 && length > most.as_int())
            tell("too_long", where, id, name,
                 fmt::format("text is longer than the field allows: {}, {} of {}", name, length, most.as_int()));
        if (field["type"].text() != "picklist" || !field["values"].is_list() || field["values"].as_list().empty()) return;
        if (std::ranges::none_of(field["values"].as_list(), [&](const Value& known) { return known.text() == text; }))
            tell("not_known", where, id, name, fmt::format("the list of {} has no such value: {}", name, text));
    }

    void check_mandatory(const Value& create, const std::string& id) {
        const Side where = create["side"].text() == "left" ? Side::left : Side::right;
        for (const Value& field : both_.fields[index_of(where)]) {
            const std::string name = field["name"].text();
            if (field["mandatory"] != Value(true) || !create["fields"][name].is_null()) continue;
            tell("mandatory", where, id, name, fmt::format("{} needs a value for {}, and would get none", sync_.half(where).object, name));
        }
    }

    const sync::Sync& sync_;
    BothSides both_;
    store::Store* store_;
    const MatchDecisions& decisions_;
    std::array<std::map<std::string_view, const ReadRow*>, 2> by_id_;
    std::array<std::set<std::string>, 2> linked_, taken_, left_out_;
    Plan plan_;
};

bool writes(const Planned& planned, Side side) {
    return planned.changes.is_list() && std::ranges::any_of(planned.changes.as_list(), [&](const Value& change) {
               return change["side"].text() == sync::to_string(side);
           });
}

/// Of a pair: both are read, after a first look at the one that is asked about, and written; each is given the other's id.
/// Of a creation: one is read twice and given the other's id, the other is made.
void count_calls(Plan& plan, const sync::Sync& sync, const VendorCalls& vendors) {
    for (const Side side : sides) {
        std::int64_t reads = 0, single = 0;
        for (const auto& its : plan.pairs) reads += its.stop.empty() ? (side == Side::left ? 3 : 2) : 2;
        for (const auto& its : plan.creations) {
            const bool from_here = !(side == Side::left ? its.left : its.right).empty();
            if (from_here) reads += its.stop.empty() && its.nothing.empty() ? 3 : 2;
            if (!from_here && its.stop.empty() && its.nothing.empty()) ++single;
        }
        auto& cost = plan.cost[index_of(side)];
        cost.connection = sync.half(side).connection;
        const auto together = static_cast<std::int64_t>(std::max<std::size_t>(1, vendors.joint_max(cost.connection)));
        cost.at_most = reads + single * 2;  // a record is looked for before it is made
        cost.at_least = (reads + together - 1) / together + (single + together - 1) / together;
        cost.budget = vendors.budget(cost.connection);
    }
}

}  // namespace

Result<BothSides> read_both_sides(VendorCalls& vendors, const sync::Sync& sync, const ReadProgress& progress) {
    BothSides both;
    for (const Side side : sides) LS_TRY(read_side(vendors, sync.half(side), side, progress, both));
    return both;
}

Result<Plan> make_plan(const sync::Sync& sync, BothSides both, store::Store* store, const MatchDecisions& decisions,
                       const VendorCalls& vendors) {
    LS_TRY_ASSIGN(auto plan, Planner(sync, std::move(both), store, decisions).make());
    count_calls(plan, sync, vendors);
    return plan;
}

// ---- as JSON ----

namespace {

Value planned_value(const Planned& its) {
    Map map{{"left", its.left.empty() ? Value() : Value(its.left)}, {"right", its.right.empty() ? Value() : Value(its.right)}};
    if (!its.by.empty()) map.set("by", its.by);
    if (!its.stop.empty()) map.set("stop", its.stop);
    if (!its.nothing.empty()) map.set("nothing", its.nothing);
    if (its.conflicts > 0) map.set("conflicts", static_cast<std::int64_t>(its.conflicts));
    map.set("changes", its.changes.is_null() ? Value(List{}) : its.changes);
    return Value(std::move(map));
}

Value proposal_value(const sync::Proposal& its) {
    List reasons(its.reasons.begin(), its.reasons.end()), doubts(its.doubts.begin(), its.doubts.end());
    return Map{{"id", proposal_id(its.left, its.right)},
               {"left", its.left},
               {"right", its.right},
               {"score", its.score},
               {"group", its.group},
               {"reasons", std::move(reasons)},
               {"doubts", std::move(doubts)}};
}

Value ambiguity_value(const sync::Ambiguity& its) {
    return Map{{"by", its.by},
               {"reason", its.reason},
               {"left", List(its.left.begin(), its.left.end())},
               {"right", List(its.right.begin(), its.right.end())}};
}

Value misfit_value(const Misfit& its) {
    return Map{{"kind", its.kind},
               {"side", its.side},
               {"id", its.id.empty() ? Value() : Value(its.id)},
               {"field", its.field},
               {"message", its.message}};
}

Value cost_value(const CallCost& its) {
    Map map{{"connection", its.connection}, {"at_least", its.at_least}, {"at_most", its.at_most}};
    if (its.budget) map.set("allowance", Map{{"used", its.budget->used}, {"allowed", its.budget->allowed}});
    return Value(std::move(map));
}

template <class Items, class Show>
List first_of(const Items& items, std::size_t limit, const Show& show) {
    List list;
    for (const auto& its : items) {
        if (list.size() == limit) break;
        list.push_back(show(its));
    }
    return list;
}

std::int64_t count(std::size_t size) { return static_cast<std::int64_t>(size); }

}  // namespace

Value plan_value(const sync::Sync& sync, const Plan& plan, std::size_t limit) {
    std::int64_t changed[2] = {0, 0}, created[2] = {0, 0}, waits = 0;
    for (const auto& its : plan.pairs) {
        waits += !its.stop.empty() || its.open_conflicts > 0 ? 1 : 0;
        for (const Side side : sides) changed[index_of(side)] += writes(its, side) ? 1 : 0;
    }
    for (const auto& its : plan.creations) {
        waits += its.stop.empty() ? 0 : 1;
        if (its.stop.empty() && its.nothing.empty()) ++created[its.left.empty() ? 0 : 1];
    }
    return Map{{"sync", sync.name},
               {"records", Map{{"left", count(plan.records[0])}, {"right", count(plan.records[1])}}},
               {"counts", Map{{"linked_already", count(plan.linked_already)},
                              {"link", count(plan.pairs.size())},
                              {"change_left", changed[0]},
                              {"change_right", changed[1]},
                              {"create_left", created[0]},
                              {"create_right", created[1]},
                              {"waits_for_a_person", waits},
                              {"proposals", count(plan.proposals.size())},
                              {"ambiguous", count(plan.ambiguous.size())},
                              {"rejected", count(plan.rejected)},
                              {"misfits", count(plan.misfits.size())}}},
               {"calls", List{cost_value(plan.cost[0]), cost_value(plan.cost[1])}},
               {"pairs", first_of(plan.pairs, limit, planned_value)},
               {"creations", first_of(plan.creations, limit, planned_value)},
               {"proposals", first_of(plan.proposals, limit, proposal_value)},
               {"ambiguous", first_of(plan.ambiguous, limit, ambiguity_value)},
               {"misfits", first_of(plan.misfits, limit, misfit_value)}};
}

}  // namespace lockstep::cli
