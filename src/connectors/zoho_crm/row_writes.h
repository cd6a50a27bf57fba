#pragma once

#include <optional>
#include <string>
#include <vector>

#include "connectors/zoho_crm/api.h"
#include "connectors/zoho_crm/joint.h"

/// Requests that write up to 100 records, each with a result of its own.
/// Source: OpenAPI v8.0, record: "Insert", "Update", "Upsert", "Delete Records".
namespace lockstep::connectors::zoho_crm {

/// A record to write, for one call of a group.
struct Row {
    std::size_t call = 0;
    Map body;
};

/// What became of a row.
struct RowResult {
    Value said = {};                  ///< Zoho's result
    std::optional<Error> error = {};  ///< none: it is written
    Value id() const { return said["details"]["id"].text(); }
};

struct RowRequest {
    std::string method;
    std::string path;  ///< behind the version
    net::Headers headers = {};
    Map more = {};  ///< beside `data` and `trigger`
};

/// Sends the rows with `"trigger": []`, so that Zoho's workflows tell nobody of them, and returns what became of each, in
/// order. A row that Zoho says nothing about is `answer_lost`. Errors: of the request as a whole.
Result<std::vector<RowResult>> write_rows(Api& api, Joint& joint, const RowRequest& request, const std::vector<Row>& rows);

/// The same for a request that names its records in the address.
Result<std::vector<RowResult>> delete_rows(Api& api, Joint& joint, const std::string& module, const std::vector<std::string>& ids);

}  // namespace lockstep::connectors::zoho_crm
