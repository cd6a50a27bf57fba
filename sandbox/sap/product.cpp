#include <array>

#include "sandbox/sap/state.h"
#include "sandbox/sap/values.h"

namespace lockstep::sandbox::sap {

namespace {

/// A material that says nothing of its sales areas is extended to all of the company's.
void extend_to_sales(Draft& product) {
    std::vector<Draft>& areas = product.list("to_SalesDelivery");
    if (!areas.empty()) return;
    for (std::string_view organization : {"1010", "1020", "1030"})
        for (std::string_view channel : {"10", "20"}) {
            Draft& area = areas.emplace_back(*entity_type("A_ProductSalesDelivery"));
            area.set("ProductSalesOrg", organization);
            area.set("ProductDistributionChnl", channel);
            area.set("BaseUnit", product.text("BaseUnit"));
        }
}

void put_material(State& state, std::string_view material, std::string_view unit) {
    Draft draft(*entity_type("A_MaterialStock"));
    draft.set("Material", material);
    draft.set("MaterialBaseUnit", unit);
    store_draft(state.tables, draft);
}

}  // namespace

void load_product(State& state, Draft& product) {
    product.propose("ProductType", "FERT");
    product.propose("BaseUnit", "PC");
    const std::string now = std::to_string(state.change_ticks());
    product.propose("CreationDate", day_of(now));
    product.propose("LastChangeDateTime", now);
    extend_to_sales(product);
    put_material(state, product.text("Product"), product.text("BaseUnit"));
    store_draft(state.tables, product);
}

void load_stock(State& state, Draft& stock) {
    const Table& materials = state.tables["A_MaterialStock"];
    const auto material = materials.find_by({stock.text("Material")});
    stock.propose("MaterialBaseUnit", material ? std::string(materials.text(*material, "MaterialBaseUnit")) : "PC");
    stock.propose("InventoryStockType", "01");
    if (!material) put_material(state, stock.text("Material"), stock.text("MaterialBaseUnit"));
    store_draft(state.tables, stock);
}

}  // namespace lockstep::sandbox::sap
