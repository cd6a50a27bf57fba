#pragma once

#include <map>
#include <memory>
#include <string>

#include "sandbox/salesforce/soql_plan.h"

/// Queries over HTTP: pages, cursors, the JSON of records.
namespace lockstep::sandbox::salesforce {

/// How a page is asked for.
struct PageRequest {
    std::string version;  ///< `60.0`, for the addresses in the answer
    std::size_t batch_size = 2000;
    Timestamp now;
};

/// Runs queries and keeps the cursors of those that have more pages.
class Queries {
public:
    explicit Queries(const Database& database) : database_(database) {}
    /// Returns the JSON answer. Errors: the vendor's.
    Result<std::string> query(std::string_view soql, bool with_deleted, const PageRequest& page);
    /// Continues at a locator (`01g…-2000`). Errors: `INVALID_QUERY_LOCATOR`.
    Result<std::string> more(std::string_view locator, const PageRequest& page);
    void clear() { cursors_.clear(); }

private:
    struct Cursor {
        std::shared_ptr<const soql::Plan> plan;
        Rows rows;
        std::size_t batch_size;
        Timestamp made;
    };
    using Cursors = std::map<std::string, Cursor, std::less<>>;
    void append_page(std::string& out, const Cursor& cursor, std::string_view id, std::size_t from, const PageRequest& page);
    void append_result(std::string& out, std::shared_ptr<const soql::Plan> plan, Rows rows, const PageRequest& page);
    std::size_t append_record(std::string& out, const soql::Shape& shape, const Record& record, const PageRequest& page);
    std::size_t append_children(std::string& out, const soql::Shape::Item& item, const Record& parent, const PageRequest& page);
    std::string keep(Cursor cursor);

    const Database& database_;
    Cursors cursors_;
    std::uint64_t serial_ = 0;
};

/// Appends `"attributes":{"type":…,"url":…}`.
void append_attributes(std::string& out, const Object& object, const Record& record, std::string_view version);
/// Runs an aggregate plan and returns the JSON answer. Errors: `MALFORMED_QUERY` (too many groups).
Result<std::string> aggregate_answer(const Database& database, const soql::Plan& plan);

}  // namespace lockstep::sandbox::salesforce
