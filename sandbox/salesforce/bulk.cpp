#include "sandbox/salesforce/bulk.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "sandbox/salesforce/convert.h"
#include "sandbox/salesforce/record_id.h"
#include "sandbox/salesforce/refusal.h"

namespace lockstep::sandbox::salesforce {
namespace {

struct Delimiter {
    std::string_view name;
    char sign;
};
constexpr Delimiter delimiters[] = {{"COMMA", ','}, {"TAB", '\t'}, {"SEMICOLON", ';'}, {"PIPE", '|'}, {"CARET", '^'}, {"BACKQUOTE", '`'}};
constexpr std::string_view state_names[] = {"Open", "UploadComplete", "InProgress", "JobComplete", "Failed", "Aborted"};
constexpr std::string_view operations[] = {"insert", "update", "upsert", "delete", "hardDelete"};
// The vendor pages by size; so many records are the most a page of its has in practice.
constexpr std::size_t page_records_max = 50'000;

Unexpected invalid_job(std::string message) { return refuse("INVALIDJOB", "InvalidJob : " + std::move(message)); }

Result<void> read_format(Job& job, const Map& body) {
    const Value given(body);
    job.line_ending = given["lineEnding"].string_or("LF");
    job.column_delimiter = given["columnDelimiter"].string_or("COMMA");
    if (job.line_ending != "LF" && job.line_ending != "CRLF") return invalid_job("lineEnding must be LF or CRLF: " + job.line_ending);
    if (job.delimiter() == '\0') return invalid_job("Invalid columnDelimiter: " + job.column_delimiter);
    if (const std::string type = given["contentType"].string_or("CSV"); type != "CSV")
        return invalid_job("Only the content type CSV is supported: " + type);
    return {};
}

}  // namespace

std::string_view to_string(Job::State state) { return state_names[static_cast<std::size_t>(state)]; }

char Job::delimiter() const {
    for (const Delimiter& known : delimiters)
        if (known.name == column_delimiter) return known.sign;
    return '\0';
}

void append_csv(std::string& line, std::string_view value, char delimiter) {
    if (!line.empty()) line += delimiter;
    line += '"';
    for (const char c : value) {
        line += c;
        if (c == '"') line += c;
    }
    line += '"';
}

void BulkJobs::clear() {
    jobs_.clear();
    busy_.clear();
}

Result<void> BulkJobs::read_ingest(Job& job, const Map& body) {
    const Value given(body);
    if (std::ranges::find(operations, job.operation) == std::end(operations)) return invalid_job("Invalid operation: " + job.operation);
    const std::string name = given["object"].string_or("");
    job.object = Schema::instance().find(name);
    if (job.object == nullptr) return invalid_job("Unable to find object: " + name);
    if (!job.object->table.writable) return refuse("INVALIDENTITY", fmt::format("Entity '{}' is not supported by the Bulk API.", name));
    if (job.operation != "upsert") return {};
    job.external_id_field = given["externalIdFieldName"].string_or("");
    const int field = job.object->field_index(job.external_id_field);
    const bool usable = field == id_field || (field > 0 && job.object->fields[static_cast<std::size_t>(field)].has(external_id));
    if (!usable)
        return invalid_job(fmt::format("Field name provided, {} does not match an External ID, Salesforce Id, or indexed field for {}",
                                       job.external_id_field, job.object->table.name));
    return {};
}

Result<const Job*> BulkJobs::open(const Map& body, bool query, std::string_view version, const Author& author) {
    const Value given(body);
    Job job;
    job.query = query;
    job.operation = given["operation"].string_or("");
    job.version = version;
    job.created_by = author.user_id;
    job.created = job.modified = Timestamp{author.now.seconds, 0};
    LS_TRY(read_format(job, body));
    if (query) {
        LS_TRY(read_query(job, body, author.now));
    } else {
        LS_TRY(read_ingest(job, body));
    }
    job.id = make_record_id("750", ++serial_);
    if (query) busy_.push_back(job.id);
    const auto [place, fresh] = jobs_.emplace(job.id, std::move(job));
    return &place->second;
}

Result<Job*> BulkJobs::find(std::string_view id, bool query) {
    const auto id18 = canonical_id(id);
    const auto found = id18 ? jobs_.find(*id18) : jobs_.end();
    if (found == jobs_.end() || found->second.query != query) return refuse("NOT_FOUND", "The requested resource does not exist");
    return &found->second;
}

std::vector<const Job*> BulkJobs::list(bool query) const {
    std::vector<const Job*> out;
    for (const auto& [id, job] : jobs_)
        if (job.query == query) out.push_back(&job);
    return out;
}

Result<void> BulkJobs::upload(Job& job, std::string content) {
    if (job.state != Job::State::open || job.uploaded)
        return refuse("INVALIDJOBSTATE",
                      fmt::format("InvalidJobState : Data can be uploaded once, while the job is Open: {}", to_string(job.state)));
    job.content = std::move(content);
    job.uploaded = true;
    return {};
}

Result<void> BulkJobs::change_state(Job& job, std::string_view state, Timestamp now) {
    const bool completes = state == "UploadComplete" && !job.query;
    if (!completes && state != "Aborted") return invalid_job(fmt::format("Job state not supported: {}", state));
    if (completes ? job.state != Job::State::open : job.ended())
        return refuse("INVALIDJOBSTATE",
                      fmt::format("InvalidJobState : Invalid job state {} to change to {}", to_string(job.state), state));
    if (completes && !job.uploaded) return invalid_job("No data was uploaded");
    job.state = completes ? Job::State::upload_complete : Job::State::aborted;
    job.modified = Timestamp{now.seconds, 0};
    if (completes) busy_.push_back(job.id);
    return {};
}

Result<void> BulkJobs::remove(const std::string& id) {
    const Job& job = jobs_.at(id);
    if (job.state == Job::State::open || job.state == Job::State::in_progress)
        return refuse("INVALIDJOBSTATE", fmt::format("InvalidJobState : A job that is {} cannot be deleted", to_string(job.state)));
    std::erase(busy_, id);
    jobs_.erase(id);
    return {};
}

void BulkJobs::step(const Author& author) {
    for (const std::string& id : busy_) step(jobs_.at(id), author);
    std::erase_if(busy_, [&](const std::string& id) { return jobs_.at(id).ended(); });
}

void BulkJobs::step(Job& job, const Author& author) {
    if (job.ended()) return;
    job.modified = Timestamp{author.now.seconds, 0};
    if (job.state == Job::State::upload_complete) {
        job.state = Job::State::in_progress;
        return;
    }
    if (job.query) return run_query(job);
    process(job, author);
}

Map describe_job(const Job& job) {
    Map out{{"id", job.id},
            {"operation", job.operation},
            {"object", job.object->table.name},
            {"createdById", job.created_by},
            {"createdDate", datetime_text(job.created)},
            {"systemModstamp", datetime_text(job.modified)},
            {"state", to_string(job.state)},
            {"concurrencyMode", "Parallel"},
            {"contentType", "CSV"},
            {"apiVersion", *Decimal::parse(job.version)},
            {"jobType", job.query ? "V2Query" : "V2Ingest"},
            {"lineEnding", job.line_ending},
            {"columnDelimiter", job.column_delimiter},
            {"retries", 0},
            {"totalProcessingTime", 0}};
    if (job.query) {
        out.set("numberRecordsProcessed", job.processed);
        return out;
    }
    if (!job.external_id_field.empty()) out.set("externalIdFieldName", job.external_id_field);
    if (job.state == Job::State::open) out.set("contentUrl", fmt::format("services/data/v{}/jobs/ingest/{}/batches", job.version, job.id));
    if (job.state == Job::State::open) return out;
    out.set("numberRecordsProcessed", job.processed);
    out.set("numberRecordsFailed", job.failures);
    out.set("apiActiveProcessingTime", 0);
    out.set("apexProcessingTime", 0);
    if (!job.error.empty()) out.set("errorMessage", job.error);
    return out;
}

Result<BulkJobs::Page> BulkJobs::page(const Job& job, std::string_view locator, std::string_view records_max) const {
    if (job.state != Job::State::job_complete)
        return refuse("INVALIDJOBSTATE",
                      fmt::format("InvalidJobState : Results are not available while the job is {}", to_string(job.state)));
    std::size_t from = 0, size = page_records_max;
    // A locator is the vendor's own: here the first row's number behind a letter.
    const auto number = [](std::string_view text, std::size_t& out) {
        const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), out);
        return problem == std::errc{} && end == text.data() + text.size();
    };
    if (!locator.empty() && (locator.front() != 'M' || !number(locator.substr(1), from) || from == 0 || from >= job.records.size()))
        return refuse("INVALIDLOCATOR", fmt::format("Invalid locator: {}", locator));
    if (!records_max.empty() && (!number(records_max, size) || size == 0))
        return refuse("INVALIDPARAMETER", fmt::format("maxRecords must be a positive whole number: {}", records_max));
    const std::size_t end = std::min(job.records.size(), from + std::min(size, page_records_max));
    Page out{csv_header(job.plan->shape, job.delimiter()), end == job.records.size() ? "null" : fmt::format("M{}", end), end - from};
    out.csv += job.line_end();
    for (std::size_t i = from; i < end; ++i) {
        out.csv += job.records[i];
        out.csv += job.line_end();
    }
    return out;
}

}  // namespace lockstep::sandbox::salesforce
