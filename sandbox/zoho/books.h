#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/sandbox.h"
#include "sandbox/zoho/limits.h"
#include "sandbox/zoho/records.h"
#include "sandbox/zoho/shelf.h"

namespace lockstep::sandbox::zoho {

/// What the emulated Zoho Books organisation holds.
struct Books {
    explicit Books(const Options& given);

    Options options;
    Shelf<Contact> contacts;
    Shelf<Invoice> invoices;
    Shelf<Payment> payments;
    Shelf<Item> items;
    Shelf<CreditNote> credit_notes;
    std::vector<Tax> taxes;
    std::vector<Webhook> webhooks;
    std::vector<Email> emails;
    std::vector<CustomField> custom_fields;
    std::vector<Currency> currencies;
    std::int64_t next_invoice_number = 1;
    std::int64_t next_payment_number = 1;
    std::int64_t next_credit_note_number = 1;
    std::deque<Delivery> outbox;      ///< what webhooks are about to send
    std::deque<Delivery> deliveries;  ///< what they sent: the newest
    Limits limits;
    std::int64_t rows_visited = 0;  ///< records that lists looked at, in all

    void clear();
    /// 18 digits, as Zoho's.
    std::string make_id();
    /// Keeps fresh ids and numbers ahead of loaded ones.
    void reserve_id(std::string_view id);
    void reserve_number(std::string_view invoice_number);
    Timestamp now() const { return options.clock(); }
    /// The organisation's day. Its time zone is Europe/Berlin.
    Date today() const;

    const Currency& base_currency() const { return currencies.front(); }
    const Currency* currency(std::string_view id) const;
    const Currency* currency_of_code(std::string_view code) const;
    const Tax* tax(std::string_view id) const;
    const CustomField* custom_field(std::string_view entity, std::string_view api_name) const;

    void put(Contact contact);
    void put(Invoice invoice);
    void put(Payment payment);
    void put(Item item);
    void put(CreditNote note);

private:
    void default_settings();
    std::uint64_t next_id_ = 0;
};

}  // namespace lockstep::sandbox::zoho
