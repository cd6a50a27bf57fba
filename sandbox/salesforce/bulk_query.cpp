// The query jobs of Bulk API 2.0.
#include <fmt/format.h>

#include "sandbox/salesforce/bulk.h"
#include "sandbox/salesforce/convert.h"
#include "sandbox/salesforce/refusal.h"

namespace lockstep::sandbox::salesforce {
namespace {

// As the vendor's results have it: nulls empty, times with Z.
std::string csv_value(const Field& field, const Value& value) {
    switch (value.kind()) {
        case Value::Kind::null:
            return {};
        case Value::Kind::string:
            return value.as_string();
        case Value::Kind::timestamp:
            return format_timestamp(Timestamp{value.as_timestamp().seconds, 0}).substr(0, 19) + ".000Z";
        case Value::Kind::date:
            return format_date(value.as_date());
        default: {
            std::string text;
            append_json(text, field, value);
            return text;
        }
    }
}

void append_names(std::string& line, const soql::Shape& shape, const std::string& before, char delimiter) {
    for (const soql::Shape::Item& item : shape.items) {
        const std::string name = before + std::string(item.name);
        if (item.kind == soql::Shape::Item::Kind::field)
            append_csv(line, name, delimiter);
        else
            append_names(line, *item.parent, name + ".", delimiter);
    }
}

void append_values(std::string& line, const Database& database, const soql::Shape& shape, const Record* record, char delimiter) {
    for (const soql::Shape::Item& item : shape.items) {
        if (item.kind == soql::Shape::Item::Kind::parent) {
            const Record* parent = record == nullptr ? nullptr : database.parent(*shape.object, *record, item.field);
            append_values(line, database, *item.parent, parent, delimiter);
            continue;
        }
        Value scratch;
        const Field& field = shape.object->fields[static_cast<std::size_t>(item.field)];
        append_csv(line, record == nullptr ? std::string() : csv_value(field, database.read(*shape.object, *record, item.field, scratch)),
                   delimiter);
    }
}

// Source: Bulk API 2.0 Developer Guide, "Query Jobs: SOQL Considerations"; the messages as seen in public reports.
std::string_view unsupported(const soql::Plan& plan) {
    if (plan.aggregated() || plan.counts_only) return "FUNCTIONALITY_NOT_ENABLED: Aggregate functions not supported in Bulk Query";
    if (plan.has_children())
        return "FUNCTIONALITY_NOT_ENABLED: Aggregate Relationships not supported in Bulk V2 Query with CSV content type";
    if (plan.offset) return "FUNCTIONALITY_NOT_ENABLED: OFFSET clause not supported in Bulk Query";
    for (const soql::Shape::Item& item : plan.shape.items)
        if (item.kind == soql::Shape::Item::Kind::field &&
            plan.object->fields[static_cast<std::size_t>(item.field)].type == FieldType::address)
            return "FUNCTIONALITY_NOT_ENABLED: Selecting compound data not supported in Bulk Query";
    return {};
}

}  // namespace

std::string csv_header(const soql::Shape& shape, char delimiter) {
    std::string line;
    append_names(line, shape, {}, delimiter);
    return line;
}

std::string csv_record(const Database& database, const soql::Shape& shape, const Record& record, char delimiter) {
    std::string line;
    append_values(line, database, shape, &record, delimiter);
    return line;
}

Result<void> BulkJobs::read_query(Job& job, const Map& body, Timestamp now) {
    if (job.operation != "query" && job.operation != "queryAll")
        return refuse("INVALIDJOB", "InvalidJob : Invalid operation: " + job.operation);
    job.soql = Value(body)["query"].string_or("");
    const auto plan = [&]() -> Result<std::shared_ptr<const soql::Plan>> {
        LS_TRY_ASSIGN(const soql::Query parsed, soql::parse(job.soql));
        return soql::make_plan(parsed, {job.soql, database_, now, job.operation == "queryAll"});
    }();
    if (!plan) return refuse("API_ERROR", fmt::format("{}: {}", plan.error().vendor_code, plan.error().message));
    if (const std::string_view problem = unsupported(**plan); !problem.empty()) return refuse("API_ERROR", std::string(problem));
    job.plan = *plan;
    job.object = job.plan->object;
    job.state = Job::State::upload_complete;
    return {};
}

void BulkJobs::run_query(Job& job) {
    const Table& table = database_.table(*job.object);
    const Rows rows = soql::select_rows(database_, *job.plan);
    job.records.reserve(rows.size());
    for (const Row row : rows) job.records.push_back(csv_record(database_, job.plan->shape, table.at(row), job.delimiter()));
    job.processed = static_cast<std::int64_t>(rows.size());
    job.state = Job::State::job_complete;
}

}  // namespace lockstep::sandbox::salesforce
