#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "value/value.h"

namespace lockstep::connectors::sap {

/// What a read adds up instead of giving every record: `group_by` and `sum`.
struct TotalsInput {
    std::vector<std::string> group_by, sum;
    bool wanted() const { return !group_by.empty(); }
};
/// Reads both; neither is there where nothing is to be added up. Errors: `value_invalid`.
Result<TotalsInput> totals_input(const Value& input);

/// Adds up rows as they come, exactly: one record for each set of values of `group_by`, in the order in which they were met.
class Totals {
public:
    explicit Totals(const TotalsInput& input) : input_(input) {}
    /// Errors: `vendor_protocol` for a row that lacks a property or has no number where one is to be added;
    /// `decimal_overflow`.
    Result<void> add(const Value& row);
    List rows() &&;

private:
    struct Group {
        std::vector<Value> values;
        std::vector<Decimal> sums;
    };
    Result<Group*> group_of(const Value& row);

    const TotalsInput& input_;
    std::vector<Group> groups_;
    std::unordered_map<std::string, std::size_t> by_values_;
};

}  // namespace lockstep::connectors::sap
