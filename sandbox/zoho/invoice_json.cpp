#include "sandbox/zoho/contacts.h"
#include "sandbox/zoho/invoices.h"
#include "sandbox/zoho/text.h"

namespace lockstep::sandbox::zoho {

namespace {

Value line_value(const Books& books, const Line& line, int decimals) {
    const Tax* tax = books.tax(line.tax_id);
    return Map{{"line_item_id", Value(line.id)},
               {"item_id", Value(line.item_id)},
               {"name", Value(line.name)},
               {"description", Value(line.description)},
               {"item_order", Value(line.order)},
               {"rate", Value(line.rate)},
               {"quantity", Value(line.quantity)},
               {"unit", Value(line.unit)},
               {"discount", line.discount.is_null() ? Value(Decimal(0)) : line.discount},
               {"discount_amount", money(line.discount_amount, decimals)},
               {"tax_id", Value(line.tax_id)},
               {"tax_name", Value(tax == nullptr ? std::string() : tax->name)},
               {"tax_type", Value(tax == nullptr ? std::string() : tax->type)},
               {"tax_percentage", tax == nullptr ? Value(0) : Value(tax->percentage)},
               {"item_total", money(line.total, decimals)}};
}

/// One entry a tax, as it stands on the invoice: `Standard Rate (19%)`.
Value taxes(const Books& books, const Invoice& invoice, int decimals) {
    List list;
    for (const Tax& tax : books.taxes) {
        Decimal sum;
        bool used = false;
        for (const Line& line : invoice.lines) {
            if (line.tax_id != tax.id) continue;
            used = true;
            sum = plus(sum, line.tax);
        }
        if (!used) continue;
        list.push_back(Map{{"tax_id", Value(tax.id)},
                           {"tax_name", Value(tax.name + " (" + tax.percentage.normalized().to_string() + "%)")},
                           {"tax_amount", money(sum, decimals)}});
    }
    return list;
}

Value recipients(const Invoice& invoice, const Contact* customer) {
    List list;
    if (customer == nullptr) return list;
    for (const Person& person : customer->persons)
        for (const std::string& id : invoice.contact_person_ids)
            if (person.id == id)
                list.push_back(Map{{"contact_person_id", Value(person.id)},
                                   {"first_name", Value(person.text("first_name"))},
                                   {"last_name", Value(person.text("last_name"))},
                                   {"contact_person_email", Value(person.text("email"))}});
    return list;
}

/// What rows and details have in common.
Map common(const Books& books, const Invoice& invoice) {
    const Contact* customer = books.contacts.find(invoice.customer_id);
    const Currency& currency = *books.currency(invoice.currency_id);
    return Map{{"invoice_id", Value(invoice.id)},
               {"invoice_number", Value(invoice.number)},
               {"status", Value(shown_status(books, invoice))},
               {"date", Value(format_date(invoice.date))},
               {"due_date", Value(format_date(invoice.due_date))},
               {"reference_number", Value(invoice.reference)},
               {"customer_id", Value(invoice.customer_id)},
               {"customer_name", Value(customer == nullptr ? std::string() : customer->name)},
               {"currency_id", Value(currency.id)},
               {"currency_code", Value(currency.code)},
               {"exchange_rate", Value(invoice.exchange_rate)},
               {"total", money(invoice.total, currency.decimals)},
               {"balance", money(invoice.balance(), currency.decimals)},
               {"is_emailed", Value(invoice.emailed)},
               {"reminders_sent", Value(0)},
               {"created_time", Value(zoho_time(invoice.created))},
               {"last_modified_time", Value(zoho_time(invoice.modified))},
               {"custom_fields", custom_fields_value(books, "invoices", invoice.custom)}};
}

}  // namespace

namespace {

/// The latest date of the payments applied to it; empty: none is [OpenAPI, "list-invoices-response"].
std::string last_payment_date(const Books& books, const Invoice& invoice) {
    std::string latest;
    for (const std::string& id : books.payments.look_up(index_key("invoice_id", invoice.id)))
        latest = std::max(latest, format_date(books.payments.find(id)->date));
    return latest;
}

}  // namespace

Value invoice_row(const Books& books, const Invoice& invoice) {
    Map row = common(books, invoice);
    row.set("last_payment_date", Value(last_payment_date(books, invoice)));
    for (const auto& [name, value] : invoice.custom) {
        row.set(name, Value(value));
        row.set(name + "_unformatted", Value(value));
    }
    return row;
}

Value invoice_detail(const Books& books, const Invoice& invoice) {
    const Currency& currency = *books.currency(invoice.currency_id);
    const Contact* customer = books.contacts.find(invoice.customer_id);
    Map map = common(books, invoice);
    List lines, persons;
    for (const Line& line : invoice.lines) lines.push_back(line_value(books, line, currency.decimals));
    for (const std::string& id : invoice.contact_person_ids) persons.emplace_back(id);
    map.set("payment_terms", Value(invoice.payment_terms));
    map.set("payment_terms_label", Value(invoice.payment_terms_label));
    map.set("currency_symbol", Value(currency.symbol));
    map.set("contact_persons", Value(std::move(persons)));
    map.set("contact_persons_associated", recipients(invoice, customer));
    map.set("line_items", Value(std::move(lines)));
    map.set("discount", invoice.discount.is_null() ? Value(0) : invoice.discount);
    map.set("discount_type", Value(invoice.discount_type));
    map.set("discount_total", money(invoice.discount_total, currency.decimals));
    map.set("shipping_charge", money(invoice.shipping_charge, currency.decimals));
    map.set("adjustment", money(invoice.adjustment, currency.decimals));
    map.set("sub_total", money(invoice.sub_total, currency.decimals));
    map.set("tax_total", money(invoice.tax_total, currency.decimals));
    map.set("taxes", taxes(books, invoice, currency.decimals));
    map.set("payment_made", money(invoice.paid, currency.decimals));
    map.set("credits_applied", money(invoice.credited, currency.decimals));
    map.set("write_off_amount", money(invoice.written_off, currency.decimals));
    map.set("price_precision", Value(currency.decimals));
    map.set("can_send_in_mail", Value(invoice.status != "void"));
    map.set("custom_field_hash", custom_field_hash(invoice.custom));
    map.set("billing_address", customer == nullptr ? Value(Map{}) : Value(customer->billing_address));
    for (const auto& [name, value] : invoice.other) map.set(name, value);
    return map;
}

std::string invoice_field(const Books& books, const Invoice& invoice, std::string_view field) {
    if (field == "invoice_number") return invoice.number;
    if (field == "reference_number") return invoice.reference;
    if (field == "customer_id") return invoice.customer_id;
    if (field == "date") return format_date(invoice.date);
    if (field == "due_date") return format_date(invoice.due_date);
    if (field == "total") return invoice.total.normalized().to_string();
    if (field == "balance") return invoice.balance().normalized().to_string();
    const Contact* customer = books.contacts.find(invoice.customer_id);
    if (field == "customer_name") return customer == nullptr ? "" : customer->name;
    if (field == "email") return customer == nullptr || customer->primary() == nullptr ? "" : customer->primary()->text("email");
    if (field == "item_name" || field == "item_description") {
        std::string all;
        for (const Line& line : invoice.lines) all += (field == "item_name" ? line.name : line.description) + "\n";
        return all;
    }
    for (const auto& [name, value] : invoice.custom)
        if (name == field || field == "custom_field") return value;
    return text_of(invoice.other, field);
}

}  // namespace lockstep::sandbox::zoho
