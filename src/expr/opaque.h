#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "value/value.h"

/// The values that only expressions know: optionals, types, and maps whose keys are not all text.
namespace lockstep::expr {

/// A value that may be absent: `optional.of(x)`, `x.?field`.
class OptionalValue : public Opaque {
public:
    OptionalValue() = default;
    explicit OptionalValue(Value value) : value_(std::move(value)) {}
    std::string_view type_name() const override { return "optional_type"; }
    bool equals(const Opaque& other) const override;
    /// nullptr if absent.
    const Value* value() const { return value_ ? &*value_ : nullptr; }

private:
    std::optional<Value> value_;
};

Value absent();
Value present(Value value);
/// Returns nullptr if the value is not an optional.
const OptionalValue* as_optional(const Value& value);

/// A type as a value: `type(1)`, `int`.
class TypeValue : public Opaque {
public:
    explicit TypeValue(std::string name) : name_(std::move(name)) {}
    std::string_view type_name() const override { return "type"; }
    bool equals(const Opaque& other) const override;
    const std::string& name() const { return name_; }

private:
    std::string name_;
};

const TypeValue* as_type(const Value& value);
/// The type of a value; `name_of_type` is its name: `int`, `list`, `google.protobuf.Timestamp`.
Value type_of(const Value& value);
std::string_view name_of_type(const Value& value);
/// Returns the type a name denotes, or null.
Value type_named(std::string_view name);

/// The text by which equal texts, numbers and booleans are the same and others are not; nothing for other kinds.
std::optional<std::string> key_text(const Value& key);

/// A map with at least one key that is a number or a boolean. Numbers are the same key in all their kinds: 1 is 1u.
class KeyedMap : public Opaque {
public:
    std::string_view type_name() const override { return "map"; }
    bool equals(const Opaque& other) const override;
    std::size_t size() const { return keys_.size(); }
    const Value& key(std::size_t index) const { return keys_[index]; }
    const Value& value(std::size_t index) const { return (by_text_.begin() + static_cast<std::ptrdiff_t>(index))->second; }
    const Value* find(const Value& key) const;

private:
    friend class MapBuilder;
    List keys_;
    Map by_text_;  // same order; the key's text form tells kinds apart: "s…", "n…", "b…"
};

/// Reads maps of both kinds.
class MapView {
public:
    std::size_t size() const { return plain_ ? plain_->size() : keyed_->size(); }
    Value key(std::size_t index) const;
    const Value& value(std::size_t index) const;
    /// nullptr if there is no such key.
    const Value* find(const Value& key) const;
    const Map* plain() const { return plain_; }
    static std::optional<MapView> of(const Value& value);

private:
    const Map* plain_ = nullptr;
    const KeyedMap* keyed_ = nullptr;
};

/// Makes a map of either kind. Errors of `add`: `expression_failed` for a key twice or of a wrong kind.
class MapBuilder {
public:
    Result<void> add(const Value& key, Value value);
    Value build() &&;

private:
    void become_keyed();
    Map plain_;
    std::shared_ptr<KeyedMap> keyed_;
};

}  // namespace lockstep::expr
