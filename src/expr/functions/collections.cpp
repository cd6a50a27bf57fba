// size, and what lists have.
#include <unordered_set>

#include "expr/evaluation.h"
#include "expr/functions/families.h"
#include "expr/operators.h"
#include "value/encoding.h"

namespace lockstep::expr::functions {
namespace {

Value count(std::size_t size) { return Value(static_cast<std::int64_t>(size)); }

Result<Value> text_size(const Call& call) {
    LS_TRY(call.evaluation.charge_bytes(call[0].as_string().size()));
    return count(encoding::utf8_length(call[0].as_string()));
}
Result<Value> bytes_size(const Call& call) { return count(call[0].as_bytes().size()); }
Result<Value> list_size(const Call& call) { return count(call[0].as_list().size()); }
Result<Value> map_size(const Call& call) { return count(MapView::of(call[0])->size()); }

Result<Value> first(const Call& call) {
    const List& list = call[0].as_list();
    return list.empty() ? absent() : present(list.front());
}
Result<Value> last(const Call& call) {
    const List& list = call[0].as_list();
    return list.empty() ? absent() : present(list.back());
}

Result<bool> is_among(Evaluation& evaluation, const Value& element, const List& list) {
    for (const Value& other : list) {
        LS_TRY_ASSIGN(const bool same, equal(evaluation, element, other));
        if (same) return true;
    }
    return false;
}

/// Texts, numbers and booleans are told apart by a hash, so that a long list takes no longer for each of its elements.
Result<Value> distinct(const Call& call) {
    List result;
    List others;
    std::unordered_set<std::string> seen;
    for (const Value& element : call[0].as_list()) {
        LS_TRY(call.evaluation.charge(1));
        auto text = key_text(element);
        if (text) {
            LS_TRY(call.evaluation.charge_bytes(text->size()));
            if (seen.insert(*std::move(text)).second) result.push_back(element);
            continue;
        }
        LS_TRY_ASSIGN(const bool known, is_among(call.evaluation, element, others));
        if (known) continue;
        others.push_back(element);
        result.push_back(element);
    }
    return Value(std::move(result));
}

Result<Value> flatten(const Call& call) {
    List result;
    for (const Value& element : call[0].as_list()) {
        LS_TRY(call.evaluation.charge(element.is_list() ? element.as_list().size() + 1 : 1));
        if (element.is_list()) {
            result.insert(result.end(), element.as_list().begin(), element.as_list().end());
        } else {
            result.push_back(element);
        }
    }
    return Value(std::move(result));
}

}  // namespace

std::vector<Function> collections() {
    return {
        {.name = "size",
         .style = Style::both,
         .signature = "size(string, bytes, list or map) -> int",
         .summary = "Code points of a text, bytes, elements, or entries.",
         .examples = {{"size('Müller')", "6"}, {"[1, 2].size()", "2"}, {"{'a': 1}.size()", "1"}},
         .overloads = {{{Type::string}, text_size}, {{Type::bytes}, bytes_size}, {{Type::list}, list_size}, {{Type::map}, map_size}}},
        {.name = "first",
         .style = Style::member,
         .signature = "list.first() -> optional",
         .summary = "The first element, if there is one.",
         .examples = {{"[1, 2].first().value()", "1"}},
         .overloads = {{{Type::list}, first}}},
        {.name = "last",
         .style = Style::member,
         .signature = "list.last() -> optional",
         .summary = "The last element, if there is one.",
         .examples = {{"[].last().orValue(0)", "0"}},
         .overloads = {{{Type::list}, last}}},
        {.name = "distinct",
         .style = Style::member,
         .signature = "list.distinct() -> list",
         .summary = "Each element once, in the order of first occurrence.",
         .examples = {{"[1, 2, 1].distinct()", "[1, 2]"}},
         .overloads = {{{Type::list}, distinct}}},
        {.name = "flatten",
         .style = Style::member,
         .signature = "list.flatten() -> list",
         .summary = "Lists within the list, one level deep, put in place.",
         .examples = {{"[[1], [2, 3]].flatten()", "[1, 2, 3]"}},
         .overloads = {{{Type::list}, flatten}}},
    };
}

}  // namespace lockstep::expr::functions
