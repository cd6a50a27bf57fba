#include "sandbox/sap/model.h"

#include <algorithm>
#include <array>
#include <deque>
#include <string>
#include <vector>

namespace lockstep::sandbox::sap {

namespace {

using Positions = std::unordered_map<std::string_view, int>;

Positions positions_of(const EntityType& type) {
    Positions positions;
    for (std::size_t i = 0; i < type.properties.size(); ++i) positions[type.properties[i].name] = static_cast<int>(i);
    return positions;
}

std::vector<EntityType> gather() {
    static std::deque<Positions> positions;
    std::vector<EntityType> all;
    for (auto types : {business_partner_types(), partner_part_types(), sales_order_types(), product_types(), stock_types()})
        all.insert(all.end(), types.begin(), types.end());
    for (EntityType& type : all) type.positions = &positions.emplace_back(positions_of(type));
    return all;
}

}  // namespace

int EntityType::find(std::string_view name) const {
    auto found = positions->find(name);
    return found == positions->end() ? -1 : found->second;
}

const Navigation* EntityType::navigation(std::string_view name) const {
    for (const Navigation& navigation : navigations)
        if (navigation.name == name) return &navigation;
    return nullptr;
}

std::span<const EntityType> entity_types() {
    static const std::vector<EntityType> all = gather();
    return all;
}

const EntityType* entity_type(std::string_view set) {
    static const auto by_name = [] {
        std::unordered_map<std::string_view, const EntityType*> made;
        for (const EntityType& type : entity_types()) made[type.set] = &type;
        return made;
    }();
    auto found = by_name.find(set);
    return found == by_name.end() ? nullptr : found->second;
}

std::span<const std::string_view> services() {
    static constexpr std::array<std::string_view, 4> names = {"API_BUSINESS_PARTNER", "API_SALES_ORDER_SRV", "API_PRODUCT_SRV",
                                                              "API_MATERIAL_STOCK_SRV"};
    return names;
}

bool is_service(std::string_view name) {
    auto all = services();
    return std::find(all.begin(), all.end(), name) != all.end();
}

}  // namespace lockstep::sandbox::sap
