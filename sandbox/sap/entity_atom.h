#pragma once

#include <string>
#include <string_view>

#include "sandbox/sap/entity_json.h"
#include "sandbox/sap/selection.h"

namespace lockstep::sandbox::sap {

/// Writes entities as Atom, the gateway's default format. Source: OData V2, "Atom format".
class AtomWriter {
public:
    /// `updated`: the time that the answer names, in ISO form.
    AtomWriter(EntityWriter writer, std::string updated) : writer_(std::move(writer)), updated_(std::move(updated)) {}

    std::string entry(const Shape& shape, const Record& record) const;
    /// `next`: the address of the next page, or empty.
    std::string feed(const Shape& shape, const Window& window, const std::string& next) const;
    std::string property(const Property& property, std::string_view text) const;

private:
    void append_entry(std::string& out, const Shape& shape, const Record& record, std::string_view attributes) const;
    void append_links(std::string& out, const Shape& shape, const Record& record, const std::string& path) const;
    void append_link(std::string& out, const Navigation& navigation, const std::string& path, const std::string* inside) const;
    void append_feed_head(std::string& out, const EntityType& type, std::string_view attributes) const;
    std::string expanded(const EntityType& type, const Shape::Expansion& expansion, const Record& record) const;
    std::string namespaces(const EntityType& type) const;

    EntityWriter writer_;
    std::string updated_;
};

}  // namespace lockstep::sandbox::sap
