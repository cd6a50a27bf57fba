#include <algorithm>

#include "sandbox/zoho/api.h"
#include "sandbox/zoho/contacts.h"
#include "sandbox/zoho/listing.h"
#include "sandbox/zoho/text.h"

namespace lockstep::sandbox::zoho {

namespace {

constexpr std::string_view filter_fields =
    "contact_name company_name first_name last_name email phone address contact_type zcrm_account_id zcrm_contact_id";

Unexpected no_contact() { return refuse(not_found, "Contact does not exist."); }

Result<net::Response> create_with(Books& books, const Map& body) {
    Contact contact;
    LS_TRY(apply_contact(books, contact, body, true));
    contact.id = books.make_id();
    contact.created = contact.modified;
    const std::string id = contact.id;
    books.put(std::move(contact));
    return reply(201, "The contact has been added.", "contact", contact_detail(books, *books.contacts.find(id)));
}

Result<net::Response> update_with(Books& books, const std::string& id, const Map& body) {
    const Contact* known = books.contacts.find(id);
    if (known == nullptr) return no_contact();
    Contact contact = *known;
    LS_TRY(apply_contact(books, contact, body, true));
    const bool used = !books.invoices.look_up(index_key("customer_id", id)).empty();
    if (used && contact.currency_id != known->currency_id)
        return refuse(invalid_value, "Currency cannot be changed as there are transactions for this contact");
    books.put(std::move(contact));
    return reply(200, "Contact information has been saved.", "contact", contact_detail(books, *books.contacts.find(id)));
}

Result<net::Response> create(Books& books, const Call& call) {
    LS_TRY_ASSIGN(Map body, read_body(*call.request));
    return create_with(books, body);
}

Result<net::Response> update(Books& books, const Call& call) {
    LS_TRY_ASSIGN(Map body, read_body(*call.request));
    return update_with(books, call.ids[0], body);
}

/// `PUT /contacts`: the record whose unique custom field has the value is changed, or made if `X-Upsert` says so.
Result<net::Response> update_by_key(Books& books, const Call& call) {
    LS_TRY_ASSIGN(UniqueKey unique, read_unique_key(books, *call.request, "contacts"));
    LS_TRY_ASSIGN(Map body, read_body(*call.request));
    const auto& ids = books.contacts.look_up(index_key(unique.field, unique.value));
    if (!ids.empty()) return update_with(books, std::string(*ids.begin()), body);
    if (!unique.upsert) return no_contact();
    Value& fields = body["custom_fields"];
    if (!fields.is_list()) fields = List{};
    fields.mutable_list().push_back(Map{{"api_name", Value(unique.field)}, {"value", Value(unique.value)}});
    return create_with(books, body);
}

Result<net::Response> get(Books& books, const Call& call) {
    const Contact* contact = books.contacts.find(call.ids[0]);
    if (contact == nullptr) return no_contact();
    return reply(200, "success", "contact", contact_detail(books, *contact));
}

Result<net::Response> remove(Books& books, const Call& call) {
    if (books.contacts.find(call.ids[0]) == nullptr) return no_contact();
    const std::string key = index_key("customer_id", call.ids[0]);
    if (!books.invoices.look_up(key).empty() || !books.payments.look_up(key).empty() || !books.credit_notes.look_up(key).empty())
        return refuse(invalid_value, "The contact cannot be deleted as it has transactions");
    books.contacts.erase(call.ids[0]);
    return reply(200, "The customer has been deleted.");
}

Result<net::Response> set_status(Books& books, const std::string& id, const char* status, const char* message) {
    const Contact* known = books.contacts.find(id);
    if (known == nullptr) return no_contact();
    Contact contact = *known;
    contact.status = status;
    contact.modified = books.now();
    books.put(std::move(contact));
    return reply(200, message);
}
Result<net::Response> activate(Books& books, const Call& call) {
    return set_status(books, call.ids[0], "active", "The contact has been marked as active.");
}
Result<net::Response> deactivate(Books& books, const Call& call) {
    return set_status(books, call.ids[0], "inactive", "The contact has been marked as inactive.");
}

/// The ids that an index leaves; nullptr: all.
const Shelf<Contact>::Ids* narrowed(const Books& books, const ListQuery& query) {
    for (const Filter& filter : query.filters) {
        if (filter.kind != Filter::Kind::equal) continue;
        if (filter.field.starts_with("cf_")) return &books.contacts.look_up(index_key(filter.field, filter.value));
        if (is_listed("contact_name email", filter.field)) return &books.contacts.look_up(index_key(filter.field, lower(filter.value)));
    }
    return nullptr;
}

bool has_status(const Contact& contact, const std::string& filter_by) {
    if (filter_by == "Status.Active") return contact.status == "active";
    if (filter_by == "Status.Inactive") return contact.status == "inactive";
    return true;
}

Result<net::Response> list(Books& books, const Call& call) {
    LS_TRY_ASSIGN(ListQuery query, read_list_query(call.parameters, filter_fields));
    const std::string filter_by = net::parameter(call.parameters, "filter_by").value_or("");
    const std::string search = net::parameter(call.parameters, "search_text").value_or("");
    Listing<Contact> listing{.ids = narrowed(books, query), .row = [&](const Contact& contact) { return contact_row(books, contact); }};
    if (!query.filters.empty() || !search.empty() || !filter_by.empty())
        listing.fits = [&](const Contact& contact) -> Result<bool> {
            const bool fine = std::all_of(query.filters.begin(), query.filters.end(),
                                          [&](const Filter& filter) { return fits(filter, contact_field(contact, filter.field)); });
            const bool searched = search.empty() || contains_ignoring_case(contact.name, search) ||
                                  contains_ignoring_case(text_of(contact.other, "notes"), search);
            return fine && searched && has_status(contact, filter_by);
        };
    if (is_listed("contact_name first_name last_name email", query.sort_column))
        listing.before = [&](const Contact& a, const Contact& b) {
            return contact_field(a, query.sort_column) < contact_field(b, query.sort_column);
        };
    return list_shelf(query, books.contacts, listing, books.rows_visited, "contacts", "Contacts");
}

// ---- contact persons ----

const Contact* contact_of_person(const Books& books, const std::string& person_id) {
    const auto& ids = books.contacts.look_up(index_key("contact_person_id", person_id));
    return ids.empty() ? nullptr : books.contacts.find(*ids.begin());
}

Unexpected no_person() { return refuse(not_found, "Contact person does not exist."); }

void make_primary(Contact& contact, const std::string& id) {
    for (Person& person : contact.persons) person.primary = person.id == id;
}

Result<net::Response> create_person(Books& books, const Call& call) {
    LS_TRY_ASSIGN(Map body, read_body(*call.request));
    const Contact* known = books.contacts.find(text_of(body, "contact_id"));
    if (known == nullptr) return no_contact();
    if (text_of(body, "first_name").empty()) return invalid("first_name");
    Contact contact = *known;
    Person person;
    LS_TRY(apply_person(books, person, body));
    if (contact.persons.empty()) person.primary = true;
    contact.persons.push_back(person);
    if (person.primary) make_primary(contact, person.id);
    contact.modified = books.now();
    books.put(contact);
    return reply(201, "The contactperson has been Created", "contact_person", person_value(contact, person));
}

Result<net::Response> update_person(Books& books, const Call& call) {
    LS_TRY_ASSIGN(Map body, read_body(*call.request));
    const Contact* known = contact_of_person(books, call.ids[0]);
    if (known == nullptr) return no_person();
    Contact contact = *known;
    Person* person = &*std::find_if(contact.persons.begin(), contact.persons.end(), [&](const Person& p) { return p.id == call.ids[0]; });
    LS_TRY(apply_person(books, *person, body));
    const Value answer = person_value(contact, *person);
    contact.modified = books.now();
    books.put(std::move(contact));
    return reply(200, "The contactperson details has been updated.", "contact_person", answer);
}

Result<net::Response> set_primary(Books& books, const Call& call) {
    const Contact* known = contact_of_person(books, call.ids[0]);
    if (known == nullptr) return no_person();
    Contact contact = *known;
    make_primary(contact, call.ids[0]);
    books.put(std::move(contact));
    return reply(200, "This contact person has been marked as your primary contact person.");
}

Result<net::Response> remove_person(Books& books, const Call& call) {
    const Contact* known = contact_of_person(books, call.ids[0]);
    if (known == nullptr) return no_person();
    Contact contact = *known;
    std::erase_if(contact.persons, [&](const Person& person) { return person.id == call.ids[0]; });
    books.put(std::move(contact));
    return reply(200, "The contact person has been deleted.");
}

Result<net::Response> list_persons(Books& books, const Call& call) {
    const Contact* contact = books.contacts.find(call.ids[0]);
    if (contact == nullptr) return no_contact();
    LS_TRY_ASSIGN(ListQuery query, read_list_query(call.parameters, ""));
    List rows;
    for (const Person& person : contact->persons) rows.push_back(person_value(*contact, person));
    return list_rows(query, "contact_persons", rows, "Contact Persons");
}

constexpr Route routes[] = {
    {"POST", "contacts", create},
    {"GET", "contacts", list},
    {"PUT", "contacts", update_by_key},
    {"POST", "contacts/contactpersons", create_person},
    {"PUT", "contacts/contactpersons/*", update_person},
    {"DELETE", "contacts/contactpersons/*", remove_person},
    {"POST", "contacts/contactpersons/*/primary", set_primary},
    {"GET", "contacts/*", get},
    {"PUT", "contacts/*", update},
    {"DELETE", "contacts/*", remove},
    {"POST", "contacts/*/active", activate},
    {"POST", "contacts/*/inactive", deactivate},
    {"GET", "contacts/*/contactpersons", list_persons},
};

}  // namespace

std::span<const Route> contact_routes() { return routes; }

Result<UniqueKey> read_unique_key(const Books& books, const net::Request& request, std::string_view entity) {
    UniqueKey unique;
    unique.field = std::string(request.headers.get("X-Unique-Identifier-Key").value_or(""));
    unique.value = std::string(request.headers.get("X-Unique-Identifier-Value").value_or(""));
    unique.upsert = request.headers.get("X-Upsert").value_or("") == "true";
    const CustomField* field = books.custom_field(entity, unique.field);
    if (field == nullptr || !field->unique) return invalid("X-Unique-Identifier-Key");
    if (unique.value.empty()) return invalid("X-Unique-Identifier-Value");
    return unique;
}

Result<void> load_contact(Books& books, const Value& record) {
    if (!record.is_map()) return invalid("contact");
    Contact contact;
    contact.id = text_of(record.as_map(), "contact_id");
    LS_TRY(apply_contact(books, contact, record.as_map(), false));
    if (contact.id.empty()) contact.id = books.make_id();
    books.reserve_id(contact.id);
    if (const std::string status = text_of(record.as_map(), "status"); !status.empty()) contact.status = status;
    contact.created = contact.modified;
    books.put(std::move(contact));
    return {};
}

}  // namespace lockstep::sandbox::zoho
