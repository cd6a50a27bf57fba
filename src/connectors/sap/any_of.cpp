#include "connectors/sap/any_of.h"

#include <set>

#include "connectors/sap/odata_filter.h"
#include "value/encoding.h"

namespace lockstep::connectors::sap {
namespace {

/// Source: RFC 9110, 4.1: "It is RECOMMENDED that all senders and recipients support, at a minimum, URIs with lengths of
/// 8000 octets". Some of it is left for the system's own address.
constexpr std::size_t target_bytes_max = 7'500;

/// Conditions joined by `or`, begun anew when the next would make the address too long.
class Batches {
public:
    Batches(const std::string& filter, std::size_t rest_bytes)
        : prefix_(filter.empty() ? "" : "(" + filter + ") and "),
          room_(target_bytes_max - std::min(target_bytes_max, rest_bytes + encoding::percent_encode(prefix_ + "()").size())) {}

    void add(const std::string& condition) {
        const std::size_t bytes = encoding::percent_encode(condition + " or ").size();
        if (!current_.empty() && bytes_ + bytes > room_) close();
        current_ += (current_.empty() ? "" : " or ") + condition;
        bytes_ += bytes;
    }
    std::vector<std::string> take() {
        if (!current_.empty()) close();
        return std::move(filters_);
    }

private:
    void close() {
        filters_.push_back(prefix_ + "(" + current_ + ")");
        current_.clear();
        bytes_ = 0;
    }

    std::string prefix_;
    std::size_t room_;
    std::string current_;
    std::size_t bytes_ = 0;
    std::vector<std::string> filters_;
};

}  // namespace

Result<std::optional<AnyOf>> any_of_input(const Value& input) {
    const Value& given = input["any_of"];
    if (given.is_null()) return std::optional<AnyOf>();
    const bool fits = given.is_map() && given.as_map().size() == 1 && given.as_map().begin()->second.is_list();
    if (!fits) return fail(ErrorCode::value_invalid, "any_of must be a map of one property and a list of values");
    const auto& [property, values] = *given.as_map().begin();
    if (!is_property_name(property)) return fail(ErrorCode::value_invalid, "not a property name: any_of, " + property);
    return std::optional(AnyOf{property, values.as_list()});
}

Result<std::vector<std::string>> any_of_filters(const AnyOf& any_of, const std::string& filter, std::size_t rest_bytes) {
    Batches batches(filter, rest_bytes);
    std::set<std::string> asked;
    for (const Value& value : any_of.values) {
        LS_TRY_ASSIGN(std::string text, literal(any_of.property, value));
        if (asked.insert(text).second) batches.add(any_of.property + " eq " + text);
    }
    return batches.take();
}

}  // namespace lockstep::connectors::sap
