#include "sandbox/sap/entity_json.h"

#include <algorithm>
#include <charconv>
#include <unordered_map>

#include "sandbox/sap/values.h"
#include "value/encoding.h"
#include "value/json.h"

namespace lockstep::sandbox::sap {

std::string etag_of(const EntityType& type, const Record& record) {
    for (std::size_t i = 0; i < type.properties.size(); ++i) {
        if (!type.properties[i].has(etag)) continue;
        const std::string_view text = record.text(static_cast<int>(i));
        std::int64_t ticks = 0;
        std::from_chars(text.data(), text.data() + text.size(), ticks);
        return "W/\"datetimeoffset'" + encoding::percent_encode(iso_ticks(ticks, 7)) + "'\"";
    }
    // Business partners say what changed them last in a property of its own, without a ConcurrencyMode in the metadata.
    const int property = type.find("ETag");
    return property < 0 ? std::string() : "W/\"'" + std::string(record.text(property)) + "'\"";
}

std::string EntityWriter::service_root(std::string_view service) const { return base_ + "/sap/opu/odata/sap/" + std::string(service); }

std::string EntityWriter::uri(const EntityType& type, const Record& record) const {
    std::string text = service_root(type.service);
    text += '/';
    text += type.set;
    const std::vector<int>& keys = tables_[type.set].key_properties();
    for (int property : keys) {
        const Property& its = type.properties[static_cast<std::size_t>(property)];
        text += property == keys.front() ? '(' : ',';
        if (keys.size() > 1) (text += its.name) += '=';
        text += key_literal(its, record.text(property));
    }
    return text + ')';
}

void EntityWriter::append(std::string& out, const Shape& shape, const Record& record) const {
    const EntityType& type = *shape.type;
    std::string own_uri;
    json::append_quoted(own_uri, uri(type, record));
    out += "{\"__metadata\":{\"id\":";
    out += own_uri;
    out += ",\"uri\":";
    out += own_uri;
    out += ",\"type\":\"" + std::string(type.service) + "." + std::string(type.set) + "Type\"";
    if (std::string tag = etag_of(type, record); !tag.empty()) {
        out += ",\"etag\":";
        json::append_quoted(out, tag);
    }
    out += '}';
    append_properties(out, shape, record);
    for (const Shape::Expansion& expansion : shape.expanded)
        if (expansion.shown) append_expanded(out, type, expansion, record);
    append_deferred(out, shape, own_uri);
    out += '}';
}

namespace {

/// `,"A":"","B":false …`: all properties of a type with their initial values, and where each begins.
struct Initial {
    std::string text;
    std::vector<std::size_t> starts;  ///< and the end
    std::string_view part(std::size_t from, std::size_t to) const {
        return std::string_view(text).substr(starts[from], starts[to] - starts[from]);
    }
};

void append_property(std::string& out, const Property& property, std::string_view text) {
    out += ",\"";
    out += property.name;
    out += "\":";
    append_json(out, property, text);
}

/// That of a type, written once: most of an entity consists of it.
const Initial& initial_of(const EntityType& type) {
    static const auto all = [] {
        std::unordered_map<std::string_view, Initial> made;
        for (const EntityType& each : entity_types()) {
            Initial& initial = made[each.set];
            for (const Property& property : each.properties) {
                initial.starts.push_back(initial.text.size());
                append_property(initial.text, property, {});
            }
            initial.starts.push_back(initial.text.size());
        }
        return made;
    }();
    return all.at(type.set);
}

}  // namespace

void EntityWriter::append_properties(std::string& out, const Shape& shape, const Record& record) const {
    const auto& properties = shape.type->properties;
    if (!shape.everything) {
        for (std::size_t i = 0; i < properties.size(); ++i)
            if (shape.properties[i]) append_property(out, properties[i], record.text(static_cast<int>(i)));
        return;
    }
    const Initial& initial = initial_of(*shape.type);
    std::size_t written = 0;
    record.each([&](int property, std::string_view text) {
        const auto at = static_cast<std::size_t>(property);
        out += initial.part(written, at);
        append_property(out, properties[at], text);
        written = at + 1;
    });
    out += initial.part(written, properties.size());
}

void EntityWriter::append_expanded(std::string& out, const EntityType& type, const Shape::Expansion& expansion,
                                   const Record& record) const {
    const std::vector<Row> rows = tables_.navigate(type, record, *expansion.navigation);
    out += ",\"";
    out += expansion.navigation->name;
    out += "\":";
    if (expansion.navigation->to_many)
        append_results(out, expansion.shape, rows);
    else if (rows.empty())
        out += "null";
    else
        append(out, expansion.shape, tables_[expansion.navigation->target].at(rows.front()));
}

void EntityWriter::append_deferred(std::string& out, const Shape& shape, std::string_view quoted_uri) const {
    quoted_uri.remove_suffix(1);  // the quotation mark
    auto append_one = [&](const Navigation& navigation) {
        for (std::string_view part : {std::string_view(",\""), navigation.name, std::string_view("\":{\"__deferred\":{\"uri\":"),
                                      quoted_uri, std::string_view("/"), navigation.name, std::string_view("\"}}")})
            out += part;
    };
    if (!shape.everything) {
        for (const Navigation* navigation : shape.deferred) append_one(*navigation);
        return;
    }
    for (const Navigation& navigation : shape.type->navigations) {
        const bool expanded = std::any_of(shape.expanded.begin(), shape.expanded.end(),
                                          [&](const auto& expansion) { return expansion.navigation == &navigation; });
        if (!expanded) append_one(navigation);
    }
}

void EntityWriter::append_results(std::string& out, const Shape& shape, const std::vector<Row>& rows) const {
    const Table& table = tables_[shape.type->set];
    out += "{\"results\":[";
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (i > 0) out += ',';
        append(out, shape, table.at(rows[i]));
    }
    out += "]}";
}

}  // namespace lockstep::sandbox::sap
