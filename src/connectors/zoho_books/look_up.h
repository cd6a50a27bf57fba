#pragma once

#include <optional>
#include <string>

#include "connectors/zoho_books/api.h"

namespace lockstep::connectors::zoho_books {

/// How a record is found.
struct Sought {
    const Entity* entity = nullptr;
    Map unique;            ///< fields of the list's filters, or custom fields
    std::string name;      ///< of a contact: where to look if Zoho does not understand a filter by custom field
    bool guarded = false;  ///< Zoho's own unique key keeps a create from doubling a record that was not found
};

/// Finds the one record whose fields are exactly these, whatever Zoho takes the filters to mean. Void invoices do not
/// count. Errors: `not_unique`; `vendor_rejected` where the record is there but cannot be used (a vendor instead of a
/// customer, an inactive contact).
///
/// A list can be filtered by a custom field (`GET /contacts?cf_x=…`: in use by many, but not in the OpenAPI). If the
/// answer shows that the filter was not understood, the contact is looked for by its name, and only where no unique key
/// guards the create by reading every page.
Result<std::optional<Value>> look_up(connector::CallContext& context, Api& api, const Sought& sought);

/// The contact whose name stands in the way of another: the rows of exactly this name, without regard to case.
Result<List> contacts_named(connector::CallContext& context, Api& api, const Entity& contacts, const std::string& name);

}  // namespace lockstep::connectors::zoho_books
