#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/http.h"
#include "sandbox/sap/filter.h"

namespace lockstep::sandbox::sap {

/// What of an entity is answered: made from `$select` and `$expand`.
struct Shape {
    struct Expansion;
    const EntityType* type = nullptr;
    bool everything = true;                        ///< no `$select`, or `*`
    std::vector<bool> properties = {};             ///< when not everything
    std::vector<const Navigation*> deferred = {};  ///< navigations named in `$select`, when not everything
    std::vector<Expansion> expanded;
};
struct Shape::Expansion {
    const Navigation* navigation = nullptr;
    Shape shape = {};
    bool shown = true;  ///< false: expanded, but `$select` leaves it out
};

struct OrderBy {
    int property = 0;
    bool descending = false;
};

/// The system query options of a read.
struct Query {
    std::optional<FilterNode> filter = {};
    Shape shape = {};
    std::vector<OrderBy> order = {};
    std::optional<std::size_t> top = {};
    std::size_t skip = 0;
    std::size_t skip_token = 0;
    bool inline_count = false;
    /// The options as sent, for `__next`.
    net::Parameters sent = {};
};

/// Errors: `vendor_rejected`: an option that does not exist, a property that does not, a filter that cannot be parsed.
Result<Query> parse_query(const EntityType& type, const net::Parameters& parameters);
/// The shape without `$select` and `$expand`.
Shape whole(const EntityType& type);
/// Expands a path of navigations (`to_Item/to_PricingElement`). Errors: `vendor_rejected`.
Result<void> expand(Shape& shape, std::string_view path);

/// One step of a resource path after the service.
struct Segment {
    std::string name;
    /// Key values as canonical texts in the order of the type's key properties; nullopt: no key given.
    std::optional<std::vector<std::pair<std::string, std::string>>> key = {};  ///< name (empty for a single key) and literal
};
/// Splits `A_SalesOrder('1')`. Errors: `vendor_rejected`.
Result<Segment> parse_segment(std::string_view text);
/// Resolves a key's literals to the canonical texts, in the order of the key properties. Errors: `vendor_rejected`.
Result<std::vector<std::string>> key_values(const EntityType& type, const Segment& segment);

}  // namespace lockstep::sandbox::sap
