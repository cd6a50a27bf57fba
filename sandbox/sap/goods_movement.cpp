#include <algorithm>
#include <array>

#include "sandbox/sap/refusal.h"
#include "sandbox/sap/state.h"

namespace lockstep::sandbox::sap {

namespace {

/// From which stock type to which a movement goes; empty: from or to outside. SAP's standard movement types.
struct Movement {
    std::string_view type, from, to;
};
constexpr std::array<Movement, 23> movements = {{
    {"101", "", "01"},                                              // goods receipt
    {"102", "01", ""},                                              // and its reversal
    {"103", "", "10"},                                              // receipt into blocked stock
    {"105", "10", "01"}, {"201", "01", ""},                         // issue to a cost centre
    {"261", "01", ""},                                              // issue to an order
    {"301", "01", "01"},                                            // to another plant, in one step
    {"303", "01", "05"},                                            // in two steps
    {"305", "05", "01"}, {"311", "01", "01"},                       // to another storage location
    {"313", "01", "04"}, {"315", "04", "01"}, {"321", "02", "01"},  // out of quality inspection
    {"322", "01", "02"}, {"343", "07", "01"},                       // out of blocked stock
    {"344", "01", "07"}, {"451", "", "03"},                         // returns from a customer
    {"453", "03", "01"}, {"551", "01", ""},                         // scrapping
    {"561", "", "01"},                                              // initial entry
    {"601", "01", ""},                                              // issue for a delivery
    {"701", "", "01"},                                              // inventory differences
    {"702", "01", ""},
}};

constexpr std::array<std::string_view, 10> place_properties = {
    "Material",   "Plant",          "StorageLocation",          "Batch", "Supplier", "Customer", "WBSElementInternalID",
    "SDDocument", "SDDocumentItem", "InventorySpecialStockType"};

Decimal quantity_of(const Table& table, Row row) {
    auto parsed = Decimal::parse(table.text(row, "MatlWrhsStkQtyInMatlBaseUnit"));
    return parsed ? *parsed : Decimal(0);
}

Result<void> add_to_stock(State& state, Draft place, std::string_view stock_type, const Decimal& quantity) {
    Table& table = state.tables["A_MatlStkInAcctMod"];
    place.set("InventoryStockType", stock_type);
    const auto row = table.find(table.key_of(place.record));
    LS_TRY_ASSIGN(Decimal now, (row ? quantity_of(table, *row) : Decimal(0)).plus(quantity));
    if (now.is_negative())
        return refuse("M7/021", "Deficit of stock type " + std::string(stock_type) + " " + now.abs().to_string() + " " +
                                    std::string(place.text("MaterialBaseUnit")) + " : " + std::string(place.text("Material")) + " " +
                                    std::string(place.text("Plant")) + " " + std::string(place.text("StorageLocation")));
    if (row) place.record = table.at(*row);
    place.set("MatlWrhsStkQtyInMatlBaseUnit", now.is_zero() ? "0" : now.normalized().to_string());
    table.put(place.record);
    return {};
}

Result<Draft> place_of(const State& state, const Value& record) {
    Map named;
    for (std::string_view property : place_properties)
        if (!record[property].is_null()) named.set(std::string(property), record[property]);
    LS_TRY_ASSIGN(Draft place, read_draft(*entity_type("A_MatlStkInAcctMod"), Value(std::move(named)), DraftMode::load));
    const Table& materials = state.tables["A_MaterialStock"];
    const auto material = materials.find_by({place.text("Material")});
    if (!material)
        return refuse("M3/305", "The material " + std::string(place.text("Material")) + " does not exist or is not activated", "Material");
    place.set("MaterialBaseUnit", materials.text(*material, "MaterialBaseUnit"));
    if (place.text("Plant").empty()) return refuse("M7/018", "Enter Plant", "Plant");
    return place;
}

}  // namespace

Result<void> post_goods_movement(State& state, const Value& record) {
    const std::string type = record["GoodsMovementType"].text();
    auto movement = std::find_if(movements.begin(), movements.end(), [&](const Movement& known) { return known.type == type; });
    if (movement == movements.end()) return refuse("M7/001", "Movement type " + type + " does not exist", "GoodsMovementType");
    LS_TRY_ASSIGN(Draft place, place_of(state, record));
    LS_TRY_ASSIGN(Decimal quantity, Decimal::parse(record["QuantityInBaseUnit"].text()));
    if (quantity.is_zero() || quantity.is_negative()) return refuse("M7/044", "Enter a positive quantity", "QuantityInBaseUnit");
    if (quantity.normalized().scale() > 14) return refuse("M7/044", "The quantity has more than 14 decimals", "QuantityInBaseUnit");
    if (!movement->from.empty()) LS_TRY(add_to_stock(state, place, movement->from, quantity.negated()));
    if (movement->to.empty()) return {};
    const std::string plant = record["IssuingOrReceivingPlant"].string_or(""),
                      location = record["IssuingOrReceivingStorageLoc"].string_or("");
    if (!plant.empty()) place.set("Plant", plant);
    if (!location.empty()) place.set("StorageLocation", location);
    return add_to_stock(state, place, movement->to, quantity);
}

}  // namespace lockstep::sandbox::sap
