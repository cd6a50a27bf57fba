// Stock: the first run of the day, then goods that move in SAP, one run that shows them and one that finds nothing to do.
#include <algorithm>

#include <fmt/format.h>

#include "cli/demo_day.h"
#include "value/json.h"

namespace lockstep::cli {
namespace {

constexpr std::int64_t run_timeout_ms = 60'000;
const Decimal low_below = 10;  // as flows/inventory.yaml has it

/// One goods movement in the sales plant.
struct Movement {
    const char* type;
    std::string material;
    const char* plant;
    Decimal quantity;
    Value record() const {
        return Map{{"GoodsMovementType", type},
                   {"Material", material},
                   {"Plant", plant},
                   {"StorageLocation", std::string_view(plant) == "1010" ? "101A" : "102A"},
                   {"QuantityInBaseUnit", quantity.to_string()}};
    }
};
constexpr const char* receipt = "101";
constexpr const char* delivery = "601";
constexpr const char* blocking = "344";

struct Product {
    std::string code, name, unit;
    Value stock, low;
};

std::map<std::string, Product> products_of(const DemoVendors& vendors) {
    std::map<std::string, Product> products;
    for (const Value& its : vendors.records("salesforce/Product2")) {
        const std::string code = its["ProductCode"].text();
        products[code] = {code, its["Name"].text(), its["QuantityUnitOfMeasure"].text(), its["Available_Stock__c"],
                          its["Low_Stock_Alert__c"]};
    }
    return products;
}

/// The materials whose whole stock of the plant lies in its first storage location, with it.
std::map<std::string, Decimal> in_one_place(const DemoVendors& vendors) {
    std::map<std::string, Decimal> places;
    const auto all = sap_stock(vendors);
    for (const Value& row : vendors.records("sap/A_MatlStkInAcctMod")) {
        auto total = all.find(row["Material"].text());
        const Decimal quantity = number_of(row["MatlWrhsStkQtyInMatlBaseUnit"]);
        if (total != all.end() && row["StorageLocation"].text() == "101A" && row["InventoryStockType"].text() == "01" &&
            row["InventorySpecialStockType"].text().empty() && total->second == quantity && quantity.is_integer())
            places.emplace(total->first, quantity);
    }
    return places;
}

/// Takes the first material out that has at least so much and less than that. Errors: there is none.
Result<std::pair<std::string, Decimal>> take(std::map<std::string, Decimal>& places, const Decimal& least, const Decimal& less_than) {
    auto found =
        std::find_if(places.begin(), places.end(), [&](const auto& place) { return place.second >= least && place.second < less_than; });
    if (found == places.end()) return fail(ErrorCode::internal, "the sandbox's stock is not enough for the demo");
    std::pair<std::string, Decimal> taken = *found;
    places.erase(found);
    return taken;
}

/// Three deliveries; one delivery of nearly all; a receipt of what was low; goods that are blocked; and a receipt of another
/// plant, which changes nothing for sales. Errors: the data has no such materials.
Result<std::vector<Movement>> choose_movements(const DemoVendors& vendors) {
    auto places = in_one_place(vendors);
    const Decimal all = 1'000'000, enough = 60, left = 4;
    std::vector<Movement> movements;
    LS_TRY_ASSIGN(const auto emptied, take(places, low_below, all));
    LS_TRY_ASSIGN(const auto delivered, emptied.second.minus(left));
    movements.push_back({delivery, emptied.first, "1010", delivered.normalized()});
    for (const int quantity : {7, 12, 17}) {
        LS_TRY_ASSIGN(const auto material, take(places, enough, all));
        movements.push_back({delivery, material.first, "1010", quantity});
    }
    LS_TRY_ASSIGN(const auto low, take(places, 0, low_below));
    movements.push_back({receipt, low.first, "1010", 120});
    LS_TRY_ASSIGN(const auto blocked, take(places, enough, all));
    movements.push_back({blocking, blocked.first, "1010", 25});
    LS_TRY_ASSIGN(const auto elsewhere, take(places, enough, all));
    movements.push_back({receipt, elsewhere.first, "1020", 40});
    return movements;
}

/// What Slack has said since there were `before` messages.
std::vector<std::string> said_since(const DemoVendors& vendors, std::size_t before) {
    std::vector<std::string> texts;
    const List messages = vendors.records("slack/messages");
    for (std::size_t i = before; i < messages.size(); ++i) texts.push_back(messages[i]["text"].text());
    return texts;
}

std::string on_one_line(std::string text) {
    for (auto at = text.find('\n'); at != std::string::npos; at = text.find('\n', at)) text.replace(at, 1, " ");
    return text;
}

std::string shown(const Value& stock) { return stock.is_null() ? "none" : number_of(stock).normalized().to_string(); }

}  // namespace

/// As `lockstep run inventory` does. Returns the run's report.
Result<Value> DemoDay::run_inventory() {
    auto engine = RunningEngine::find(application_.config().store_path);
    if (!engine) return fail(ErrorCode::internal, "Lockstep does not answer at " + address_);
    LS_TRY_ASSIGN(auto accepted, engine->post("/api/v1/flows/inventory/run", Map{}));
    const std::string id = accepted["run"].text();
    store::RunRow ended;
    LS_TRY(wait_until("the stock run is over", run_timeout_ms, [&] {
        for (const auto& run : runs_of("inventory"))
            if (run.id == id && run.ended_at_ms != 0) ended = run;
        return !ended.id.empty();
    }));
    if (ended.status != store::RunStatus::succeeded)
        return fail(ErrorCode::internal, fmt::format("the stock run is {}: {}", store::to_string(ended.status), ended.reason));
    return json::parse(ended.summary_json);
}

Result<void> DemoDay::first_stock() {
    screen_.heading("Before work: the first stock run");
    LS_TRY_ASSIGN(auto report, run_inventory());
    screen_.happened(Mark::good, "stock",
                     fmt::format("{} of {} products get SAP's stock; {} are low, said in one Slack message", report["updated"].text(),
                                 report["products"].text(), report["newly_low"].text()));
    if (!report["which"].text().empty()) screen_.detail("not " + report["which"].text());
    return {};
}

/// The full hour: what moved in SAP shows in Salesforce, exactly that, and Slack hears of what became low.
Result<void> DemoDay::stock_hour() {
    screen_.heading("A full hour: stock");
    LS_TRY_ASSIGN(const auto movements, choose_movements(vendors_));
    List records;
    for (const auto& movement : movements) records.push_back(movement.record());
    const auto before = products_of(vendors_);
    const std::size_t messages = vendors_.records("slack/messages").size();
    LS_TRY(vendors_.load("sap/goods_movements", records));
    screen_.happened(Mark::plain, "SAP", fmt::format("{} goods movements; one of them in another plant", movements.size()));
    LS_TRY(run_inventory());

    std::int64_t changed = 0, of_the_movements = 0;
    const auto after = products_of(vendors_);
    for (const auto& [code, product] : after) {
        const Product& earlier = before.at(code);
        if (product.stock == earlier.stock && product.low == earlier.low) continue;
        ++changed;
        for (const auto& movement : movements) of_the_movements += movement.material == code ? 1 : 0;
        const char* news = product.low == earlier.low ? "" : product.low == Value(true) ? "  low now" : "  not low any more";
        screen_.happened(Mark::good, "stock",
                         fmt::format("{:<10} {:<30.30} {:>7} → {} {}{}", code, product.name, shown(earlier.stock), shown(product.stock),
                                     product.unit, news));
    }
    const auto said = said_since(vendors_, messages);
    for (const auto& text : said) screen_.happened(Mark::plain, "Slack", on_one_line(text));
    const auto expected = static_cast<std::int64_t>(movements.size()) - 1;
    proof_.expect(Topic::stock, "products changed by goods movements", expected, of_the_movements);
    proof_.expect(Topic::stock, "other products changed in that hour", 0, changed - of_the_movements);

    const auto writes = vendors_.writes_of("salesforce");
    LS_TRY_ASSIGN(auto again, run_inventory());
    const auto written = vendors_.writes_of("salesforce") - writes;
    screen_.happened(
        Mark::good, "again",
        fmt::format("a second run looks at {} products and writes {}", again["products"].text(), written == 0 ? "nothing" : "AGAIN"));
    proof_.expect(Topic::stock, "writes of a stock run without changes", 0, written);
    proof_.expect(Topic::stock, "Slack messages of that hour", 1, static_cast<std::int64_t>(said_since(vendors_, messages).size()));
    return {};
}

}  // namespace lockstep::cli
