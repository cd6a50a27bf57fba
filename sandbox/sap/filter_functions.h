#pragma once

#include <string_view>
#include <vector>

#include "sandbox/sap/filter.h"

namespace lockstep::sandbox::sap {

/// A function of `$filter`.
struct FilterFunction {
    std::string_view name;
    std::vector<Scalar::Kind> arguments;
    std::size_t arguments_min;
    Scalar::Kind result;
    Scalar (*call)(const std::vector<Scalar>& arguments);
};

/// Returns the function, or nullptr.
const FilterFunction* filter_function(std::string_view name);

}  // namespace lockstep::sandbox::sap
