#include "sandbox/sap/selection.h"

#include <algorithm>

namespace lockstep::sandbox::sap {

namespace {

constexpr std::size_t selections_max = 8;
/// A selection that an index gives at once is not worth a place.
constexpr std::size_t remembered_rows_min = 256;

bool selects(const Table& table, const Query& query, Row row) {
    table.visit(1);
    return !query.filter || matches(table.type(), table.at(row), *query.filter);
}

void sort_rows(const Table& table, const std::vector<OrderBy>& order, std::vector<Row>& rows) {
    const EntityType& type = table.type();
    auto before = [&](Row left, Row right) {
        for (const OrderBy& by : order) {
            const Property& property = type.properties[static_cast<std::size_t>(by.property)];
            const Scalar a = scalar_of(property, table.at(left).text(by.property));
            const Scalar b = scalar_of(property, table.at(right).text(by.property));
            // Initial dates come first.
            const int result = a.kind == b.kind ? *compare(a, b) : a.kind == Scalar::Kind::null ? -1 : 1;
            if (result != 0) return by.descending ? result > 0 : result < 0;
        }
        return false;
    };
    std::stable_sort(rows.begin(), rows.end(), before);
}

Window cut(const std::vector<Row>& rows, const Selections::Part& part) {
    const std::size_t first = std::min(part.first, rows.size());
    const std::size_t end = std::min(rows.size(), first + part.rows_max);
    Window window{.rows = {rows.begin() + static_cast<std::ptrdiff_t>(first), rows.begin() + static_cast<std::ptrdiff_t>(end)}};
    window.more = end < rows.size();
    if (part.with_total) window.total = rows.size();
    return window;
}

/// The first page in key order: reads no further than it must.
Window first_page(const Table& table, const Query& query, std::size_t rows_max) {
    Window window;
    for (const auto& [key_text, row] : table.in_key_order()) {
        if (!selects(table, query, row)) continue;
        window.more = window.rows.size() == rows_max;
        if (window.more) break;
        window.rows.push_back(row);
    }
    return window;
}

std::vector<Row> filtered(const Table& table, const Query& query, const std::vector<Row>& rows) {
    std::vector<Row> kept;
    for (Row row : rows)
        if (selects(table, query, row)) kept.push_back(row);
    return kept;
}

std::vector<Row> all_rows(const Table& table, const Query& query) {
    std::vector<Row> rows;
    rows.reserve(query.filter ? 0 : table.size());
    for (const auto& [key_text, row] : table.in_key_order())
        if (selects(table, query, row)) rows.push_back(row);
    return rows;
}

std::string option(const Query& query, std::string_view name) { return net::parameter(query.sent, name).value_or(""); }

}  // namespace

Selections::Rows Selections::whole(const Table& table, const Query& query) {
    std::string filter = option(query, "$filter"), order = option(query, "$orderby");
    for (const Remembered& known : remembered_)
        if (known.table == &table && known.version == table.version() && known.filter == filter && known.order == order) return known.rows;
    std::optional<std::vector<Row>> narrowed;
    if (query.filter) narrowed = candidates(table, *query.filter);
    std::vector<Row> rows = narrowed ? filtered(table, query, *narrowed) : all_rows(table, query);
    if (narrowed) Tables::sort_by_key(table, rows);
    sort_rows(table, query.order, rows);
    Rows made = std::make_shared<const std::vector<Row>>(std::move(rows));
    if (narrowed && narrowed->size() < remembered_rows_min) return made;
    std::erase_if(remembered_, [&](const Remembered& known) { return known.table == &table && known.version != table.version(); });
    if (remembered_.size() == selections_max) remembered_.erase(remembered_.begin());
    remembered_.push_back({&table, std::move(filter), std::move(order), table.version(), made});
    return made;
}

Window Selections::window(const Table& table, const Query& query, const Part& part) {
    const bool in_key_order = query.order.empty() && part.first == 0;
    if (in_key_order && !query.filter) {
        Window window = first_page(table, query, part.rows_max);
        if (part.with_total) window.total = table.size();
        return window;
    }
    if (in_key_order && !part.with_total && !candidates(table, *query.filter)) return first_page(table, query, part.rows_max);
    return cut(*whole(table, query), part);
}

Window Selections::window_of(const Table& table, const Query& query, std::vector<Row> rows, const Part& part) {
    rows = filtered(table, query, rows);
    sort_rows(table, query.order, rows);
    return cut(rows, part);
}

std::size_t Selections::count(const Table& table, const Query& query) { return query.filter ? whole(table, query)->size() : table.size(); }

}  // namespace lockstep::sandbox::sap
