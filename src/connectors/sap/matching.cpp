#include "connectors/sap/matching.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "connectors/sap/odata_time.h"

namespace lockstep::connectors::sap {
namespace {

/// Record numbers of up to 10 characters: padded with zeros inside SAP, mostly without them in the services.
constexpr std::array<std::string_view, 9> padded_numbers = {
    "BillToParty", "BusinessPartner", "Customer", "PayerParty", "SalesOrder", "SalesOrderItem", "ShipToParty", "SoldToParty", "Supplier",
};

bool is_padded_number(std::string_view property) {
    return std::find(padded_numbers.begin(), padded_numbers.end(), property) != padded_numbers.end();
}

std::string_view without_zeros(std::string_view text) {
    bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
    while (digits && text.size() > 1 && text.front() == '0') text.remove_prefix(1);
    return text;
}

bool same_letters(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::optional<Decimal> as_number(const Value& value) {
    if (value.is_number()) return value.to_decimal();
    Result<Decimal> number = Decimal::parse(value.string_or(""));
    return number ? std::optional(*number) : std::nullopt;
}

bool is_time(const Value& value) { return value.kind() == Value::Kind::timestamp || value.kind() == Value::Kind::date; }

}  // namespace

bool fits(std::string_view property, const Value& wanted, const Value& actual) {
    if (wanted.is_map()) return true;
    if (wanted.is_list())
        return std::any_of(wanted.as_list().begin(), wanted.as_list().end(), [&](const Value& one) { return fits(property, one, actual); });
    if (wanted.is_null()) return actual.is_null() || actual.text().empty();
    if (is_time(wanted) || is_time(actual)) return to_time(wanted) == to_time(actual);
    if (actual.kind() == Value::Kind::decimal || wanted.kind() == Value::Kind::decimal) {
        std::optional<Decimal> a = as_number(wanted), b = as_number(actual);
        return a && b && *a == *b;
    }
    std::string a = wanted.text(), b = actual.text();
    return is_padded_number(property) ? same_letters(without_zeros(a), without_zeros(b)) : same_letters(a, b);
}

std::optional<std::string> first_difference(const Map& wanted, const Value& record) {
    for (const auto& [property, value] : wanted) {
        const Value* actual = record.find(property);
        if (actual && !fits(property, value, *actual)) return property;
    }
    return std::nullopt;
}

}  // namespace lockstep::connectors::sap
