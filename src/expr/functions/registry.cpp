#include <algorithm>
#include <iterator>
#include <map>

#include "base/nearest.h"
#include "expr/functions/families.h"

namespace lockstep::expr {
namespace {

constexpr auto families = {functions::conversions, functions::collections, functions::dates,      functions::encoders,
                           functions::formats,     functions::lookups,     functions::materials,  functions::math,
                           functions::numbers,     functions::optionals,   functions::record_ids, functions::regular_expressions,
                           functions::strings,     functions::texts,       functions::timestamps};

std::vector<Function> collect() {
    std::vector<Function> all;
    for (auto* family : families) {
        std::vector<Function> part = family();
        std::move(part.begin(), part.end(), std::back_inserter(all));
    }
    std::sort(all.begin(), all.end(), [](const Function& a, const Function& b) { return a.name < b.name; });
    return all;
}

}  // namespace

const std::vector<Function>& all_functions() {
    static const std::vector<Function> all = collect();
    return all;
}

const Function* find_function(std::string_view name, bool member) {
    const auto& all = all_functions();
    auto it = std::lower_bound(all.begin(), all.end(), name, [](const Function& f, std::string_view n) { return f.name < n; });
    for (; it != all.end() && it->name == name; ++it) {
        if (it->callable_as(member)) return &*it;
    }
    return nullptr;
}

std::string nearest_function(std::string_view name, bool member) {
    std::vector<std::string> candidates;
    for (const Function& function : all_functions()) {
        if (function.callable_as(member)) candidates.push_back(function.name);
    }
    return did_you_mean(name, candidates);
}

const std::vector<FunctionDoc>& function_docs() {
    static const std::vector<FunctionDoc> docs = [] {
        std::vector<FunctionDoc> all;
        for (const Function& f : all_functions()) all.push_back({f.name, f.signature, f.summary, f.examples});
        return all;
    }();
    return docs;
}

}  // namespace lockstep::expr
