#pragma once

#include <string>
#include <string_view>

#include "sandbox/sap/query.h"
#include "sandbox/sap/table.h"

/// Writes entities as SAP Gateway does: `__metadata`, `__deferred`, `results`.
namespace lockstep::sandbox::sap {

class EntityWriter {
public:
    /// `base`: `http://127.0.0.1:4011`.
    EntityWriter(const Tables& tables, std::string_view base) : tables_(tables), base_(base) {}

    void append(std::string& out, const Shape& shape, const Record& record) const;
    /// Writes `{"results":[…]}` without paging.
    void append_results(std::string& out, const Shape& shape, const std::vector<Row>& rows) const;
    /// `http://…/A_SalesOrder('1')`.
    std::string uri(const EntityType& type, const Record& record) const;
    std::string service_root(std::string_view service) const;
    const Tables& tables() const { return tables_; }

private:
    void append_properties(std::string& out, const Shape& shape, const Record& record) const;
    void append_expanded(std::string& out, const EntityType& type, const Shape::Expansion& expansion, const Record& record) const;
    void append_deferred(std::string& out, const Shape& shape, std::string_view quoted_uri) const;

    const Tables& tables_;
    std::string base_;
};

/// The entity tag of a record, `W/"datetimeoffset'…'"`; empty for types that have none.
std::string etag_of(const EntityType& type, const Record& record);

}  // namespace lockstep::sandbox::sap
