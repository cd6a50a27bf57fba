#include <algorithm>
#include <map>
#include <utility>

#include "connectors/salesforce/actions.h"
#include "connectors/salesforce/collection_call.h"
#include "connectors/salesforce/field_values.h"
#include "connectors/salesforce/record_id.h"

namespace lockstep::connectors::salesforce {
namespace {

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

Result<CollectionRow> read_row(const std::string& object, const Value& record) {
    if (!record.is_map())
        return fail(ErrorCode::value_invalid,
                    "salesforce.update_many needs maps in `records`, got " + std::string(to_string(record.kind())));
    LS_TRY_ASSIGN(std::string id, record_id_of(object, record["Id"].text()));
    Map fields = record.as_map();
    fields.erase("Id");
    LS_TRY_ASSIGN(Map written, field_values(fields));
    return update_row(object, id, written);
}

/// Salesforce refuses a call that names a record twice, so that is an error of the flow, found before anything is sent.
Result<std::vector<CollectionRow>> read_rows(const std::string& object, const List& records) {
    std::vector<CollectionRow> rows;
    std::map<std::string, int> seen;
    for (const Value& record : records) {
        LS_TRY_ASSIGN(CollectionRow row, read_row(object, record));
        if (++seen[row.id] > 1) return fail(ErrorCode::value_invalid, "salesforce.update_many has a record twice: " + row.id);
        rows.push_back(std::move(row));
    }
    return rows;
}

/// Writes the rows, 200 a call, and gives each its place in the outcome.
class Writer {
public:
    Writer(Api& api, connector::CallContext& context) : api_(api), context_(context) {}

    Result<Outcome> write(const std::vector<CollectionRow>& rows) {
        LS_TRY(write_all(rows));
        // A lock is mostly gone by the time the last call is answered.
        std::vector<CollectionRow> again = std::exchange(locked_, {});
        last_try_ = true;
        LS_TRY(write_all(again));
        return std::move(outcome_);
    }

private:
    Result<void> write_all(const std::vector<CollectionRow>& rows) {
        for (std::size_t at = 0; at < rows.size(); at += collection_records_max) {
            auto begin = rows.begin() + static_cast<std::ptrdiff_t>(at);
            std::vector<CollectionRow> chunk(begin,
                                             begin + static_cast<std::ptrdiff_t>(std::min(collection_records_max, rows.size() - at)));
            Result<void> sent = write_chunk(chunk);
            if (!sent) return fail(after_some(std::move(sent).error()));
        }
        return {};
    }

    Result<void> write_chunk(const std::vector<CollectionRow>& rows) {
        Result<std::vector<RowResult>> results = send_rows(api_, context_, api_.path({"composite", "sobjects"}), rows);
        if (!results && is_of_one_row(results.error(), rows)) return write_halves(rows, results.error());
        if (!results) return fail(std::move(results).error());
        for (std::size_t i = 0; i < rows.size(); ++i) note(rows[i], (*results)[i]);
        for (const RowResult& result : *results)
            if (result.missing()) return fail(*result.error);
        return {};
    }

    /// A record that Salesforce cannot even read has the whole request refused: it is looked for, but not at any price.
    Result<void> write_halves(const std::vector<CollectionRow>& rows, const Error& error) {
        constexpr int refusals_max = 64;
        if (++refusals_ > refusals_max) return fail(error);
        if (rows.size() == 1) {
            outcome_.add_failure(rows.front().id, error);
            return {};
        }
        auto middle = rows.begin() + static_cast<std::ptrdiff_t>(rows.size() / 2);
        LS_TRY(write_chunk({rows.begin(), middle}));
        return write_chunk({middle, rows.end()});
    }

    void note(const CollectionRow& row, const RowResult& result) {
        if (!result.error)
            ++outcome_.updated;
        else if (result.error->code == ErrorCode::record_locked && !last_try_)
            locked_.push_back(row);
        else
            outcome_.add_failure(row.id, *result.error);
    }

    /// The action is idempotent, so its error keeps its class; but it says that a part is done.
    Error after_some(Error error) const {
        if (outcome_.updated > 0) error.message += ", after " + std::to_string(outcome_.updated) + " records were written";
        return error;
    }

    Api& api_;
    connector::CallContext& context_;
    Outcome outcome_;
    std::vector<CollectionRow> locked_;
    bool last_try_ = false;
    int refusals_ = 0;
};

}  // namespace

Result<Value> update_records(Api& api, const connector::Inputs& inputs, connector::CallContext& context) {
    LS_TRY_ASSIGN(std::string given, inputs.text("object"));
    LS_TRY_ASSIGN(std::string object, checked_name(given, "object"));
    LS_TRY_ASSIGN(List records, inputs.list("records"));
    LS_TRY_ASSIGN(std::vector<CollectionRow> rows, read_rows(object, records));
    LS_TRY_ASSIGN(Outcome outcome, Writer(api, context).write(rows));
    return Value(Map{{"updated", outcome.updated}, {"failed", std::move(outcome.failed)}});
}

}  // namespace lockstep::connectors::salesforce
