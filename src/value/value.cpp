#include "value/value.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace lockstep {

bool Value::is_number() const { return kind() == Kind::integer || kind() == Kind::decimal || kind() == Kind::unsigned_integer; }

Value::Value(std::string s) : data_(std::make_shared<const std::string>(std::move(s))) {}
Value::Value(Bytes b) : data_(std::make_shared<const Bytes>(std::move(b))) {}
Value::Value(List list) : data_(std::make_shared<List>(std::move(list))) {}
Value::Value(Map map) : data_(std::make_shared<Map>(std::move(map))) {}

namespace {

/// The alternative of a kind that the caller has promised.
template <class T, class Data>
const T& held(const Data& data) {
    const T* found = std::get_if<T>(&data);
    LS_ASSERT(found != nullptr);
    return *found;
}

}  // namespace

bool Value::as_bool() const { return held<bool>(data_); }
std::int64_t Value::as_int() const { return held<std::int64_t>(data_); }
std::uint64_t Value::as_uint() const { return held<Unsigned>(data_).value; }
const Decimal& Value::as_decimal() const { return held<Decimal>(data_); }
const std::string& Value::as_string() const { return *held<std::shared_ptr<const std::string>>(data_); }
const std::string& Value::as_bytes() const { return held<std::shared_ptr<const Bytes>>(data_)->data; }
Timestamp Value::as_timestamp() const { return held<Timestamp>(data_); }
Date Value::as_date() const { return held<Date>(data_); }
Duration Value::as_duration() const { return held<Duration>(data_); }
const List& Value::as_list() const { return *held<std::shared_ptr<List>>(data_); }
const Map& Value::as_map() const { return *held<std::shared_ptr<Map>>(data_); }
const std::shared_ptr<const Opaque>& Value::as_opaque() const { return held<std::shared_ptr<const Opaque>>(data_); }

List& Value::mutable_list() {
    LS_ASSERT(is_list());
    auto& shared = std::get<std::shared_ptr<List>>(data_);
    if (shared.use_count() > 1) shared = std::make_shared<List>(*shared);
    return *shared;
}

Map& Value::mutable_map() {
    LS_ASSERT(is_map());
    auto& shared = std::get<std::shared_ptr<Map>>(data_);
    if (shared.use_count() > 1) shared = std::make_shared<Map>(*shared);
    return *shared;
}

Decimal Value::to_decimal() const {
    switch (kind()) {
        case Kind::integer:
            return Decimal(as_int());
        case Kind::decimal:
            return as_decimal();
        default:
            break;
    }
    return *Decimal::from_parts(static_cast<__int128>(as_uint()), 0);
}

const Value* Value::find(std::string_view key) const { return is_map() ? as_map().find(key) : nullptr; }

const Value& Value::operator[](std::string_view key) const {
    const Value* found = find(key);
    return found != nullptr ? *found : null_value();
}

namespace {

const Value* element_at(const Value& value, std::string_view segment) {
    if (!value.is_list()) return value.find(segment);
    std::size_t index = 0;
    auto [end, problem] = std::from_chars(segment.data(), segment.data() + segment.size(), index);
    bool whole = problem == std::errc{} && end == segment.data() + segment.size();
    return whole && index < value.as_list().size() ? &value.as_list()[index] : nullptr;
}

}  // namespace

const Value& Value::at_path(std::string_view path) const {
    const Value* current = this;
    while (current != nullptr && !path.empty()) {
        auto dot = std::min(path.find('.'), path.size());
        current = element_at(*current, path.substr(0, dot));
        path.remove_prefix(std::min(dot + 1, path.size()));
    }
    return current != nullptr ? *current : null_value();
}

std::string Value::text() const {
    switch (kind()) {
        case Kind::string:
            return as_string();
        case Kind::boolean:
            return as_bool() ? "true" : "false";
        case Kind::integer:
            return std::to_string(as_int());
        case Kind::unsigned_integer:
            return std::to_string(as_uint());
        case Kind::decimal:
            return as_decimal().to_string();
        default:
            return "";
    }
}

std::string Value::string_or(std::string_view fallback) const { return is_string() ? as_string() : std::string(fallback); }

bool Value::operator==(const Value& other) const {
    if (kind() != other.kind()) return is_number() && other.is_number() && to_decimal() == other.to_decimal();
    switch (kind()) {
        case Kind::string:
            return as_string() == other.as_string();
        case Kind::bytes:
            return as_bytes() == other.as_bytes();
        case Kind::list:
            return as_list() == other.as_list();
        case Kind::map:
            return as_map() == other.as_map();
        case Kind::opaque:
            return as_opaque() == other.as_opaque() || as_opaque()->equals(*other.as_opaque());
        default:
            return data_ == other.data_;
    }
}

std::string_view to_string(Value::Kind kind) {
    static constexpr std::array<std::string_view, 13> names = {"null",  "boolean",   "integer", "unsigned integer", "decimal", "string",
                                                               "bytes", "timestamp", "date",    "duration",         "list",    "map",
                                                               "opaque"};
    return names.at(static_cast<std::size_t>(kind));
}

const Value& null_value() {
    static const Value null;
    return null;
}

}  // namespace lockstep
