#include "sandbox/sap/pricing.h"

#include <algorithm>
#include <array>

#include "sandbox/sap/refusal.h"

namespace lockstep::sandbox::sap {

namespace {

/// Condition types that may be entered by hand [sap-s4hana: PPR0 in the cloud, PR00 and PMP0 elsewhere].
constexpr std::array<std::string_view, 3> manual_prices = {"PPR0", "PR00", "PMP0"};

Decimal decimal(std::string_view text) {
    auto parsed = Decimal::parse(text);
    return parsed ? *parsed : Decimal(0);
}

int decimals_of(std::string_view currency) { return currency_decimals(currency).value_or(2); }

/// rate × quantity ÷ per, rounded commercially to the currency's decimals.
Result<Decimal> amount(const Decimal& rate, const Decimal& quantity, const Decimal& per, std::string_view currency) {
    LS_TRY_ASSIGN(Decimal product, rate.times(quantity));
    LS_TRY_ASSIGN(Decimal quotient, product.divided_by(per, 18));
    return quotient.rounded(decimals_of(currency), Rounding::half_up);
}

/// All decimals of the currency, also zeros: `1234.50`, `1235`.
std::string money(const Decimal& value, std::string_view currency) {
    const int digits = decimals_of(currency);
    std::string text = value.normalized().to_string();
    const std::size_t point = text.find('.');
    std::size_t present = point == std::string::npos ? 0 : text.size() - point - 1;
    if (digits > 0 && present == 0) text += '.';
    for (; present < static_cast<std::size_t>(digits); ++present) text += '0';
    return text;
}

Result<void> check_element(const Draft& item, const Draft& element) {
    const std::string_view type = element.text("ConditionType");
    if (std::find(manual_prices.begin(), manual_prices.end(), type) == manual_prices.end())
        return refuse("VE/103", "Condition type " + std::string(type) + " cannot be entered manually", "ConditionType");
    if (element.text("ConditionRateValue").empty())
        return refuse("VE/105", "Enter a rate for condition type " + std::string(type), "ConditionRateValue");
    const std::string_view currency = element.text("ConditionCurrency");
    if (!currency.empty() && !currency_decimals(currency))
        return refuse("SG/105", "Currency " + std::string(currency) + " is not defined", "ConditionCurrency");
    if (!currency.empty() && currency != item.text("TransactionCurrency"))
        return refuse("SG/105",
                      "Enter rate " + std::string(currency) + " / " + std::string(item.text("TransactionCurrency")) +
                          " rate type M in the system settings",
                      "ConditionCurrency");
    const std::string_view unit = element.text("ConditionQuantityUnit");
    if (!unit.empty() && sap_unit(unit) != item.text("RequestedQuantitySAPUnit") && !item.text("RequestedQuantitySAPUnit").empty())
        return refuse("V1/384", "Unit of measure " + std::string(unit) + " of the price does not fit the item", "ConditionQuantityUnit");
    return {};
}

Draft& add_list_price(Draft& item, const ListPrice& price) {
    Draft& element = item.list("to_PricingElement").emplace_back(*entity_type("A_SalesOrderItemPrElement"));
    element.set("ConditionType", "PPR0");
    element.set("ConditionRateValue", price.rate.to_string());
    element.set("ConditionQuantity", price.per_quantity.to_string());
    element.set("ConditionOrigin", "A");
    return element;
}

Result<Decimal> apply(const Draft& item, Draft& element) {
    const std::string currency(item.text("TransactionCurrency"));
    const Decimal quantity = decimal(item.text("RequestedQuantity"));
    element.propose("ConditionQuantity", "1");
    const Decimal per = decimal(element.text("ConditionQuantity"));
    if (per.is_zero() || per.is_negative()) return refuse("VE/107", "Enter a positive pricing quantity", "ConditionQuantity");
    LS_TRY_ASSIGN(Decimal net, amount(decimal(element.text("ConditionRateValue")), quantity, per, currency));
    element.propose("PricingProcedureStep", "20");
    element.propose("PricingProcedureCounter", "1");
    element.propose("ConditionCurrency", currency);
    element.propose("ConditionQuantityUnit", item.text("RequestedQuantityUnit"));
    element.set("ConditionQuantitySAPUnit", sap_unit(element.text("ConditionQuantityUnit")));
    element.set("ConditionQuantityISOUnit", iso_unit(sap_unit(element.text("ConditionQuantityUnit"))));
    element.set("ConditionCalculationType", "C");
    element.set("ConditionBaseValue", quantity.to_string());
    element.set("TransactionCurrency", currency);
    element.set("ConditionAmount", money(net, currency));
    return net;
}

void set_net(Draft& item, const Decimal& net) { item.set("NetAmount", money(net, item.text("TransactionCurrency"))); }

}  // namespace

Result<void> price_item(State& state, Draft& item, std::vector<std::string>& incomplete) {
    std::vector<Draft>& elements = item.list("to_PricingElement");
    if (elements.size() > 1) return refuse("VE/108", "More than one manual price for an item", "to_PricingElement");
    if (!elements.empty()) {
        LS_TRY(check_element(item, elements.front()));
        elements.front().set("ConditionIsManuallyChanged", "true");
        elements.front().set("ConditionOrigin", "C");
        LS_TRY_ASSIGN(Decimal net, apply(item, elements.front()));
        set_net(item, net);
        return {};
    }
    const ListPrice* price = state.list_price(item.text("Material"), item.text("TransactionCurrency"));
    if (price == nullptr) {
        incomplete.push_back("Item " + std::string(item.text("SalesOrderItem")) + ": mandatory condition PPR0 is missing");
        set_net(item, Decimal(0));
        return {};
    }
    LS_TRY_ASSIGN(Decimal net, apply(item, add_list_price(item, *price)));
    set_net(item, net);
    return {};
}

void reprice_stored(State& state, Draft& item) {
    Table& table = state.tables["A_SalesOrderItemPrElement"];
    const auto rows = state.tables.navigate(*item.type, item.record, *item.type->navigation("to_PricingElement"));
    if (rows.empty()) return;
    Draft element(table.type());
    element.record = table.at(rows.front());
    auto net = apply(item, element);
    if (!net) return;
    set_net(item, *net);
    table.put(element.record);
}

std::string total_of(const Draft& order, const std::vector<Draft>& items) {
    Decimal sum(0);
    for (const Draft& item : items) {
        auto next = sum.plus(decimal(item.text("NetAmount")));
        if (next) sum = *next;
    }
    return money(sum, order.text("TransactionCurrency"));
}

}  // namespace lockstep::sandbox::sap
