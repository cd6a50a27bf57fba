#pragma once

#include <optional>
#include <string>
#include <vector>

#include "connectors/salesforce/api.h"

/// sObject Collections: many records a request, each with a result of its own.
/// Source: REST API Developer Guide, "Update Records Using sObject Collections", "Upsert Records Using sObject Collections".
namespace lockstep::connectors::salesforce {

constexpr std::size_t collection_records_max = 200;

/// One record to write.
struct CollectionRow {
    std::string id;  ///< 18 characters; empty where an external id names the record
    Value body;      ///< with `attributes` and `id`
};

/// Makes the row that sets fields of a record. `fields` as `field_values` gives them.
CollectionRow update_row(const std::string& object, const std::string& id, const Map& fields);

/// The body of a request with these rows.
Value collection_body(const std::vector<CollectionRow>& rows);

/// What became of one row.
struct RowResult {
    Value said;                       ///< Salesforce's result; null if it is missing
    std::optional<Error> error = {};  ///< none: it is written
    bool missing() const { return said.is_null(); }
};

/// Sends rows with PATCH and returns the result of each, in order. A row whose result is missing or cannot be its own is
/// `answer_lost`, for it may have been written.
/// Requires 1 … `collection_records_max` rows, none of one record twice. Errors: of the request as a whole.
Result<std::vector<RowResult>> send_rows(Api& api, connector::CallContext& context, const std::string& target,
                                         const std::vector<CollectionRow>& rows);

/// Whether the refusal of a whole request is the doing of one of several rows: a value that Salesforce cannot read, say,
/// but not a field that none of them may have.
bool is_of_one_row(const Error& refusal, const std::vector<CollectionRow>& rows);

/// Whether a row's refusal may be the doing of another row, or says less than it would if the row were sent by itself.
bool is_better_sent_alone(const Error& refusal);

}  // namespace lockstep::connectors::salesforce
