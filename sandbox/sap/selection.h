#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sandbox/sap/query.h"
#include "sandbox/sap/table.h"

namespace lockstep::sandbox::sap {

/// A page of what a query selects.
struct Window {
    std::vector<Row> rows;
    bool more = false;                 ///< there are rows behind it
    std::optional<std::size_t> total;  ///< if asked for
};

/// Selects rows page by page without doing the whole work again for every page: where a read goes on, the selection of
/// the first pages is remembered until the set changes.
class Selections {
public:
    /// The part of a query that a page is cut from.
    struct Part {
        std::size_t first = 0, rows_max = 0;
        bool with_total = false;
    };
    Window window(const Table& table, const Query& query, const Part& part);
    /// A page of the given rows, which a navigation led to.
    static Window window_of(const Table& table, const Query& query, std::vector<Row> rows, const Part& part);
    std::size_t count(const Table& table, const Query& query);
    void clear() { remembered_.clear(); }

private:
    using Rows = std::shared_ptr<const std::vector<Row>>;
    struct Remembered {
        const Table* table;
        std::string filter, order;
        std::uint64_t version;
        Rows rows;
    };
    Rows whole(const Table& table, const Query& query);

    std::vector<Remembered> remembered_;  // the latest last
};

}  // namespace lockstep::sandbox::sap
