// Records by id and in lists, and what was deleted. Source: zoho/crm-oas v8.0, `record/operations`.
#include <algorithm>
#include <array>
#include <charconv>

#include "sandbox/zoho_crm/api.h"
#include "sandbox/zoho_crm/values.h"

namespace lockstep::sandbox::zoho_crm {

namespace {

constexpr std::size_t fields_max = 50, per_page_max = 200, discrete_max = 2'000, reach_max = 100'000;
constexpr std::int64_t token_life_ms = 24LL * 3600 * 1000;

std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(','), text.size());
        if (end > 0) out.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

/// Names that are no field's are left out of the answer.
std::vector<int> positions_of(const Table& table, const std::vector<std::string>& names) {
    std::vector<int> out;
    for (const std::string& name : names) {
        const int position = table.module.position(name);
        const bool new_one = position >= 0 && name != "id" && std::ranges::find(out, position) == out.end();
        if (new_one) out.push_back(position);
    }
    return out;
}

Result<std::vector<int>> read_fields(const Table& table, const Call& call) {
    const auto names = split(call.parameter("fields").value_or(""));
    if (names.empty()) return refuse("REQUIRED_PARAM_MISSING", "required param is missing", {{"param_name", "fields"}});
    if (names.size() > fields_max) return refuse("LIMIT_EXCEEDED", "limit exceeded", {{"limit", 50}, {"param_name", "fields"}});
    return positions_of(table, names);
}

Result<std::size_t> read_number(const Call& call, std::string_view name, std::size_t otherwise, std::size_t highest) {
    const auto text = call.parameter(name);
    if (!text || text->empty()) return otherwise;
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (error != std::errc() || end != text->data() + text->size() || number == 0 || number > highest) return wrong_parameter(name);
    return number;
}

/// What a record is sorted by, and its id.
using Key = std::pair<std::int64_t, RecordId>;

struct Listing {
    std::string sort_by = "id", sort_order = "desc";
    std::size_t page = 1, per_page = per_page_max;
    std::optional<Timestamp> since;
    std::vector<int> fields;
    std::optional<PageToken> token;
    std::string bound_to;

    bool descending() const { return sort_order == "desc"; }
    Key key(const Record& record) const {
        if (sort_by == "Modified_Time") return {record.modified.seconds, record.id};
        if (sort_by == "Created_Time") return {record.created.seconds, record.id};
        return {0, record.id};
    }
    /// Tells whether `a` comes before `b`.
    bool before(const Key& a, const Key& b) const { return descending() ? b < a : a < b; }
};

Unexpected unsupported(std::string_view name, List values) { return wrong_parameter(name, {{"supported_values", std::move(values)}}); }

/// Everything that a page token is bound to.
std::string bound_to(const Call& call) {
    net::Parameters bound = call.parameters;
    std::erase_if(bound, [](const auto& entry) { return entry.first == "page_token" || entry.first == "page" || entry.first.empty(); });
    std::ranges::sort(bound);
    return call.ids[0] + '?' + net::write_form(bound);
}

Result<void> read_token(const Crm& crm, const Call& call, Listing& listing) {
    const auto text = call.parameter("page_token");
    if (!text) return {};
    const auto known = crm.page_tokens.find(*text);
    if (known == crm.page_tokens.end() || known->second.bound_to != listing.bound_to)
        return refuse("TOKEN_BOUND_DATA_MISMATCH", "The page_token given seems to be invalid or input param is added or altered or deleted",
                      {{"param_name", "page_token"}});
    if (known->second.expires <= crm.options.clock())
        return refuse_field("EXPIRED_VALUE", "Page token expired", "page_token", "$.query.page_token");
    if (known->second.delivered >= reach_max)
        return refuse("PAGINATION_LIMIT_EXCEEDED", "You can only get upto 100000 records using page_token param",
                      {{"param_name", "page_token"}});
    listing.token = known->second;
    listing.page = static_cast<std::size_t>(known->second.page);
    return {};
}

Result<Listing> read_listing(const Crm& crm, const Table& table, const Call& call) {
    Listing listing;
    LS_TRY_ASSIGN(listing.fields, read_fields(table, call));
    LS_TRY_ASSIGN(listing.per_page, read_number(call, "per_page", per_page_max, per_page_max));
    LS_TRY_ASSIGN(listing.page, read_number(call, "page", 1, 1'000'000));
    listing.sort_by = call.parameter("sort_by").value_or("id");
    if (listing.sort_by != "id" && listing.sort_by != "Created_Time" && listing.sort_by != "Modified_Time")
        return unsupported("sort_by", {"id", "Created_Time", "Modified_Time"});
    listing.sort_order = call.parameter("sort_order").value_or("desc");
    if (listing.sort_order != "asc" && listing.sort_order != "desc") return unsupported("sort_order", {"asc", "desc"});
    LS_TRY_ASSIGN(listing.since, call.time_header("If-Modified-Since"));
    listing.bound_to = bound_to(call);
    LS_TRY(read_token(crm, call, listing));
    if (!listing.token && (listing.page - 1) * listing.per_page >= discrete_max)
        return refuse("DISCRETE_PAGINATION_LIMIT_EXCEEDED", "You can only get the first 2000 records without using page_token param",
                      {{"limit", 2000}});
    return listing;
}

/// The records that a list call is about, in its order; `enough` are needed.
class Selection {
public:
    Selection(Crm& crm, const Table& table, const Listing& listing, std::size_t enough)
        : crm_(crm), table_(table), listing_(listing), enough_(enough) {}

