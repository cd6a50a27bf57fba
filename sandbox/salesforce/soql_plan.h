#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "sandbox/salesforce/database.h"
#include "sandbox/salesforce/soql.h"

/// A query whose names are resolved and whose literals fit their fields.
namespace lockstep::sandbox::salesforce::soql {

/// From a record over its parents to a field.
struct Way {
    std::vector<int> hops;           ///< reference fields, from the record on
    const Object* object = nullptr;  ///< that has the field
    int field = -1;
    const Field& column() const { return object->fields[static_cast<std::size_t>(field)]; }
};

/// A resolved operand. Date functions turn the field's value into a number or a day.
struct Term {
    std::string function;  ///< empty, an aggregate or a date function
    Way way;               ///< of a bare `COUNT()`: no object
    bool aggregate() const;
};

/// A resolved condition.
struct Test {
    Condition::Kind kind = Condition::Kind::comparison;
    std::vector<Test> children;
    Term term;
    Operator op = Operator::equal;
    std::vector<Value> values;                             ///< texts folded; null is null
    bool range = false;                                    ///< values are the first moment and the first after it
    std::shared_ptr<std::unordered_set<std::string>> ids;  ///< of a semi-join
};

struct Plan;

/// What of a record goes into the answer.
struct Shape {
    struct Item {
        enum class Kind : std::uint8_t { field, parent, children };
        Kind kind = Kind::field;
        int field = -1;         ///< of parent: the reference; of children: the reference in the child
        std::string_view name;  ///< as the schema writes it
        std::unique_ptr<Shape> parent;
        std::shared_ptr<const Plan> children;
    };
    const Object* object = nullptr;
    std::vector<Item> items;
};

struct SortKey {
    Term term;
    bool descending = false, nulls_first = true;
};

/// One column of an aggregate answer.
struct Aggregate {
    Term term;
    std::string name;
    int group = -1;  ///< the group-by term it repeats, or -1
};

struct Plan {
    const Object* object = nullptr;
    Shape shape;
    std::optional<Test> where, having;
    std::vector<SortKey> order;
    std::optional<std::int64_t> limit, offset;
    bool counts_only = false;
    bool with_deleted = false;
    std::vector<Aggregate> aggregates;
    std::vector<Term> group_by;
    bool aggregated() const { return !aggregates.empty(); }
    bool has_children() const;
};

struct PlanInput {
    std::string_view text;     ///< of the query, for messages
    const Database& database;  ///< for semi-joins
    Timestamp now;
    bool with_deleted = false;
};
/// Errors: `INVALID_FIELD`, `INVALID_TYPE`, `INVALID_QUERY_FILTER_OPERATOR`, `MALFORMED_QUERY`.
Result<std::shared_ptr<const Plan>> make_plan(const Query& query, const PlanInput& input);

/// The days or moments a date literal means: the first and the first after. Weeks begin on Sunday; days are UTC.
/// Source: SOQL and SOSL Reference, "Date Formats and Date Literals".
std::pair<Date, Date> date_range(std::string_view range, std::int64_t count, Date today);

/// Returns the value of a term for a record (no aggregates).
const Value& term_value(const Database& database, const Object& object, const Record& record, const Term& term, Value& scratch);
bool matches(const Database& database, const Object& object, const Record& record, const Test& test);
/// Compares one value with the literals of a comparison.
bool compares(const Value& value, const Test& test);
/// Orders two values of one field; nulls first.
int compare_values(const Value& a, const Value& b);
/// Returns the living rows the plan selects, in order, after limit and offset.
Rows select_rows(const Database& database, const Plan& plan);
/// The same among the children of one parent.
Rows select_children(const Database& database, const Plan& plan, int reference, std::string_view parent_id);

}  // namespace lockstep::sandbox::salesforce::soql
