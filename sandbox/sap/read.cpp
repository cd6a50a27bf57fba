#include <algorithm>

#include "sandbox/sap/refusal.h"
#include "sandbox/sap/service.h"
#include "sandbox/sap/values.h"
#include "value/encoding.h"
#include "value/json.h"

namespace lockstep::sandbox::sap {

namespace {

Unexpected no_segment(std::string_view segment) {
    return refuse(segment_not_found, "Resource not found for the segment '" + std::string(segment) + "'.", {}, ErrorCode::not_found);
}

/// `…/GrossWeight` and `…/GrossWeight/$value`.
bool step_into_property(Target& target, std::string_view text) {
    if (target.property >= 0) {
        const bool ends = text == "$value" && !target.raw;
        target.raw = target.raw || ends;
        return ends;
    }
    target.property = target.type->find(text);
    return target.property >= 0;
}

}  // namespace

Result<void> Service::step(Target& target, std::string_view text, bool first, std::string_view service) const {
    if (text == "$count") {
        if (first) return no_segment(text);
        target.count = true;
        return {};
    }
    if (!first && !target.is_collection && target.row && step_into_property(target, text)) return {};
    LS_TRY_ASSIGN(Segment segment, parse_segment(text));
    if (first) {
        target.type = entity_type(segment.name);
        if (target.type == nullptr || target.type->service != service) return no_segment(segment.name);
    } else {
        const Navigation* navigation = target.type->navigation(segment.name);
        if (navigation == nullptr || !target.is_entity() || !target.row) return no_segment(segment.name);
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

namespace {

/// The entity sets of a service as JSON, written once: every fetch of a CSRF token reads them.
const std::string& entity_sets(std::string_view service) {
    static const auto documents = [] {
        std::unordered_map<std::string_view, std::string> made;
        for (std::string_view name : services()) {
            List sets;
            for (const EntityType& type : entity_types())
                if (type.service == name) sets.emplace_back(type.set);
            made[name] = json::write(Map{{"d", Map{{"EntitySets", Value(std::move(sets))}}}});
        }
        return made;
    }();
    static const std::string none = R"({"d":{"EntitySets":[]}})";
    auto found = documents.find(service);
    return found == documents.end() ? none : found->second;
}

}  // namespace

net::Response Service::service_document(const ServiceRequest& request) const {
    if (request.format == Format::json) return json_text(200, entity_sets(request.service));
    std::string collections;
    for (const EntityType& type : entity_types()) {
        if (type.service != request.service) continue;
        collections += "<app:collection href=\"" + std::string(type.set) + "\"><atom:title type=\"text\">" + std::string(type.set) +
                       "</atom:title></app:collection>";
    }
    return xml_text(200,
                    "<?xml version=\"1.0\" encoding=\"utf-8\"?><app:service xmlns:app=\"http://www.w3.org/2007/app\" "
                    "xmlns:atom=\"http://www.w3.org/2005/Atom\" xml:base=\"" +
                        writer().service_root(request.service) + "/\"><app:workspace><atom:title type=\"text\">Data</atom:title>" +
                        collections + "</app:workspace></app:service>",
                    "application/atomsvc+xml");
}

Result<net::Response> Service::read(const ServiceRequest& request) {
    if (request.segments.empty()) return service_document(request);
    if (request.segments.front() == "$metadata")
        return xml_text(200, metadata_document(request.service, writer().service_root(request.service)));
    if (request.segments.front() == "$batch")
        return refuse(method_not_allowed, "Method '" + request.request->method + "' not allowed for $batch", {},
                      ErrorCode::permission_missing);
    LS_TRY_ASSIGN(Target target, resolve(request));
    if (target.is_collection) return read_collection(request, target);
    if (!target.row)
        return refuse(data_not_found, "Resource not found for segment '" + std::string(target.type->set) + "Type'", {},
                      ErrorCode::not_found);
    if (target.count) return no_segment("$count");
    if (target.property >= 0) return read_property(request, target);
    LS_TRY_ASSIGN(Query query, parse_query(*target.type, request.parameters));
    return entity_answer(request, 200, query.shape, state_.tables[target.type->set].at(*target.row));
}

AtomWriter Service::atom() const { return AtomWriter(writer(), iso_ticks(ticks_of(state_.options.clock()), 0)); }

net::Response Service::entity_answer(const ServiceRequest& request, int status, const Shape& shape, const Record& record) const {
    net::Response response;
    if (request.format == Format::atom) {
        response = xml_text(status, atom().entry(shape, record), "application/atom+xml;type=entry;charset=utf-8");
    } else {
        std::string body = "{\"d\":";
        writer().append(body, shape, record);
        response = json_text(status, std::move(body) + '}');
    }
    if (std::string tag = etag_of(*shape.type, record); !tag.empty()) response.headers.set("ETag", tag);
    return response;
}

Result<net::Response> Service::read_property(const ServiceRequest& request, const Target& target) {
    const Property& property = target.type->properties[static_cast<std::size_t>(target.property)];
    const std::string_view text = state_.tables[target.type->set].at(*target.row).text(target.property);
    const auto plain = plain_text(property, text);
    if (target.raw) {
        if (!plain) return refuse(data_not_found, "Resource not found for segment '$value'", {}, ErrorCode::not_found);
        return net::text_response(200, *plain, "text/plain;charset=utf-8");
    }
    if (request.format == Format::atom) return xml_text(200, atom().property(property, text));
    std::string body = "{\"d\":{\"" + std::string(property.name) + "\":";
    append_json(body, property, text);
    return json_text(200, std::move(body) + "}}");
}

std::string Service::next_link(const ServiceRequest& request, const Query& query, std::size_t token) const {
    std::string link = writer().service_root(request.service);
    for (const std::string& segment : request.segments) link += "/" + encoding::percent_encode(segment);
    char joint = '?';
    for (const auto& [name, value] : query.sent) {
        if (name == "$skiptoken" || name == "$skip") continue;
        link += joint + name + "=" + encoding::percent_encode(value);
        joint = '&';
    }
    return link + joint + "$skiptoken=" + std::to_string(token);
}

Window Service::page_of(const Target& target, const Query& query, const Selections::Part& part) {
    const Table& table = state_.tables[target.type->set];
    return target.rows ? Selections::window_of(table, query, *target.rows, part) : selections_.window(table, query, part);
}

net::Response Service::count_answer(const Target& target, const Query& query) {
    const Table& table = state_.tables[target.type->set];
    const std::size_t total =
        target.rows ? *Selections::window_of(table, query, *target.rows, {.with_total = true}).total : selections_.count(table, query);
    net::Response response = net::text_response(200, std::to_string(total), "text/plain");
    response.headers.set("dataserviceversion", "2.0");
    return response;
}

Result<net::Response> Service::read_collection(const ServiceRequest& request, const Target& target) {
    LS_TRY_ASSIGN(Query query, parse_query(*target.type, request.parameters));
    if (target.count) return count_answer(target, query);
    const bool stock = target.type->set == "A_MatlStkInAcctMod";
    const std::size_t page = stock ? state_.settings.stock_page_size : state_.settings.page_size;
    // A skip token counts from the beginning of the filtered set; `$top` bounds all pages together.
    const std::size_t first = query.skip_token != 0 ? query.skip_token : query.skip;
    const std::size_t wanted = query.top ? std::max(first, query.skip + *query.top) - first : page + 1;
    const Selections::Part part{.first = first, .rows_max = std::min(page, wanted), .with_total = query.inline_count};
    const Window window = page_of(target, query, part);
    std::string next;
    if (window.more && wanted > page) next = next_link(request, query, first + window.rows.size());
    if (request.format == Format::atom)
        return xml_text(200, atom().feed(query.shape, window, next), "application/atom+xml;type=feed;charset=utf-8");
    std::string body = "{\"d\":";
    writer().append_results(body, query.shape, window.rows);
    body.pop_back();
    if (window.total) body += ",\"__count\":\"" + std::to_string(*window.total) + "\"";
    if (!next.empty()) {
        body += ",\"__next\":";
        json::append_quoted(body, next);
    }
    return json_text(200, std::move(body) + "}}");
}

}  // namespace lockstep::sandbox::sap
