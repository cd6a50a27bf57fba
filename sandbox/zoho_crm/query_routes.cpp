// Search and COQL. Sources: zoho/crm-oas v8.0, `record/operations/searchRecords` and `coql`; that `search` needs the scope of
// Zoho's search too: zoho.com/crm/developer/docs/api, "Search Records".
#include <algorithm>
#include <array>

#include "sandbox/zoho/text.h"
#include "sandbox/zoho_crm/api.h"
#include "sandbox/zoho_crm/coql.h"
#include "sandbox/zoho_crm/values.h"

namespace lockstep::sandbox::zoho_crm {

namespace {

constexpr std::size_t per_page_max = 200;

/// The records that fit, the oldest first.
std::vector<const Record*> matching(Crm& crm, const Table& table, const Criterion& criterion) {
    std::vector<const Record*> found;
    const auto look_at = [&](const Record& record) {
        ++crm.rows_visited;
        if (fits(crm, table, record, criterion)) found.push_back(&record);
    };
    if (const auto some = candidates(table, criterion)) {
        for (const RecordId id : *some) look_at(*table.find(id));
    } else {
        for (const auto& [id, record] : table.all()) look_at(record);
    }
    return found;
}

/// Any of the fields of these types has the text; a word is looked for within.
Criterion any_field(const Table& table, std::string_view text, bool (*wanted)(const Field&), Operator op) {
    Criterion any{.kind = Criterion::Kind::any};
    for (std::size_t i = 0; i < table.module.fields.size(); ++i)
        if (wanted(table.module.fields[i])) any.parts.push_back({.column = {static_cast<int>(i), {}}, .op = op, .values = {Value(text)}});
    return any;
}

Result<Criterion> read_search(const Crm& crm, const Table& table, const Call& call) {
    if (const auto criteria = call.parameter("criteria")) return parse_criteria(crm, table, *criteria);
    if (const auto email = call.parameter("email"))
        return any_field(table, *email, [](const Field& field) { return field.type == Type::email; }, Operator::equal);
    if (const auto phone = call.parameter("phone"))
        return any_field(table, *phone, [](const Field& field) { return field.type == Type::phone; }, Operator::equal);
    const auto word = call.parameter("word");
    if (!word) return refuse("REQUIRED_PARAM_MISSING", "One of the expected parameter is missing", {{"param_name", "criteria"}});
    if (word->size() < 2) return wrong_parameter("word");
    return any_field(table, *word, [](const Field& field) { return field.is_text(); }, Operator::contains);
}

Result<std::size_t> number_or(const Call& call, std::string_view name, std::size_t otherwise) {
    const auto text = call.parameter(name);
    if (!text || text->empty()) return otherwise;
    const RecordId number = read_id(*text);
    if (number == 0 || (name == "per_page" && number > per_page_max) || number > 10'000) return wrong_parameter(name);
    return static_cast<std::size_t>(number);
}

std::vector<int> fields_of(const Table& table, std::string_view names) {
    std::vector<int> positions;
    while (!names.empty()) {
        const std::size_t end = std::min(names.find(','), names.size());
        const int position = table.module.position(names.substr(0, end));
        if (position >= 0 && names.substr(0, end) != "id") positions.push_back(position);
        names.remove_prefix(std::min(end + 1, names.size()));
    }
    return positions;
}

/// The search's own index learns of writes later.
void forget_fresh(const Crm& crm, std::vector<const Record*>& records) {
    const Timestamp seen = crm.now().plus_ms(-1000 * crm.settings.search_delay_s);
    if (crm.settings.search_delay_s > 0) std::erase_if(records, [&](const Record* record) { return record->modified > seen; });
}

Result<net::Response> search_records(Crm& crm, const Call& call) {
    LS_TRY_ASSIGN(const Table* table, table_of(crm, call));
    LS_TRY_ASSIGN(const Criterion criterion, read_search(crm, *table, call));
    LS_TRY_ASSIGN(const std::size_t per_page, number_or(call, "per_page", per_page_max));
    LS_TRY_ASSIGN(const std::size_t page, number_or(call, "page", 1));
    auto records = matching(crm, *table, criterion);
    forget_fresh(crm, records);
    const std::size_t skipped = (page - 1) * per_page;
    if (records.size() <= skipped) return empty_reply(204);
    const auto wanted = call.parameter("fields");
    const auto positions = fields_of(*table, wanted.value_or(""));
    List rows;
    for (std::size_t i = skipped; i < std::min(skipped + per_page, records.size()); ++i)
        rows.push_back(wanted ? record_value(crm, *table, *records[i], positions) : whole_record_value(crm, *table, *records[i]));
    Map info{{"per_page", static_cast<std::int64_t>(per_page)},
             {"count", static_cast<std::int64_t>(rows.size())},
             {"page", static_cast<std::int64_t>(page)},
             {"sort_by", "id"},
             {"sort_order", "asc"},
             {"more_records", skipped + rows.size() < records.size()}};
    return net::json_response(200, Map{{"data", std::move(rows)}, {"info", std::move(info)}});
}

/// A lookup is an object with its id only; one of its fields stands under the name with the dot.
Value selected_value(const Crm& crm, const Table& table, const Record& record, const Query::Selected& selected) {
    if (selected.column.sub.empty()) {
        const Value value = shown(crm, table, record, selected.column.position);
        return value.is_map() ? Value(Map{{"id", value["id"]}}) : value;
    }
    const Value value = comparable(crm, table, record, selected.column);
    return value.kind() == Value::Kind::timestamp ? Value(crm_time(value.as_timestamp())) : value;
}

Value row_value(const Crm& crm, const Query& query, const Record& record) {
    Map row;
    for (const Query::Selected& selected : query.columns)
        row.set(selected.alias.empty() ? selected.name : selected.alias, selected_value(crm, *query.table, record, selected));
    row.set("id", std::to_string(record.id));
    return row;
}

void put_in_order(const Crm& crm, const Query& query, std::vector<const Record*>& records) {
    std::ranges::stable_sort(records, [&](const Record* a, const Record* b) {
        for (const Query::Order& order : query.order) {
            const int found = compare(comparable(crm, *query.table, *a, order.column), comparable(crm, *query.table, *b, order.column));
            if (found != 0) return order.descending ? found > 0 : found < 0;
        }
        return false;
    });
}

Result<net::Response> run_query(Crm& crm, const Call& call) {
    const Value& text = call.body["select_query"];
    if (text.is_null()) return refuse("MANDATORY_NOT_FOUND", "mandatory key not found", {{"api_name", "select_query"}});
    if (!text.is_string()) return wrong_type("text", "select_query", "$.select_query");
    LS_TRY_ASSIGN(const Query query, parse_query(crm, text.as_string()));
    auto records = matching(crm, *query.table, query.where);
    put_in_order(crm, query, records);
    const auto first = std::min(static_cast<std::size_t>(query.offset), records.size());
    const auto last = std::min(first + static_cast<std::size_t>(query.limit), records.size());
    if (first == last) return empty_reply(204);
    List rows;
    for (std::size_t i = first; i < last; ++i) rows.push_back(row_value(crm, query, *records[i]));
    const auto count = static_cast<std::int64_t>(rows.size());
    return net::json_response(200,
                              Map{{"data", std::move(rows)}, {"info", Map{{"count", count}, {"more_records", last < records.size()}}}});
}

constexpr std::array<Route, 2> routes = {{{"POST", "coql", "ZohoCRM.coql", "READ", run_query},
                                          {"GET", "*/search", "*", "READ", search_records, "ZohoSearch.securesearch.READ"}}};

}  // namespace

std::span<const Route> query_routes() { return routes; }

}  // namespace lockstep::sandbox::zoho_crm
