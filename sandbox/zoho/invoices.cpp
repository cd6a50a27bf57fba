#include "sandbox/zoho/invoices.h"

#include <algorithm>
#include <set>

#include "sandbox/zoho/contacts.h"
#include "sandbox/zoho/settlement.h"
#include "sandbox/zoho/text.h"

namespace lockstep::sandbox::zoho {

namespace {

constexpr std::string_view kept_fields =
    "notes terms custom_subject custom_body salesperson_name template_id place_of_supply vat_treatment tax_treatment "
    "gst_treatment gst_no allow_partial_payments is_inclusive_tax is_discount_before_tax adjustment_description payment_options "
    "zcrm_potential_id location_id reason billing_address_id shipping_address_id is_reverse_charge_applied tags";
constexpr std::string_view known_fields =
    "customer_id currency_id contact_persons contact_persons_associated invoice_number reference_number date payment_terms "
    "payment_terms_label due_date discount discount_type exchange_rate custom_fields line_items shipping_charge adjustment "
    "recurring_invoice_id invoiced_estimate_id send tax_id tax_authority_id tax_exemption_id avatax_use_code avatax_exempt_no";
constexpr std::string_view answer_fields =
    "invoice_id status customer_name currency_code currency_symbol sub_total total balance tax_total payment_made is_emailed "
    "created_time last_modified_time custom_field_hash billing_address shipping_address taxes price_precision invoice_url "
    "credits_applied write_off_amount discount_total reminders_sent";
constexpr std::string_view line_fields =
    "line_item_id item_id name description item_order rate bcy_rate quantity unit discount discount_amount tax_id tax_name tax_type "
    "tax_percentage product_type project_id salesorder_item_id tags location_id item_total hsn_or_sac item_type line_item_category";

Result<void> apply_line_texts(Line& line, const Map& sent) {
    if (sent.contains("name")) line.name = text_of(sent, "name");
    if (sent.contains("description")) line.description = text_of(sent, "description");
    if (sent.contains("unit")) line.unit = text_of(sent, "unit");
    LS_TRY(check_length("name", line.name, 100));
    LS_TRY(check_length("description", line.description, 2000));
    LS_TRY(check_length("unit", line.unit, 100));
    if (line.name.empty() && line.item_id.empty()) return invalid("line_items: item_id or name");
    return {};
}

Result<Line> read_line(Books& books, const Value& entry, bool strict) {
    if (!entry.is_map()) return invalid("line_items");
    const Map& sent = entry.as_map();
    if (strict) LS_TRY(check_fields(sent, line_fields));
    Line line{.id = text_of(sent, "line_item_id"), .item_id = text_of(sent, "item_id")};
    if (!line.item_id.empty()) {
        const Item* item = books.items.find(line.item_id);
        if (item == nullptr) return refuse(not_found, "Item does not exist.");
        line.name = item->name;
        line.rate = item->rate;
        line.unit = item->unit;
    }
    LS_TRY(apply_line_texts(line, sent));
    if (sent.contains("rate")) {
        LS_TRY_ASSIGN(line.rate, decimal_of("rate", *sent.find("rate")));
    } else if (line.item_id.empty())
        return invalid("rate");
    if (sent.contains("quantity")) { LS_TRY_ASSIGN(line.quantity, decimal_of("quantity", *sent.find("quantity"))); }
    if (sent.contains("discount")) line.discount = *sent.find("discount");
    line.tax_id = text_of(sent, "tax_id");
    if (!line.tax_id.empty() && books.tax(line.tax_id) == nullptr) return invalid("tax_id");
    if (line.id.empty()) line.id = books.make_id();
    return line;
}

Result<void> apply_customer(Books& books, Invoice& invoice, const Map& body) {
    if (body.contains("customer_id")) {
        const bool changes = !invoice.customer_id.empty() && invoice.customer_id != text_of(body, "customer_id");
        if (changes && !invoice.paid.is_zero())
            return refuse(customer_fixed,
                          "The customer for this invoice cannot be changed because payments have been recorded for this invoice");
        invoice.customer_id = text_of(body, "customer_id");
    }
    const Contact* customer = books.contacts.find(invoice.customer_id);
    if (invoice.customer_id.empty()) return invalid("customer_id");
    if (customer == nullptr) return refuse(not_found, "Customer does not exist.");
    if (customer->type != "customer") return invalid("customer_id");
    if (customer->status != "active") return refuse(invalid_value, "The customer is inactive. Mark it as active to create transactions.");
    if (invoice.currency_id.empty()) invoice.currency_id = customer->currency_id;
    if (!body.contains("payment_terms") && invoice.payment_terms_label.empty()) {
        invoice.payment_terms = customer->payment_terms;
        invoice.payment_terms_label = customer->payment_terms_label;
    }
    return {};
}

Result<void> apply_currency(Books& books, Invoice& invoice, const Map& body) {
    std::string id = text_of(body, "currency_id");
    if (const Currency* by_code = books.currency_of_code(text_of(body, "currency_code")); id.empty() && by_code != nullptr)
        id = by_code->id;
    if (!id.empty()) {
        if (books.currency(id) == nullptr) return invalid("currency_id");
        invoice.currency_id = id;
    }
    if (invoice.id.empty() || !id.empty()) invoice.exchange_rate = books.currency(invoice.currency_id)->rate;
    if (body.contains("exchange_rate")) {
        LS_TRY_ASSIGN(invoice.exchange_rate, decimal_of("exchange_rate", *body.find("exchange_rate")));
        if (invoice.exchange_rate.is_zero() || invoice.exchange_rate.is_negative()) return invalid("exchange_rate");
    }
    return {};
}

Result<Date> read_date(const Map& body, std::string_view field) {
    auto date = parse_date(text_of(body, field));
    if (!date) return invalid(field);
    return *date;
}

Result<void> apply_dates(Books& books, Invoice& invoice, const Map& body) {
    if (const Value* days = body.find("payment_terms")) {
        if (days->kind() != Value::Kind::integer || days->as_int() < 0 || days->as_int() > 1000) return invalid("payment_terms");
        invoice.payment_terms = days->as_int();
        invoice.payment_terms_label = invoice.payment_terms == 0 ? "Due on Receipt" : "Net " + std::to_string(invoice.payment_terms);
    }
    if (body.contains("payment_terms_label")) {
        LS_TRY(check_length("payment_terms_label", text_of(body, "payment_terms_label"), 100));
        invoice.payment_terms_label = text_of(body, "payment_terms_label");
    }
    if (body.contains("date")) {
        LS_TRY_ASSIGN(invoice.date, read_date(body, "date"));
    } else if (invoice.date == Date{})
        invoice.date = books.today();
    if (body.contains("due_date")) {
        LS_TRY_ASSIGN(invoice.due_date, read_date(body, "due_date"));
    } else if (invoice.due_date == Date{} || body.contains("payment_terms"))
        invoice.due_date = add_days(invoice.date, static_cast<int>(invoice.payment_terms));
    if (invoice.due_date < invoice.date) return refuse(invalid_value, "Due date cannot be before the invoice date");
    return {};
}

Result<void> apply_lines(Books& books, Invoice& invoice, const Map& body, bool strict) {
    const Value* sent = body.find("line_items");
    if (sent == nullptr) return invoice.lines.empty() ? invalid("line_items") : Result<void>();
    if (!sent->is_list() || sent->as_list().empty()) return invalid("line_items");
    std::vector<Line> lines;
    for (const Value& entry : sent->as_list()) {
        LS_TRY_ASSIGN(Line line, read_line(books, entry, strict));
        line.order = static_cast<std::int64_t>(lines.size() + 1);
        lines.push_back(std::move(line));
    }
    invoice.lines = std::move(lines);
    return {};
}

Result<void> apply_recipients(Books& books, Invoice& invoice, const Map& body) {
    std::vector<std::string> ids;
    if (const Value* plain = body.find("contact_persons"); plain != nullptr && plain->is_list())
        for (const Value& id : plain->as_list()) ids.push_back(id.text());
    if (const Value* associated = body.find("contact_persons_associated"); associated != nullptr && associated->is_list())
        for (const Value& entry : associated->as_list()) ids.push_back(entry["contact_person_id"].text());
    const Contact& customer = *books.contacts.find(invoice.customer_id);
    for (const std::string& id : ids) {
        const bool known = std::any_of(customer.persons.begin(), customer.persons.end(), [&](const Person& p) { return p.id == id; });
        if (!known) return invalid("contact_persons");
    }
    if (!ids.empty()) invoice.contact_person_ids = std::move(ids);
    if (invoice.contact_person_ids.empty() && customer.primary() != nullptr) invoice.contact_person_ids = {customer.primary()->id};
    return {};
}

Result<void> apply_number(Books& books, Invoice& invoice, const Map& body) {
    if (!body.contains("invoice_number")) return {};
    const std::string number = text_of(body, "invoice_number");
    LS_TRY(check_length("invoice_number", number, 100));
    for (const std::string& id : books.invoices.look_up(index_key("invoice_number", number)))
        if (id != invoice.id) return refuse(number_used, "Invoice Number already exist");
    invoice.number = number;
    return {};
}

Result<void> apply_amounts(Invoice& invoice, const Map& body) {
    if (const Value* discount = body.find("discount")) invoice.discount = *discount;
    if (body.contains("discount_type")) {
        if (!is_listed("entity_level item_level", text_of(body, "discount_type"))) return invalid("discount_type");
        invoice.discount_type = text_of(body, "discount_type");
    } else if (const std::string text = invoice.discount.text(); text.find_first_of("123456789") != std::string::npos) {
        invoice.discount_type = "entity_level";
    }
    if (const Value* charge = body.find("shipping_charge")) {
        LS_TRY_ASSIGN(invoice.shipping_charge, decimal_of("shipping_charge", *charge));
    }
    if (const Value* amount = body.find("adjustment")) { LS_TRY_ASSIGN(invoice.adjustment, decimal_of("adjustment", *amount)); }
    return {};
}

}  // namespace

Result<void> apply_invoice(Books& books, Invoice& invoice, const Map& body, bool strict) {
    std::string known = std::string(known_fields) + " " + std::string(kept_fields);
    if (!strict) known += " " + std::string(answer_fields);
    LS_TRY(check_fields(body, known));
    LS_TRY(apply_customer(books, invoice, body));
    LS_TRY(apply_currency(books, invoice, body));
    LS_TRY(apply_number(books, invoice, body));
    if (body.contains("reference_number")) {
        LS_TRY(check_length("reference_number", text_of(body, "reference_number"), 100));
        invoice.reference = text_of(body, "reference_number");
    }
    LS_TRY(apply_dates(books, invoice, body));
    LS_TRY(apply_amounts(invoice, body));
    LS_TRY(apply_lines(books, invoice, body, strict));
    LS_TRY(apply_recipients(books, invoice, body));
    if (const Value* fields = body.find("custom_fields")) LS_TRY(apply_custom_fields(books, "invoices", invoice.custom, *fields));
    if (strict) LS_TRY(check_unique(books, "invoices", invoice.custom, invoice.id));
    for (const auto& [name, value] : body)
        if (is_listed(kept_fields, name)) invoice.other.set(name, value);
    LS_TRY(sum_up(books, invoice));
    invoice.modified = books.now();
    return {};
}

std::string shown_status(const Books& books, const Invoice& invoice) {
    const bool open = invoice.status == "sent" || invoice.status == "partially_paid";
    return open && invoice.due_date < books.today() ? "overdue" : invoice.status;
}

void add_comment(Books& books, Invoice& invoice, std::string text, std::string type) {
    invoice.comments.push_back({books.make_id(), std::move(text), std::move(type), books.now()});
}

void mail_invoice(Books& books, Invoice& invoice, Email email) {
    std::string recipients;
    for (const std::string& address : email.to) recipients += (recipients.empty() ? "" : ", ") + address;
    email.id = books.make_id();
    email.invoice_id = invoice.id;
    email.invoice_number = invoice.number;
    email.time = books.now();
    books.emails.push_back(std::move(email));
    if (invoice.status == "draft") invoice.status = "sent";
    invoice.emailed = true;
    invoice.modified = books.now();
    add_comment(books, invoice, "Invoice emailed to " + recipients, "system");
    settle(books, invoice);
}

}  // namespace lockstep::sandbox::zoho
