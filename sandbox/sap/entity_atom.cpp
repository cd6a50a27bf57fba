#include "sandbox/sap/entity_atom.h"

#include <algorithm>

#include "sandbox/sap/values.h"
#include "value/xml.h"

namespace lockstep::sandbox::sap {

namespace {

constexpr std::string_view declaration = "<?xml version=\"1.0\" encoding=\"utf-8\"?>";
constexpr std::string_view data_services = "http://schemas.microsoft.com/ado/2007/08/dataservices";

std::string attribute(std::string_view name, std::string_view value) { return " " + std::string(name) + "=\"" + xml::escape(value) + "\""; }

std::string element(std::string_view name, std::string_view text) {
    return "<" + std::string(name) + ">" + xml::escape(text) + "</" + std::string(name) + ">";
}

std::string type_name(const EntityType& type) { return std::string(type.set) + "Type"; }

std::string property_xml(const Property& property, std::string_view text, std::string_view more = {}) {
    const std::string name = "d:" + std::string(property.name);
    const auto plain = plain_text(property, text);
    if (!plain) return "<" + name + std::string(more) + " m:null=\"true\"/>";
    if (plain->empty()) return "<" + name + std::string(more) + "/>";
    return "<" + name + std::string(more) + ">" + xml::escape(*plain) + "</" + name + ">";
}

}  // namespace

std::string AtomWriter::namespaces(const EntityType& type) const {
    return attribute("xml:base", writer_.service_root(type.service) + "/") + attribute("xmlns", "http://www.w3.org/2005/Atom") +
           attribute("xmlns:m", std::string(data_services) + "/metadata") + attribute("xmlns:d", data_services);
}

std::string AtomWriter::entry(const Shape& shape, const Record& record) const {
    std::string out(declaration);
    append_entry(out, shape, record, namespaces(*shape.type));
    return out;
}

void AtomWriter::append_entry(std::string& out, const Shape& shape, const Record& record, std::string_view attributes) const {
    const EntityType& type = *shape.type;
    const std::string uri = writer_.uri(type, record);
    const std::string path = uri.substr(writer_.service_root(type.service).size() + 1);
    out += "<entry" + std::string(attributes);
    if (std::string tag = etag_of(type, record); !tag.empty()) out += attribute("m:etag", tag);
    out += ">" + element("id", uri) + "<title type=\"text\">" + xml::escape(path) + "</title>" + element("updated", updated_) +
           "<category" + attribute("term", std::string(type.service) + "." + type_name(type)) +
           attribute("scheme", std::string(data_services) + "/scheme") + "/><link" + attribute("href", path) + attribute("rel", "edit") +
           attribute("title", type_name(type)) + "/>";
    append_links(out, shape, record, path);
    out += "<content type=\"application/xml\"><m:properties>";
    for (std::size_t i = 0; i < type.properties.size(); ++i)
        if (shape.everything || shape.properties[i]) out += property_xml(type.properties[i], record.text(static_cast<int>(i)));
    out += "</m:properties></content></entry>";
}

void AtomWriter::append_links(std::string& out, const Shape& shape, const Record& record, const std::string& path) const {
    for (const Navigation& navigation : shape.type->navigations) {
        auto expansion = std::find_if(shape.expanded.begin(), shape.expanded.end(),
                                      [&](const Shape::Expansion& known) { return known.navigation == &navigation; });
        const bool named = std::find(shape.deferred.begin(), shape.deferred.end(), &navigation) != shape.deferred.end();
        if (expansion != shape.expanded.end() && expansion->shown) {
            const std::string inside = expanded(*shape.type, *expansion, record);
            append_link(out, navigation, path, &inside);
        } else if (expansion == shape.expanded.end() && (shape.everything || named)) {
            append_link(out, navigation, path, nullptr);
        }
    }
}

void AtomWriter::append_link(std::string& out, const Navigation& navigation, const std::string& path, const std::string* inside) const {
    const std::string name(navigation.name);
    out += "<link" + attribute("href", path + "/" + name) + attribute("rel", std::string(data_services) + "/related/" + name) +
           attribute("type", navigation.to_many ? "application/atom+xml;type=feed" : "application/atom+xml;type=entry") +
           attribute("title", name);
    out += inside == nullptr ? "/>" : "><m:inline>" + *inside + "</m:inline></link>";
}

std::string AtomWriter::expanded(const EntityType& type, const Shape::Expansion& expansion, const Record& record) const {
    const std::vector<Row> rows = writer_.tables().navigate(type, record, *expansion.navigation);
    const Table& table = writer_.tables()[expansion.navigation->target];
    std::string out;
    if (expansion.navigation->to_many) append_feed_head(out, table.type(), {});
    for (Row row : rows) append_entry(out, expansion.shape, table.at(row), {});
    return expansion.navigation->to_many ? out + "</feed>" : out;
}

void AtomWriter::append_feed_head(std::string& out, const EntityType& type, std::string_view attributes) const {
    out += "<feed" + std::string(attributes) + ">" + element("id", writer_.service_root(type.service) + "/" + std::string(type.set)) +
           "<title type=\"text\">" + std::string(type.set) + "</title>" + element("updated", updated_) + "<author><name/></author><link" +
           attribute("href", type.set) + attribute("rel", "self") + attribute("title", type.set) + "/>";
}

std::string AtomWriter::feed(const Shape& shape, const Window& window, const std::string& next) const {
    std::string out(declaration);
    append_feed_head(out, *shape.type, namespaces(*shape.type));
    if (window.total) out += element("m:count", std::to_string(*window.total));
    const Table& table = writer_.tables()[shape.type->set];
    for (Row row : window.rows) append_entry(out, shape, table.at(row), {});
    if (!next.empty()) out += "<link rel=\"next\"" + attribute("href", next) + "/>";
    return out + "</feed>";
}

std::string AtomWriter::property(const Property& property, std::string_view text) const {
    return std::string(declaration) +
           property_xml(property, text,
                        attribute("xmlns:d", data_services) + attribute("xmlns:m", std::string(data_services) + "/metadata"));
}

}  // namespace lockstep::sandbox::sap
