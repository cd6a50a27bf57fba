// The ingest jobs of Bulk API 2.0.
#include <fmt/format.h>

#include <algorithm>

#include "sandbox/salesforce/bulk.h"
#include "sandbox/salesforce/convert.h"
#include "sandbox/salesforce/record_id.h"
#include "sandbox/salesforce/refusal.h"

namespace lockstep::sandbox::salesforce {
namespace {

// Source: "How Requests Are Processed": internal batches of 10,000 records.
constexpr std::size_t batch_rows = 10'000;
constexpr std::string_view null_text = "#N/A";

// Source: "Valid Date Format in Records" and "Valid CSV Record Rows": what a boolean may be written as.
Value csv_boolean(const std::string& text) {
    constexpr std::string_view yes[] = {"yes", "y", "true", "on", "1"}, no[] = {"no", "n", "false", "off", "0"};
    const std::string word = lower(text);
    if (std::ranges::find(yes, word) != std::end(yes)) return true;
    if (std::ranges::find(no, word) != std::end(no)) return false;
    return text;
}

// What a column is of: a field, or an external id of a parent (`Account.External_Id__c`).
void set_column(Map& fields, const Object& object, const std::string& column, const std::string& text) {
    if (text.empty()) return;
    const bool erases = text == null_text;
    const std::size_t dot = column.find('.');
    if (dot != std::string::npos) {
        fields.set(column.substr(0, dot), erases ? Value() : Value(Map{{column.substr(dot + 1), text}}));
        return;
    }
    const int field = object.field_index(column);
    const bool boolean = field >= 0 && object.fields[static_cast<std::size_t>(field)].type == FieldType::boolean;
    fields.set(column, erases ? Value() : boolean ? csv_boolean(text) : Value(text));
}

std::string error_text(const Error& error) {
    return fmt::format("{}:{}:{}--", error.vendor_code, error.message, error.field.empty() ? "" : error.field + " ");
}

void append_row(std::string& out, const Job& job, std::string_view first, std::string_view second, const csv::Row& row) {
    std::string line;
    append_csv(line, first, job.delimiter());
    append_csv(line, second, job.delimiter());
    for (std::size_t i = 0; i < job.header.size(); ++i) append_csv(line, i < row.size() ? row[i] : std::string(), job.delimiter());
    out += line;
    out += job.line_end();
}

bool is_column(const std::string& column, std::string_view name) { return lower(column) == lower(name); }

std::string value_in(const Job& job, const csv::Row& row, std::string_view name) {
    for (std::size_t i = 0; i < job.header.size() && i < row.size(); ++i)
        if (is_column(job.header[i], name)) return row[i];
    return {};
}

Unexpected invalid_batch(std::string message) { return refuse("InvalidBatch", "InvalidBatch : " + std::move(message)); }

}  // namespace

Result<void> BulkJobs::check_header(const Job& job) const {
    const auto has = [&](std::string_view name) {
        return std::ranges::any_of(job.header, [&](const std::string& column) { return is_column(column, name); });
    };
    const bool by_id = job.operation == "update" || job.operation == "delete" || job.operation == "hardDelete";
    if (by_id && !has("Id")) return invalid_batch("Field name not found : Id");
    if (job.operation == "upsert" && !has(job.external_id_field)) return invalid_batch("Field name not found : " + job.external_id_field);
    if ((job.operation == "delete" || job.operation == "hardDelete") && job.header.size() != 1)
        return invalid_batch(fmt::format("The '{}' batch must contain only ids", job.operation));
    for (const std::string& column : job.header) {
        const std::size_t dot = column.find('.');
        const bool known =
            dot == std::string::npos ? job.object->field_index(column) >= 0 : job.object->relationship_index(column.substr(0, dot)) >= 0;
        if (!known) return invalid_batch("Field name not found : " + column);
    }
    return {};
}

Result<void> BulkJobs::begin(Job& job) {
    if (!job.rows.empty() || job.next_row > 0) return {};
    const bool crlf = job.content.find("\r\n") != std::string::npos;
    if (!job.content.empty() && crlf != (job.line_ending == "CRLF") && job.content.find('\n') != std::string::npos)
        return refuse(
            "ClientInputError",
            fmt::format("ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is {}", job.line_ending));
    auto rows = csv::parse(job.content, job.delimiter());
    if (!rows) return invalid_batch("Failed to parse CSV: " + rows.error().message);
    if (rows->empty()) return invalid_batch("Empty batch");
    job.header = std::move(rows->front());
    rows->erase(rows->begin());
    job.rows = *std::move(rows);
    return check_header(job);
}

Result<std::pair<std::string, bool>> BulkJobs::save(const Job& job, Writer& writer, const csv::Row& row) const {
    Map fields;
    const bool upsert = job.operation == "upsert";
    for (std::size_t i = 0; i < job.header.size() && i < row.size(); ++i) {
        const bool key =
            is_column(job.header[i], "Id") ? job.operation != "insert" : upsert && is_column(job.header[i], job.external_id_field);
        if (!key) set_column(fields, *job.object, job.header[i], row[i]);
    }
    if (job.operation == "insert") {
        LS_TRY_ASSIGN(std::string id, writer.create(*job.object, fields));
        return std::pair{std::move(id), true};
    }
    const int key_field = upsert ? job.object->field_index(job.external_id_field) : id_field;
    const std::string key = value_in(job, row, upsert ? job.external_id_field : "Id");
    if (upsert && key_field != id_field) {
        if (key.empty()) return refuse("MISSING_ARGUMENT", fmt::format("{} not specified", job.external_id_field));
        LS_TRY_ASSIGN(const Value stored, stored_value(job.object->fields[static_cast<std::size_t>(key_field)], key));
        LS_TRY_ASSIGN(Writer::Upserted done, writer.upsert(*job.object, key_field, stored, fields));
        return std::pair{std::move(done.id), done.created};
    }
    if (upsert && key.empty()) {
        LS_TRY_ASSIGN(std::string id, writer.create(*job.object, fields));
        return std::pair{std::move(id), true};
    }
    if (key.empty()) return refuse("MISSING_ARGUMENT", fmt::format("Id not specified in an {} call", job.operation));
    const auto id = canonical_id(key);
    if (!id || !id->starts_with(job.object->table.key_prefix))
        return refuse("MALFORMED_ID", fmt::format("{} ID: id value of incorrect type: {}", job.object->table.label, key), "Id");
    const bool removes = job.operation == "delete" || job.operation == "hardDelete";
    Result<void> done = removes ? writer.remove(*job.object, *id) : writer.update(*job.object, *id, fields);
    if (!done && done.error().vendor_code == "NOT_FOUND") return refuse("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id");
    if (!done) return fail(done.error());
    return std::pair{*id, false};
}

void BulkJobs::process(Job& job, const Author& author) {
    if (auto begun = begin(job); !begun) {
        job.state = Job::State::failed;
        job.error = begun.error().message;
        return;
    }
    Writer writer(database_, author);
    const std::size_t end = std::min(job.rows.size(), job.next_row + batch_rows);
    for (; job.next_row < end; ++job.next_row) {
        const csv::Row& row = job.rows[job.next_row];
        auto saved = save(job, writer, row);
        ++job.processed;
        if (saved) {
            append_row(job.successful, job, saved->first, saved->second ? "true" : "false", row);
            continue;
        }
        ++job.failures;
        const bool known = job.operation == "update" || job.operation == "delete";
        append_row(job.failed, job, known ? value_in(job, row, "Id") : "", error_text(saved.error()), row);
    }
    if (job.next_row == job.rows.size()) job.state = Job::State::job_complete;
}

Result<std::string> BulkJobs::results(const Job& job, std::string_view which) const {
    std::string line;
    if (which == "unprocessedrecords") {
        // Of a job that could not begin nothing was taken apart.
        if (job.header.empty()) return job.ended() ? job.content : std::string();
        for (const std::string& column : job.header) append_csv(line, column, job.delimiter());
        line += job.line_end();
        for (std::size_t i = job.next_row; job.ended() && i < job.rows.size(); ++i) {
            std::string row;
            for (const std::string& value : job.rows[i]) append_csv(row, value, job.delimiter());
            line += row;
            line += job.line_end();
        }
        return line;
    }
    const bool good = which == "successfulResults";
    append_csv(line, "sf__Id", job.delimiter());
    append_csv(line, good ? "sf__Created" : "sf__Error", job.delimiter());
    for (const std::string& column : job.header) append_csv(line, column, job.delimiter());
    line += job.line_end();
    return line + (good ? job.successful : job.failed);
}

}  // namespace lockstep::sandbox::salesforce
