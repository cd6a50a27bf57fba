#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "net/http.h"
#include "sandbox/zoho/reply.h"
#include "sandbox/zoho/shelf.h"

namespace lockstep::sandbox::zoho {

/// What a list call asks for. Fields may carry `_startswith` and `_contains`.
struct Filter {
    std::string field;
    enum class Kind { equal, starts_with, contains } kind = Kind::equal;
    std::string value;
};

struct ListQuery {
    std::vector<Filter> filters;
    std::size_t page = 1, per_page = 200;
    std::string sort_column;
    bool descending = false;
};

/// Reads the parameters; `fields` are the names that can be filtered by, every `cf_…` too. Parameters that Zoho does not know
/// are ignored, as it does. Errors: refusals (values longer than 100 letters).
Result<ListQuery> read_list_query(const net::Parameters& parameters, std::string_view fields);
bool fits(const Filter& filter, const std::string& value);
/// The answer of a list call: its page of rows and `page_context`.
net::Response list_reply(const ListQuery& query, std::string name, List rows, bool has_more, std::string_view report_name);

/// How a list is made of a shelf.
template <class Record>
struct Listing {
    const typename Shelf<Record>::Ids* ids = nullptr;          ///< what an index leaves; nullptr: all
    std::function<Result<bool>(const Record&)> fits;           ///< empty: every record
    std::function<bool(const Record&, const Record&)> before;  ///< empty: in order of creation
    std::function<Value(const Record&)> row;
};

/// Collects records until a page and one more are there.
template <class Record>
class PageOf {
public:
    PageOf(const ListQuery& query, const Listing<Record>& listing, std::int64_t& rows_visited)
        : query_(query), listing_(listing), rows_visited_(rows_visited) {}

    Result<void> read(const Shelf<Record>& shelf) {
        if (listing_.ids == nullptr && !listing_.fits && !listing_.before) return take(shelf.in_order());
        if (listing_.ids != nullptr) {
            std::vector<const Record*> some;
            for (const std::string& id : *listing_.ids) some.push_back(shelf.find(id));
            return select(some);
        }
        return select(shelf.in_order());
    }
    net::Response reply(std::string name, std::string_view report_name) const {
        List rows;
        for (const Record* record : rows_) rows.push_back(listing_.row(*record));
        return list_reply(query_, std::move(name), std::move(rows), has_more_, report_name);
    }

private:
    /// Cuts the page out of records that all fit.
    Result<void> take(const std::vector<const Record*>& all) {
        const std::size_t first = std::min((query_.page - 1) * query_.per_page, all.size());
        const std::size_t last = std::min(first + query_.per_page, all.size());
        for (std::size_t i = first; i < last; ++i) rows_.push_back(query_.descending ? all[all.size() - 1 - i] : all[i]);
        rows_visited_ += static_cast<std::int64_t>(last - first);
        has_more_ = last < all.size();
        return {};
    }
    Result<void> select(const std::vector<const Record*>& candidates) {
        std::vector<const Record*> fitting;
        // Sorted lists need every record, others those up to the end of the page.
        const std::size_t enough = listing_.before ? candidates.size() : query_.page * query_.per_page + 1;
        for (std::size_t i = 0; i < candidates.size() && fitting.size() < enough; ++i) {
            const bool backwards = query_.descending && !listing_.before;
            const Record* record = backwards ? candidates[candidates.size() - 1 - i] : candidates[i];
            ++rows_visited_;
            bool fits = true;
            if (listing_.fits) { LS_TRY_ASSIGN(fits, listing_.fits(*record)); }
            if (fits) fitting.push_back(record);
        }
        if (listing_.before) {
            std::stable_sort(fitting.begin(), fitting.end(), [&](const Record* a, const Record* b) { return listing_.before(*a, *b); });
            return take(fitting);
        }
        const std::size_t first = std::min((query_.page - 1) * query_.per_page, fitting.size());
        const std::size_t last = std::min(first + query_.per_page, fitting.size());
        rows_.assign(fitting.begin() + static_cast<std::ptrdiff_t>(first), fitting.begin() + static_cast<std::ptrdiff_t>(last));
        has_more_ = last < fitting.size();
        return {};
    }

    const ListQuery& query_;
    const Listing<Record>& listing_;
    std::int64_t& rows_visited_;
    std::vector<const Record*> rows_;
    bool has_more_ = false;
};

/// Answers a list call from a shelf.
template <class Record>
Result<net::Response> list_shelf(const ListQuery& query, const Shelf<Record>& shelf, const Listing<Record>& listing,
                                 std::int64_t& rows_visited, std::string name, std::string_view report_name) {
    PageOf<Record> page(query, listing, rows_visited);
    LS_TRY(page.read(shelf));
    return page.reply(std::move(name), report_name);
}

/// Answers a list call from a few rows that are all there.
net::Response list_rows(const ListQuery& query, std::string name, const List& all, std::string_view report_name);

}  // namespace lockstep::sandbox::zoho
