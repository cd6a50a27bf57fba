#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sandbox/sandbox.h"
#include "value/decimal.h"
#include "value/value.h"

/// What the emulated Zoho Books organisation holds.
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
    std::string id, item_id, name, description, unit;
    Decimal rate, quantity = 1;
    Value discount;  ///< as sent: an amount, or a text with `%`
    Decimal discount_amount, total;
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
    Decimal sub_total, discount_total, shipping_charge, adjustment, total, paid;
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

struct AppliedAmount {
    std::string invoice_id;
    Decimal amount, tax_withheld;
};
struct Payment {
    std::string id, number, customer_id, mode, reference, description, currency_id;
    Decimal amount, bank_charges;
    Date date;
    std::vector<AppliedAmount> invoices;
    Timestamp created, modified;
};

/// Records by id, with the indexes that look-ups need; the order of ids is the order of creation.
template <class Record>
class Shelf {
public:
    Record* find(const std::string& id) {
        auto found = records_.find(id);
        return found == records_.end() ? nullptr : &found->second;
    }
    const Record* find(const std::string& id) const { return const_cast<Shelf*>(this)->find(id); }
    /// Inserts or replaces; `keys` are the index entries of the record.
    Record& put(Record record, std::vector<std::string> keys) {
        std::string id = record.id;
        erase(id);
        for (const std::string& key : keys) index_[key].push_back(id);
        keys_[id] = std::move(keys);
        return records_.emplace(id, std::move(record)).first->second;
    }
    void erase(const std::string& id) {
        auto found = keys_.find(id);
        if (found == keys_.end()) return;
        for (const std::string& key : found->second) {
            auto entry = index_.find(key);
            std::erase(entry->second, id);
            if (entry->second.empty()) index_.erase(entry);
        }
        keys_.erase(found);
        records_.erase(id);
    }
    /// Ids under an index entry.
    const std::vector<std::string>& look_up(const std::string& key) const {
        static const std::vector<std::string> none;
        auto found = index_.find(key);
        return found == index_.end() ? none : found->second;
    }
    const std::map<std::string, Record>& all() const { return records_; }
    void clear() {
        records_.clear();
        index_.clear();
        keys_.clear();
    }

private:
    std::map<std::string, Record> records_;
    std::unordered_map<std::string, std::vector<std::string>> index_;
    std::unordered_map<std::string, std::vector<std::string>> keys_;
};

/// An index entry's name: `reference_number` + value.
std::string index_key(std::string_view field, std::string_view value);

struct Books {
    explicit Books(const Options& given);

    Options options;
    Shelf<Contact> contacts;
    Shelf<Invoice> invoices;
    Shelf<Payment> payments;
    Shelf<Item> items;
    std::vector<Email> emails;
    std::vector<CustomField> custom_fields;
    std::vector<Currency> currencies;
    std::int64_t next_invoice_number = 1;
    std::int64_t next_payment_number = 1;
    std::deque<Timestamp> recent_calls;

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
    const CustomField* custom_field(std::string_view entity, std::string_view api_name) const;

    void put(Contact contact);
    void put(Invoice invoice);
    void put(Payment payment);
    void put(Item item);

private:
    void default_settings();
    std::uint64_t next_id_ = 0;
};

}  // namespace lockstep::sandbox::zoho
