#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>

#include "sandbox/sandbox.h"
#include "sandbox/sap/draft.h"
#include "sandbox/sap/locks.h"
#include "sandbox/sap/table.h"
#include "value/decimal.h"

namespace lockstep::sandbox::sap {

/// What differs between SAP systems and can be set through the control API as the object `settings`.
struct Settings {
    std::size_t page_size = 1000;  ///< entities an answer; more are behind `__next`
    std::size_t stock_page_size = 10000;
    bool repeatability = false;  ///< honours RequestID and RepeatabilityCreation
};

/// The price that SAP itself would find: per material and currency.
struct ListPrice {
    Decimal rate;
    Decimal per_quantity = 1;
};

/// Everything the emulated system holds.
struct State {
    explicit State(const Options& given);

    Options options;
    Settings settings;
    Tables tables;
    Locks locks;
    std::unordered_map<std::string, ListPrice> list_prices;  // by material and currency
    std::int64_t next_partner = 1000000;
    std::int64_t next_order = 1;
    std::int64_t next_address = 22000;
    std::int64_t last_ticks = 0;

    void clear();
    /// The time of a change in ticks of 100 ns; two changes never get the same.
    std::int64_t change_ticks();
    /// A fresh 64-bit number of the seeded sequence.
    std::uint64_t random();
    std::string random_hex(int digits);
    std::string random_guid();
    const ListPrice* list_price(std::string_view material, std::string_view currency) const;

private:
    std::uint64_t random_state_;
};

/// Creates a business partner by SAP's rules, with its customer. Errors: `vendor_rejected`.
Result<Row> create_partner(State& state, Draft& draft);
/// Stores a partner without the rules; numbers are made where absent.
Row load_partner(State& state, Draft& draft);
/// The properties of a changed partner that follow from others, and its entity tag.
void refresh_partner(State& state, Row row);
/// A partner that is to be a customer needs its address's language and country, whenever an address is written.
Result<void> check_address(const Draft& address, bool is_customer);
/// Adds an address, a role, an identification … to a stored partner. Errors: `vendor_rejected`.
Result<Row> add_to_partner(State& state, Draft& part);
bool is_country(std::string_view code);

/// What SAP says about an order beside the order itself.
struct OrderNotes {
    std::vector<std::string> incomplete;
};
/// Creates a sales order by SAP's rules, priced. Errors: `vendor_rejected`.
Result<Row> create_order(State& state, Draft& draft, OrderNotes& notes);
/// Adds an item to a stored order. Errors: `vendor_rejected`.
Result<Row> add_item(State& state, std::string_view order, Draft& item, OrderNotes& notes);
/// Stores an order without the rules for customers and materials; items without an amount are priced. Errors: `vendor_rejected`.
Result<Row> load_order(State& state, Draft& draft);
/// Prices the items again and sums them up; sets the order's change time.
void refresh_order(State& state, std::string_view order);

void load_product(State& state, Draft& draft);
void load_stock(State& state, Draft& draft);
/// Moves stock as a material document would: `{"GoodsMovementType":"601","Material","Plant","StorageLocation","QuantityInBaseUnit"}`,
/// for transfers with `IssuingOrReceivingPlant` or `IssuingOrReceivingStorageLoc`. Errors: `vendor_rejected`.
Result<void> post_goods_movement(State& state, const Value& record);

/// Decimals of a currency's amounts (ISO 4217); nullopt: no such currency.
std::optional<int> currency_decimals(std::string_view code);
bool is_sales_area(std::string_view organization, std::string_view channel, std::string_view division);
bool is_company_code(std::string_view code);
/// Returns the SAP unit for `PC`, `PCE` (ISO) or `ST` (German), or an empty text.
std::string_view sap_unit(std::string_view unit);
std::string_view iso_unit(std::string_view sap_unit);

}  // namespace lockstep::sandbox::sap
