#pragma once

#include <string>
#include <vector>

#include "sandbox/sap/state.h"

namespace lockstep::sandbox::sap {

/// Prices an item: by its manual pricing element, otherwise by the material's list price, as SAP does. Sets NetAmount and
/// the element's amounts. An item without any price makes the order incomplete. Errors: `vendor_rejected`.
Result<void> price_item(State& state, Draft& item, std::vector<std::string>& incomplete);
/// Prices an item that is stored already, with its stored pricing elements.
void reprice_stored(State& state, Draft& item);
/// The sum of the items' NetAmount with the decimals of the order's currency.
std::string total_of(const Draft& order, const std::vector<Draft>& items);

}  // namespace lockstep::sandbox::sap
