#include "connectors/sap/totals.h"

#include "connectors/sap/odata_names.h"

namespace lockstep::connectors::sap {
namespace {

Unexpected lacks(const std::string& property, std::string_view what) {
    return fail(ErrorCode::vendor_protocol, "a record of SAP cannot be added up: " + property + " " + std::string(what));
}

}  // namespace

Result<TotalsInput> totals_input(const Value& input) {
    TotalsInput totals;
    LS_TRY_ASSIGN(totals.group_by, property_paths("group_by", input["group_by"]));
    LS_TRY_ASSIGN(totals.sum, property_paths("sum", input["sum"]));
    if (totals.group_by.empty() != totals.sum.empty())
        return fail(ErrorCode::value_invalid, "group_by and sum belong together: only one of them is given");
    if (totals.wanted() && !input["top"].is_null())
        return fail(ErrorCode::value_invalid, "top would leave out some of what is to be added up: sum");
    for (const auto* names : {&totals.group_by, &totals.sum})
        for (const std::string& name : *names)
            if (!is_property_name(name)) return fail(ErrorCode::value_invalid, "not a property of the record itself: " + name);
    return totals;
}

Result<Totals::Group*> Totals::group_of(const Value& row) {
    std::string key;
    for (const std::string& property : input_.group_by) {
        const Value* value = row.find(property);
        if (!value) return lacks(property, "is missing");
        const std::string text = value->text();
        key += std::to_string(text.size()) + ':' + text;
    }
    const auto [found, is_new] = by_values_.try_emplace(std::move(key), groups_.size());
    if (is_new) {
        Group& group = groups_.emplace_back(Group{.values = {}, .sums = std::vector<Decimal>(input_.sum.size())});
        for (const std::string& property : input_.group_by) group.values.push_back(row[property]);
    }
    return &groups_[found->second];
}

Result<void> Totals::add(const Value& row) {
    LS_TRY_ASSIGN(Group * group, group_of(row));
    for (std::size_t i = 0; i < input_.sum.size(); ++i) {
        const Value& value = row[input_.sum[i]];
        if (!value.is_number()) return lacks(input_.sum[i], "is not a number");
        LS_TRY_ASSIGN(group->sums[i], group->sums[i].plus(value.to_decimal()));
    }
    return {};
}

List Totals::rows() && {
    List rows;
    rows.reserve(groups_.size());
    for (Group& group : groups_) {
        Map row;
        for (std::size_t i = 0; i < input_.group_by.size(); ++i) row.set(input_.group_by[i], std::move(group.values[i]));
        for (std::size_t i = 0; i < input_.sum.size(); ++i) row.set(input_.sum[i], Value(group.sums[i].normalized()));
        rows.emplace_back(std::move(row));
    }
    return rows;
}

}  // namespace lockstep::connectors::sap
