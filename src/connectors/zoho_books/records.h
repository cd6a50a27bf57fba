#pragma once

#include "connectors/zoho_books/api.h"
#include "connectors/zoho_books/currencies.h"
#include "connectors/zoho_books/look_up.h"

namespace lockstep::connectors::zoho_books {

/// Performs the actions on records. Threads: any.
class Records {
public:
    /// `unique_fields`: custom fields by which records are looked up are set to refuse duplicates, so Zoho can guard
    /// them.
    Records(Api& api, Currencies& currencies, bool unique_fields) : api_(api), currencies_(currencies), unique_fields_(unique_fields) {}

    /// `zoho_books.ensure` (body under `create`) and `zoho_books.create` (under `body`): finds the record or creates
    /// it.
    Result<Value> ensure(connector::CallContext& context, const Value& input);
    Result<Value> create(connector::CallContext& context, const Value& input);
    Result<Value> get(connector::CallContext& context, const Value& input);
    /// `zoho_books.find`: the record, or null where Zoho says that there is none.
    Result<Value> find(connector::CallContext& context, const Value& input);
    /// `zoho_books.invoice_payments`: what was paid on an invoice, payment by payment.
    Result<Value> invoice_payments(connector::CallContext& context, const Value& input);
    Result<Value> query(connector::CallContext& context, const Value& input);
    Result<Value> update(connector::CallContext& context, const Value& input);

private:
    struct Wanted {
        Sought sought;
        Map body;
        UniqueKey key;
        bool read_back = false;
    };
    Result<Wanted> read_wanted(const Value& input, std::string_view body_name) const;
    Result<UniqueKey> unique_key(const Value& input, const Sought& sought) const;
    Result<Value> find_or_create(connector::CallContext& context, const Wanted& wanted);
    Result<Value> create_new(connector::CallContext& context, const Wanted& wanted);
    Result<Value> created_record(connector::CallContext& context, const Wanted& wanted, const Value& answer);
    Result<Value> adopted(connector::CallContext& context, const Wanted& wanted, Value found);
    Result<Value> after_name_taken(connector::CallContext& context, const Wanted& wanted, Error refusal);

    Api& api_;
    Currencies& currencies_;
    bool unique_fields_;
};

}  // namespace lockstep::connectors::zoho_books
