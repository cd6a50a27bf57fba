#include "expr/opaque.h"

#include <algorithm>
#include <array>

namespace lockstep::expr {
namespace {

struct TypeName {
    Value::Kind kind;
    std::string_view name;
};

// Indexed by Value::Kind; a decimal is what CEL calls double.
constexpr std::array<TypeName, 12> type_names = {{
    {Value::Kind::null, "null_type"},
    {Value::Kind::boolean, "bool"},
    {Value::Kind::integer, "int"},
    {Value::Kind::unsigned_integer, "uint"},
    {Value::Kind::decimal, "double"},
    {Value::Kind::string, "string"},
    {Value::Kind::bytes, "bytes"},
    {Value::Kind::timestamp, "google.protobuf.Timestamp"},
    {Value::Kind::date, "date"},
    {Value::Kind::duration, "google.protobuf.Duration"},
    {Value::Kind::list, "list"},
    {Value::Kind::map, "map"},
}};

bool may_be_key(const Value& key) {
    return key.kind() == Value::Kind::string || key.kind() == Value::Kind::boolean || key.kind() == Value::Kind::integer ||
           key.kind() == Value::Kind::unsigned_integer;
}

Unexpected repeated_key(const Value& key) { return fail(ErrorCode::expression_failed, "a map has the same key twice: " + key.text()); }

}  // namespace

std::optional<std::string> key_text(const Value& key) {
    switch (key.kind()) {
        case Value::Kind::string:
            return "s" + key.as_string();
        case Value::Kind::boolean:
            return key.as_bool() ? "b1" : "b0";
        case Value::Kind::integer:
            return "n" + std::to_string(key.as_int());
        case Value::Kind::unsigned_integer:
            return "n" + std::to_string(key.as_uint());
        case Value::Kind::decimal:
            return "n" + key.as_decimal().normalized().to_string();
        default:
            return std::nullopt;
    }
}

bool OptionalValue::equals(const Opaque& other) const {
    const auto* that = dynamic_cast<const OptionalValue*>(&other);
    return that && value_ == that->value_;
}

Value absent() {
    static const Value none(std::make_shared<const OptionalValue>());
    return none;
}

Value present(Value value) { return Value(std::shared_ptr<const Opaque>(std::make_shared<const OptionalValue>(std::move(value)))); }

const OptionalValue* as_optional(const Value& value) {
    if (value.kind() != Value::Kind::opaque) return nullptr;
    return dynamic_cast<const OptionalValue*>(value.as_opaque().get());
}

bool TypeValue::equals(const Opaque& other) const {
    const auto* that = dynamic_cast<const TypeValue*>(&other);
    return that && name_ == that->name_;
}

const TypeValue* as_type(const Value& value) {
    if (value.kind() != Value::Kind::opaque) return nullptr;
    return dynamic_cast<const TypeValue*>(value.as_opaque().get());
}

std::string_view name_of_type(const Value& value) {
    if (value.kind() == Value::Kind::opaque) return value.as_opaque()->type_name();
    return type_names[static_cast<std::size_t>(value.kind())].name;
}

Value type_of(const Value& value) {
    return Value(std::shared_ptr<const Opaque>(std::make_shared<const TypeValue>(std::string(name_of_type(value)))));
}

Value type_named(std::string_view name) {
    const bool known = name == "type" || name == "optional_type" ||
                       std::any_of(type_names.begin(), type_names.end(), [&](const TypeName& t) { return t.name == name; });
    if (!known || name == "date") return {};
    return Value(std::shared_ptr<const Opaque>(std::make_shared<const TypeValue>(std::string(name))));
}

bool KeyedMap::equals(const Opaque& other) const {
    const auto* that = dynamic_cast<const KeyedMap*>(&other);
    return that && by_text_ == that->by_text_;
}

const Value* KeyedMap::find(const Value& key) const {
    const auto text = key_text(key);
    return text ? by_text_.find(*text) : nullptr;
}

Value MapView::key(std::size_t index) const {
    return plain_ ? Value((plain_->begin() + static_cast<std::ptrdiff_t>(index))->first) : keyed_->key(index);
}

const Value& MapView::value(std::size_t index) const {
    return plain_ ? (plain_->begin() + static_cast<std::ptrdiff_t>(index))->second : keyed_->value(index);
}

const Value* MapView::find(const Value& key) const {
    if (keyed_) return keyed_->find(key);
    return key.is_string() ? plain_->find(key.as_string()) : nullptr;
}

std::optional<MapView> MapView::of(const Value& value) {
    MapView view;
    if (value.is_map()) {
        view.plain_ = &value.as_map();
        return view;
    }
    if (value.kind() != Value::Kind::opaque) return std::nullopt;
    view.keyed_ = dynamic_cast<const KeyedMap*>(value.as_opaque().get());
    if (!view.keyed_) return std::nullopt;
    return view;
}

void MapBuilder::become_keyed() {
    keyed_ = std::make_shared<KeyedMap>();
    for (const auto& [key, value] : plain_) {
        keyed_->keys_.push_back(key);
        keyed_->by_text_.set("s" + key, value);
    }
    plain_ = {};
}

Result<void> MapBuilder::add(const Value& key, Value value) {
    if (!may_be_key(key)) {
        return fail(ErrorCode::expression_failed,
                    "a map key must be text, a whole number or a boolean, not " + std::string(name_of_type(key)));
    }
    if (!keyed_ && key.is_string()) {
        if (plain_.contains(key.as_string())) return repeated_key(key);
        plain_.set(key.as_string(), std::move(value));
        return {};
    }
    if (!keyed_) become_keyed();
    std::string text = *key_text(key);
    if (keyed_->by_text_.contains(text)) return repeated_key(key);
    keyed_->keys_.push_back(key);
    keyed_->by_text_.set(std::move(text), std::move(value));
    return {};
}

Value MapBuilder::build() && {
    if (keyed_) return Value(std::shared_ptr<const Opaque>(std::move(keyed_)));
    return Value(std::move(plain_));
}

}  // namespace lockstep::expr
