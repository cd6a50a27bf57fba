#include "sandbox/sap/locks.h"

#include <algorithm>
#include <array>

#include "sandbox/sap/refusal.h"
#include "sandbox/sap/values.h"

namespace lockstep::sandbox::sap {

namespace {

/// SAP's words for a lock. `56/393` "… is locked by user …" is as seen on a live system [sap-s4hana, "Error body"]; the
/// others are from general knowledge of the application and not checked one by one.
struct Words {
    std::string_view object, code, before, between, after;
};
constexpr std::array<Words, 3> words = {{
    {"A_SalesOrder", "V1/042", "Sales document ", " is currently being processed (by user ", ")"},
    {"A_BusinessPartner", "56/393", "Business partner ", " is locked by user ", ""},
    {"A_Product", "M3/024", "The plant data of material ", " is locked by user ", ""},
}};

const Words* words_of(std::string_view object) {
    auto found = std::find_if(words.begin(), words.end(), [&](const Words& known) { return known.object == object; });
    return found == words.end() ? nullptr : &*found;
}

const Property& key_property(const EntityType& type) {
    return *std::find_if(type.properties.begin(), type.properties.end(), [](const Property& property) { return property.has(key); });
}

Result<std::optional<Timestamp>> end_of(const Value& record, Timestamp now) {
    const Value& seconds = record["seconds"];
    if (seconds.kind() == Value::Kind::integer) return std::optional(now.plus_ms(seconds.as_int() * 1000));
    if (record["until"].is_null()) return std::optional<Timestamp>();
    LS_TRY_ASSIGN(Timestamp until, parse_timestamp(record["until"].text()));
    return std::optional(until);
}

/// The partner that a customer is.
std::string partner_of(const Tables& tables, std::string_view customer) {
    const Table& partners = tables["A_BusinessPartner"];
    const auto* rows = partners.lookup({partners.type().find("Customer")}, {customer});
    return rows == nullptr || rows->empty() ? std::string() : std::string(partners.text(rows->front(), "BusinessPartner"));
}

}  // namespace

Result<void> Locks::load(const Value& record, Timestamp now) {
    const std::string object = record["object"].string_or("");
    const Words* known = words_of(object);
    if (known == nullptr) return fail(ErrorCode::request_invalid, "a lock's object is A_SalesOrder, A_BusinessPartner or A_Product");
    const std::string given = without_zeros(key_property(*entity_type(object)), record["key"].text());
    if (given.empty()) return fail(ErrorCode::request_invalid, "a lock names the key of what it holds");
    LS_TRY_ASSIGN(auto until, end_of(record, now));
    std::erase_if(held_, [&](const Lock& lock) { return (lock.object == object && lock.key == given) || !lock.holds(now); });
    const std::string user = record["user"].string_or("");
    if (user.empty()) return {};
    held_.push_back({.object = object,
                     .key = given,
                     .user = user,
                     .code = record["code"].string_or(std::string(known->code)),
                     .message = record["message"].string_or(std::string(known->before) + given + std::string(known->between) + user +
                                                            std::string(known->after)),
                     .until = until});
    return {};
}

Result<void> Locks::check(std::string_view object, std::string_view wanted, Timestamp now) const {
    for (const Lock& lock : held_)
        if (lock.object == object && lock.key == wanted && lock.holds(now)) return refuse(lock.code, lock.message);
    return {};
}

Result<void> Locks::check(const Tables& tables, const EntityType& type, const Record& record, Timestamp now) const {
    if (held_.empty()) return {};
    auto text = [&](std::string_view property) {
        const int at = type.find(property);
        return at < 0 ? std::string_view() : record.text(at);
    };
    LS_TRY(check("A_SalesOrder", text("SalesOrder"), now));
    if (type.service == "API_PRODUCT_SRV") LS_TRY(check("A_Product", text("Product"), now));
    if (type.service != "API_BUSINESS_PARTNER") return {};
    LS_TRY(check("A_BusinessPartner", text("BusinessPartner"), now));
    return text("BusinessPartner").empty() ? check("A_BusinessPartner", partner_of(tables, text("Customer")), now) : Result<void>();
}

List Locks::values(Timestamp now) const {
    List list;
    for (const Lock& lock : held_) {
        if (!lock.holds(now)) continue;
        Map map{{"object", Value(lock.object)},
                {"key", Value(lock.key)},
                {"user", Value(lock.user)},
                {"code", Value(lock.code)},
                {"message", Value(lock.message)}};
        if (lock.until) map.set("until", Value(format_timestamp(*lock.until)));
        list.push_back(std::move(map));
    }
    return list;
}

}  // namespace lockstep::sandbox::sap
