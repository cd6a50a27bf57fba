#include "sync/transform.h"

#include <fmt/format.h>

#include <algorithm>

#include "sync/merge.h"

namespace lockstep::sync {
namespace {

Map names_for(const Sync& sync, const Map& record, Value value) {
    return Map{{"value", std::move(value)}, {"record", record}, {"config", sync.config}};
}

std::int64_t code_points(const std::string& text) {
    return std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

Result<Value> by_table(const FieldPair& pair, Side from, const Value& value) {
    for (const auto& [left, right] : pair.values)
        if (same(from == Side::left ? left : right, value)) return from == Side::left ? right : left;
    if (pair.other_values) return value;
    return fail(ErrorCode::value_invalid,
                fmt::format("{} has no line for it in `values:`: {}", from == Side::left ? pair.left : pair.right, value.text()));
}

}  // namespace

Result<Value> evaluated(const expr::Template& what, const Sync& sync, const Map& record) {
    return what.render(expr::MapEnvironment(names_for(sync, record, Value())));
}

Result<Value> transformed(const Sync& sync, const FieldPair& pair, Side from, const Map& record) {
    const Value* found = record.find(from == Side::left ? pair.left : pair.right);
    const Value value = found ? settled(*found) : Value();
    if (value.is_null()) return value;
    if (!pair.values.empty()) return by_table(pair, from, value);
    const auto& expression = from == Side::left ? pair.to_right : pair.to_left;
    if (!expression) return value;
    auto made = expression->render(expr::MapEnvironment(names_for(sync, record, value)));
    if (!made) return fail(made.error());
    return settled(*made);
}

std::optional<Error> misfit_of(const FieldPair& pair, Side where, const Value& value) {
    const std::int64_t most = where == Side::left ? pair.left_length : pair.right_length;
    if (most == 0 || !value.is_string()) return std::nullopt;
    const auto length = code_points(value.as_string());
    if (length <= most) return std::nullopt;
    return Error{ErrorCode::value_invalid, fmt::format("text is longer than the field allows: {}, {} of {}",
                                                       where == Side::left ? pair.left : pair.right, length, most)};
}

}  // namespace lockstep::sync
