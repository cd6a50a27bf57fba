#include "connectors/sap/property_types.h"

#include <algorithm>
#include <array>
#include <span>
#include <unordered_map>

namespace lockstep::connectors::sap {
namespace {

// Source: the $metadata of API_BUSINESS_PARTNER, API_SALES_ORDER_SRV, API_PRODUCT_SRV and API_MATERIAL_STOCK_SRV.
// Every property there that is not a text, sorted; left out are names that have two types in them
// (ValidityStartDate, ValidityEndDate, PhysicalInventoryBlockInd, ProductIsConfigurable).
using Name = std::string_view;

// clang-format off
constexpr std::array<Name, 91> boolean_names = {
    "BR_TaxIsSplit", "BillingPlanIsInHeader", "Boolean", "BusinessPartnerIsBlocked", "CashDiscountIsDeductible",
    "ClearCustomerSupplier", "CndnIsRelevantForIntcoBilling", "CollectionAuthInd", "CompleteDeliveryIsDefined",
    "ConditionIsForConfiguration", "ConditionIsForStatistics", "ConditionIsManuallyChanged",
    "CustomerSupplierClearingIsUsed", "CycleCountingIndicatorIsFixed", "DefaultPartner", "DeletionIndicator",
    "DeliveryDateQuantityIsFixed", "DocumentIsCreatedByCAD", "EPaytAmountIsChanged", "EPaytAuthorizationIsExpired",
    "HasPostToInspectionStock", "HasVariableTareWeight", "InspLotDocumentationIsRequired",
    "InvoiceIsGoodsReceiptBased", "IsAutoPurOrdCreationAllowed", "IsBatchManagementRequired",
    "IsBulkMaterialComponent", "IsCoProduct", "IsDefaultEmailAddress", "IsDefaultFaxNumber", "IsDefaultPhoneNumber",
    "IsDefaultURLAddress", "IsDfltBPUnloadingPoint", "IsFemale", "IsFixedPriceCoProduct", "IsInternalBatchManaged",
    "IsLIFOAndFIFORelevant", "IsMainGlobalTradeItemNumber", "IsMale", "IsMarkedForArchiving", "IsMarkedForDeletion",
    "IsMaterialCostedWithQtyStruc", "IsNegativeStockAllowed", "IsOrderAcknRqd", "IsPilferable",
    "IsPlannedDeliveryTime", "IsProducedInhouse", "IsRelevantForAccrual", "IsRelevantForHzdsSubstances",
    "IsSexUnknown", "IsSourceListRequired", "IsStandardRelationship", "IsToBeCheckedForDuplicates",
    "IsToBeLocallyProcessed", "IsWithholdingTaxSubject", "ItemIsToBePaidSeparately", "OrderCombinationIsAllowed",
    "POBoxIsWithoutNumber", "PaymentIsBlockedForSupplier", "PaymentIsToBeSentByEDI", "PaymentLinkIsRequired",
    "PaytAdviceIsSentbyEDI", "PostingIsBlocked", "PreauthorizationIsRequested", "ProductHasAttributeID01",
    "ProductHasAttributeID02", "ProductHasAttributeID03", "ProductHasAttributeID04", "ProductHasAttributeID05",
    "ProductHasAttributeID06", "ProductHasAttributeID07", "ProductHasAttributeID08", "ProductHasAttributeID09",
    "ProductHasAttributeID10", "ProductIsCostingRelevant", "ProductIsCriticalPrt", "ProductIsExciseTaxRelevant",
    "PurOrdAutoGenerationIsAllowed", "PurchasingIsBlocked", "PurchasingIsBlockedForSupplier",
    "QltyMgmtInProcmtIsActive", "RecordPaymentHistoryIndicator", "RepetitiveManufacturingIsAllwd",
    "SlsDocIsRlvtForProofOfDeliv", "StandardUsage", "SupplierIsBlockedForPosting", "UnlimitedOverDelivIsAllowed",
    "ValAddedSrvcHasToBeOrdered", "ValAddedSrvcIsRlvtForProcmt", "VariableSalesUnitIsNotAllowed",
    "WithholdingTaxAgent",
};

constexpr std::array<Name, 51> date_time_names = {
    "AuthorizationDate", "BPIdentificationEntryDate", "BillingDocumentDate", "BillingPlanBillingDate",
    "BillingPlanEndDate", "BillingPlanServiceEndDate", "BillingPlanServiceStartDate", "BillingPlanStartDate",
    "BirthDate", "BusinessPartnerDeathDate", "ConfirmedDeliveryDate", "ConsumptionRefUsageEndDate", "CreationDate",
    "CrossPlantStatusValidityDate", "CustTaxGroupExemptionEndDate", "CustTaxGroupExemptionStartDate",
    "CustTaxGroupSubjectedEndDate", "CustTaxGroupSubjectedStartDate", "CustomerPurchaseOrderDate",
    "DateOfLastPostedCntUnRstrcdStk", "EPaytValidityEndDate", "EPaytValidityStartDate", "EffectiveOutDate",
    "ExemptionDateBegin", "ExemptionDateEnd", "FashionCancelDate", "FixedValueDate", "FuturePlndPrice1ValdtyDate",
    "FuturePlndPrice2ValdtyDate", "FuturePlndPrice3ValdtyDate", "FuturePriceValidityStartDate",
    "IBANValidityStartDate", "InterestCalculationDate", "LastChangeDate", "LastDunnedOn", "LegDunningProcedureOn",
    "ObligationDateBegin", "ObligationDateEnd", "OrganizationFoundationDate", "OrganizationLiquidationDate",
    "PriceConditionDeterminationDte", "PriceLastChangeDate", "PricingDate", "ProductSalesStatusValidityDate",
    "ProfileValidityStartDate", "RequestedDeliveryDate", "SalesOrderDate", "SalesStatusValidityDate",
    "ServicesRenderedDate", "SuplrQltyInProcmtCertfnValidTo", "SupplierCertificationDate",
};

constexpr std::array<Name, 4> date_time_offset_names = {
    "ExternalDocLastChangeDateTime", "LastChangeDateTime", "ValidFrom", "ValidTo",
};

constexpr std::array<Name, 112> decimal_names = {
    "AccountingExchangeRate", "AssemblyScrapPercent", "AuthorizedAmountInAuthznCrcy", "BillOfExchLmtAmtInCoCodeCrcy",
    "BillingPlanAmount", "BillingPlanAmountPercent", "CapPlanningQuantityInBaseUoM", "CapacityUsage",
    "CheckPaidDurationInDays", "CndnRoundingOffDiffAmount", "CommercialPrice1InCoCodeCrcy",
    "CommercialPrice2InCoCodeCrcy", "CommercialPrice3InCoCodeCrcy", "ComponentScrapInPercent", "ConditionAmount",
    "ConditionBaseValue", "ConditionQuantity", "ConditionRateValue", "ConditionScaleBasisValue",
    "ConfdDelivQtyInOrderQtyUnit", "ConfdOrderQtyByMatlAvailCheck", "ConsumptionQtyMultiplier",
    "CorrectedQtyInOrderQtyUnit", "CostAmount", "CostingLotSize", "CustTaxGroupExemptionRate",
    "DeliveredQtyInOrderQtyUnit", "DeliveryNoteProcMinDelivQty", "DeliveryQuantity", "EPaytToBeAuthorizedAmount",
    "FixedLotSizeQuantity", "FutureEvaluatedAmountValue", "FuturePrice", "GoodsReceiptBlockedStockQty",
    "GoodsReceiptDuration", "GrossWeight", "InHouseProductionTime", "ItemGrossWeight", "ItemNetWeight", "ItemVolume",
    "LotSizeIndependentCosts", "LotSizeRoundingQuantity", "MaterialBaseQuantity", "MaterialPlannedDeliveryDurn",
    "MaterialVolume", "MatlWrhsStkQtyInMatlBaseUnit", "MaxNmbrOfPartialDelivery", "MaximumLotSizeQuantity",
    "MaximumPackagingHeight", "MaximumPackagingLength", "MaximumPackagingWidth", "MaximumStockQuantity",
    "MaximumStoragePeriod", "MaximumToBeAuthorizedAmount", "MinRemainingShelfLife", "MinimumLotSizeQuantity",
    "MinimumMakeToOrderOrderQty", "MinimumOrderAmount", "MinimumOrderQuantity", "MinimumSafetyStockQuantity",
    "MovingAveragePrice", "NetAmount", "NetWeight", "NmbrOfGROrGISlipsToPrintQty", "OpenConfdDelivQtyInOrdQtyUnit",
    "OverDelivToleranceLimit", "PlannedDeliveryDurationInDays", "PlannedPrice", "PlannedPrice1InCoCodeCrcy",
    "PlannedPrice2InCoCodeCrcy", "PlannedPrice3InCoCodeCrcy", "PrevInvtryPriceInCoCodeCrcy", "PriceDetnExchangeRate",
    "PriceUnitQty", "ProductProcessingTime", "ProductShippingProcessingTime", "QuantityDenominator",
    "QuantityNumerator", "QuarantinePeriod", "RecrrgInspIntervalTimeInDays", "RemainingVolumeAfterNesting",
    "ReorderThresholdQuantity", "RequestedQuantity", "RqmtQtyRcptTaktTmeInWrkgDays", "SafetyStockQuantity",
    "ScheduleLineOrderQuantity", "SetupAndTeardownTime", "SrvcLvl", "StandardPrice", "StockInTransferQuantity",
    "StockInTransitQuantity", "Subtotal1Amount", "Subtotal2Amount", "Subtotal3Amount", "Subtotal4Amount",
    "Subtotal5Amount", "Subtotal6Amount", "TaxAmount", "TaxBasedPricesPriceUnitQty", "TaxPrice2InCoCodeCrcy",
    "TaxPrice3InCoCodeCrcy", "TaxPricel1InCoCodeCrcy", "TotalNetAmount", "TotalReplenishmentLeadTime",
    "TotalShelfLife", "TransitionTime", "UnderDelivToleranceLimit", "UnitSpecificProductHeight",
    "UnitSpecificProductLength", "UnitSpecificProductWidth", "WithholdingTaxExmptPercent",
    "WrkCentersShipgSetupTimeInDays",
};

constexpr std::array<Name, 3> guid_names = {
    "AddressUUID", "BusinessPartnerUUID", "DocRelationshipUUID",
};

constexpr std::array<Name, 2> integer_names = {
    "MaximumStackingFactor", "URLFieldLength",
};

constexpr std::array<Name, 31> time_names = {
    "AuthorizationTime", "CreationTime", "FridayAfternoonClosingTime", "FridayAfternoonOpeningTime",
    "FridayMorningClosingTime", "FridayMorningOpeningTime", "LastChangeTime", "MondayAfternoonClosingTime",
    "MondayAfternoonOpeningTime", "MondayMorningClosingTime", "MondayMorningOpeningTime",
    "SaturdayAfternoonClosingTime", "SaturdayAfternoonOpeningTime", "SaturdayMorningClosingTime",
    "SaturdayMorningOpeningTime", "SundayAfternoonClosingTime", "SundayAfternoonOpeningTime",
    "SundayMorningClosingTime", "SundayMorningOpeningTime", "ThursdayAfternoonClosingTime",
    "ThursdayAfternoonOpeningTime", "ThursdayMorningClosingTime", "ThursdayMorningOpeningTime",
    "TuesdayAfternoonClosingTime", "TuesdayAfternoonOpeningTime", "TuesdayMorningClosingTime",
    "TuesdayMorningOpeningTime", "WednesdayAfternoonClosingTime", "WednesdayAfternoonOpeningTime",
    "WednesdayMorningClosingTime", "WednesdayMorningOpeningTime",
};

// clang-format on

struct Group {
    EdmType type;
    std::span<const Name> names;
};

constexpr std::array<Group, 7> groups = {{
    {EdmType::boolean, boolean_names},
    {EdmType::date_time, date_time_names},
    {EdmType::date_time_offset, date_time_offset_names},
    {EdmType::decimal, decimal_names},
    {EdmType::guid, guid_names},
    {EdmType::integer, integer_names},
    {EdmType::time, time_names},
}};

}  // namespace

EdmType edm_type(std::string_view property) {
    static const std::unordered_map<std::string_view, EdmType> types = [] {
        std::unordered_map<std::string_view, EdmType> all;
        for (const Group& group : groups)
            for (Name name : group.names) all.emplace(name, group.type);
        return all;
    }();
    auto found = types.find(property);
    return found == types.end() ? EdmType::text : found->second;
}

}  // namespace lockstep::connectors::sap
