#include "sandbox/salesforce/query.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <mutex>

#include "sandbox/salesforce/convert.h"
#include "sandbox/salesforce/record_id.h"
#include "sandbox/salesforce/refusal.h"
#include "value/json.h"

namespace lockstep::sandbox::salesforce {
namespace {

// Locators live about two days, and only so many at a time.
constexpr std::int64_t cursor_life_s = 2 * 86400;
constexpr std::size_t cursors_max = 2000;

void append_url(std::string& out, std::string_view version, std::string_view locator) {
    out += fmt::format(R"("nextRecordsUrl":"/services/data/v{}/query/{}",)", version, locator);
}

// What a semi-join or a date literal selects depends on the moment.
bool depends_on_moment(const soql::Test& test) { return test.range || test.ids || std::ranges::any_of(test.children, depends_on_moment); }

bool lasts(const soql::Plan& plan) {
    if ((plan.where && depends_on_moment(*plan.where)) || (plan.having && depends_on_moment(*plan.having))) return false;
    return std::ranges::all_of(plan.shape.items, [](const soql::Shape::Item& item) { return !item.children || lasts(*item.children); });
}

// Plans by the text of their query: whoever uses an organisation asks it the same again and again.
class KnownPlans {
public:
    using Plan = std::shared_ptr<const soql::Plan>;
    Plan find(const std::string& key) {
        const std::lock_guard lock(mutex_);
        const auto found = plans_.find(key);
        return found == plans_.end() ? nullptr : found->second;
    }
    void keep(const std::string& key, const Plan& plan) {
        if (key.size() > bytes_max || !lasts(*plan)) return;
        const std::lock_guard lock(mutex_);
        if (plans_.size() >= plans_max) plans_.clear();
        plans_.emplace(key, plan);
    }

private:
    static constexpr std::size_t plans_max = 1000, bytes_max = 4096;
    std::mutex mutex_;
    std::unordered_map<std::string, Plan> plans_;
};

Result<KnownPlans::Plan> plan_of(std::string_view soql, const soql::PlanInput& input) {
    static KnownPlans known;
    const std::string key = (input.with_deleted ? "all " : "") + std::string(soql);
    if (auto plan = known.find(key)) return plan;
    LS_TRY_ASSIGN(const soql::Query parsed, soql::parse(soql));
    LS_TRY_ASSIGN(auto plan, soql::make_plan(parsed, input));
    known.keep(key, plan);
    return plan;
}

Unexpected no_such_locator() { return refuse("INVALID_QUERY_LOCATOR", "invalid query locator"); }

}  // namespace

void append_attributes(std::string& out, const Object& object, const Record& record, std::string_view version) {
    out += R"("attributes":{"type":")";
    out += object.table.name;
    out += R"(","url":"/services/data/v)";
    out += version;
    out += "/sobjects/";
    out += object.table.name;
    out += '/';
    out += record.get(id_field).as_string();
    out += "\"}";
}

std::string Queries::keep(Cursor cursor) {
    if (cursors_.size() >= cursors_max) cursors_.erase(cursors_.begin());
    std::string id = make_record_id("01g", ++serial_);
    cursors_.insert_or_assign(id, std::move(cursor));
    return id;
}

std::size_t Queries::append_children(std::string& out, const soql::Shape::Item& item, const Record& parent, const PageRequest& page) {
    Rows rows = soql::select_children(database_, *item.children, item.field, parent.get(id_field).as_string());
    if (rows.empty()) {
        out += "null";
        return 0;
    }
    const std::size_t written = std::min(rows.size(), page.batch_size);
    append_result(out, item.children, std::move(rows), page);
    return written;
}

// Returns how many rows of the page the record takes: itself and its children.
std::size_t Queries::append_record(std::string& out, const soql::Shape& shape, const Record& record, const PageRequest& page) {
    std::size_t rows = 1;
    out += '{';
    append_attributes(out, *shape.object, record, page.version);
    for (const soql::Shape::Item& item : shape.items) {
        out += ",\"";
        out += item.name;
        out += "\":";
        if (item.kind == soql::Shape::Item::Kind::field) {
            Value scratch;
            append_json(out, shape.object->fields[static_cast<std::size_t>(item.field)],
                        database_.read(*shape.object, record, item.field, scratch));
        } else if (item.kind == soql::Shape::Item::Kind::children) {
            rows += append_children(out, item, record, page);
        } else if (const Record* parent = database_.parent(*shape.object, record, item.field)) {
            append_record(out, *item.parent, *parent, page);
        } else {
            out += "null";
        }
    }
    out += '}';
    return rows;
}

// Source: REST API Developer Guide, "Query Options Header": child rows count towards the size of a page.
void Queries::append_page(std::string& out, const Cursor& cursor, std::string_view id, std::size_t from, const PageRequest& page) {
    const Table& table = database_.table(*cursor.plan->object);
    std::string records;
    std::size_t at = from;
    for (std::size_t taken = 0; at < cursor.rows.size() && taken < page.batch_size; ++at) {
        const Record& record = table.at(cursor.rows[at]);
        // A row whose creation was undone has not even an id.
        if (record.deleted && (!cursor.plan->with_deleted || record.get(id_field).is_null())) continue;
        if (!records.empty()) records += ',';
        taken += append_record(records, cursor.plan->shape, record, page);
    }
    const bool done = at >= cursor.rows.size();
    out += fmt::format(R"({{"totalSize":{},"done":{},)", cursor.rows.size(), done);
    if (!done) append_url(out, page.version, fmt::format("{}-{}", id.empty() ? std::string_view(keep(cursor)) : id, at));
    out += "\"records\":[";
    out += records;
    out += "]}";
}

void Queries::append_result(std::string& out, std::shared_ptr<const soql::Plan> plan, Rows rows, const PageRequest& page) {
    append_page(out, Cursor{std::move(plan), std::move(rows), page.batch_size, page.now}, {}, 0, page);
}

Result<std::string> Queries::query(std::string_view soql, bool with_deleted, const PageRequest& page) {
    LS_TRY_ASSIGN(auto plan, plan_of(soql, {soql, database_, page.now, with_deleted}));
    if (plan->aggregated()) return aggregate_answer(database_, *plan);
    Rows rows = soql::select_rows(database_, *plan);
    if (plan->counts_only) return fmt::format(R"({{"totalSize":{},"done":true,"records":[]}})", rows.size());
    std::string out;
    append_result(out, std::move(plan), std::move(rows), page);
    return out;
}

Result<std::string> Queries::more(std::string_view locator, const PageRequest& page) {
    const std::size_t dash = locator.find('-');
    if (dash == std::string_view::npos) return no_such_locator();
    std::size_t from = 0;
    const std::string_view digits = locator.substr(dash + 1);
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), from);
    const auto id = canonical_id(locator.substr(0, dash));
    if (problem != std::errc{} || end != digits.data() + digits.size() || !id) return no_such_locator();
    const auto found = cursors_.find(*id);
    if (found == cursors_.end() || page.now.seconds - found->second.made.seconds > cursor_life_s || from > found->second.rows.size())
        return no_such_locator();
    // A page with subqueries makes cursors of its own: keep what is being read out of the map's reach.
    const Cursor cursor = found->second;
    PageRequest sized = page;
    if (sized.batch_size == 0) sized.batch_size = cursor.batch_size;
    std::string out;
    append_page(out, cursor, *id, from, sized);
    return out;
}

}  // namespace lockstep::sandbox::salesforce
