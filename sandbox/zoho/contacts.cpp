#include "sandbox/zoho/contacts.h"

#include <algorithm>
#include <array>

#include "sandbox/zoho/text.h"

namespace lockstep::sandbox::zoho {

namespace {

struct TextField {
    std::string_view name;
    std::size_t length_max;
};
/// [zoho-books, section 4]
constexpr std::array<TextField, 9> address_fields = {{
    {"attention", 100},
    {"address", 500},
    {"street2", 255},
    {"city", 100},
    {"state", 100},
    {"zip", 50},
    {"country", 100},
    {"phone", 50},
    {"fax", 50},
}};
constexpr std::array<TextField, 9> person_fields = {{
    {"salutation", 25},
    {"first_name", 100},
    {"last_name", 100},
    {"email", 100},
    {"phone", 50},
    {"mobile", 50},
    {"designation", 50},
    {"department", 50},
    {"skype", 50},
}};
/// Fields of the OpenAPI's create and update requests; those that are only kept and given back.
constexpr std::string_view kept_fields =
    "website language_code credit_limit pricebook_id contact_number notes is_portal_enabled owner_id legal_name country_code "
    "vat_treatment tax_treatment tax_regime vat_reg_no tax_reg_no gst_no gst_treatment place_of_contact is_taxable tax_id "
    "facebook twitter zcrm_account_id zcrm_contact_id tags";
constexpr std::string_view known_fields =
    "contact_name company_name contact_type customer_sub_type currency_id payment_terms payment_terms_label billing_address "
    "shipping_address contact_persons custom_fields default_templates opening_balances ignore_auto_number_generation "
    "is_tds_registered tax_exemption_certificate_number tax_authority_name avatax_exempt_no avatax_use_code tax_exemption_id "
    "tax_exemption_code tax_authority_id tds_tax_id track_1099 tax_id_type tax_id_value";
/// What only answers have; loaded records may carry it.
constexpr std::string_view answer_fields =
    "contact_id status created_time last_modified_time currency_code primary_contact_id custom_field_hash email phone first_name "
    "last_name outstanding_receivable_amount unused_credits_receivable_amount currency_symbol mobile has_transaction";

Result<void> apply_address(Map& address, const Value& sent, std::string_view name) {
    if (!sent.is_map()) return invalid(name);
    for (const auto& [field, value] : sent.as_map()) {
        auto known = std::find_if(address_fields.begin(), address_fields.end(), [&](const TextField& f) { return f.name == field; });
        if (known == address_fields.end()) {
            if (field == "state_code" || field == "address_id" || field == "country_code") continue;
            return refuse(unknown_field, "Extra parameter found: " + field);
        }
        LS_TRY(check_length(field, value.text(), known->length_max));
        address.set(field, Value(value.text()));
    }
    return {};
}

Result<void> apply_persons(Books& books, Contact& contact, const Value& sent) {
    if (!sent.is_list()) return invalid("contact_persons");
    std::vector<Person> persons;
    for (const Value& entry : sent.as_list()) {
        if (!entry.is_map()) return invalid("contact_persons");
        Person person;
        const std::string id = entry["contact_person_id"].text();
        for (const Person& known : contact.persons)
            if (!id.empty() && known.id == id) person = known;
        LS_TRY(apply_person(books, person, entry.as_map()));
        persons.push_back(std::move(person));
    }
    const bool has_primary = std::any_of(persons.begin(), persons.end(), [](const Person& p) { return p.primary; });
    if (!has_primary && !persons.empty()) persons.front().primary = true;
    contact.persons = std::move(persons);
    return {};
}

Result<void> apply_name(Books& books, Contact& contact, const Map& body, bool strict) {
    if (!body.contains("contact_name")) return contact.name.empty() ? invalid("contact_name") : Result<void>();
    const std::string name = text_of(body, "contact_name");
    if (name.empty()) return invalid("contact_name");
    LS_TRY(check_length("contact_name", name, 200));
    for (const std::string& id : books.contacts.look_up(index_key("contact_name", lower(name)))) {
        const bool same = id != contact.id && books.contacts.find(id)->name == name;
        if (strict && same) return refuse(contact_exists, "The customer \"" + name + "\" already exists. Please specify a different name.");
    }
    contact.name = name;
    return {};
}

Result<void> apply_choice(std::string& target, const Map& body, std::string_view field, std::string_view allowed) {
    if (!body.contains(field)) return {};
    if (!is_listed(allowed, text_of(body, field))) return invalid(field);
    target = text_of(body, field);
    return {};
}

Result<void> apply_currency(Books& books, Contact& contact, const Map& body) {
    std::string id = text_of(body, "currency_id");
    if (id.empty()) {
        const Currency* by_code = books.currency_of_code(text_of(body, "currency_code"));
        if (by_code != nullptr) id = by_code->id;
    }
    if (id.empty()) {
        if (contact.currency_id.empty()) contact.currency_id = books.base_currency().id;
        return {};
    }
    if (books.currency(id) == nullptr) return invalid("currency_id");
    contact.currency_id = id;
    return {};
}

Result<void> apply_terms(Contact& contact, const Map& body) {
    if (const Value* days = body.find("payment_terms")) {
        if (days->kind() != Value::Kind::integer || days->as_int() < 0) return invalid("payment_terms");
        contact.payment_terms = days->as_int();
        contact.payment_terms_label = contact.payment_terms == 0 ? "Due on Receipt" : "Net " + std::to_string(contact.payment_terms);
    }
    if (body.contains("payment_terms_label")) {
        LS_TRY(check_length("payment_terms_label", text_of(body, "payment_terms_label"), 100));
        contact.payment_terms_label = text_of(body, "payment_terms_label");
    }
    return {};
}

Decimal outstanding(const Books& books, const Contact& contact) {
    Decimal sum(0);
    for (const std::string& id : books.invoices.look_up(index_key("customer_id", contact.id))) {
        const Invoice& invoice = *books.invoices.find(id);
        if (invoice.status == "draft") continue;
        if (auto next = sum.plus(invoice.balance())) sum = *next;
    }
    return sum;
}

/// Excess payments and open credit notes.
Decimal unused_credits(const Books& books, const Contact& contact) {
    Decimal sum;
    const std::string key = index_key("customer_id", contact.id);
    for (const std::string& id : books.payments.look_up(key)) sum = plus(sum, books.payments.find(id)->unused());
    for (const std::string& id : books.credit_notes.look_up(key)) sum = plus(sum, books.credit_notes.find(id)->balance());
    return sum;
}

}  // namespace

Result<void> apply_person(Books& books, Person& person, const Map& body) {
    for (const auto& [field, value] : body) {
        auto known = std::find_if(person_fields.begin(), person_fields.end(), [&](const TextField& f) { return f.name == field; });
        if (known != person_fields.end()) {
            LS_TRY(check_length(field, value.text(), known->length_max));
            if (field == "email" && !value.text().empty() && !looks_like_email(value.text())) return invalid("email");
            person.texts[field] = value.text();
        } else if (field == "is_primary_contact") {
            person.primary = value.kind() == Value::Kind::boolean ? value.as_bool() : value.text() == "true";
        } else if (!is_listed("contact_id contact_person_id enable_portal communication_preference is_added_in_portal", field)) {
            return refuse(unknown_field, "Extra parameter found: " + field);
        }
    }
    if (person.id.empty()) person.id = text_of(body, "contact_person_id").empty() ? books.make_id() : text_of(body, "contact_person_id");
    return {};
}

Result<void> apply_contact(Books& books, Contact& contact, const Map& body, bool strict) {
    std::string known = std::string(known_fields) + " " + std::string(kept_fields);
    if (!strict) known += " " + std::string(answer_fields);
    for (const auto& [name, value] : body)
        if (!is_listed(known, name) && (strict || !name.starts_with("cf_"))) return refuse(unknown_field, "Extra parameter found: " + name);
    LS_TRY(apply_name(books, contact, body, strict));
    if (body.contains("company_name")) {
        LS_TRY(check_length("company_name", text_of(body, "company_name"), 200));
        contact.company = text_of(body, "company_name");
    }
    LS_TRY(apply_choice(contact.type, body, "contact_type", "customer vendor"));
    LS_TRY(apply_choice(contact.sub_type, body, "customer_sub_type", "individual business"));
    LS_TRY(apply_currency(books, contact, body));
    LS_TRY(apply_terms(contact, body));
    if (const Value* address = body.find("billing_address")) LS_TRY(apply_address(contact.billing_address, *address, "billing_address"));
    if (const Value* address = body.find("shipping_address")) LS_TRY(apply_address(contact.shipping_address, *address, "shipping_address"));
    if (const Value* persons = body.find("contact_persons")) LS_TRY(apply_persons(books, contact, *persons));
    if (const Value* fields = body.find("custom_fields")) LS_TRY(apply_custom_fields(books, "contacts", contact.custom, *fields));
    if (strict) LS_TRY(check_unique(books, "contacts", contact.custom, contact.id));
    for (const auto& [name, value] : body)
        if (is_listed(kept_fields, name)) contact.other.set(name, value);
    contact.modified = books.now();
    return {};
}

Value person_value(const Contact& contact, const Person& person) {
    Map map{{"contact_person_id", Value(person.id)}};
    for (const TextField& field : person_fields) map.set(std::string(field.name), Value(person.text(std::string(field.name))));
    map.set("is_primary_contact", Value(person.primary));
    map.set("contact_id", Value(contact.id));
    return map;
}

Value contact_row(const Books& books, const Contact& contact) {
    const Person* primary = contact.primary();
    auto of_primary = [&](const char* field) { return Value(primary == nullptr ? std::string() : primary->text(field)); };
    const Currency* currency = books.currency(contact.currency_id);
    Map row{{"contact_id", Value(contact.id)},
            {"contact_name", Value(contact.name)},
            {"customer_name", Value(contact.name)},
            {"company_name", Value(contact.company)},
            {"contact_type", Value(contact.type)},
            {"customer_sub_type", Value(contact.sub_type)},
            {"status", Value(contact.status)},
            {"payment_terms", Value(contact.payment_terms)},
            {"payment_terms_label", Value(contact.payment_terms_label)},
            {"currency_id", Value(contact.currency_id)},
            {"currency_code", Value(currency->code)},
            {"outstanding_receivable_amount", Value(outstanding(books, contact))},
            {"unused_credits_receivable_amount", Value(unused_credits(books, contact))},
            {"first_name", of_primary("first_name")},
            {"last_name", of_primary("last_name")},
            {"email", of_primary("email")},
            {"phone", of_primary("phone")},
            {"mobile", of_primary("mobile")},
            {"created_time", Value(zoho_time(contact.created))},
            {"last_modified_time", Value(zoho_time(contact.modified))}};
    for (const auto& [name, value] : contact.custom) {
        row.set(name, Value(value));
        row.set(name + "_unformatted", Value(value));
    }
    return row;
}

Value contact_detail(const Books& books, const Contact& contact) {
    const Person* primary = contact.primary();
    const Currency* currency = books.currency(contact.currency_id);
    List persons;
    for (const Person& person : contact.persons) persons.push_back(person_value(contact, person));
    Map map{{"contact_id", Value(contact.id)},
            {"contact_name", Value(contact.name)},
            {"company_name", Value(contact.company)},
            {"has_transaction", Value(!books.invoices.look_up(index_key("customer_id", contact.id)).empty())},
            {"contact_type", Value(contact.type)},
            {"customer_sub_type", Value(contact.sub_type)},
            {"primary_contact_id", Value(primary == nullptr ? "" : primary->id)},
            {"email", Value(primary == nullptr ? std::string() : primary->text("email"))},
            {"payment_terms", Value(contact.payment_terms)},
            {"payment_terms_label", Value(contact.payment_terms_label)},
            {"currency_id", Value(contact.currency_id)},
            {"currency_code", Value(currency->code)},
            {"currency_symbol", Value(currency->symbol)},
            {"outstanding_receivable_amount", Value(outstanding(books, contact))},
            {"unused_credits_receivable_amount", Value(unused_credits(books, contact))},
            {"status", Value(contact.status)},
            {"custom_fields", custom_fields_value(books, "contacts", contact.custom)},
            {"custom_field_hash", custom_field_hash(contact.custom)},
            {"billing_address", Value(contact.billing_address)},
            {"shipping_address", Value(contact.shipping_address)},
            {"contact_persons", Value(std::move(persons))}};
    for (const auto& [name, value] : contact.other) map.set(name, value);
    map.set("created_time", Value(zoho_time(contact.created)));
    map.set("last_modified_time", Value(zoho_time(contact.modified)));
    return map;
}

std::string contact_field(const Contact& contact, std::string_view field) {
    const Person* primary = contact.primary();
    if (field == "contact_name") return contact.name;
    if (field == "company_name") return contact.company;
    if (field == "contact_type") return contact.type;
    if (is_listed("email first_name last_name phone", field)) return primary == nullptr ? "" : primary->text(std::string(field));
    if (field == "address") {
        std::string all;
        for (const auto& [name, value] : contact.billing_address) all += value.text() + "\n";
        return all;
    }
    for (const auto& [name, value] : contact.custom)
        if (name == field) return value;
    return text_of(contact.other, field);
}

}  // namespace lockstep::sandbox::zoho
