#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sandbox/salesforce/soql_plan.h"
#include "sandbox/salesforce/writes.h"
#include "value/csv.h"

/// Bulk API 2.0. Source: Bulk API 2.0 and Bulk API Developer Guide, "Bulk API 2.0".
namespace lockstep::sandbox::salesforce {

/// One job, of ingest or of a query.
struct Job {
    enum class State : std::uint8_t { open, upload_complete, in_progress, job_complete, failed, aborted };
    std::string id, operation, version, created_by;
    std::string line_ending = "LF", column_delimiter = "COMMA";
    const Object* object = nullptr;
    bool query = false;
    State state = State::open;
    Timestamp created, modified;
    std::int64_t processed = 0, failures = 0;
    std::string error;  ///< why it failed

    // Of ingest.
    std::string external_id_field;
    bool uploaded = false;
    std::string content;
    csv::Row header;
    std::vector<csv::Row> rows;
    std::size_t next_row = 0;
    std::string successful, failed;  ///< CSV without the header

    // Of a query.
    std::string soql;
    std::shared_ptr<const soql::Plan> plan;
    std::vector<std::string> records;  ///< lines of CSV

    char delimiter() const;
    std::string_view line_end() const { return line_ending == "CRLF" ? "\r\n" : "\n"; }
    bool ended() const { return state >= State::job_complete; }
};

/// All bulk jobs. The vendor's jobs run beside the calls; here `step` does a part of the work after every call.
class BulkJobs {
public:
    explicit BulkJobs(Database& database) : database_(database) {}
    /// Opens a job. Errors: the vendor's.
    Result<const Job*> open(const Map& body, bool query, std::string_view version, const Author& author);
    Result<void> upload(Job& job, std::string content);
    /// `UploadComplete` or `Aborted`.
    Result<void> change_state(Job& job, std::string_view state, Timestamp now);
    Result<void> remove(const std::string& id);
    /// Errors: `NOT_FOUND`.
    Result<Job*> find(std::string_view id, bool query);
    std::vector<const Job*> list(bool query) const;
    /// What of an ingest job became something, in CSV.
    Result<std::string> results(const Job& job, std::string_view which) const;
    /// A page of a query's records in CSV.
    struct Page {
        std::string csv, locator;
        std::size_t count = 0;
    };
    Result<Page> page(const Job& job, std::string_view locator, std::string_view records_max) const;
    /// Brings every unfinished job one state, or one batch of 10,000 rows, further.
    void step(const Author& author);
    bool busy() const { return !busy_.empty(); }
    void clear();

private:
    Result<void> read_ingest(Job& job, const Map& body);
    Result<void> read_query(Job& job, const Map& body, Timestamp now);
    void step(Job& job, const Author& author);
    Result<void> begin(Job& job);
    Result<void> check_header(const Job& job) const;
    void process(Job& job, const Author& author);
    Result<std::pair<std::string, bool>> save(const Job& job, Writer& writer, const csv::Row& row) const;
    void run_query(Job& job);

    Database& database_;
    std::map<std::string, Job, std::less<>> jobs_;
    std::vector<std::string> busy_;  ///< ids of the jobs that `step` works at
    std::uint64_t serial_ = 0;
};

/// What the vendor says of a job.
Map describe_job(const Job& job);
std::string_view to_string(Job::State state);
/// The fields of a record that a flat shape names, as a line of CSV without its end; every value in quotes.
std::string csv_record(const Database& database, const soql::Shape& shape, const Record& record, char delimiter);
std::string csv_header(const soql::Shape& shape, char delimiter);
/// Puts a value in quotes as the vendor's results have it.
void append_csv(std::string& line, std::string_view value, char delimiter);

}  // namespace lockstep::sandbox::salesforce
