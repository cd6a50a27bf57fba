#include <charconv>

#include "sandbox/sap/filter.h"
#include "sandbox/sap/refusal.h"
#include "sandbox/sap/values.h"

namespace lockstep::sandbox::sap {

namespace {

Unexpected bad_literal(std::string_view text) {
    return refuse(syntax_error, "Invalid token detected at position 0: '" + std::string(text) + "'");
}

Result<std::string> unquoted(std::string_view text) {
    if (text.size() < 2 || text.front() != '\'' || text.back() != '\'') return bad_literal(text);
    text = text.substr(1, text.size() - 2);
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\'' && (++i >= text.size() || text[i] != '\'')) return bad_literal(text);
        out += text[i];
    }
    return out;
}

/// `datetime'…'`, `datetimeoffset'…'`, `guid'…'`, `time'…'`, `X'…'`.
Result<Scalar> prefixed(std::string_view prefix, std::string_view quoted) {
    LS_TRY_ASSIGN(std::string text, unquoted(quoted));
    if (prefix == "datetime" || prefix == "datetimeoffset") {
        auto ticks = parse_ticks(text);
        if (!ticks) return bad_literal(quoted);
        return Scalar{.kind = Scalar::Kind::instant, .ticks = *ticks};
    }
    if (prefix == "guid" || prefix == "time") return Scalar{.kind = Scalar::Kind::text, .text = std::move(text)};
    return bad_literal(prefix);
}

Result<Scalar> number(std::string_view text) {
    std::string_view digits = text;
    const char suffix = digits.empty() ? '\0' : digits.back();
    if (std::string_view("mMlLdDfF").find(suffix) != std::string_view::npos) digits.remove_suffix(1);
    auto parsed = Decimal::parse(digits);
    if (!parsed) return bad_literal(text);
    return Scalar{.kind = Scalar::Kind::number, .number = *parsed};
}

/// Digits that SAP keeps with leading zeros are compared in that form.
Scalar text_scalar(const Property& property, std::string_view text) {
    return Scalar{.kind = Scalar::Kind::text, .text = padded(property, text)};
}

}  // namespace

Result<Scalar> parse_literal(std::string_view text) {
    if (text.empty()) return bad_literal(text);
    if (text == "null") return Scalar{};
    if (text == "true" || text == "false") return Scalar{.kind = Scalar::Kind::boolean, .boolean = text == "true"};
    const std::size_t quote = text.find('\'');
    if (quote == 0) {
        LS_TRY_ASSIGN(std::string value, unquoted(text));
        return Scalar{.kind = Scalar::Kind::text, .text = std::move(value)};
    }
    if (quote != std::string_view::npos) return prefixed(text.substr(0, quote), text.substr(quote));
    return number(text);
}

Scalar scalar_of(const Property& property, std::string_view text) {
    switch (property.type) {
        case Edm::boolean:
            return Scalar{.kind = Scalar::Kind::boolean, .boolean = text == "true"};
        case Edm::decimal:
        case Edm::float64:
        case Edm::byte:
        case Edm::int16:
        case Edm::int32: {
            auto number = Decimal::parse(text);
            return Scalar{.kind = Scalar::Kind::number, .number = number ? *number : Decimal()};
        }
        case Edm::date_time:
        case Edm::date_time_offset: {
            if (text.empty()) return Scalar{};
            Scalar instant{.kind = Scalar::Kind::instant};
            std::from_chars(text.data(), text.data() + text.size(), instant.ticks);
            return instant;
        }
        default:
            return text_scalar(property, text);
    }
}

Result<std::string> text_from_literal(const Property& property, const Scalar& literal) {
    const Scalar::Kind wanted = scalar_of(property, "0").kind;
    if (literal.kind != wanted)
        return refuse(syntax_error, "Invalid literal for property '" + std::string(property.name) + "'", std::string(property.name));
    switch (literal.kind) {
        case Scalar::Kind::text:
            return without_zeros(property, literal.text);
        case Scalar::Kind::number:
            return literal.number.normalized().to_string();
        case Scalar::Kind::boolean:
            return std::string(literal.boolean ? "true" : "");
        case Scalar::Kind::instant:
            return std::to_string(literal.ticks);
        case Scalar::Kind::null:
            break;
    }
    return std::string();
}

std::optional<int> compare(const Scalar& left, const Scalar& right) {
    if (left.kind != right.kind) return std::nullopt;
    auto sign = [](auto order) { return order < 0 ? -1 : order > 0 ? 1 : 0; };
    switch (left.kind) {
        case Scalar::Kind::text:
            return sign(left.text.compare(right.text));
        case Scalar::Kind::number:
            return sign(left.number <=> right.number);
        case Scalar::Kind::boolean:
            return static_cast<int>(left.boolean) - static_cast<int>(right.boolean);
        case Scalar::Kind::instant:
            return left.ticks < right.ticks ? -1 : left.ticks > right.ticks ? 1 : 0;
        case Scalar::Kind::null:
            return 0;
    }
    return std::nullopt;
}

}  // namespace lockstep::sandbox::sap
