#pragma once

#include <map>
#include <string>

#include "connector/renewable.h"
#include "connectors/zoho_books/api.h"

namespace lockstep::connectors::zoho_books {

/// The organisation's currencies, read once and kept: ISO code → currency id. Threads: any.
class Currencies {
public:
    Currencies(Api& api, Runtime& runtime) : api_(api), known_(runtime) {}

    /// Returns the id of a currency; a code that is not known makes the list be read once more.
    /// Errors: `value_invalid` if the organisation does not have it.
    Result<std::string> id_of(connector::CallContext& context, const std::string& code);

    /// Replaces `currency_code` in a body by `currency_id`, which is what Zoho Books takes.
    Result<void> put_id(connector::CallContext& context, Map& body);

private:
    using Ids = std::map<std::string, std::string>;
    Result<Ids> fetch(connector::CallContext& context);

    Api& api_;
    connector::Renewable<Ids> known_;
};

}  // namespace lockstep::connectors::zoho_books
