#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "net/http.h"
#include "value/decimal.h"
#include "value/value.h"

/// The kinds of records that the emulated Zoho Books organisation holds.
namespace lockstep::sandbox::zoho {

/// Values of custom fields by API name (`cf_…`).
using CustomValues = std::vector<std::pair<std::string, std::string>>;

struct CustomField {
    std::string entity;    ///< `contacts`, `invoices`
    std::string api_name;  ///< `cf_salesforce_id`
    std::string label;
    std::string id;
    bool unique = false;  ///< "no duplicates"
};

struct Currency {
    std::string id, code, name, symbol;
    int decimals = 2;
    Decimal rate = 1;  ///< of one unit in the organisation's own currency
};

struct Tax {
    std::string id, name, type = "tax";
    Decimal percentage;
};

struct Person {
    std::string id;
    std::map<std::string, std::string> texts;  ///< first_name, last_name, email, phone, mobile, …
    bool primary = false;

    std::string text(const std::string& field) const;
};

struct Contact {
    std::string id, name, company, type = "customer", sub_type = "business", status = "active", currency_id;
    std::int64_t payment_terms = 0;
    std::string payment_terms_label = "Due on Receipt";
    Map billing_address, shipping_address;
    std::vector<Person> persons;
    CustomValues custom;
    Map other;  ///< fields that are kept and given back: website, notes, language_code, …
    Timestamp created, modified;

    const Person* primary() const;
};

struct Line {
    std::string id, item_id, name, description, unit, tax_id;
    Decimal rate, quantity = 1;
    Value discount;  ///< as sent: an amount, or a text with `%`
    Decimal discount_amount, total, tax;
    std::int64_t order = 0;
};

struct Comment {
    std::string id, description, type;
    Timestamp time;
};

struct Invoice {
    std::string id, number, reference, customer_id, currency_id;
    std::string status = "draft";  ///< draft, sent, partially_paid, paid, void; overdue is derived
    Date date, due_date;
    std::int64_t payment_terms = 0;
    std::string payment_terms_label;
    Decimal exchange_rate = 1;
    std::vector<Line> lines;
    std::string discount_type = "item_level";
    Value discount;
    Decimal sub_total, discount_total, tax_total, shipping_charge, adjustment, total;
    Decimal paid, credited, written_off;  ///< what lowers the balance
    std::vector<std::string> contact_person_ids;
    CustomValues custom;
    Map other;  ///< notes, terms, custom_subject, …
    bool emailed = false;
    std::vector<Comment> comments;
    Timestamp created, modified;

    Decimal balance() const;
};

struct Email {
    std::string id, invoice_id, invoice_number, subject, body;
    std::vector<std::string> to, cc;
    Timestamp time;
};

struct Item {
    std::string id, name, sku, unit, description;
    Decimal rate;
};

/// A part of a payment or of a credit note that settles an invoice.
struct AppliedAmount {
    std::string id;  ///< `invoice_payment_id`, `creditnotes_invoice_id`
    std::string invoice_id;
    Decimal amount, tax_withheld;
};

struct Refund {
    std::string id, mode, reference, description, from_account_id;
    Decimal amount, exchange_rate = 1;
    Date date;
};

struct Payment {
    std::string id, number, customer_id, mode, reference, description, currency_id, account_id;
    Decimal amount, bank_charges, exchange_rate = 1;
    Date date;
    std::vector<AppliedAmount> invoices;
    std::vector<Refund> refunds;
    CustomValues custom;
    Timestamp created, modified;

    Decimal applied() const;
    Decimal refunded() const;
    /// What is neither applied nor refunded: the customer's excess payment.
    Decimal unused() const;
};

struct CreditNote {
    std::string id, number, customer_id, currency_id;
    Decimal total;
    Date date;
    std::vector<AppliedAmount> invoices;
    Timestamp created;

    Decimal balance() const;
};

/// A webhook with the workflow rule that it is attached to.
struct Webhook {
    std::string id, name, description, entity, method = "POST", url, body_type, raw_data, secret;
    net::Parameters headers, query, form;
    std::vector<std::string> events;  ///< created, edited, deleted; none: all
    bool active = true;
};

/// What a webhook has sent or is about to send.
struct Delivery {
    std::string id, webhook_id, entity, event, record_id;
    net::Request request;
    Timestamp created;
    bool sent = false;
    int status = 0;  ///< 0: no answer
    std::string answer, error;
};

/// Sums and differences of amounts; `decimal_of` bounds what is read, so that they fit.
Decimal plus(const Decimal& a, const Decimal& b);
Decimal minus(const Decimal& a, const Decimal& b);

}  // namespace lockstep::sandbox::zoho
