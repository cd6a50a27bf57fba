#include <algorithm>

#include <fmt/format.h>

#include "sim/business.h"

/// What happens in the warehouse, to materials in SAP and to products in Salesforce.
namespace lockstep::sim {
namespace {

constexpr int sold_products = 5;
constexpr int stock_max = 40;

std::string product_id(int serial) { return fmt::format("01t{:012}AAA", serial + 1); }

Map place(int serial) { return {{"Material", Business::material(serial)}, {"Plant", "1010"}, {"StorageLocation", "101A"}}; }

}  // namespace

Result<void> Business::load_stock() {
    List rows;
    for (int serial : materials_) {
        Dice dice(plan_.dice, 5000 + static_cast<std::uint64_t>(serial));
        auto row = [&](const char* location, const char* type, const char* special, int quantity) {
            Map record = place(serial);
            record.set("StorageLocation", location);
            record.set("InventoryStockType", type);
            record.set("InventorySpecialStockType", special);
            record.set("MatlWrhsStkQtyInMatlBaseUnit", fmt::format("{}.{:03}", quantity, dice.once_in(3) ? dice.below(1000) : 0));
            rows.push_back(std::move(record));
        };
        if (dice.once_in(4)) continue;  // no row at all
        row("101A", "01", "", dice.below(stock_max));
        if (dice.once_in(2)) row("101B", "01", "", dice.below(stock_max));
        if (dice.once_in(2)) row("101A", "07", "", 500);
        if (dice.once_in(3)) row("101A", "01", "E", 300);
    }
    ledger_.stock_changed_ms = 0;
    return sandbox_.vendor("sap").load("A_MatlStkInAcctMod", rows);
}

Business::Happened Business::move_goods(const Act& act, Dice& dice) {
    auto at = materials_.begin();
    std::advance(at, static_cast<std::ptrdiff_t>(act.subject) % static_cast<std::ptrdiff_t>(materials_.size()));
    Map movement = place(*at);
    movement.set("GoodsMovementType", act.deed == Deed::receive_goods ? "101" : act.deed == Deed::issue_goods ? "201" : "344");
    movement.set("QuantityInBaseUnit", fmt::to_string(1 + dice.below(stock_max / 2)));
    auto moved = sandbox_.vendor("sap").load("goods_movements", {Value(movement)});
    if (!moved) return {.what = "goods not moved: " + moved.error().message};
    ledger_.stock_changed_ms = clock_ms_();
    return {.what = fmt::format("{}: {} {}", to_string(act.deed), material(*at), movement.find("QuantityInBaseUnit")->text())};
}

/// A new serial, beyond those that there were at first.
int Business::extra_material(const Act& act) const { return 100 + act.subject; }

Business::Happened Business::add_material(const Act& act, Dice& dice) {
    int serial = extra_material(act);
    ledger_.stock_changed_ms = clock_ms_();
    put("sap", "A_Product", {{"Product", material(serial)}, {"BaseUnit", "PC"}});
    materials_.insert(serial);
    Map stock = place(serial);
    stock.set("MatlWrhsStkQtyInMatlBaseUnit", fmt::to_string(dice.below(stock_max)));
    put("sap", "A_MatlStkInAcctMod", std::move(stock));
    return {.what = "new in SAP: " + material(serial)};
}

Business::Happened Business::add_product(const Act& act, Dice&) {
    int serial = extra_material(act);
    ledger_.stock_changed_ms = clock_ms_();
    put("salesforce", "Product2",
        {{"Id", product_id(serial)}, {"Name", fmt::format("New {}", serial)}, {"ProductCode", material(serial)}, {"IsActive", true}});
    products_.insert(serial);
    return {.what = "new in Salesforce: " + material(serial)};
}

Business::Happened Business::deactivate_product(const Act& act, Dice&) {
    int serial = sold_products + act.subject;
    if (!products_.contains(serial)) return {.what = "no such product: " + material(serial)};
    ledger_.stock_changed_ms = clock_ms_();
    put("salesforce", "Product2", {{"Id", product_id(serial)}, {"IsActive", false}});
    return {.what = "not sold any more: " + material(serial)};
}

/// Somebody mistypes a code: SAP does not know it, or it is another product's.
Business::Happened Business::recode_product(const Act& act, Dice& dice) {
    int serial = sold_products + act.subject;
    if (!products_.contains(serial)) return {.what = "no such product: " + material(serial)};
    std::string code = dice.once_in(2) ? "MISTYPED-" + material(serial) : material(0);
    ledger_.stock_changed_ms = clock_ms_();
    put("salesforce", "Product2", {{"Id", product_id(serial)}, {"ProductCode", code}});
    return {.what = fmt::format("{} is called {} now", material(serial), code)};
}

Business::Happened Business::ask_for_stock(const Act&, Dice&) {
    return {.told = {{.flow = "inventory", .key = "inventory", .body = {}}}, .what = "stock asked for"};
}

}  // namespace lockstep::sim
