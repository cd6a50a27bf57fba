// The recycle bin and merging. Source: SOAP API Developer Guide, "delete()": children are deleted too; "undelete()": brings
// back the record and what was deleted with it, merged ones too; "merge()": one or two records of the same object go into
// another, which becomes the parent of what was theirs.
#include <fmt/format.h>

#include <algorithm>

#include "sandbox/salesforce/record_id.h"
#include "sandbox/salesforce/refusal.h"
#include "sandbox/salesforce/writes.h"

namespace lockstep::sandbox::salesforce {
namespace {

constexpr std::string_view merged_objects[] = {"Account", "Contact"};
constexpr std::size_t merged_max = 2;

bool can_be_merged(const Object& object) { return std::ranges::find(merged_objects, object.table.name) != std::end(merged_objects); }

}  // namespace

void Writer::remove_children(const Object& object, const std::string& id) {
    for (const Child& child : object.table.children) {
        const Object& there = *Schema::instance().find(child.object);
        const int field = there.field_index(child.field);
        const Rows rows = database_.table(there).with(field, id);
        // What must have this parent, or belongs to it, goes with it; the others lose the reference.
        const bool goes = child.cascades || there.fields[static_cast<std::size_t>(field)].has(required);
        for (const Row row : rows) {
            if (!goes) {
                database_.table(there).set(row, field, {});
                continue;
            }
            const std::string child_id = database_.table(there).id_of(row);
            remove_children(there, child_id);
            database_.table(there).remove(row);
            touch(database_.table(there), row);
            database_.deleted_with[id].push_back(child_id);
        }
    }
}

Result<void> Writer::undelete(std::string_view id) {
    const auto id18 = canonical_id(id);
    const Object* object = id18 ? Schema::instance().find_by_prefix(std::string_view(*id18).substr(0, 3)) : nullptr;
    if (object == nullptr) return refuse("MALFORMED_ID", fmt::format("malformed id {}", id));
    Table& table = database_.table(*object);
    const auto row = table.find(*id18);
    const Table& read = table;
    if (!row || !read.at(*row).deleted || !object->table.writable) return refuse("UNDELETE_FAILED", "Entity is not in the recycle bin");
    Changes values;
    for (std::size_t i = 0; i < object->fields.size(); ++i)
        if (object->fields[i].has(unique)) values.push_back({static_cast<int>(i), read.at(*row).get(static_cast<int>(i))});
    LS_TRY(check_unique(*object, values, *id18));
    table.restore(*row);
    if (const int master = object->field_index("MasterRecordId"); master >= 0) table.set(*row, master, {});
    touch(table, *row);
    const auto with = database_.deleted_with.find(*id18);
    if (with == database_.deleted_with.end()) return {};
    const std::vector<std::string> children = std::move(with->second);
    database_.deleted_with.erase(with);
    // A child that cannot come back, because another has its place, stays where it is.
    for (const std::string& child : children) static_cast<void>(undelete(child));
    return {};
}

void Writer::move_children(const Object& object, const std::string& from, const std::string& to) {
    for (const Child& child : object.table.children) {
        Table& there = database_.table(child.object);
        const int field = there.object().field_index(child.field);
        const Rows rows = there.with(field, from);
        for (const Row row : rows) {
            const bool itself = there.id_of(row) == to;
            there.set(row, field, itself ? Value() : Value(to));
            touch(there, row);
        }
    }
}

Result<void> Writer::merge(const Object& object, std::string_view master, const std::vector<std::string>& others, const Map& fields) {
    if (!can_be_merged(object)) return refuse("INVALID_TYPE", fmt::format("merge is not supported for {}", object.table.name));
    if (others.empty() || others.size() > merged_max)
        return refuse("INVALID_NUM_RECORDS", fmt::format("one or two records can be merged into another: {}", others.size()));
    LS_TRY_ASSIGN(const Row kept, living(object, master));
    Table& table = database_.table(object);
    const std::string master_id = table.id_of(kept);
    for (const std::string& other : others) {
        LS_TRY_ASSIGN(const Row row, living(object, other));
        if (row == kept) return refuse("INVALID_ID_FIELD", "a record cannot be merged into itself");
    }
    // The others go first: a value of theirs that is unique may be the master's now.
    database_.begin();
    for (const std::string& other : others) {
        const Row row = *living(object, other);
        move_children(object, table.id_of(row), master_id);
        table.set(row, object.field_index("MasterRecordId"), master_id);
        table.remove(row);
        touch(table, row);
    }
    Result<void> done = update(object, master_id, fields);
    database_.finish(done.has_value());
    return done;
}

}  // namespace lockstep::sandbox::salesforce
