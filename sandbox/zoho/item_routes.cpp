#include <algorithm>

#include "sandbox/zoho/api.h"
#include "sandbox/zoho/listing.h"
#include "sandbox/zoho/text.h"

namespace lockstep::sandbox::zoho {

namespace {

Result<void> apply_item(Item& item, const Map& body) {
    if (body.contains("name")) item.name = text_of(body, "name");
    if (item.name.empty()) return invalid("name");
    LS_TRY(check_length("name", item.name, 100));
    if (body.contains("sku")) item.sku = text_of(body, "sku");
    if (body.contains("unit")) item.unit = text_of(body, "unit");
    if (body.contains("description")) item.description = text_of(body, "description");
    if (const Value* rate = body.find("rate")) { LS_TRY_ASSIGN(item.rate, decimal_of("rate", *rate)); }
    return {};
}

Result<net::Response> create_item(Books& books, const Call& call) {
    LS_TRY_ASSIGN(Map body, read_body(*call.request));
    Item item;
    LS_TRY(apply_item(item, body));
    if (!books.items.look_up(index_key("name", lower(item.name))).empty())
        return refuse(number_used, "Item \"" + item.name + "\" already exists.");
    item.id = books.make_id();
    const Value answer = item_value(item);
    books.put(std::move(item));
    return reply(201, "The item has been added.", "item", answer);
}

Result<net::Response> get_item(Books& books, const Call& call) {
    const Item* item = books.items.find(call.ids[0]);
    if (item == nullptr) return refuse(not_found, "Item does not exist.");
    return reply(200, "success", "item", item_value(*item));
}

const Shelf<Item>::Ids* narrowed(const Books& books, const ListQuery& query) {
    for (const Filter& filter : query.filters)
        if (filter.kind == Filter::Kind::equal && is_listed("name sku", filter.field))
            return &books.items.look_up(index_key(filter.field, lower(filter.value)));
    return nullptr;
}

Result<net::Response> list_items(Books& books, const Call& call) {
    LS_TRY_ASSIGN(ListQuery query, read_list_query(call.parameters, "name sku"));
    Listing<Item> listing{.ids = narrowed(books, query), .row = item_value};
    if (!query.filters.empty())
        listing.fits = [&](const Item& item) -> Result<bool> {
            return std::all_of(query.filters.begin(), query.filters.end(),
                               [&](const Filter& filter) { return fits(filter, filter.field == "sku" ? item.sku : item.name); });
        };
    return list_shelf(query, books.items, listing, books.rows_visited, "items", "Items");
}

constexpr Route routes[] = {
    {"POST", "items", create_item},
    {"GET", "items", list_items},
    {"GET", "items/*", get_item},
};

}  // namespace

std::span<const Route> item_routes() { return routes; }

Value item_value(const Item& item) {
    return Map{{"item_id", Value(item.id)},
               {"name", Value(item.name)},
               {"sku", Value(item.sku)},
               {"unit", Value(item.unit)},
               {"description", Value(item.description)},
               {"rate", Value(item.rate)},
               {"status", Value("active")}};
}

Result<void> load_item(Books& books, const Value& record) {
    if (!record.is_map()) return invalid("item");
    Item item{.id = text_of(record.as_map(), "item_id")};
    LS_TRY(apply_item(item, record.as_map()));
    if (item.id.empty()) item.id = books.make_id();
    books.reserve_id(item.id);
    books.put(std::move(item));
    return {};
}

}  // namespace lockstep::sandbox::zoho
