#include <algorithm>
#include <map>
#include <utility>

#include "connectors/salesforce/actions.h"
#include "connectors/salesforce/errors.h"
#include "connectors/salesforce/field_values.h"
#include "connectors/salesforce/record_id.h"

// sObject Collections. Source: REST API Developer Guide, "Update Records Using sObject Collections".

namespace lockstep::connectors::salesforce {
namespace {

constexpr std::size_t records_per_call_max = 200;

/// One record to write; its place in the step's list is its place in the outcome.
struct Row {
    std::string id;
    Value body;
};

struct Outcome {
    std::int64_t updated = 0;
    List failed;

    void add_failure(const std::string& id, const Error& error) {
        failed.push_back(Map{{"id", id},
                             {"code", error.vendor_code.empty() ? std::string(to_string(error.code)) : error.vendor_code},
                             {"message", error.message},
                             {"field", error.field}});
    }
};

Result<Row> read_row(const std::string& object, const Value& record) {
    if (!record.is_map())
        return fail(ErrorCode::value_invalid,
                    "salesforce.update_many needs maps in `records`, got " + std::string(to_string(record.kind())));
    LS_TRY_ASSIGN(std::string id, record_id_of(object, record["Id"].text()));
    Map fields = record.as_map();
    fields.erase("Id");
    LS_TRY_ASSIGN(Map written, field_values(fields));
    Map body{{"attributes", Map{{"type", object}}}, {"id", id}};
    for (const auto& [name, value] : written) body.set(name, value);
    return Row{id, Value(std::move(body))};
}

/// Salesforce refuses a call that names a record twice, so that is an error of the flow, found before anything is sent.
Result<std::vector<Row>> read_rows(const std::string& object, const List& records) {
    std::vector<Row> rows;
    std::map<std::string, int> seen;
    for (const Value& record : records) {
        LS_TRY_ASSIGN(Row row, read_row(object, record));
        if (++seen[row.id] > 1) return fail(ErrorCode::value_invalid, "salesforce.update_many has a record twice: " + row.id);
        rows.push_back(std::move(row));
    }
    return rows;
}

/// Writes the rows, 200 a call, and gives each its place in the outcome.
class Writer {
public:
    Writer(Api& api, connector::CallContext& context) : api_(api), context_(context) {}

    Result<Outcome> write(const std::vector<Row>& rows) {
        LS_TRY(write_all(rows));
        // A lock is mostly gone by the time the last call is answered.
        std::vector<Row> again = std::exchange(locked_, {});
        last_try_ = true;
        LS_TRY(write_all(again));
        return std::move(outcome_);
    }

private:
    Result<void> write_all(const std::vector<Row>& rows) {
        for (std::size_t at = 0; at < rows.size(); at += records_per_call_max) {
            auto begin = rows.begin() + static_cast<std::ptrdiff_t>(at);
            std::vector<Row> chunk(begin, begin + static_cast<std::ptrdiff_t>(std::min(records_per_call_max, rows.size() - at)));
            Result<void> sent = write_chunk(chunk);
            if (!sent) return fail(after_some(std::move(sent).error()));
        }
        return {};
    }

    Result<void> write_chunk(const std::vector<Row>& rows) {
        List records;
        for (const Row& row : rows) records.push_back(row.body);
        Map body{{"allOrNone", false}, {"records", std::move(records)}};
        LS_TRY_ASSIGN(Value answer, api_.write(context_, "PATCH", api_.path({"composite", "sobjects"}), body));
        if (!answer.is_list() || answer.as_list().size() != rows.size())
            return fail(ErrorCode::answer_lost,
                        "the collections answer of Salesforce does not have a result for each record: " + std::to_string(rows.size()));
        for (std::size_t i = 0; i < rows.size(); ++i) read_result(rows[i], answer.as_list()[i]);
        return {};
    }

    /// Results come in the order of the records.
    void read_result(const Row& row, const Value& result) {
        if (result["success"] == Value(true)) {
            ++outcome_.updated;
            return;
        }
        Error error = classify_record(vendor_errors(result["errors"]));
        if (error.code == ErrorCode::record_locked && !last_try_)
            locked_.push_back(row);
        else
            outcome_.add_failure(row.id, error);
    }

    /// The action is idempotent, so its error keeps its class; but it says that a part is done.
    Error after_some(Error error) const {
        if (outcome_.updated > 0) error.message += ", after " + std::to_string(outcome_.updated) + " records were written";
        return error;
    }

    Api& api_;
    connector::CallContext& context_;
    Outcome outcome_;
    std::vector<Row> locked_;
    bool last_try_ = false;
};

}  // namespace

Result<Value> update_records(Api& api, const connector::Inputs& inputs, connector::CallContext& context) {
    LS_TRY_ASSIGN(std::string given, inputs.text("object"));
    LS_TRY_ASSIGN(std::string object, checked_name(given, "object"));
    LS_TRY_ASSIGN(List records, inputs.list("records"));
    LS_TRY_ASSIGN(std::vector<Row> rows, read_rows(object, records));
    LS_TRY_ASSIGN(Outcome outcome, Writer(api, context).write(rows));
    return Value(Map{{"updated", outcome.updated}, {"failed", std::move(outcome.failed)}});
}

}  // namespace lockstep::connectors::salesforce
