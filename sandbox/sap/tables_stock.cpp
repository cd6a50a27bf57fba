#include "sandbox/sap/model.h"

// Source: SAP's $metadata of API_MATERIAL_STOCK_SRV (OData V2).

namespace lockstep::sandbox::sap {

namespace {
constexpr Property material_stock_properties[] = {
    {"Material", Edm::string, 40, 0, key | upper},
    {"MaterialBaseUnit", Edm::string, 3},
};
constexpr Navigation material_stock_navigations[] = {
    {"to_MatlStkInAcctMod", "A_MatlStkInAcctMod", true, "Material"},
};

constexpr Property matl_stk_in_acct_mod_properties[] = {
    {"Material", Edm::string, 40, 0, key | upper},
    {"Plant", Edm::string, 4, 0, key | upper},
    {"StorageLocation", Edm::string, 4, 0, key | upper},
    {"Batch", Edm::string, 10, 0, key | upper},
    {"Supplier", Edm::string, 10, 0, key | upper | alpha},
    {"Customer", Edm::string, 10, 0, key | upper | alpha},
    {"WBSElementInternalID", Edm::string, 8, 0, key | numeric},
    {"SDDocument", Edm::string, 10, 0, key | upper | alpha},
    {"SDDocumentItem", Edm::string, 6, 0, key | numeric | alpha},
    {"InventorySpecialStockType", Edm::string, 1, 0, key | upper},
    {"InventoryStockType", Edm::string, 2, 0, key | upper},
    {"WBSElementExternalID", Edm::string, 24, 0, upper},
    {"MaterialBaseUnit", Edm::string, 3},
    {"MatlWrhsStkQtyInMatlBaseUnit", Edm::decimal, 31, 14, 0, "MaterialBaseUnit"},
};
constexpr Navigation matl_stk_in_acct_mod_navigations[] = {
    {"to_MaterialStock", "A_MaterialStock", false, "Material"},
};

constexpr Property material_serial_number_properties[] = {
    {"Material", Edm::string, 40, 0, key | upper},
    {"SerialNumber", Edm::string, 18, 0, key | upper},
    {"Plant", Edm::string, 4, 0, upper},
    {"StorageLocation", Edm::string, 4, 0, upper},
    {"InventorySpecialStockType", Edm::string, 1, 0, upper},
    {"Batch", Edm::string, 10, 0, upper},
    {"InventoryStockType", Edm::string, 2, 0, upper},
    {"Equipment", Edm::string, 18, 0, upper},
    {"Customer", Edm::string, 10, 0, upper | alpha},
    {"Supplier", Edm::string, 10, 0, upper | alpha},
    {"SDDocument", Edm::string, 10, 0, upper | alpha},
    {"SDDocumentItem", Edm::string, 6, 0, numeric | alpha},
    {"WBSElementInternalID", Edm::string, 8, 0, numeric},
    {"WBSElementExternalID", Edm::string, 24, 0, upper},
};
}  // namespace

std::span<const EntityType> stock_types() {
    static const EntityType types[] = {
        {"A_MaterialStock", "API_MATERIAL_STOCK_SRV", material_stock_properties, material_stock_navigations,
         not_creatable | not_updatable | not_deletable},
        {"A_MatlStkInAcctMod", "API_MATERIAL_STOCK_SRV", matl_stk_in_acct_mod_properties, matl_stk_in_acct_mod_navigations,
         not_creatable | not_updatable | not_deletable},
        {"A_MaterialSerialNumber",
         "API_MATERIAL_STOCK_SRV",
         material_serial_number_properties,
         {},
         not_creatable | not_updatable | not_deletable,
         "Material"},
    };
    return types;
}

}  // namespace lockstep::sandbox::sap
