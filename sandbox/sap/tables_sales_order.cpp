#include "sandbox/sap/model.h"

// Source: SAP's $metadata of API_SALES_ORDER_SRV (OData V2).

namespace lockstep::sandbox::sap {

extern const std::span<const Property> sales_order_properties;
extern const std::span<const Property> sales_order_item_properties;

namespace {
constexpr Navigation sales_order_navigations[] = {
    {"to_Item", "A_SalesOrderItem", true, "SalesOrder"},
    {"to_Partner", "A_SalesOrderHeaderPartner", true, "SalesOrder"},
    {"to_PricingElement", "A_SalesOrderHeaderPrElement", true, "SalesOrder"},
    {"to_Text", "A_SalesOrderText", true, "SalesOrder"},
};

constexpr Navigation sales_order_item_navigations[] = {
    {"to_Partner", "A_SalesOrderItemPartner", true, "SalesOrder,SalesOrderItem"},
    {"to_PricingElement", "A_SalesOrderItemPrElement", true, "SalesOrder,SalesOrderItem"},
    {"to_SalesOrder", "A_SalesOrder", false, "SalesOrder"},
    {"to_ScheduleLine", "A_SalesOrderScheduleLine", true, "SalesOrder,SalesOrderItem"},
    {"to_Text", "A_SalesOrderItemText", true, "SalesOrder,SalesOrderItem"},
};

constexpr Property sales_order_item_pr_element_properties[] = {
    {"SalesOrder", Edm::string, 10, 0, key | read_only | upper | alpha},
    {"SalesOrderItem", Edm::string, 6, 0, key | read_only | numeric | alpha},
    {"PricingProcedureStep", Edm::string, 3, 0, key | numeric | alpha},
    {"PricingProcedureCounter", Edm::string, 3, 0, key | numeric | alpha},
    {"ConditionType", Edm::string, 4, 0, upper},
    {"PricingDateTime", Edm::string, 14, 0, read_only | upper},
    {"PriceConditionDeterminationDte", Edm::date_time, 0, 0, read_only | date_only},
    {"ConditionCalculationType", Edm::string, 3, 0, read_only | upper},
    {"ConditionBaseValue", Edm::decimal, 24, 9, read_only},
    {"ConditionRateValue", Edm::decimal, 24, 9},
    {"ConditionCurrency", Edm::string, 5, 0, upper},
    {"ConditionQuantity", Edm::decimal, 5, 0, 0, "ConditionQuantitySAPUnit"},
    {"ConditionQuantityUnit", Edm::string, 3},
    {"ConditionQuantitySAPUnit", Edm::string, 3},
    {"ConditionQuantityISOUnit", Edm::string, 3, 0, upper},
    {"ConditionCategory", Edm::string, 1, 0, read_only},
    {"ConditionIsForStatistics", Edm::boolean, 0, 0, read_only},
    {"PricingScaleType", Edm::string, 1, 0, read_only | upper},
    {"IsRelevantForAccrual", Edm::boolean, 0, 0, read_only},
    {"CndnIsRelevantForInvoiceList", Edm::string, 1, 0, read_only | upper},
    {"ConditionOrigin", Edm::string, 1, 0, read_only | upper},
    {"IsGroupCondition", Edm::string, 1, 0, read_only | upper},
    {"ConditionRecord", Edm::string, 10, 0, read_only | upper},
    {"ConditionSequentialNumber", Edm::string, 3, 0, read_only | numeric},
    {"TaxCode", Edm::string, 2, 0, read_only | upper},
    {"WithholdingTaxCode", Edm::string, 2, 0, read_only | upper},
    {"CndnRoundingOffDiffAmount", Edm::decimal, 6, 3, read_only, "TransactionCurrency"},
    {"ConditionAmount", Edm::decimal, 16, 3, read_only, "TransactionCurrency"},
    {"TransactionCurrency", Edm::string, 5, 0, upper},
    {"ConditionControl", Edm::string, 1, 0, read_only | upper},
    {"ConditionInactiveReason", Edm::string, 1, 0, read_only | upper},
    {"ConditionClass", Edm::string, 1, 0, read_only | upper},
    {"PrcgProcedureCounterForHeader", Edm::string, 3, 0, read_only | numeric},
    {"FactorForConditionBasisValue", Edm::float64, 0, 0, read_only},
    {"StructureCondition", Edm::string, 1, 0, read_only | upper},
    {"PeriodFactorForCndnBasisValue", Edm::float64, 0, 0, read_only},
    {"PricingScaleBasis", Edm::string, 3, 0, read_only | upper},
    {"ConditionScaleBasisValue", Edm::decimal, 24, 9, read_only},
    {"ConditionScaleBasisUnit", Edm::string, 3, 0, read_only},
    {"ConditionScaleBasisCurrency", Edm::string, 5, 0, read_only | upper},
    {"CndnIsRelevantForIntcoBilling", Edm::boolean, 0, 0, read_only},
    {"ConditionIsManuallyChanged", Edm::boolean, 0, 0, read_only},
    {"ConditionIsForConfiguration", Edm::boolean, 0, 0, read_only},
    {"VariantCondition", Edm::string, 26, 0, read_only},
};
constexpr Navigation sales_order_item_pr_element_navigations[] = {
    {"to_SalesOrder", "A_SalesOrder", false, "SalesOrder"},
    {"to_SalesOrderItem", "A_SalesOrderItem", false, "SalesOrder,SalesOrderItem"},
};

constexpr Property sales_order_header_pr_element_properties[] = {
    {"SalesOrder", Edm::string, 10, 0, key | read_only | upper | alpha},
    {"PricingProcedureStep", Edm::string, 3, 0, key | numeric | alpha},
    {"PricingProcedureCounter", Edm::string, 3, 0, key | numeric | alpha},
    {"ConditionType", Edm::string, 4, 0, upper},
    {"PricingDateTime", Edm::string, 14, 0, read_only | upper},
    {"PriceConditionDeterminationDte", Edm::date_time, 0, 0, read_only | date_only},
    {"ConditionCalculationType", Edm::string, 3, 0, read_only | upper},
    {"ConditionBaseValue", Edm::decimal, 24, 9, read_only},
    {"ConditionRateValue", Edm::decimal, 24, 9},
    {"ConditionCurrency", Edm::string, 5, 0, upper},
    {"ConditionQuantity", Edm::decimal, 5, 0, 0, "ConditionQuantitySAPUnit"},
    {"ConditionQuantityUnit", Edm::string, 3},
    {"ConditionQuantitySAPUnit", Edm::string, 3},
    {"ConditionQuantityISOUnit", Edm::string, 3, 0, upper},
    {"ConditionCategory", Edm::string, 1, 0, read_only},
    {"ConditionIsForStatistics", Edm::boolean, 0, 0, read_only},
    {"PricingScaleType", Edm::string, 1, 0, read_only | upper},
    {"ConditionOrigin", Edm::string, 1, 0, read_only | upper},
    {"IsGroupCondition", Edm::string, 1, 0, read_only | upper},
    {"ConditionRecord", Edm::string, 10, 0, read_only | upper},
    {"ConditionSequentialNumber", Edm::string, 3, 0, read_only | numeric},
    {"TaxCode", Edm::string, 2, 0, read_only | upper},
    {"WithholdingTaxCode", Edm::string, 2, 0, read_only | upper},
    {"CndnRoundingOffDiffAmount", Edm::decimal, 6, 3, read_only, "TransactionCurrency"},
    {"ConditionAmount", Edm::decimal, 16, 3, read_only, "TransactionCurrency"},
    {"TransactionCurrency", Edm::string, 5, 0, upper},
    {"ConditionControl", Edm::string, 1, 0, read_only | upper},
    {"ConditionInactiveReason", Edm::string, 1, 0, read_only | upper},
    {"ConditionClass", Edm::string, 1, 0, read_only | upper},
    {"PrcgProcedureCounterForHeader", Edm::string, 3, 0, read_only | numeric},
    {"FactorForConditionBasisValue", Edm::float64, 0, 0, read_only},
    {"StructureCondition", Edm::string, 1, 0, read_only | upper},
    {"PeriodFactorForCndnBasisValue", Edm::float64, 0, 0, read_only},
    {"PricingScaleBasis", Edm::string, 3, 0, read_only | upper},
    {"ConditionScaleBasisValue", Edm::decimal, 24, 9, read_only},
    {"ConditionScaleBasisUnit", Edm::string, 3, 0, read_only},
    {"ConditionScaleBasisCurrency", Edm::string, 5, 0, read_only | upper},
    {"CndnIsRelevantForIntcoBilling", Edm::boolean, 0, 0, read_only},
    {"ConditionIsManuallyChanged", Edm::boolean, 0, 0, read_only},
    {"ConditionIsForConfiguration", Edm::boolean, 0, 0, read_only},
    {"VariantCondition", Edm::string, 26, 0, read_only},
};
constexpr Navigation sales_order_header_pr_element_navigations[] = {
    {"to_SalesOrder", "A_SalesOrder", false, "SalesOrder"},
};

constexpr Property sales_order_header_partner_properties[] = {
    {"SalesOrder", Edm::string, 10, 0, key | read_only | upper | alpha},
    {"PartnerFunction", Edm::string, 2, 0, key | upper},
    {"PartnerFunctionInternalCode", Edm::string, 2, 0, read_only | upper},
    {"Customer", Edm::string, 10, 0, upper | alpha},
    {"Supplier", Edm::string, 10, 0, upper | alpha},
    {"Personnel", Edm::string, 8, 0, numeric},
    {"ContactPerson", Edm::string, 10, 0, numeric},
    {"ReferenceBusinessPartner", Edm::string, 10, 0, read_only | upper | alpha},
    {"AddressID", Edm::string, 10, 0, upper | alpha},
    {"VATRegistration", Edm::string, 20, 0, upper},
};
constexpr Navigation sales_order_header_partner_navigations[] = {
    {"to_SalesOrder", "A_SalesOrder", false, "SalesOrder"},
};

constexpr Property sales_order_item_partner_properties[] = {
    {"SalesOrder", Edm::string, 10, 0, key | read_only | upper | alpha},
    {"SalesOrderItem", Edm::string, 6, 0, key | read_only | numeric | alpha},
    {"PartnerFunction", Edm::string, 2, 0, key | upper},
    {"PartnerFunctionInternalCode", Edm::string, 2, 0, read_only | upper},
    {"Customer", Edm::string, 10, 0, upper | alpha},
    {"Supplier", Edm::string, 10, 0, upper | alpha},
    {"Personnel", Edm::string, 8, 0, numeric},
    {"ContactPerson", Edm::string, 10, 0, numeric},
    {"ReferenceBusinessPartner", Edm::string, 10, 0, read_only | upper | alpha},
    {"AddressID", Edm::string, 10, 0, upper | alpha},
    {"VATRegistration", Edm::string, 20, 0, upper},
};
constexpr Navigation sales_order_item_partner_navigations[] = {
    {"to_SalesOrder", "A_SalesOrder", false, "SalesOrder"},
    {"to_SalesOrderItem", "A_SalesOrderItem", false, "SalesOrder,SalesOrderItem"},
};

constexpr Property sales_order_text_properties[] = {
    {"SalesOrder", Edm::string, 10, 0, key | read_only | upper | alpha},
    {"Language", Edm::string, 2, 0, key},
    {"LongTextID", Edm::string, 4, 0, key | upper},
    {"LongText", Edm::string, 0, 0, no_filter | no_sort},
};
constexpr Navigation sales_order_text_navigations[] = {
    {"to_SalesOrder", "A_SalesOrder", false, "SalesOrder"},
};

constexpr Property sales_order_item_text_properties[] = {
    {"SalesOrder", Edm::string, 10, 0, key | read_only | upper | alpha},
    {"SalesOrderItem", Edm::string, 6, 0, key | read_only | numeric | alpha},
    {"Language", Edm::string, 2, 0, key},
    {"LongTextID", Edm::string, 4, 0, key | upper},
    {"LongText", Edm::string, 0, 0, no_filter | no_sort},
};
constexpr Navigation sales_order_item_text_navigations[] = {
    {"to_SalesOrder", "A_SalesOrder", false, "SalesOrder"},
    {"to_SalesOrderItem", "A_SalesOrderItem", false, "SalesOrder,SalesOrderItem"},
};

constexpr Property sales_order_schedule_line_properties[] = {
    {"SalesOrder", Edm::string, 10, 0, key | read_only | upper | alpha},
    {"SalesOrderItem", Edm::string, 6, 0, key | read_only | numeric | alpha},
    {"ScheduleLine", Edm::string, 4, 0, key | numeric | alpha},
    {"RequestedDeliveryDate", Edm::date_time, 0, 0, date_only},
    {"ConfirmedDeliveryDate", Edm::date_time, 0, 0, date_only},
    {"OrderQuantityUnit", Edm::string, 3},
    {"OrderQuantitySAPUnit", Edm::string, 3},
    {"OrderQuantityISOUnit", Edm::string, 3, 0, upper},
    {"ScheduleLineOrderQuantity", Edm::decimal, 13, 3, 0, "OrderQuantitySAPUnit"},
    {"ConfdOrderQtyByMatlAvailCheck", Edm::decimal, 13, 3, 0, "OrderQuantitySAPUnit"},
    {"DeliveredQtyInOrderQtyUnit", Edm::decimal, 13, 3, 0, "OrderQuantitySAPUnit"},
    {"OpenConfdDelivQtyInOrdQtyUnit", Edm::decimal, 13, 3, 0, "OrderQuantitySAPUnit"},
    {"CorrectedQtyInOrderQtyUnit", Edm::decimal, 13, 3, 0, "OrderQuantitySAPUnit"},
    {"DelivBlockReasonForSchedLine", Edm::string, 2, 0, upper},
};
}  // namespace

std::span<const EntityType> sales_order_types() {
    static const EntityType types[] = {
        {"A_SalesOrder", "API_SALES_ORDER_SRV", sales_order_properties, sales_order_navigations, 0, "PurchaseOrderByCustomer SoldToParty"},
        {"A_SalesOrderItem", "API_SALES_ORDER_SRV", sales_order_item_properties, sales_order_item_navigations, 0, "Material"},
        {"A_SalesOrderItemPrElement", "API_SALES_ORDER_SRV", sales_order_item_pr_element_properties,
         sales_order_item_pr_element_navigations, 0},
        {"A_SalesOrderHeaderPrElement", "API_SALES_ORDER_SRV", sales_order_header_pr_element_properties,
         sales_order_header_pr_element_navigations, 0},
        {"A_SalesOrderHeaderPartner", "API_SALES_ORDER_SRV", sales_order_header_partner_properties, sales_order_header_partner_navigations,
         0},
        {"A_SalesOrderItemPartner", "API_SALES_ORDER_SRV", sales_order_item_partner_properties, sales_order_item_partner_navigations, 0},
        {"A_SalesOrderText", "API_SALES_ORDER_SRV", sales_order_text_properties, sales_order_text_navigations, 0},
        {"A_SalesOrderItemText", "API_SALES_ORDER_SRV", sales_order_item_text_properties, sales_order_item_text_navigations, 0},
        {"A_SalesOrderScheduleLine", "API_SALES_ORDER_SRV", sales_order_schedule_line_properties, {}, 0},
    };
    return types;
}

}  // namespace lockstep::sandbox::sap
