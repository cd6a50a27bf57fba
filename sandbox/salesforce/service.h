#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sandbox/http_date.h"
#include "sandbox/salesforce/bulk.h"
#include "sandbox/salesforce/outbox.h"
#include "sandbox/salesforce/query.h"
#include "sandbox/salesforce/sessions.h"
#include "sandbox/salesforce/writes.h"
#include "sandbox/sandbox.h"

namespace lockstep::sandbox::salesforce {

/// One API call, its path taken apart.
struct Call {
    const net::Request& request;
    std::string method;
    std::vector<std::string> segments;  ///< after `/services/data/vNN.0`
    net::Parameters parameters;
    std::string version;  ///< `60.0`
};

/// Refuses some records of collections, for whoever tests what a client makes of that: every so-manieth of a call, in so
/// many calls. Set by the control API.
struct CollectionRefusals {
    std::int64_t every = 0;  ///< 0: none
    std::int64_t calls = 1;  ///< so many calls more
    std::string code = "UNABLE_TO_LOCK_ROW";

    /// Errors: `request_invalid`.
    Result<void> set(const Value& record);
    Value to_value() const;
};

/// The emulated organisation: routes, rows, queries, describe.
class Service : public Vendor {
public:
    explicit Service(const Options& options);
    std::string_view connector() const override { return "salesforce"; }
    net::Response handle(const net::Request& request) override;
    std::optional<List> records(std::string_view object) const override;
    Result<void> load(std::string_view object, const List& records) override;
    void reset() override;
    Result<net::Request> emit(std::string_view event, const Map& details) override;
    std::optional<Timestamp> outgoing_due() const override { return outbox_.due(); }
    std::optional<Outgoing> take_outgoing() override { return outbox_.take(); }
    void outgoing_done(const std::string& id, const Result<net::Response>& answer) override { outbox_.settle(id, answer); }

private:
    net::Response answer(const net::Request& request);
    /// The calls of the SOAP API that change records and have no other way: undelete and merge. nullopt: another call.
    std::optional<net::Response> soap_records(const net::Request& request);
    net::Response versions() const;
    net::Response api(const net::Request& request, std::vector<std::string> segments);
    net::Response dispatch(const Call& call);

    net::Response get_resources(const Call& call);
    net::Response get_limits(const Call& call);
    net::Response get_query(const Call& call);
    net::Response get_query_more(const Call& call);
    net::Response get_objects(const Call& call);
    net::Response get_object(const Call& call);
    net::Response get_describe(const Call& call);
    net::Response description(const Call& call, const Value& body) const;
    net::Response get_updated(const Call& call);
    net::Response get_deleted(const Call& call);
    net::Response post_row(const Call& call);
    net::Response get_row(const Call& call);
    net::Response patch_row(const Call& call);
    net::Response delete_row(const Call& call);
    net::Response get_row_by_key(const Call& call);
    net::Response patch_row_by_key(const Call& call);
    net::Response delete_row_by_key(const Call& call);

    net::Response post_collection(const Call& call);
    net::Response patch_collection(const Call& call);
    net::Response patch_collection_by_key(const Call& call);
    net::Response delete_collection(const Call& call);
    net::Response get_collection(const Call& call);
    net::Response post_collection_ids(const Call& call);
    net::Response post_composite(const Call& call);
    net::Response post_batch(const Call& call);
    net::Response post_graph(const Call& call);
    net::Response post_tree(const Call& call);

    net::Response post_job(const Call& call);
    net::Response get_jobs(const Call& call);
    net::Response get_job(const Call& call);
    net::Response patch_job(const Call& call);
    net::Response delete_job(const Call& call);
    net::Response put_job_data(const Call& call);
    net::Response get_job_results(const Call& call);
    net::Response get_query_results(const Call& call);

    Result<Map> body_of(const Call& call) const;
    Result<const Object*> object_of(const Call& call) const;
    Result<int> external_field(const Object& object, std::string_view name) const;
    Result<Row> row_by_key(const Call& call, const Object& object) const;
    net::Response row_answer(const Call& call, const Object& object, Row row);
    /// What becomes of one record of a collection: its id, and whether it was created (upsert).
    struct Saved {
        std::string id;
        std::optional<bool> created;
    };
    using SaveOne = std::function<Result<Saved>(Writer&, const Object&, const Map&)>;
    std::vector<Map> records_of(const Call& call) const;
    net::Response save_collection(const Call& call, const Object* only, const SaveOne& save);
    net::Response collection_answer(std::vector<Result<Saved>> results, bool all_or_none);
    net::Response retrieve(const Call& call, const std::vector<std::string>& ids, const std::vector<std::string>& fields);
    /// Runs a request that stands inside another one.
    net::Response inner(const Call& outer, std::string_view method, std::string_view url, const Value& body, const Map& headers);
    /// Runs the subrequests of one composite request or graph; undoes them all if `all_or_none` and one fails.
    struct Composed {
        List results;
        bool failed = false;
    };
    Composed compose(const Call& call, const List& subrequests, bool all_or_none);
    std::optional<net::Response> guard(const Call& call, const Object& object, Row row, bool write) const;
    static bool is_deed(std::string_view name);
    /// Does what people do: creates, edits, deletes, restores or merges records.
    Result<void> act(std::string_view deed, const List& records);
    /// The id of the user of that name; makes one if there is none.
    Result<std::string> person(const std::string& name);
    Writer writer() { return Writer(database_, author()); }
    Author author() const { return {integration_user_id(), options_.clock()}; }
    std::string limit_info() const;
    std::int64_t calls_max() const;
    bool count_call();

    Options options_;
    Database database_;
    Sessions sessions_;
    Queries queries_;
    BulkJobs jobs_;
    Outbox outbox_;
    CollectionRefusals refusals_;
    std::int64_t calls_ = 0, calls_day_ = 0;
    Timestamp founded_;  ///< since then no object has changed its fields

    struct Route;
    static const Route routes[];
};

/// What describe says of an object; `full` with fields and child relationships.
Value describe_object(const Object& object, std::string_view version, bool full);
/// The ETag of a row; only Account rows have one.
std::string etag(const Record& record);
net::Response json_text(int status, std::string body);

}  // namespace lockstep::sandbox::salesforce