    std::vector<const Record*> take() {
        if (listing_.sort_by == "Modified_Time") {
            listing_.descending() ? walk_modified_back() : walk_modified();
        } else if (listing_.since || listing_.sort_by == "Created_Time") {
            sort_some();
        } else {
            listing_.descending() ? walk_ids_back() : walk_ids();
        }
        return std::move(records_);
    }

private:
    bool add(const Record& record) {
        ++crm_.rows_visited;
        if (listing_.token && !listing_.before(listing_.token->last, listing_.key(record))) return true;
        records_.push_back(&record);
        return records_.size() < enough_;
    }
    void walk_ids() {
        auto at = listing_.token ? table_.all().upper_bound(listing_.token->last.second) : table_.all().begin();
        for (; at != table_.all().end(); ++at)
            if (!add(at->second)) return;
    }
    void walk_ids_back() {
        auto at = listing_.token ? table_.all().lower_bound(listing_.token->last.second) : table_.all().end();
        while (at != table_.all().begin())
            if (!add((--at)->second)) return;
    }
    // Later than what the client has: the seconds after.
    auto first_modified() const {
        return table_.by_modified().lower_bound(listing_.since ? Key{listing_.since->seconds + 1, 0} : Key{INT64_MIN, 0});
    }
    void walk_modified() {
        auto at = listing_.token ? table_.by_modified().upper_bound(listing_.token->last) : first_modified();
        for (; at != table_.by_modified().end(); ++at)
            if (!add(*table_.find(at->second))) return;
    }
    void walk_modified_back() {
        auto at = listing_.token ? table_.by_modified().lower_bound(listing_.token->last) : table_.by_modified().end();
        const auto first = first_modified();
        while (at != first && at != table_.by_modified().begin())
            if (!add(*table_.find((--at)->second))) return;
    }
    void sort_some() {
        std::vector<const Record*> all;
        for (auto at = first_modified(); at != table_.by_modified().end(); ++at) all.push_back(table_.find(at->second));
        std::ranges::sort(all, [&](const Record* a, const Record* b) { return listing_.before(listing_.key(*a), listing_.key(*b)); });
        for (const Record* record : all)
            if (!add(*record)) return;
    }

