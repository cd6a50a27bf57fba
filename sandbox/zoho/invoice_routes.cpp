#include <algorithm>
#include <array>
#include <cstdio>

#include "sandbox/zoho/api.h"
#include "sandbox/zoho/contacts.h"
#include "sandbox/zoho/invoices.h"
#include "sandbox/zoho/listing.h"
#include "sandbox/zoho/settlement.h"
#include "sandbox/zoho/text.h"
#include "sandbox/zoho/webhook.h"

namespace lockstep::sandbox::zoho {

namespace {

constexpr std::string_view filter_fields =
    "invoice_number reference_number customer_id customer_name email item_name item_description total balance custom_field "
    "zcrm_potential_id date due_date";

Unexpected no_invoice() { return refuse(not_found, "Invoice does not exist."); }

std::string next_number(Books& books) {
    char text[32];
    do std::snprintf(text, sizeof text, "INV-%06lld", static_cast<long long>(books.next_invoice_number++));
    while (!books.invoices.look_up(index_key("invoice_number", text)).empty());
    return text;
}

/// Recipients of `send=true`: the associated contact persons that have an address.
std::vector<std::string> addresses_of(const Books& books, const Invoice& invoice) {
    std::vector<std::string> addresses;
    for (const Person& person : books.contacts.find(invoice.customer_id)->persons) {
        const auto& chosen = invoice.contact_person_ids;
        const bool is_chosen = std::find(chosen.begin(), chosen.end(), person.id) != chosen.end();
        if (is_chosen && !person.text("email").empty()) addresses.push_back(person.text("email"));
    }
    return addresses;
}

Result<net::Response> create_with(Books& books, const Call& call, const Map& body) {
    Invoice invoice;
    const bool own_number = net::parameter(call.parameters, "ignore_auto_number_generation") == "true";
    if (own_number && text_of(body, "invoice_number").empty()) return invalid("invoice_number");
    if (!own_number && body.contains("invoice_number"))
        return refuse(invalid_value, "Auto numbering is on: invoice_number needs ignore_auto_number_generation=true");
    LS_TRY(apply_invoice(books, invoice, body, true));
    const bool send = net::parameter(call.parameters, "send") == "true";
    // What Zoho does with send=true and no address is not documented; here nothing is made.
    if (send && addresses_of(books, invoice).empty())
        return refuse(invalid_value, "The customer has no contact person with an email address");
    invoice.id = books.make_id();
    if (invoice.number.empty()) invoice.number = next_number(books);
    books.reserve_number(invoice.number);
    invoice.created = invoice.modified;
    const Currency& currency = *books.currency(invoice.currency_id);
    add_comment(books, invoice, "Invoice created for " + currency.code + money(invoice.total, currency.decimals).text(), "system");
    if (send) mail_invoice(books, invoice, Email{.subject = "Invoice - " + invoice.number, .to = addresses_of(books, invoice)});
    const std::string id = invoice.id;
    keep(books, std::move(invoice), "created");
    return reply(201, "The invoice has been created.", "invoice", invoice_detail(books, *books.invoices.find(id)));
}

Result<net::Response> update_with(Books& books, const std::string& id, const Map& body) {
    const Invoice* known = books.invoices.find(id);
    if (known == nullptr) return no_invoice();
    if (known->status == "void") return refuse(invalid_value, "A void invoice cannot be edited");
    Invoice invoice = *known;
    LS_TRY(apply_invoice(books, invoice, body, true));
    if (invoice.balance().is_negative()) return refuse(invalid_value, "The total cannot be less than the payments received");
    add_comment(books, invoice, "Invoice updated", "system");
    settle(books, invoice);
    keep(books, std::move(invoice), "edited");
    return reply(200, "Invoice information has been updated.", "invoice", invoice_detail(books, *books.invoices.find(id)));
}

Result<net::Response> create(Books& books, const Call& call) {
    LS_TRY_ASSIGN(Map body, read_body(*call.request));
    return create_with(books, call, body);
}

Result<net::Response> update(Books& books, const Call& call) {
    LS_TRY_ASSIGN(Map body, read_body(*call.request));
    return update_with(books, call.ids[0], body);
}

/// `PUT /invoices`. On a match the invoice is overwritten, whatever its status [zoho-books, section 5].
Result<net::Response> update_by_key(Books& books, const Call& call) {
    LS_TRY_ASSIGN(UniqueKey unique, read_unique_key(books, *call.request, "invoices"));
    LS_TRY_ASSIGN(Map body, read_body(*call.request));
    const auto& ids = books.invoices.look_up(index_key(unique.field, unique.value));
    if (!ids.empty()) return update_with(books, std::string(*ids.begin()), body);
    if (!unique.upsert) return no_invoice();
    Value& fields = body["custom_fields"];
    if (!fields.is_list()) fields = List{};
    fields.mutable_list().push_back(Map{{"api_name", Value(unique.field)}, {"value", Value(unique.value)}});
    return create_with(books, call, body);
}

Result<net::Response> get(Books& books, const Call& call) {
    const Invoice* invoice = books.invoices.find(call.ids[0]);
    if (invoice == nullptr) return no_invoice();
    return reply(200, "success", "invoice", invoice_detail(books, *invoice));
}

Result<net::Response> remove(Books& books, const Call& call) {
    const Invoice* invoice = books.invoices.find(call.ids[0]);
    if (invoice == nullptr) return no_invoice();
    if (!invoice->paid.is_zero())
        return refuse(has_payments, "Payments have been recorded for these invoices.Hence they cannot be deleted");
    if (!invoice->credited.is_zero()) return refuse(has_credits, "This invoice has credits applied to it. Hence, it cannot be deleted");
    announce(books, *invoice, "deleted");
    books.invoices.erase(call.ids[0]);
    return reply(200, "The invoice has been deleted.");
}

/// `status=unpaid` means everything that is open.
bool has_status(const std::string& shown, std::string wanted) {
    if (wanted.starts_with("Status.")) wanted = wanted.substr(7);
    wanted = lower(wanted);
    if (wanted.empty() || wanted == "all") return true;
    if (wanted == "unpaid") return shown == "sent" || shown == "overdue" || shown == "partially_paid" || shown == "viewed";
    return shown == wanted || (wanted == "partiallypaid" && shown == "partially_paid");
}

struct DateBound {
    std::string_view parameter;
    bool due;
    int sign;  ///< -1: the invoice's date must not be later, 1: not earlier
    bool inclusive;
};
constexpr std::array<DateBound, 8> date_bounds = {{
    {"date_start", false, 1, true},
    {"date_end", false, -1, true},
    {"date_after", false, 1, false},
    {"date_before", false, -1, false},
    {"due_date_start", true, 1, true},
    {"due_date_end", true, -1, true},
    {"due_date_after", true, 1, false},
    {"due_date_before", true, -1, false},
}};

Result<bool> in_dates(const Invoice& invoice, const net::Parameters& parameters) {
    for (const DateBound& bound : date_bounds) {
        auto text = net::parameter(parameters, bound.parameter);
        if (!text) continue;
        auto limit = parse_date(*text);
        if (!limit) return invalid(bound.parameter);
        const Date date = bound.due ? invoice.due_date : invoice.date;
        const bool fine = date == *limit ? bound.inclusive : (date > *limit) == (bound.sign > 0);
        if (!fine) return false;
    }
    return true;
}

const Shelf<Invoice>::Ids* narrowed(const Books& books, const ListQuery& query) {
    for (const Filter& filter : query.filters) {
        if (filter.kind != Filter::Kind::equal) continue;
        if (filter.field.starts_with("cf_") || is_listed("reference_number invoice_number customer_id", filter.field))
            return &books.invoices.look_up(index_key(filter.field, filter.value));
    }
    return nullptr;
}

std::function<bool(const Invoice&, const Invoice&)> order_of(const Books& books, const std::string& column) {
    if (is_listed("customer_name invoice_number date due_date", column))
        return [&books, column](const Invoice& a, const Invoice& b) {
            return invoice_field(books, a, column) < invoice_field(books, b, column);
        };
    if (column == "total") return [](const Invoice& a, const Invoice& b) { return a.total < b.total; };
    if (column == "balance") return [](const Invoice& a, const Invoice& b) { return a.balance() < b.balance(); };
    return {};
}

/// What a list call asks for besides its plain filters.
struct Wanted {
    std::string status, search;
    std::optional<Timestamp> modified_since;
};

Result<Wanted> read_wanted(const net::Parameters& parameters) {
    Wanted wanted{.status = net::parameter(parameters, "status").value_or(net::parameter(parameters, "filter_by").value_or("")),
                  .search = net::parameter(parameters, "search_text").value_or("")};
    if (auto text = net::parameter(parameters, "last_modified_time")) {
        auto time = parse_timestamp(*text);
        if (!time) return invalid("last_modified_time");
        wanted.modified_since = *time;
    }
    return wanted;
}

Result<bool> fits_call(const Books& books, const Invoice& invoice, const Call& call, const ListQuery& query, const Wanted& wanted) {
    const bool fitting = std::all_of(query.filters.begin(), query.filters.end(),
                                     [&](const Filter& filter) { return fits(filter, invoice_field(books, invoice, filter.field)); });
    if (!fitting) return false;
    // Times are shown to the second, so they are compared to the second.
    if (wanted.modified_since && invoice.modified.seconds < wanted.modified_since->seconds) return false;
    const bool searched = wanted.search.empty() || contains_ignoring_case(invoice.number + "\n" + invoice.reference + "\n" +
                                                                              invoice_field(books, invoice, "customer_name"),
                                                                          wanted.search);
    LS_TRY_ASSIGN(bool dated, in_dates(invoice, call.parameters));
    return searched && dated && has_status(shown_status(books, invoice), wanted.status);
}

Result<net::Response> list(Books& books, const Call& call) {
    LS_TRY_ASSIGN(ListQuery query, read_list_query(call.parameters, filter_fields));
    LS_TRY_ASSIGN(Wanted wanted, read_wanted(call.parameters));
    Listing<Invoice> listing{.ids = narrowed(books, query),
                             .before = order_of(books, query.sort_column),
                             .row = [&](const Invoice& invoice) { return invoice_row(books, invoice); }};
    const bool dated = std::any_of(date_bounds.begin(), date_bounds.end(),
                                   [&](const DateBound& bound) { return net::parameter(call.parameters, bound.parameter).has_value(); });
    if (!query.filters.empty() || !wanted.status.empty() || !wanted.search.empty() || wanted.modified_since || dated)
        listing.fits = [&](const Invoice& invoice) { return fits_call(books, invoice, call, query, wanted); };
    return list_shelf(query, books.invoices, listing, books.rows_visited, "invoices", "Invoices");
}

Result<net::Response> set_status(Books& books, const std::string& id, const std::string& status, const char* message, const char* comment) {
    const Invoice* known = books.invoices.find(id);
    if (known == nullptr) return no_invoice();
    Invoice invoice = *known;
    invoice.status = status;
    if (status == "void") invoice.written_off = Decimal();
    invoice.modified = books.now();
    add_comment(books, invoice, comment, "system");
    settle(books, invoice);
    keep(books, std::move(invoice), "edited");
    return reply(200, message);
}

Result<net::Response> mark_sent(Books& books, const Call& call) {
    const Invoice* known = books.invoices.find(call.ids[0]);
    if (known != nullptr && known->status != "draft") return refuse(invalid_value, "Only drafts can be marked as sent");
    return set_status(books, call.ids[0], "sent", "Invoice status has been changed to Sent.", "Invoice marked as sent");
}

/// Payments and credits go back to the customer [OpenAPI, "Void an invoice"].
Result<net::Response> mark_void(Books& books, const Call& call) {
    const Invoice* known = books.invoices.find(call.ids[0]);
    if (known != nullptr) release(books, known->id);
    return set_status(books, call.ids[0], "void", "Invoice status has been changed to Void.", "Invoice marked as void");
}

Result<net::Response> mark_draft(Books& books, const Call& call) {
    const Invoice* known = books.invoices.find(call.ids[0]);
    if (known != nullptr && known->status != "void") return refuse(invalid_value, "Only void invoices can be marked as draft");
    return set_status(books, call.ids[0], "draft", "Status of invoice changed from void to draft.", "Invoice marked as draft");
}

Result<std::vector<std::string>> read_addresses(const Map& body, std::string_view field) {
    std::vector<std::string> addresses;
    const Value* list = body.find(field);
    if (list == nullptr) return addresses;
    if (!list->is_list()) return invalid(field);
    for (const Value& entry : list->as_list()) {
        if (!entry.is_string() || !looks_like_email(entry.as_string())) return invalid(field);
        addresses.push_back(entry.as_string());
    }
    return addresses;
}

Result<net::Response> email(Books& books, const Call& call) {
    LS_TRY_ASSIGN(Map body, read_body(*call.request));
    LS_TRY(check_fields(body,
                        "to_mail_ids cc_mail_ids bcc_mail_ids subject body send_from_org_email_id from_address_id send_customer_statement "
                        "send_attachment"));
    const Invoice* known = books.invoices.find(call.ids[0]);
    if (known == nullptr) return no_invoice();
    if (known->status == "void") return refuse(invalid_value, "A void invoice cannot be sent");
    Email mail{.subject = text_of(body, "subject"), .body = text_of(body, "body")};
    LS_TRY_ASSIGN(mail.to, read_addresses(body, "to_mail_ids"));
    LS_TRY_ASSIGN(mail.cc, read_addresses(body, "cc_mail_ids"));
    if (mail.to.empty()) return invalid("to_mail_ids");
    LS_TRY(check_length("subject", mail.subject, 1000));
    Invoice invoice = *known;
    mail_invoice(books, invoice, std::move(mail));
    keep(books, std::move(invoice), "edited");
    return reply(200, "Your invoice has been sent.");
}

Result<net::Response> email_template(Books& books, const Call& call) {
    const Invoice* invoice = books.invoices.find(call.ids[0]);
    if (invoice == nullptr) return no_invoice();
    List contacts;
    for (const Person& person : books.contacts.find(invoice->customer_id)->persons)
        contacts.push_back(Map{{"contact_person_id", Value(person.id)},
                               {"first_name", Value(person.text("first_name"))},
                               {"email", Value(person.text("email"))},
                               {"selected", Value(person.primary)}});
    Map data{{"subject", Value("Invoice - " + invoice->number)},
             {"body", Value("Dear customer, your invoice is attached.")},
             {"to_contacts", Value(std::move(contacts))},
             {"file_name", Value(invoice->number + ".pdf")}};
    return reply(200, "success", "data", Value(std::move(data)));
}

Result<net::Response> comments(Books& books, const Call& call) {
    const Invoice* invoice = books.invoices.find(call.ids[0]);
    if (invoice == nullptr) return no_invoice();
    List list;
    for (auto comment = invoice->comments.rbegin(); comment != invoice->comments.rend(); ++comment)
        list.push_back(Map{{"comment_id", Value(comment->id)},
                           {"invoice_id", Value(invoice->id)},
                           {"description", Value(comment->description)},
                           {"commented_by", Value("Integration")},
                           {"comment_type", Value(comment->type)},
                           {"date", Value(zoho_time(comment->time).substr(0, 10))},
                           {"time", Value(zoho_time(comment->time).substr(11, 5))},
                           {"transaction_id", Value(invoice->id)},
                           {"transaction_type", Value("invoice")}});
    return reply(200, "success", "comments", Value(std::move(list)));
}

Result<net::Response> comment(Books& books, const Call& call) {
    LS_TRY_ASSIGN(Map body, read_body(*call.request));
    Invoice* invoice = books.invoices.find(call.ids[0]);
    if (invoice == nullptr) return no_invoice();
    if (text_of(body, "description").empty()) return invalid("description");
    add_comment(books, *invoice, text_of(body, "description"), "internal");
    return reply(201, "Comments added.");
}

constexpr Route routes[] = {
    {"POST", "invoices", create},
    {"GET", "invoices", list},
    {"PUT", "invoices", update_by_key},
    {"GET", "invoices/*", get},
    {"PUT", "invoices/*", update},
    {"DELETE", "invoices/*", remove},
    {"POST", "invoices/*/status/sent", mark_sent},
    {"POST", "invoices/*/status/void", mark_void},
    {"POST", "invoices/*/status/draft", mark_draft},
    {"GET", "invoices/*/email", email_template},
    {"POST", "invoices/*/email", email},
    {"GET", "invoices/*/comments", comments},
    {"POST", "invoices/*/comments", comment},
};

}  // namespace

std::span<const Route> invoice_routes() { return routes; }

Result<void> load_invoice(Books& books, const Value& record) {
    if (!record.is_map()) return invalid("invoice");
    const Map& body = record.as_map();
    Invoice invoice;
    invoice.id = text_of(body, "invoice_id");
    LS_TRY(apply_invoice(books, invoice, body, false));
    if (invoice.id.empty()) invoice.id = books.make_id();
    books.reserve_id(invoice.id);
    if (invoice.number.empty()) invoice.number = next_number(books);
    books.reserve_number(invoice.number);
    if (const std::string status = text_of(body, "status"); !status.empty()) invoice.status = status == "overdue" ? "sent" : status;
    invoice.emailed = text_of(body, "is_emailed") == "true";
    if (auto created = parse_timestamp(text_of(body, "created_time")))
        invoice.created = *created;
    else
        invoice.created = invoice.modified;
    books.put(std::move(invoice));
    return {};
}

}  // namespace lockstep::sandbox::zoho
