#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "expr/expr.h"
#include "schema/action.h"
#include "schema/vendor_trigger.h"
#include "value/yaml.h"

/// Syncs: YAML files that say which records of two systems are the same and how they are kept so. Pure: no I/O, no clock.
namespace lockstep::sync {

enum class Side : std::uint8_t { left, right };
constexpr Side other(Side side) { return side == Side::left ? Side::right : Side::left; }
constexpr std::string_view to_string(Side side) { return side == Side::left ? "left" : "right"; }
std::optional<Side> side_from(std::string_view name);

/// What is done about a field that was changed on both sides to different values.
enum class Rule : std::uint8_t {
    newest,  ///< the side whose record was changed later by its vendor's own time; the left one if they are equal
    left,
    right,
    park,  ///< neither; a person decides
};
std::string_view to_string(Rule rule);

/// Where changes of a field may go.
enum class Direction : std::uint8_t { both, to_right, to_left };

/// What becomes of the partner of a record that was deleted.
enum class Deletion : std::uint8_t {
    keep,    ///< it stays, and stays alone
    remove,  ///< it is deleted too, unless it was edited meanwhile: then a person decides
    park,    ///< a person decides
};

/// Two fields that shall say the same.
struct FieldPair {
    std::string left, right;  ///< API names; the left one is what people know the pair by
    Direction direction = Direction::both;
    std::optional<Rule> conflict;  ///< else the sync's
    /// What a value becomes on the other side, from `value` and `record` (all fields that are read of that side). Null
    /// stays null.
    std::optional<expr::Template> to_right, to_left;
    std::vector<std::pair<Value, Value>> values;     ///< left and right value of a picklist; the first fit counts
    bool other_values = false;                       ///< values that are in no line of the table go over as they are
    std::int64_t left_length = 0, right_length = 0;  ///< code points that the field takes; 0: not known
    yaml::Place place;
};

/// One of the two record types.
struct Half {
    std::string connection, connector;
    std::string object;
    std::string link_field;                   ///< its field for the other side's id
    bool creates = true;                      ///< records that the other side does not have yet are created here
    std::optional<expr::Template> condition;  ///< `if:` of `record`: only such records are created on the other side
    std::vector<std::string> fields;          ///< everything that is read of it, the link field first
    std::vector<std::string> triggers;        ///< by what its vendor tells of changes; names of vendor triggers
};

/// Fields by which partners are found at first contact.
struct Near {
    std::string left, right;
};
struct Matching {
    std::vector<Near> exact;                                  ///< equal values that are unique on both sides link
    std::optional<Near> name, website, phone, city, country;  ///< near values are proposed to a person
};

struct Sync {
    std::string name, summary, file;
    Half left, right;
    std::vector<FieldPair> fields;
    Rule conflict = Rule::newest;
    Deletion deletion = Deletion::keep;
    Matching match;
    Map config;
    bool enabled = true;             ///< `enabled: false`: only where the configuration names it
    std::string sweep_every = "5m";  ///< how often the vendors are asked for what they did not tell; `off`: never

    const Half& half(Side side) const { return side == Side::left ? left : right; }
    const FieldPair* find_pair(std::string_view left_field) const;
};

/// What a sync is checked against.
struct SyncContext {
    const schema::Catalogue& actions;
    std::vector<std::pair<std::string, std::string>> connections;  ///< names with their connectors
    Map config;                                                    ///< overrides of `config:`
    std::vector<schema::VendorTrigger> vendor_triggers = {};
    std::string sweep_every = {};  ///< instead of what the file says; empty: as the file says
};

/// Whether a file is a sync and no flow.
bool is_sync(const yaml::Node& document);
/// Reads and checks a sync file. Errors: `flow_invalid`, all problems in one message, a line each.
Result<Sync> parse_sync(std::string_view text, const std::string& file, const SyncContext& context);

/// The entity that links of the side's records are kept under: `salesforce/sync/accounts`.
std::string link_entity(const Sync& sync, Side side);

/// The flow that carries the sync out: its events are keyed `left:ID` or `right:ID`; its steps read both sides under a lock
/// of the pair, let `merge` decide, write with guards, and remember what both sides agree on. As YAML.
std::string flow_text(const Sync& sync);

}  // namespace lockstep::sync
