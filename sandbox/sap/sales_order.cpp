#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "sandbox/sap/pricing.h"
#include "sandbox/sap/refusal.h"
#include "sandbox/sap/state.h"
#include "sandbox/sap/values.h"
#include "value/encoding.h"

namespace lockstep::sandbox::sap {

namespace {

constexpr std::string_view system_user = "CC0000000001";
/// Customising: the sales document types of the emulated company.
constexpr std::array<std::string_view, 4> order_types = {"OR", "OR1", "RO", "SO"};

// The texts are SAP's; the message numbers are from general knowledge and not checked one by one.

Unexpected not_maintained(const Draft& order) {
    return refuse("VP/199",
                  "Sold-to party " + std::string(order.text("SoldToParty")) + " not maintained for sales area " +
                      std::string(order.text("SalesOrganization")) + " " + std::string(order.text("DistributionChannel")) + " " +
                      std::string(order.text("OrganizationDivision")),
                  "SoldToParty");
}

Result<void> check_header(const Draft& order) {
    const std::string type(order.text("SalesOrderType"));
    if (std::find(order_types.begin(), order_types.end(), type) == order_types.end())
        return refuse("V1/301", "Sales document type " + type + " is not defined", "SalesOrderType");
    for (std::string_view property : {"SalesOrganization", "DistributionChannel", "OrganizationDivision"})
        if (order.text(property).empty())
            return refuse("V1/340", "Enter the sales area: " + std::string(property) + " is initial", std::string(property));
    if (!is_sales_area(order.text("SalesOrganization"), order.text("DistributionChannel"), order.text("OrganizationDivision")))
        return refuse("V1/301",
                      "Sales area " + std::string(order.text("SalesOrganization")) + " " + std::string(order.text("DistributionChannel")) +
                          " " + std::string(order.text("OrganizationDivision")) + " is not defined",
                      "SalesOrganization");
    if (order.text("SoldToParty").empty()) return refuse("V1/320", "Enter sold-to party or ship-to party", "SoldToParty");
    return {};
}

bool has_role(const State& state, std::string_view partner, std::string_view role) {
    return state.tables["A_BusinessPartnerRole"].find_by({partner, role}).has_value();
}

Result<void> check_customer(const State& state, const Draft& order, std::string_view customer) {
    const Table& partners = state.tables["A_BusinessPartner"];
    const auto* rows = partners.lookup({partners.type().find("Customer")}, {customer});
    if (rows == nullptr || rows->empty() || !state.tables["A_Customer"].find_by({customer}))
        return refuse("VP/201", "Customer " + std::string(customer) + " does not exist", "SoldToParty");
    const Row row = rows->front();
    if (!partners.text(row, "BusinessPartnerIsBlocked").empty())
        return refuse("VP/205", "Customer " + std::string(customer) + " is blocked", "SoldToParty");
    const std::string_view partner = partners.text(row, "BusinessPartner");
    if (!has_role(state, partner, "FLCU01")) return not_maintained(order);
    return {};
}

/// Proposes what the customer's sales area knows. The customer must have that sales area.
Result<void> apply_sales_area(const State& state, Draft& order) {
    const Table& areas = state.tables["A_CustomerSalesArea"];
    const auto row = areas.find_by({order.text("SoldToParty"), order.text("SalesOrganization"), order.text("DistributionChannel"),
                                    order.text("OrganizationDivision")});
    if (!row) return not_maintained(order);
    if (!areas.text(*row, "OrderIsBlockedForCustomer").empty())
        return refuse("V1/206", "Sold-to party " + std::string(order.text("SoldToParty")) + " is blocked for orders", "SoldToParty");
    order.propose("TransactionCurrency", areas.text(*row, "Currency"));
    for (std::string_view property : {"CustomerPaymentTerms", "IncotermsClassification", "IncotermsLocation1", "ShippingCondition",
                                      "CustomerGroup", "CustomerPriceGroup"})
        order.propose(property, areas.text(*row, property));
    if (!currency_decimals(order.text("TransactionCurrency")))
        return refuse("SG/105", "Currency " + std::string(order.text("TransactionCurrency")) + " is not defined", "TransactionCurrency");
    return {};
}

Result<void> number_items(std::vector<Draft>& items) {
    std::set<int> used;
    int highest = 0;
    for (const Draft& item : items) {
        const std::string_view text = item.text("SalesOrderItem");
        int number = 0;
        std::from_chars(text.data(), text.data() + text.size(), number);
        if (number != 0 && !used.insert(number).second)
            return refuse("V1/379", "Item " + std::string(text) + " already exists", "SalesOrderItem");
        highest = std::max(highest, number);
    }
    for (Draft& item : items)
        if (item.text("SalesOrderItem").empty()) item.set("SalesOrderItem", std::to_string(highest = (highest / 10 + 1) * 10));
    return {};
}

Result<void> check_material(const State& state, const Draft& order, Draft& item) {
    const std::string material(item.text("Material"));
    if (material.empty()) return refuse("V1/331", "Enter a material number", "Material");
    const Table& products = state.tables["A_Product"];
    const auto row = products.find_by({material});
    if (!row) return refuse("V1/382", "Material " + material + " does not exist or is not activated", "Material");
    const bool extended = state.tables["A_ProductSalesDelivery"]
                              .find_by({material, order.text("SalesOrganization"), order.text("DistributionChannel")})
                              .has_value();
    if (!extended)
        return refuse("V1/382",
                      "Material " + material + " is not defined for sales org." + std::string(order.text("SalesOrganization")) +
                          ", distr.chan." + std::string(order.text("DistributionChannel")),
                      "Material");
    LS_TRY(state.locks.check("A_Product", material, state.options.clock()));
    if (!products.text(*row, "IsMarkedForDeletion").empty())
        return refuse("V1/028", "Material " + material + " has been flagged for deletion", "Material");
    item.propose("MaterialGroup", products.text(*row, "ProductGroup"));
    const Table& texts = state.tables["A_ProductDescription"];
    if (auto text = texts.find_by({material, "EN"}))
        item.propose("SalesOrderItemText", encoding::utf8_prefix(texts.text(*text, "ProductDescription"), 40));
    return {};
}

/// The three names of a unit must say the same, and the material must know it.
Result<void> check_unit(const State& state, Draft& item) {
    const Table& products = state.tables["A_Product"];
    std::string base(products.text(*products.find_by({item.text("Material")}), "BaseUnit"));
    if (!sap_unit(base).empty()) base = sap_unit(base);
    std::string unit;
    for (std::string_view property : {"RequestedQuantityUnit", "RequestedQuantitySAPUnit", "RequestedQuantityISOUnit"}) {
        const std::string_view sent = item.text(property);
        if (sent.empty()) continue;
        const std::string_view known = sap_unit(sent);
        if (known.empty() || (!unit.empty() && unit != known))
            return refuse("BM/302", "Unit of measure " + std::string(sent) + " is not defined", std::string(property));
        unit = known;
    }
    if (unit.empty()) unit = base;
    if (unit != base && !state.tables["A_ProductUnitsOfMeasure"].find_by({item.text("Material"), unit}))
        return refuse("V1/384", "Unit of measure " + unit + " is not maintained for material " + std::string(item.text("Material")),
                      "RequestedQuantityUnit");
    item.set("RequestedQuantityUnit", unit);
    item.set("RequestedQuantitySAPUnit", unit);
    item.set("RequestedQuantityISOUnit", iso_unit(unit));
    for (std::string_view property : {"OrderQuantityUnit", "OrderQuantitySAPUnit"}) item.set(property, unit);
    return {};
}

Result<void> check_item(State& state, const Draft& order, Draft& item, OrderNotes& notes) {
    LS_TRY(check_material(state, order, item));
    LS_TRY(check_unit(state, item));
    if (item.text("RequestedQuantity").starts_with("-")) return refuse("V1/309", "Enter a positive order quantity", "RequestedQuantity");
    if (item.text("RequestedQuantity").empty() || item.text("RequestedQuantity") == "0")
        notes.incomplete.push_back("Item " + std::string(item.text("SalesOrderItem")) + ": order quantity is missing");
    item.propose("SalesOrderItemCategory", "TAN");
    item.propose("ProductionPlant", "1010");
    item.set("TransactionCurrency", order.text("TransactionCurrency"));
    item.set("SDProcessStatus", "A");
    item.set("DeliveryStatus", "A");
    return price_item(state, item, notes.incomplete);
}

void add_schedule_line(const Draft& order, Draft& item) {
    std::vector<Draft>& lines = item.list("to_ScheduleLine");
    if (!lines.empty()) return;
    Draft& line = lines.emplace_back(*entity_type("A_SalesOrderScheduleLine"));
    line.set("ScheduleLine", "1");
    line.set("RequestedDeliveryDate", order.text("RequestedDeliveryDate"));
    line.set("ScheduleLineOrderQuantity", item.text("RequestedQuantity"));
    line.set("OrderQuantityUnit", item.text("RequestedQuantityUnit"));
    line.set("OrderQuantitySAPUnit", item.text("RequestedQuantitySAPUnit"));
}

void add_partners(Draft& order) {
    std::vector<Draft>& partners = order.list("to_Partner");
    for (std::string_view function : {"SP", "SH", "BP", "PY"}) {
        const bool known =
            std::any_of(partners.begin(), partners.end(), [&](const Draft& p) { return p.text("PartnerFunction") == function; });
        if (known) continue;
        Draft& partner = partners.emplace_back(*entity_type("A_SalesOrderHeaderPartner"));
        partner.set("PartnerFunction", function);
        partner.set("Customer", order.text("SoldToParty"));
    }
}

void complete_header(State& state, Draft& order) {
    const std::string now = std::to_string(state.change_ticks());
    const std::string today = day_of(now);
    for (std::string_view property : {"CreationDate", "SalesOrderDate", "PricingDate", "RequestedDeliveryDate"})
        order.propose(property, today);
    order.propose("CreatedByUser", system_user);
    order.propose("LastChangeDateTime", now);
    for (std::string_view property : {"OverallSDProcessStatus", "OverallTotalDeliveryStatus", "OverallSDDocumentRejectionSts"})
        order.propose(property, "A");
    order.propose("OverallOrdReltdBillgStatus", "A");
}

void number_order(State& state, Draft& order) {
    if (order.text("SalesOrder").empty()) order.set("SalesOrder", std::to_string(state.next_order));
    const std::string_view text = order.text("SalesOrder");
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    state.next_order = std::max(state.next_order, number + 1);
}

Row store_order(State& state, Draft& order) {
    std::vector<Draft>& items = order.list("to_Item");
    for (Draft& item : items) add_schedule_line(order, item);
    order.set("TotalNetAmount", total_of(order, items));
    return store_draft(state.tables, order);
}

}  // namespace

Result<Row> create_order(State& state, Draft& order, OrderNotes& notes) {
    if (!order.text("SalesOrder").empty())
        return refuse("V1/311",
                      "External number assignment is not allowed for sales document type " + std::string(order.text("SalesOrderType")),
                      "SalesOrder");
    LS_TRY(check_header(order));
    LS_TRY(check_customer(state, order, order.text("SoldToParty")));
    LS_TRY(apply_sales_area(state, order));
    if (const std::vector<Draft>* partners = order.find("to_Partner"))
        for (const Draft& partner : *partners) {
            if (partner.text("PartnerFunction").empty()) return refuse("VP/150", "Enter a partner function", "PartnerFunction");
            if (!partner.text("Customer").empty()) LS_TRY(check_customer(state, order, partner.text("Customer")));
        }
    const Draft sent = order;
    std::vector<Draft>& items = order.list("to_Item");
    if (items.empty()) notes.incomplete.emplace_back("No items");
    LS_TRY(number_items(items));
    for (Draft& item : items) LS_TRY(check_item(state, order, item, notes));
    number_order(state, order);
    complete_header(state, order);
    add_partners(order);
    const Row row = store_order(state, order);
    order.children = sent.children;  // the answer expands what was sent
    return row;
}

Result<Row> add_item(State& state, std::string_view number, Draft& item, OrderNotes& notes) {
    Table& orders = state.tables["A_SalesOrder"];
    const auto row = orders.find_by({number});
    if (!row) return refuse("V1/302", "Sales document " + std::string(number) + " does not exist", "SalesOrder");
    Draft order(orders.type());
    order.record = orders.at(*row);
    const Table& table = state.tables["A_SalesOrderItem"];
    std::vector<Draft> items;
    for (Row stored : state.tables.navigate(orders.type(), order.record, *orders.type().navigation("to_Item")))
        items.emplace_back(table.type()).record = table.at(stored);
    items.push_back(item);
    LS_TRY(number_items(items));
    item = std::move(items.back());
    LS_TRY(check_item(state, order, item, notes));
    add_schedule_line(order, item);
    item.set("SalesOrder", number);
    const Row stored = store_draft(state.tables, item);
    refresh_order(state, number);
    return stored;
}

Result<Row> load_order(State& state, Draft& order) {
    order.propose("SalesOrderType", "OR");
    number_order(state, order);
    complete_header(state, order);
    std::vector<Draft>& items = order.list("to_Item");
    LS_TRY(number_items(items));
    std::vector<std::string> notes;
    for (Draft& item : items) {
        item.propose("TransactionCurrency", order.text("TransactionCurrency"));
        if (item.text("NetAmount").empty()) LS_TRY(price_item(state, item, notes));
    }
    return store_order(state, order);
}

void refresh_order(State& state, std::string_view number) {
    Table& orders = state.tables["A_SalesOrder"];
    const auto row = orders.find_by({number});
    if (!row) return;
    Draft order(orders.type());
    order.record = orders.at(*row);
    std::vector<Draft> items;
    Table& item_table = state.tables["A_SalesOrderItem"];
    for (Row item_row : state.tables.navigate(orders.type(), order.record, *orders.type().navigation("to_Item"))) {
        Draft item(item_table.type());
        item.record = item_table.at(item_row);
        reprice_stored(state, item);
        items.push_back(std::move(item));
    }
    for (const Draft& item : items) item_table.put(item.record);
    order.set("TotalNetAmount", total_of(order, items));
    order.set("LastChangeDateTime", std::to_string(state.change_ticks()));
    order.set("LastChangeDate", day_of(order.text("LastChangeDateTime")));
    orders.put(order.record);
}

}  // namespace lockstep::sandbox::sap
