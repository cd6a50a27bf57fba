#include "sandbox/zoho/invoices.h"

namespace lockstep::sandbox::zoho {

namespace {

int decimals_of(const Books& books, const Invoice& invoice) {
    const Currency* currency = books.currency(invoice.currency_id);
    return currency == nullptr ? 2 : currency->decimals;
}

/// An amount, or a percentage (`10%`) of a base.
Result<Decimal> discount_of(const Value& discount, const Decimal& base, int decimals) {
    if (discount.is_null() || (discount.is_string() && discount.as_string().empty())) return Decimal(0);
    std::string text = discount.text();
    const bool percent = text.ends_with('%');
    if (percent) text.pop_back();
    LS_TRY_ASSIGN(Decimal amount, decimal_of("discount", Value(text)));
    if (amount.is_negative()) return invalid("discount");
    if (percent) {
        LS_TRY_ASSIGN(Decimal product, base.times(amount));
        LS_TRY_ASSIGN(amount, product.divided_by(Decimal(100), 18));
    }
    return amount.rounded(decimals, Rounding::half_up);
}

Result<void> price_line(Line& line, bool discounted, int decimals) {
    LS_TRY_ASSIGN(Decimal product, line.rate.times(line.quantity));
    LS_TRY_ASSIGN(Decimal amount, product.rounded(decimals, Rounding::half_up));
    if (discounted) {
        LS_TRY_ASSIGN(line.discount_amount, discount_of(line.discount, amount, decimals));
    } else
        line.discount_amount = Decimal(0);
    LS_TRY_ASSIGN(line.total, amount.minus(line.discount_amount));
    return {};
}

bool is_true(const Invoice& invoice, std::string_view name, bool otherwise) {
    const Value* given = invoice.other.find(name);
    return given == nullptr ? otherwise : given->text() == "true";
}

/// The line's amount after its share of the discount of the whole invoice.
Result<Decimal> taxable(const Invoice& invoice, const Line& line) {
    const bool shared =
        is_true(invoice, "is_discount_before_tax", true) && !invoice.discount_total.is_zero() && !invoice.sub_total.is_zero();
    if (!shared) return line.total;
    LS_TRY_ASSIGN(Decimal part, line.total.times(invoice.discount_total));
    LS_TRY_ASSIGN(part, part.divided_by(invoice.sub_total, 12));
    return line.total.minus(part);
}

/// Taxes are rounded line by line; whether an organisation rounds so or at the end is a setting of its own.
Result<void> tax_line(const Books& books, const Invoice& invoice, Line& line, int decimals) {
    line.tax = Decimal(0);
    const Tax* tax = books.tax(line.tax_id);
    if (tax == nullptr) return {};
    LS_TRY_ASSIGN(Decimal base, taxable(invoice, line));
    LS_TRY_ASSIGN(Decimal amount, base.times(tax->percentage));
    const Decimal divisor = is_true(invoice, "is_inclusive_tax", false) ? plus(100, tax->percentage) : Decimal(100);
    LS_TRY_ASSIGN(amount, amount.divided_by(divisor, 12));
    LS_TRY_ASSIGN(line.tax, amount.rounded(decimals, Rounding::half_up));
    return {};
}

}  // namespace

Value money(const Decimal& amount, int decimals) {
    // A sum with fewer digits gets zeros: 12.5 → 12.50.
    auto zero = Decimal::from_parts(0, decimals);
    if (!zero) return amount;
    auto padded = amount.normalized().plus(*zero);
    return padded ? Value(*padded) : Value(amount);
}

Result<void> sum_up(const Books& books, Invoice& invoice) {
    const int decimals = decimals_of(books, invoice);
    const bool entity_level = invoice.discount_type == "entity_level";
    invoice.sub_total = invoice.discount_total = invoice.tax_total = Decimal(0);
    for (Line& line : invoice.lines) {
        LS_TRY(price_line(line, !entity_level, decimals));
        LS_TRY_ASSIGN(invoice.sub_total, invoice.sub_total.plus(line.total));
    }
    if (entity_level) { LS_TRY_ASSIGN(invoice.discount_total, discount_of(invoice.discount, invoice.sub_total, decimals)); }
    for (Line& line : invoice.lines) {
        LS_TRY(tax_line(books, invoice, line, decimals));
        LS_TRY_ASSIGN(invoice.tax_total, invoice.tax_total.plus(line.tax));
    }
    LS_TRY_ASSIGN(Decimal net, invoice.sub_total.minus(invoice.discount_total));
    if (!is_true(invoice, "is_inclusive_tax", false)) { LS_TRY_ASSIGN(net, net.plus(invoice.tax_total)); }
    LS_TRY_ASSIGN(net, net.plus(invoice.shipping_charge));
    LS_TRY_ASSIGN(net, net.plus(invoice.adjustment));
    LS_TRY_ASSIGN(invoice.total, net.rounded(decimals, Rounding::half_up));
    return {};
}

}  // namespace lockstep::sandbox::zoho
