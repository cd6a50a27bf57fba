#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "sandbox/salesforce/database.h"

/// The vendor's rules for changing records.
namespace lockstep::sandbox::salesforce {

/// Who writes, and when.
struct Author {
    std::string user_id;
    Timestamp now;
};

/// Changes records as an API client may. Errors: the vendor's.
class Writer {
public:
    Writer(Database& database, Author author) : database_(database), author_(std::move(author)) {}
    /// Returns the id.
    Result<std::string> create(const Object& object, const Map& body);
    Result<void> update(const Object& object, std::string_view id, const Map& body);
    Result<void> remove(const Object& object, std::string_view id);
    /// Brings a record back from the recycle bin, with what was deleted with it. Errors: `UNDELETE_FAILED`, `DUPLICATE_VALUE`.
    Result<void> undelete(std::string_view id);
    /// Merges one or two records into another, whose fields are set too: what was theirs becomes its own.
    Result<void> merge(const Object& object, std::string_view master, const std::vector<std::string>& others, const Map& fields);
    struct Upserted {
        std::string id;
        bool created = false;
    };
    /// Several records with the value: the code is `300` and the ids are in `Error::field`.
    Result<Upserted> upsert(const Object& object, int external_field, const Value& key, const Map& body);
    /// Returns the living row. Errors: `NOT_FOUND`, `ENTITY_IS_DELETED`, `MALFORMED_ID`.
    Result<Row> living(const Object& object, std::string_view id) const;

private:
    struct Change {
        int field;
        Value value;
    };
    using Changes = std::vector<Change>;
    Result<Changes> read_body(const Object& object, const Map& body, bool insert) const;
    Result<Change> parent_by_external_id(const Object& object, std::string_view relationship, const Value& written) const;
    Result<void> check_required(const Object& object, const Changes& changes, bool insert) const;
    Result<void> check_references(const Object& object, const Changes& changes) const;
    Result<void> check_unique(const Object& object, const Changes& changes, std::string_view own_id) const;
    /// The organisation's own rules (rules.cpp). `existing`: nullptr for a new record.
    Result<void> check_rules(const Object& object, const Record* existing, const Changes& changes) const;
    bool has_like(const Object& object, const DuplicateRule& rule, const Changes& changes) const;
    static const Value& value_after(const Record* existing, const Changes& changes, int field);
    void apply(Table& table, Row row, const Changes& changes);
    void touch(Table& table, Row row);
    void remove_children(const Object& object, const std::string& id);
    void move_children(const Object& object, const std::string& from, const std::string& to);

    // Of opportunities and their lines (write_rules.cpp).
    Result<void> prepare(const Object& object, const Record* existing, Changes& changes) const;
    Result<void> prepare_opportunity(const Record* existing, Changes& changes) const;
    Result<void> prepare_line(const Record* existing, Changes& changes) const;
    Result<void> choose_price(const Record& opportunity, Changes& changes) const;
    void settle(const Object& object, Row row);
    friend class Loader;

    Database& database_;
    Author author_;
};

/// Recomputes the Amount of an opportunity from its lines, if it has any.
void settle_amount(Database& database, std::string_view opportunity_id);
/// Sets IsClosed, IsWon, ForecastCategory (and Probability unless `keep_probability`) from the stage, if it is known.
void settle_stage(Table& opportunities, Row row, bool keep_probability);
/// Quantity × UnitPrice × (1 − Discount), to the cent. Source: Object Reference, OpportunityLineItem.TotalPrice.
Result<Decimal> line_total(const Value& quantity, const Value& unit_price, const Value& discount);

/// Puts records into the organisation as they are: types are checked, the rules for clients are not.
class Loader {
public:
    Loader(Database& database, Author author) : database_(database), author_(std::move(author)) {}
    /// A record whose Id exists is changed. Errors name the record and field.
    Result<void> load(const Object& object, const List& records);

private:
    Result<void> load_one(const Object& object, const Map& record);
    void complete(const Object& object, Row row, const Map& record);

    Database& database_;
    Author author_;
};

/// The rows every organisation has: itself, the integration user and the standard price book.
void found_organisation(Database& database, std::string_view username, Timestamp now);
std::string organization_id();
std::string integration_user_id();
std::string standard_pricebook_id();

}  // namespace lockstep::sandbox::salesforce
