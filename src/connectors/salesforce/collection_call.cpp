#include "connectors/salesforce/collection_call.h"

#include <algorithm>
#include <array>

#include "connectors/salesforce/errors.h"
#include "connectors/salesforce/record_id.h"

namespace lockstep::connectors::salesforce {
namespace {

/// Codes of a row that was not written, though perhaps not for its own sake:
/// * triggers and flows run over all rows of a request, and what one of them throws, or a limit that they use up together,
///   is said of all (Apex Developer Guide, "Bulk DML Exception Handling"; seen as `System.LimitException` in
///   roblesterjr04/EloquentSalesForce#70);
/// * a record that is not there is an `invalid cross reference id` here, and not found when it is changed by itself.
constexpr std::array<std::string_view, 8> codes_of_company = {
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "CANNOT_EXECUTE_FLOW_TRIGGER", "LIMIT_EXCEEDED", "APEX_ERROR",
    "ALL_OR_NONE_OPERATION_ROLLED_BACK",    "PROCESSING_HALTED",           "MALFORMED_ID",   "INVALID_CROSS_REFERENCE_KEY",
};

RowResult lost(std::string_view why) {
    return {.said = {}, .error = Error{ErrorCode::answer_lost, "the collections answer of Salesforce " + std::string(why)}};
}

/// What is refused whatever the values of the fields are.
constexpr std::array<std::string_view, 2> codes_of_names = {"INVALID_FIELD", "INVALID_TYPE"};

bool have_same_fields(const std::vector<CollectionRow>& rows) {
    const Map& first = rows.front().body.as_map();
    auto same = [&](const CollectionRow& row) {
        const Map& fields = row.body.as_map();
        return fields.size() == first.size() &&
               std::all_of(fields.begin(), fields.end(), [&](const auto& field) { return first.contains(field.first); });
    };
    return std::all_of(rows.begin() + 1, rows.end(), same);
}

/// Whether a success may be this row's: Salesforce repeats the id.
bool names(const Value& result, const CollectionRow& row) {
    if (row.id.empty()) return true;
    Result<std::string> id = normalise_record_id(result["id"].text());
    return id && *id == row.id;
}

RowResult read_result(const Value& result, const CollectionRow& row) {
    if (result["success"] == Value(false)) return {.said = result, .error = classify_record(vendor_errors(result["errors"]))};
    if (result["success"] != Value(true)) return lost("has no result for the record");
    if (!names(result, row)) return lost("names another record in its place: " + result["id"].text() + ", expected " + row.id);
    return {.said = result};
}

/// Where results are missing their order says nothing; only an id does.
RowResult find_result(const List& results, const CollectionRow& row) {
    for (const Value& result : results)
        if (!row.id.empty() && result["success"] == Value(true) && names(result, row)) return {.said = result};
    return lost("does not have a result for each record");
}

}  // namespace

CollectionRow update_row(const std::string& object, const std::string& id, const Map& fields) {
    Map body{{"attributes", Map{{"type", object}}}, {"id", id}};
    for (const auto& [name, value] : fields) body.set(name, value);
    return {id, Value(std::move(body))};
}

Value collection_body(const std::vector<CollectionRow>& rows) {
    List records;
    for (const CollectionRow& row : rows) records.push_back(row.body);
    return Map{{"allOrNone", false}, {"records", std::move(records)}};
}

Result<std::vector<RowResult>> send_rows(Api& api, connector::CallContext& context, const std::string& target,
                                         const std::vector<CollectionRow>& rows) {
    LS_TRY_ASSIGN(Value answer, api.write(context, "PATCH", target, collection_body(rows)));
    static const List none;
    const List& results = answer.is_list() ? answer.as_list() : none;
    std::vector<RowResult> all;
    for (std::size_t i = 0; i < rows.size(); ++i)
        all.push_back(results.size() == rows.size() ? read_result(results[i], rows[i]) : find_result(results, rows[i]));
    return all;
}

bool is_of_one_row(const Error& refusal, const std::vector<CollectionRow>& rows) {
    if (refusal.cls() != ErrorClass::rejected && refusal.cls() != ErrorClass::conflict) return false;
    const bool of_names = std::find(codes_of_names.begin(), codes_of_names.end(), refusal.vendor_code) != codes_of_names.end();
    return !(of_names && have_same_fields(rows));
}

bool is_better_sent_alone(const Error& refusal) {
    // Another row may have the value, or be of the same record.
    if (refusal.vendor_code == "DUPLICATE_VALUE") return true;
    return refusal.cls() == ErrorClass::rejected &&
           std::find(codes_of_company.begin(), codes_of_company.end(), refusal.vendor_code) != codes_of_company.end();
}

}  // namespace lockstep::connectors::salesforce
