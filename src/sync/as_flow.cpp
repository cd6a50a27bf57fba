#include <fmt/format.h>

#include "sync/sync.h"
#include "value/json.h"

namespace lockstep::sync {
namespace {

/// What a vendor calls the id in what it tells: of a Salesforce Outbound Message `Id`, of Zoho CRM `id`.
constexpr std::string_view id_of_notification = "notification[?'Id'].or(notification[?'id']).orValue('')";

std::string quoted(std::string_view text) { return json::write(Value(text)); }

std::string names(const std::vector<std::string>& fields) {
    List list;
    for (const auto& field : fields) list.push_back(field);
    return json::write(Value(std::move(list)));
}

/// Salesforce's ids of 15 and 18 characters are the same record.
std::string one_form(const Sync& sync) {
    std::string form = "key";
    for (const Side side : {Side::left, Side::right})
        if (sync.half(side).connector == "salesforce")
            form = fmt::format("key.matches('^{0}:[A-Za-z0-9]{{15}}$') ? '{0}:' + recordId(key.slice({1}, size(key))) : {2}",
                               to_string(side), to_string(side).size() + 1, form);
    return form == "key" ? "" : fmt::format("  as: \"${{ {} }}\"\n", form);
}

/// Sweeps find what was changed since the sync began, nothing older: records that both sides had before are for
/// `lockstep plan` and `lockstep backfill`.
std::string triggers_of(const Sync& sync, Side side) {
    const Half& half = sync.half(side);
    std::string text;
    for (const auto& trigger : half.triggers)
        text += fmt::format("  - {{ {}: {}, connection: {}, key: \"{}:${{ {} }}\" }}\n", trigger, quoted(half.object),
                            quoted(half.connection), to_string(side), id_of_notification);
    for (const char* what : {"changes", "deletions"}) {
        const bool paged = std::string_view(what) == "changes";
        text += fmt::format(
            "  - sweep: {}\n"
            "    name: {}_{}\n"
            "    uses: {}.record_{}\n"
            "    connection: {}\n"
            "    with: {{ entity: {}, since: \"${{ string(since < began ? began : since) }}\"{} }}\n"
            "    key: \"{}:${{ row.id }}\"\n"
            "    position: ${{ row.at }}\n"
            "    overlap: 10m\n{}",
            sync.sweep_every == "off" ? "5m" : sync.sweep_every, to_string(side), what, half.connector, what, quoted(half.connection),
            quoted(half.object), paged ? ", after: \"${ after }\", limit: 200" : "", to_string(side),
            paged ? "    page_rows: 200\n    budget: 50\n" : "");
    }
    return text;
}

/// A step that reads a record for the first time, to learn of its partner.
std::string first_read(const Sync& sync, Side side) {
    const Half& half = sync.half(side);
    return fmt::format(
        "  - id: first_{0}\n"
        "    uses: {1}.record_read\n"
        "    connection: {2}\n"
        "    if: ${{ known == null && asked.side == '{0}' }}\n"
        "    with: {{ entity: {3}, id: \"${{ asked.id }}\", fields: [{4}], former: true }}\n"
        "  - id: former_{0}\n"
        "    uses: find_link\n"
        "    if: \"${{ first_{0} != null && size(first_{0}.?merged_from.orValue([])) > 0 }}\"\n"
        "    for_each: ${{ first_{0}.merged_from }}\n"
        "    as: former\n"
        "    with: {{ entity: {5}, id: \"${{ former }}\" }}\n",
        to_string(side), half.connector, quoted(half.connection), quoted(half.object), quoted(half.link_field), link_entity(sync, side));
}

std::string read(const Sync& sync, Side side) {
    const Half& half = sync.half(side);
    return fmt::format(
        "  - id: {0}\n"
        "    uses: {1}.record_read\n"
        "    connection: {2}\n"
        "    needs: [ids]\n"
        "    if: ${{ ids.{0} != null }}\n"
        "    with: {{ entity: {3}, id: \"${{ ids.{0} }}\", fields: {4} }}\n",
        to_string(side), half.connector, quoted(half.connection), quoted(half.object), names(half.fields));
}

std::string writes(const Sync& sync, Side side) {
    const Half& half = sync.half(side);
    return fmt::format(
        "  - id: write_{0}\n"
        "    uses: {1}.record_update\n"
        "    connection: {2}\n"
        "    if: ${{ merged.to_{0} != null }}\n"
        "    on_conflict: link\n"
        "    with: {{ entity: {3}, id: \"${{ merged.to_{0}.id }}\", version: \"${{ merged.to_{0}.version }}\", fields: \"${{ "
        "merged.to_{0}.fields "
        "}}\" }}\n"
        "  - id: delete_{0}\n"
        "    uses: {1}.record_delete\n"
        "    connection: {2}\n"
        "    if: ${{ merged.delete != null && merged.delete.side == '{0}' }}\n"
        "    with: {{ entity: {3}, id: \"${{ merged.delete.id }}\" }}\n",
        to_string(side), half.connector, quoted(half.connection), quoted(half.object));
}

/// Makes the side's record, and lets the one that it was made of name it.
std::string creates(const Sync& sync, Side side) {
    const Half& half = sync.half(side);
    const Half& from = sync.half(other(side));
    return fmt::format(
        "  - id: create_{0}\n"
        "    uses: {1}.record_create\n"
        "    connection: {2}\n"
        "    if: ${{ merged.create != null && merged.create.side == '{0}' }}\n"
        "    with: {{ entity: {3}, unique: \"${{ merged.create.unique }}\", fields: \"${{ merged.create.fields }}\" }}\n"
        "  - id: name_{0}\n"
        "    uses: {4}.record_update\n"
        "    connection: {5}\n"
        "    if: ${{ create_{0} != null }}\n"
        "    on_conflict: link\n"
        "    with: {{ entity: {6}, id: \"${{ ids.{7} }}\", version: \"${{ {7}.version }}\", fields: {{ {8}: \"${{ create_{0}.id }}\" }} "
        "}}\n"
        "  - id: linked_{0}\n"
        "    uses: link\n"
        "    if: ${{ create_{0} != null }}\n"
        "    with:\n"
        "      entity: {9}\n"
        "      id: ${{ {10} }}\n"
        "      value: {{ left: \"${{ {10} }}\", right: \"${{ {11} }}\", base: \"${{ create_{0}.created ? merged.base : null }}\" }}\n"
        "  - id: linked_{0}_too\n"
        "    uses: link\n"
        "    if: ${{ create_{0} != null }}\n"
        "    with: {{ entity: {12}, id: \"${{ {11} }}\", value: {{ left: \"${{ {10} }}\", right: \"${{ {11} }}\" }} }}\n"
        "  - id: adopted_{0}\n"
        "    uses: read_again\n"
        "    if: ${{ create_{0} != null && !create_{0}.created }}\n"
        "    on_conflict: link\n"
        "    with: {{ because: it was there already }}\n",
        to_string(side), half.connector, quoted(half.connection), quoted(half.object), from.connector, quoted(from.connection),
        quoted(from.object), to_string(other(side)), quoted(from.link_field), link_entity(sync, Side::left),
        side == Side::left ? "create_left.id" : "ids.left", side == Side::left ? "ids.right" : "create_right.id",
        link_entity(sync, Side::right));
}

}  // namespace

std::string link_entity(const Sync& sync, Side side) { return sync.half(side).connection + "/sync/" + sync.name; }

std::string flow_text(const Sync& sync) {
    std::string text = fmt::format(
        "flow: {}\n"
        "summary: {}\n"
        "key:\n"
        "  must: ${{ key.matches('^(left|right):[A-Za-z0-9_.-]{{1,64}}$') }}\n"
        "{}"
        "  says: \"`left:` and an id of {} {}, or `right:` and an id of {} {}\"\n"
        "on:\n",
        sync.name, quoted(sync.summary.empty() ? "Keeps two record types in step." : sync.summary), one_form(sync), sync.left.connection,
        sync.left.object, sync.right.connection, sync.right.object);
    text += triggers_of(sync, Side::left) + triggers_of(sync, Side::right);
    const std::string left = link_entity(sync, Side::left), right = link_entity(sync, Side::right);
    text += fmt::format(
        "steps:\n"
        "  - id: asked\n"
        "    uses: set\n"
        "    with: {{ side: \"${{ key.startsWith('left:') ? 'left' : 'right' }}\", id: \"${{ key.slice(key.indexOf(':') + 1, size(key)) "
        "}}\" }}\n"
        "  - id: known\n"
        "    uses: find_link\n"
        "    with: {{ entity: \"${{ asked.side == 'left' ? '{0}' : '{1}' }}\", id: \"${{ asked.id }}\" }}\n"
        "{2}{3}"
        "  - id: told\n"
        "    uses: set\n"
        "    if: ${{ known == null }}\n"
        "    with:\n"
        "      partner: >-\n"
        "        ${{ cel.bind(stored, asked.side == 'left' ? first_left.?fields[?{5}].orValue(null) : "
        "first_right.?fields[?{4}].orValue(null),\n"
        "        cel.bind(former, asked.side == 'left' ? former_left : former_right,\n"
        "        body.?partner.orValue(null) != null ? body.partner : stored != null ? stored : former == null ? null\n"
        "        : former.filter(its, its != null).map(its, asked.side == 'left' ? its.right : its.left)[?0].orValue(null))) }}\n"
        "      former: \"${{ asked.side == 'left' ? first_left.?merged_from.orValue([]) : first_right.?merged_from.orValue([]) }}\"\n"
        "  - id: pair\n"
        "    uses: set\n"
        "    with:\n"
        "      left: \"${{ known != null ? known.left : asked.side == 'left' ? asked.id : told.partner }}\"\n"
        "      right: \"${{ known != null ? known.right : asked.side == 'right' ? asked.id : told.partner }}\"\n"
        "  - id: alone\n"
        "    uses: lock\n"
        "    with: {{ names: \"${{ (pair.left == null ? [] : ['{6}/left/' + pair.left]) + (pair.right == null ? [] : ['{6}/right/' + "
        "pair.right]) "
        "}}\" }}\n"
        "  - id: link\n"
        "    uses: find_link\n"
        "    with: {{ entity: \"${{ pair.left != null ? '{0}' : '{1}' }}\", id: \"${{ pair.left != null ? pair.left : pair.right }}\" }}\n"
        "  - id: ids\n"
        "    uses: set\n"
        "    with: {{ left: \"${{ link != null && pair.left == null ? link.left : pair.left }}\", right: \"${{ link != null && pair.right "
        "== null ? "
        "link.right : pair.right }}\" }}\n",
        left, right, first_read(sync, Side::left), first_read(sync, Side::right), "'" + sync.right.link_field + "'",
        "'" + sync.left.link_field + "'", sync.name);
    text += read(sync, Side::left) + read(sync, Side::right);
    text += fmt::format(
        "  - id: gone_to\n"
        "    uses: find_link\n"
        "    if: ${{ (left != null && left.?merged_into.orValue(null) != null) || (right != null && right.?merged_into.orValue(null) != "
        "null) }}\n"
        "    with:\n"
        "      entity: \"${{ left != null && left.?merged_into.orValue(null) != null ? '{0}' : '{1}' }}\"\n"
        "      id: \"${{ left != null && left.?merged_into.orValue(null) != null ? left.merged_into : right.merged_into }}\"\n"
        "  - id: merged\n"
        "    uses: merge\n"
        "    with:\n"
        "      side: ${{ asked.side }}\n"
        "      id: ${{ asked.id }}\n"
        "      partner: \"${{ asked.side == 'left' ? ids.right : ids.left }}\"\n"
        "      link: ${{ link }}\n"
        "      left: ${{ left }}\n"
        "      right: ${{ right }}\n"
        "      moved: ${{ gone_to }}\n"
        "      decisions: ${{ body.?decisions.orValue(null) }}\n"
        "      former: \"${{ told == null ? [] : told.former }}\"\n"
        "  - id: has_work\n"
        "    uses: require\n"
        "    with: {{ that: \"${{ merged.nothing == null }}\", otherwise: skip, because: \"${{ merged.nothing.default('') }}\" }}\n"
        "  - id: is_clear\n"
        "    uses: require\n"
        "    with: {{ that: \"${{ merged.stop == null }}\", because: \"${{ merged.stop.default('') }}\" }}\n",
        left, right);
    for (const Side side : {Side::right, Side::left}) text += writes(sync, side);
    for (const Side side : {Side::right, Side::left}) text += creates(sync, side);
    text +=
        "  - id: remember\n"
        "    uses: link\n"
        "    for_each: ${ merged.links }\n"
        "    as: row\n"
        "    with: { entity: \"${ row.entity }\", id: \"${ row.id }\", value: \"${ row.value }\" }\n"
        "  - id: values_fit\n"
        "    uses: require\n"
        "    with: { that: \"${ size(merged.problems) == 0 }\", because: \"${ merged.problems.map(its, its.message).join('; ') }\" }\n"
        "  - id: conflicts_decided\n"
        "    uses: require\n"
        "    with:\n"
        "      that: ${ !merged.conflicts.exists(its, its.open) }\n"
        "      because: \"both sides changed ${ merged.conflicts.filter(its, its.open).map(its, its.field).join(', ') }: decide which "
        "holds\"\n"
        // Both sides are looked at anew, so whatever an earlier run of the two waited for is known to this one.
        "supersedes: { parked: true, keys: \"${ ids == null ? [] : [ids.left == null ? '' : 'left:' + ids.left, ids.right == null ? '' : "
        "'right:' + ids.right] }\" }\n"
        "report:\n"
        "  left: \"${ ids == null ? null : create_left != null ? create_left.id : ids.left }\"\n"
        "  right: \"${ ids == null ? null : create_right != null ? create_right.id : ids.right }\"\n"
        "  created: \"${ create_left != null ? 'left' : create_right != null ? 'right' : null }\"\n"
        "  changed_left: \"${ merged == null ? [] : merged.changes.filter(its, its.side == 'left').map(its, its.field) }\"\n"
        "  changed_right: \"${ merged == null ? [] : merged.changes.filter(its, its.side == 'right').map(its, its.field) }\"\n"
        "  conflicts: \"${ merged == null ? [] : merged.conflicts.map(its, its.field) }\"\n";
    return text;
}

}  // namespace lockstep::sync
