#include <algorithm>

#include "sandbox/sap/refusal.h"
#include "sandbox/sap/service.h"
#include "value/encoding.h"
#include "value/json.h"

namespace lockstep::sandbox::sap {

namespace {

Unexpected no_segment(std::string_view segment) {
    return refuse(segment_not_found, "Resource not found for the segment '" + std::string(segment) + "'.", {}, ErrorCode::not_found);
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

}  // namespace

Result<void> Service::step(Target& target, std::string_view text, bool first, std::string_view service) const {
    if (text == "$count") {
        if (first) return no_segment(text);
        target.count = true;
        return {};
    }
    LS_TRY_ASSIGN(Segment segment, parse_segment(text));
    if (first) {
        target.type = entity_type(segment.name);
        if (target.type == nullptr || target.type->service != service) return no_segment(segment.name);
    } else {
        const Navigation* navigation = target.type->navigation(segment.name);
        if (navigation == nullptr || target.is_collection || !target.row) return no_segment(segment.name);
        const Record record = state_.tables[target.type->set].at(*target.row);
        std::vector<Row> rows = state_.tables.navigate(*target.type, record, *navigation);
        target.parent_type = target.type;
        target.parent_row = target.row;
        target.navigation = navigation;
        target.type = entity_type(navigation->target);
        target.is_collection = navigation->to_many;
        target.row = !navigation->to_many && !rows.empty() ? std::optional(rows.front()) : std::nullopt;
        target.rows = std::move(rows);
    }
    if (!segment.key || segment.key->empty()) return {};
    LS_TRY_ASSIGN(auto values, key_values(*target.type, segment));
    target.row = state_.tables[target.type->set].find_by({values.begin(), values.end()});
    target.is_collection = false;
    const bool reachable =
        !target.rows || (target.row && std::find(target.rows->begin(), target.rows->end(), *target.row) != target.rows->end());
    if (!target.row || !reachable)
        return refuse(data_not_found, "Resource not found for segment '" + std::string(target.type->set) + "Type'", {},
                      ErrorCode::not_found);
    return {};
}

Result<Target> Service::resolve(const ServiceRequest& request) const {
    Target target;
    bool first = true;
    for (const std::string& segment : request.segments) {
        LS_TRY(step(target, segment, first, request.service));
        first = false;
    }
    return target;
}

net::Response Service::service_document(const ServiceRequest& request) const {
    List sets;
    std::string collections;
    for (const EntityType& type : entity_types()) {
        if (type.service != request.service) continue;
        sets.emplace_back(type.set);
        collections += "<app:collection href=\"" + std::string(type.set) + "\"><atom:title type=\"text\">" + std::string(type.set) +
                       "</atom:title></app:collection>";
    }
    if (request.format == Format::json) return json_text(200, json::write(Map{{"d", Map{{"EntitySets", Value(std::move(sets))}}}}));
    return xml_text(200,
                    "<?xml version=\"1.0\" encoding=\"utf-8\"?><app:service xmlns:app=\"http://www.w3.org/2007/app\" "
                    "xmlns:atom=\"http://www.w3.org/2005/Atom\" xml:base=\"" +
                        writer().service_root(request.service) + "/\"><app:workspace><atom:title type=\"text\">Data</atom:title>" +
                        collections + "</app:workspace></app:service>",
                    "application/atomsvc+xml");
}

Result<net::Response> Service::read(const ServiceRequest& request) {
    if (request.segments.empty()) return service_document(request);
    if (request.segments.front() == "$metadata") return xml_text(200, metadata_document(request.service));
    LS_TRY_ASSIGN(Target target, resolve(request));
    if (target.is_collection) return read_collection(request, target);
    if (!target.row)
        return refuse(data_not_found, "Resource not found for segment '" + std::string(target.type->set) + "Type'", {},
                      ErrorCode::not_found);
    if (target.count) return no_segment("$count");
    LS_TRY_ASSIGN(Query query, parse_query(*target.type, request.parameters));
    const Record& record = state_.tables[target.type->set].at(*target.row);
    std::string body = "{\"d\":";
    writer().append(body, query.shape, record);
    body += '}';
    net::Response response = json_text(200, std::move(body));
    if (std::string tag = etag_of(*target.type, record); !tag.empty()) response.headers.set("ETag", tag);
    return response;
}

/// Filtered and sorted, before `$skip` and `$top`.
std::vector<Row> Service::selected_rows(const Target& target, const Query& query) const {
    const Table& table = state_.tables[target.type->set];
    std::vector<Row> rows;
    std::optional<std::vector<Row>> narrowed = target.rows;
    if (!narrowed && query.filter) narrowed = candidates(table, *query.filter);
    if (narrowed) {
        for (Row row : *narrowed)
            if (!query.filter || matches(table.type(), table.at(row), *query.filter)) rows.push_back(row);
        if (!target.rows) Tables::sort_by_key(table, rows);
    } else {
        rows.reserve(query.filter ? 0 : table.size());
        for (const auto& [key_text, row] : table.in_key_order())
            if (!query.filter || matches(table.type(), table.at(row), *query.filter)) rows.push_back(row);
    }
    if (!query.order.empty()) sort_rows(table, query.order, rows);
    return rows;
}

std::string Service::next_link(const ServiceRequest& request, const Target& target, const Query& query, std::size_t token) const {
    std::string link = writer().service_root(request.service);
    for (const std::string& segment : request.segments) link += "/" + encoding::percent_encode(segment);
    (void)target;
    char joint = '?';
    for (const auto& [name, value] : query.sent) {
        if (name == "$skiptoken" || name == "$skip") continue;
        link += joint + name + "=" + encoding::percent_encode(value);
        joint = '&';
    }
    return link + joint + "$skiptoken=" + std::to_string(token);
}

Result<net::Response> Service::read_collection(const ServiceRequest& request, const Target& target) {
    LS_TRY_ASSIGN(Query query, parse_query(*target.type, request.parameters));
    std::vector<Row> rows = selected_rows(target, query);
    const std::size_t total = rows.size();
    if (target.count) {
        net::Response response = net::text_response(200, std::to_string(total), "text/plain");
        response.headers.set("dataserviceversion", "2.0");
        return response;
    }
    // A skip token counts from the beginning of the filtered set; `$top` bounds all pages together.
    const std::size_t first = std::min(query.skip_token != 0 ? query.skip_token : query.skip, rows.size());
    std::size_t last = rows.size();
    if (query.top) last = std::min(last, std::max(first, std::min(query.skip, rows.size()) + *query.top));
    const bool stock = target.type->set == "A_MatlStkInAcctMod";
    const std::size_t page = stock ? state_.settings.stock_page_size : state_.settings.page_size;
    const std::size_t end = std::min(last, first + page);
    const std::vector<Row> shown(rows.begin() + static_cast<std::ptrdiff_t>(first), rows.begin() + static_cast<std::ptrdiff_t>(end));
    std::string body = "{\"d\":";
    writer().append_results(body, query.shape, shown);
    body.pop_back();
    if (query.inline_count) body += ",\"__count\":\"" + std::to_string(total) + "\"";
    if (end < last) {
        body += ",\"__next\":";
        json::append_quoted(body, next_link(request, target, query, end));
    }
    body += "}}";
    return json_text(200, std::move(body));
}

}  // namespace lockstep::sandbox::sap
