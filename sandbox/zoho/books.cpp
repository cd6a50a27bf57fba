#include "sandbox/zoho/books.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "sandbox/zoho/text.h"

namespace lockstep::sandbox::zoho {

namespace {

constexpr std::uint64_t first_id = 460000000000017001;

struct KnownCurrency {
    std::string_view code, name, symbol;
    int decimals;
    std::int64_t rate_e6;  ///< millionths of the organisation's currency; made up, but near
};
/// The first is the organisation's own.
constexpr std::array<KnownCurrency, 10> known_currencies = {{
    {"EUR", "Euro", "€", 2, 1000000},
    {"USD", "US Dollar", "$", 2, 920000},
    {"GBP", "Pound Sterling", "£", 2, 1170000},
    {"JPY", "Japanese Yen", "¥", 0, 6150},
    {"CHF", "Swiss Franc", "CHF", 2, 1060000},
    {"SEK", "Swedish Krona", "kr", 2, 88000},
    {"DKK", "Danish Krone", "kr", 2, 134000},
    {"PLN", "Polish Zloty", "zł", 2, 231000},
    {"CAD", "Canadian Dollar", "CA$", 2, 680000},
    {"KWD", "Kuwaiti Dinar", "KD", 3, 2990000},
}};

std::uint64_t number_in(std::string_view text) {
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

void add_custom_keys(std::vector<std::string>& keys, const CustomValues& values) {
    for (const auto& [name, value] : values) keys.push_back(index_key(name, value));
}

}  // namespace

std::string Person::text(const std::string& field) const {
    auto found = texts.find(field);
    return found == texts.end() ? std::string() : found->second;
}

const Person* Contact::primary() const {
    for (const Person& person : persons)
        if (person.primary) return &person;
    return persons.empty() ? nullptr : &persons.front();
}

Decimal Invoice::balance() const {
    if (status == "void") return Decimal(0);
    return minus(minus(minus(total, paid), credited), written_off);
}

Decimal Payment::applied() const {
    Decimal sum;
    for (const AppliedAmount& part : invoices) sum = plus(sum, part.amount);
    return sum;
}

Decimal Payment::refunded() const {
    Decimal sum;
    for (const Refund& refund : refunds) sum = plus(sum, refund.amount);
    return sum;
}

Decimal Payment::unused() const { return minus(minus(amount, applied()), refunded()); }

Decimal CreditNote::balance() const {
    Decimal rest = total;
    for (const AppliedAmount& part : invoices) rest = minus(rest, part.amount);
    return rest;
}

Decimal plus(const Decimal& a, const Decimal& b) {
    auto sum = a.plus(b);
    LS_ASSERT(sum.has_value());
    return *sum;
}

Decimal minus(const Decimal& a, const Decimal& b) { return plus(a, b.negated()); }

std::string index_key(std::string_view field, std::string_view value) { return std::string(field) + '\x1f' + std::string(value); }

Books::Books(const Options& given) : options(given) { default_settings(); }

void Books::default_settings() {
    next_id_ = first_id;
    next_invoice_number = 1;
    next_payment_number = 1;
    next_credit_note_number = 1;
    limits.clear();
    limits.set_per_minute(options.zoho_calls_per_minute);
    currencies.clear();
    for (const KnownCurrency& known : known_currencies)
        currencies.push_back({make_id(), std::string(known.code), std::string(known.name), std::string(known.symbol), known.decimals,
                              Decimal::from_parts(known.rate_e6, 6)->normalized()});
    custom_fields.clear();
    for (const char* entity : {"contacts", "invoices", "customerpayments"}) {
        custom_fields.push_back({entity, "cf_salesforce_id", "Salesforce ID", make_id(), true});
        custom_fields.push_back({entity, "cf_lockstep_key", "Lockstep key", make_id(), true});
    }
    // Germany's rates; an organisation of another country has others.
    taxes = {{make_id(), "Standard Rate", "tax", 19}, {make_id(), "Reduced Rate", "tax", 7}, {make_id(), "Zero Rate", "tax", 0}};
}

void Books::clear() {
    contacts.clear();
    invoices.clear();
    payments.clear();
    items.clear();
    credit_notes.clear();
    emails.clear();
    webhooks.clear();
    outbox.clear();
    deliveries.clear();
    rows_visited = 0;
    default_settings();
}

std::string Books::make_id() {
    next_id_ += 2;
    return std::to_string(next_id_ - 2);
}

void Books::reserve_id(std::string_view id) {
    const std::uint64_t value = number_in(id);
    if (value >= next_id_ && value < 9'000'000'000'000'000'000U) next_id_ = value + 2;
}

void Books::reserve_number(std::string_view number) {
    if (!number.starts_with("INV-")) return;
    const auto value = static_cast<std::int64_t>(number_in(number.substr(4)));
    next_invoice_number = std::max(next_invoice_number, value + 1);
}

Date Books::today() const { return date_in_berlin(now()); }

const Currency* Books::currency(std::string_view id) const {
    for (const Currency& known : currencies)
        if (known.id == id) return &known;
    return nullptr;
}

const Currency* Books::currency_of_code(std::string_view code) const {
    for (const Currency& known : currencies)
        if (known.code == code) return &known;
    return nullptr;
}

const Tax* Books::tax(std::string_view id) const {
    for (const Tax& known : taxes)
        if (known.id == id) return &known;
    return nullptr;
}

const CustomField* Books::custom_field(std::string_view entity, std::string_view api_name) const {
    for (const CustomField& field : custom_fields)
        if (field.entity == entity && (field.api_name == api_name || field.id == api_name || field.label == api_name)) return &field;
    return nullptr;
}

void Books::put(Contact contact) {
    std::vector<std::string> keys = {index_key("contact_name", lower(contact.name))};
    if (const Person* primary = contact.primary()) keys.push_back(index_key("email", lower(primary->text("email"))));
    for (const Person& person : contact.persons) keys.push_back(index_key("contact_person_id", person.id));
    add_custom_keys(keys, contact.custom);
    contacts.put(std::move(contact), std::move(keys));
}

void Books::put(Invoice invoice) {
    std::vector<std::string> keys = {index_key("reference_number", invoice.reference), index_key("customer_id", invoice.customer_id),
                                     index_key("invoice_number", invoice.number)};
    add_custom_keys(keys, invoice.custom);
    invoices.put(std::move(invoice), std::move(keys));
}

void Books::put(Payment payment) {
    std::vector<std::string> keys = {index_key("reference_number", payment.reference), index_key("customer_id", payment.customer_id)};
    for (const AppliedAmount& applied : payment.invoices) keys.push_back(index_key("invoice_id", applied.invoice_id));
    for (const Refund& refund : payment.refunds) keys.push_back(index_key("payment_refund_id", refund.id));
    add_custom_keys(keys, payment.custom);
    payments.put(std::move(payment), std::move(keys));
}

void Books::put(Item item) {
    std::vector<std::string> keys = {index_key("sku", lower(item.sku)), index_key("name", lower(item.name))};
    items.put(std::move(item), std::move(keys));
}

void Books::put(CreditNote note) {
    std::vector<std::string> keys = {index_key("customer_id", note.customer_id), index_key("creditnote_number", note.number)};
    for (const AppliedAmount& applied : note.invoices) keys.push_back(index_key("invoice_id", applied.invoice_id));
    credit_notes.put(std::move(note), std::move(keys));
}

}  // namespace lockstep::sandbox::zoho