    Crm& crm_;
    const Table& table_;
    const Listing& listing_;
    const std::size_t enough_;
    std::vector<const Record*> records_;
};

/// Keeps where the page ended; old tokens are forgotten first.
std::string make_token(Crm& crm, const Listing& listing, const Record& last, std::size_t delivered) {
    constexpr std::size_t tokens_max = 10'000;
    if (crm.page_tokens.size() >= tokens_max) crm.page_tokens.erase(crm.page_tokens.begin());
    std::string name = std::to_string(crm.make_id());
    crm.page_tokens[name] = {.bound_to = listing.bound_to,
                             .delivered = delivered,
                             .last = listing.key(last),
                             .page = static_cast<int>(listing.page + 1),
                             .expires = crm.now().plus_ms(token_life_ms)};
    return name;
}

net::Response page_reply(Crm& crm, const Table& table, const Listing& listing, const std::vector<const Record*>& records, bool more) {
    List rows;
    for (const Record* record : records) rows.push_back(record_value(crm, table, *record, listing.fields));
    const std::size_t before = listing.token ? listing.token->delivered : (listing.page - 1) * listing.per_page;
    Value token, expiry;
    if (more) {
        token = make_token(crm, listing, *records.back(), before + records.size());
        expiry = crm_time(crm.now().plus_ms(token_life_ms));
    }
    Map info{{"call", false},
             {"per_page", static_cast<std::int64_t>(listing.per_page)},
             {"next_page_token", std::move(token)},
             {"count", static_cast<std::int64_t>(records.size())},
             {"sort_by", listing.sort_by},
             {"page", static_cast<std::int64_t>(listing.page)},
             {"previous_page_token", nullptr},
             {"page_token_expiry", std::move(expiry)},
             {"sort_order", listing.sort_order},
             {"email", false},
             {"more_records", more}};
    return net::json_response(200, Map{{"data", std::move(rows)}, {"info", std::move(info)}});
}

/// `ids=`: those records, in the order of the ids given; unknown ones are left out.
std::vector<const Record*> by_ids(Crm& crm, const Table& table, const Listing& listing, const std::vector<std::string>& ids) {
    std::vector<const Record*> out;
    for (const std::string& id : ids) {
        const Record* record = table.find(read_id(id));
        ++crm.rows_visited;
        if (record != nullptr && (!listing.since || record->modified > *listing.since)) out.push_back(record);
    }
    return out;
}

Result<net::Response> get_records(Crm& crm, const Call& call) {
    LS_TRY_ASSIGN(const Table* table, table_of(crm, call));
    LS_TRY_ASSIGN(const Listing listing, read_listing(crm, *table, call));
    const auto ids = split(call.parameter("ids").value_or(""));
    if (ids.size() > 100) return refuse("LIMIT_EXCEEDED", "limit exceeded", {{"limit", 100}, {"param_name", "ids"}});
    const std::size_t skipped = listing.token ? 0 : (listing.page - 1) * listing.per_page;
    auto records =
        !ids.empty() ? by_ids(crm, *table, listing, ids) : Selection(crm, *table, listing, skipped + listing.per_page + 1).take();
    if (records.size() <= skipped) return empty_reply(listing.since && records.empty() ? 304 : 204);
    records.erase(records.begin(), records.begin() + static_cast<std::ptrdiff_t>(skipped));
    const bool more = records.size() > listing.per_page;
    if (more) records.resize(listing.per_page);
    return page_reply(crm, *table, listing, records, more);
}

Result<net::Response> get_record(Crm& crm, const Call& call) {
    LS_TRY_ASSIGN(const Table* table, table_of(crm, call));
    const RecordId id = read_id(call.ids[1]);
    if (id == 0) return refuse("INVALID_DATA", "the id given seems to be invalid", {{"resource_path_index", 1}});
    LS_TRY_ASSIGN(auto since, call.time_header("If-Modified-Since"));
    const Record* record = table->find(id);
    ++crm.rows_visited;
    if (record == nullptr) return empty_reply(204);
    if (since && record->modified <= *since) return empty_reply(304);
    const auto names = split(call.parameter("fields").value_or(""));
    Value value =
        names.empty() ? whole_record_value(crm, *table, *record) : record_value(crm, *table, *record, positions_of(*table, names));
    return net::json_response(200, Map{{"data", List{std::move(value)}}});
}

Value deleted_value(const Crm& crm, const Table& table, RecordId id, const Deleted& deleted) {
    const bool gone = deleted.permanent;
    return Map{{"deleted_by", gone ? Value() : user_value(crm, deleted.by)},
               {"id", std::to_string(id)},
               {"display_name", gone ? Value() : Value(display_name(table, deleted.record))},
               {"type", gone ? "permanent" : "recycle"},
               {"created_by", gone ? Value() : user_value(crm, deleted.record.created_by)},
               {"deleted_time", crm_time(deleted.time)}};
}

/// The newest first. `If-Modified-Since` is compared with the time of deletion.
Result<net::Response> get_deleted(Crm& crm, const Call& call) {
    LS_TRY_ASSIGN(const Table* table, table_of(crm, call));
    const std::string type = call.parameter("type").value_or("all");
    if (type != "all" && type != "recycle" && type != "permanent") return unsupported("type", {"all", "recycle", "permanent"});
    LS_TRY_ASSIGN(auto since, call.time_header("If-Modified-Since"));
    LS_TRY_ASSIGN(const std::size_t per_page, read_number(call, "per_page", per_page_max, per_page_max));
    LS_TRY_ASSIGN(const std::size_t page, read_number(call, "page", 1, 1'000'000));
    std::vector<std::pair<RecordId, const Deleted*>> found;
    for (const auto& [id, deleted] : table->deleted) {
        const bool of_type = type == "all" || deleted.permanent == (type == "permanent");
        if (of_type && (!since || deleted.time > *since)) found.emplace_back(id, &deleted);
    }
    std::ranges::stable_sort(found, [](const auto& a, const auto& b) { return b.second->time < a.second->time; });
    const std::size_t skipped = std::min((page - 1) * per_page, found.size());
    const std::size_t end = std::min(skipped + per_page, found.size());
    if (skipped == end) return empty_reply(since && found.empty() ? 304 : 204);
    List rows;
    for (std::size_t i = skipped; i < end; ++i) rows.push_back(deleted_value(crm, *table, found[i].first, *found[i].second));
    Map info{{"per_page", static_cast<std::int64_t>(per_page)},
             {"count", static_cast<std::int64_t>(rows.size())},
             {"page", static_cast<std::int64_t>(page)},
             {"more_records", end < found.size()}};
    return net::json_response(200, Map{{"data", std::move(rows)}, {"info", std::move(info)}});
}

Result<net::Response> count_records(Crm& crm, const Call& call) {
    LS_TRY_ASSIGN(const Table* table, table_of(crm, call));
    return net::json_response(200, Map{{"count", static_cast<std::int64_t>(table->all().size())}});
}

constexpr std::array<Route, 4> routes = {{{"GET", "*/deleted", "*", "READ", get_deleted},
                                          {"GET", "*/actions/count", "*", "READ", count_records},
                                          {"GET", "*", "*", "READ", get_records},
                                          {"GET", "*/*", "*", "READ", get_record}}};

}  // namespace

std::span<const Route> read_routes() { return routes; }

}  // namespace lockstep::sandbox::zoho_crm
