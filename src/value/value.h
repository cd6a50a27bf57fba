#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/time.h"
#include "value/decimal.h"

namespace lockstep {

class Value;
using List = std::vector<Value>;

/// A value of a kind that only an upper layer knows (an expression's `optional`, `type` or map with other keys).
class Opaque {
public:
    virtual ~Opaque() = default;
    virtual std::string_view type_name() const = 0;
    virtual bool equals(const Opaque& other) const = 0;
};

/// A map from text to values that keeps the order of insertion.
class Map {
public:
    using Entry = std::pair<std::string, Value>;
    Map();
    Map(std::initializer_list<Entry> entries);
    /// Takes the entries as they are; of two with one key the last value wins, in the first one's place.
    static Map from_entries(std::vector<Entry> entries);
    Map(const Map&);
    Map(Map&&) noexcept;
    Map& operator=(const Map&);
    Map& operator=(Map&&) noexcept;
    ~Map();

    const Value* find(std::string_view key) const;
    Value* find(std::string_view key);
    bool contains(std::string_view key) const { return find(key) != nullptr; }
    /// Replaces the value of an existing key in place, or appends.
    void set(std::string key, Value value);
    bool erase(std::string_view key);
    /// Returns the value of `key`, inserting null if it is absent.
    Value& operator[](std::string_view key);
    void reserve(std::size_t count);
    std::size_t size() const;
    bool empty() const { return size() == 0; }
    std::vector<Entry>::const_iterator begin() const;
    std::vector<Entry>::const_iterator end() const;
    /// Equality does not regard order.
    bool operator==(const Map& other) const;

private:
    std::size_t position_in_index(std::string_view key) const;
    void rebuild_index();
    bool has_duplicates() const;
    Value& append(std::string key, Value value);

    std::vector<Entry> entries_;
    // Indexes into entries_, sorted by length and then bytes of the key; kept only above a few entries.
    std::vector<std::uint32_t> by_key_;
};

/// Any datum that passes through Lockstep. Immutable and cheap to copy: lists and maps are shared, and the mutable
/// accessors copy first if shared.
class Value {
public:
    enum class Kind : std::uint8_t {
        null,
        boolean,
        integer,
        unsigned_integer,
        decimal,
        string,
        bytes,
        timestamp,
        date,
        duration,
        list,
        map,
        opaque
    };
    struct Bytes {
        std::string data;
        bool operator==(const Bytes&) const = default;
    };
    struct Unsigned {
        std::uint64_t value;
        bool operator==(const Unsigned&) const = default;
    };

    Value() = default;
    Value(std::nullptr_t) {}                                                   // NOLINT(google-explicit-constructor)
    Value(bool b) : data_(b) {}                                                // NOLINT(google-explicit-constructor)
    Value(int i) : data_(static_cast<std::int64_t>(i)) {}                      // NOLINT(google-explicit-constructor)
    Value(std::int64_t i) : data_(i) {}                                        // NOLINT(google-explicit-constructor)
    Value(Unsigned u) : data_(u) {}                                            // NOLINT(google-explicit-constructor)
    Value(Decimal d) : data_(d) {}                                             // NOLINT(google-explicit-constructor)
    Value(std::string s);                                                      // NOLINT(google-explicit-constructor)
    Value(std::string_view s) : Value(std::string(s)) {}                       // NOLINT(google-explicit-constructor)
    Value(const char* s) : Value(std::string(s)) {}                            // NOLINT(google-explicit-constructor)
    Value(Bytes b);                                                            // NOLINT(google-explicit-constructor)
    Value(Timestamp t) : data_(t) {}                                           // NOLINT(google-explicit-constructor)
    Value(Date d) : data_(d) {}                                                // NOLINT(google-explicit-constructor)
    Value(Duration d) : data_(d) {}                                            // NOLINT(google-explicit-constructor)
    Value(List list);                                                          // NOLINT(google-explicit-constructor)
    Value(Map map);                                                            // NOLINT(google-explicit-constructor)
    Value(std::shared_ptr<const Opaque> opaque) : data_(std::move(opaque)) {}  // NOLINT(google-explicit-constructor)
    Value(const void*) = delete;

    Kind kind() const { return static_cast<Kind>(data_.index()); }
    bool is_null() const { return kind() == Kind::null; }
    bool is_string() const { return kind() == Kind::string; }
    bool is_list() const { return kind() == Kind::list; }
    bool is_map() const { return kind() == Kind::map; }
    /// integer, unsigned_integer or decimal.
    bool is_number() const;

    // Each requires the kind it names (LS_ASSERT).
    bool as_bool() const;
    std::int64_t as_int() const;
    std::uint64_t as_uint() const;
    const Decimal& as_decimal() const;
    const std::string& as_string() const;
    const std::string& as_bytes() const;
    Timestamp as_timestamp() const;
    Date as_date() const;
    Duration as_duration() const;
    const List& as_list() const;
    const Map& as_map() const;
    const std::shared_ptr<const Opaque>& as_opaque() const;
    List& mutable_list();
    Map& mutable_map();

    /// Any number as a decimal. Requires `is_number()`.
    Decimal to_decimal() const;
    /// Returns the entry, or nullptr if this is not a map or has no such key.
    const Value* find(std::string_view key) const;
    /// Returns the entry, or null where there is none; chains safely: `deal["Account"]["Name"]`.
    const Value& operator[](std::string_view key) const;
    /// Follows keys and list indexes: `at_path("d.results.0.SalesOrder")`; null where the path ends.
    const Value& at_path(std::string_view path) const;
    /// Returns the text of a string, a number or a boolean; empty for everything else.
    std::string text() const;
    /// Returns the string, or `fallback` if it is not one.
    std::string string_or(std::string_view fallback) const;

    /// Numbers compare by value across their kinds (1 == 1.0); other kinds only with their own.
    bool operator==(const Value& other) const;

private:
    std::variant<std::monostate, bool, std::int64_t, Unsigned, Decimal, std::shared_ptr<const std::string>, std::shared_ptr<const Bytes>,
                 Timestamp, Date, Duration, std::shared_ptr<List>, std::shared_ptr<Map>, std::shared_ptr<const Opaque>>
        data_;
};

inline std::size_t Map::size() const { return entries_.size(); }
inline std::vector<Map::Entry>::const_iterator Map::begin() const { return entries_.begin(); }
inline std::vector<Map::Entry>::const_iterator Map::end() const { return entries_.end(); }

std::string_view to_string(Value::Kind kind);
/// The shared null, for accessors that return references.
const Value& null_value();

}  // namespace lockstep
