#pragma once

#include "sandbox/zoho/books.h"
#include "sandbox/zoho/reply.h"

namespace lockstep::sandbox::zoho {

/// Applies a body to a contact; `strict` refuses what Zoho refuses (loading is not strict). Errors: refusals.
Result<void> apply_contact(Books& books, Contact& contact, const Map& body, bool strict);
/// The whole contact, as `GET /contacts/{id}` has it.
Value contact_detail(const Books& books, const Contact& contact);
/// The row that lists have.
Value contact_row(const Books& books, const Contact& contact);
Value person_value(const Contact& contact, const Person& person);
Result<void> apply_person(Books& books, Person& person, const Map& body);
/// The fields that a filter of `GET /contacts` sees.
std::string contact_field(const Contact& contact, std::string_view field);
/// Refuses a custom value that another record of a "no duplicates" field has.
Result<void> check_unique(const Books& books, std::string_view entity, const CustomValues& values, const std::string& own_id);
/// Reads `custom_fields` into values. Errors: refusals.
Result<void> apply_custom_fields(const Books& books, std::string_view entity, CustomValues& values, const Value& list);
/// `custom_fields` of an answer.
Value custom_fields_value(const Books& books, std::string_view entity, const CustomValues& values);
Value custom_field_hash(const CustomValues& values);

}  // namespace lockstep::sandbox::zoho
