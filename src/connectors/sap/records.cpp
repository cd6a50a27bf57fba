#include "connectors/sap/records.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/defect.h"
#include "base/limits.h"
#include "connectors/sap/matching.h"
#include "connectors/sap/odata_json.h"
#include "value/json.h"

namespace lockstep::connectors::sap {
namespace {

/// Two would do to see that there is more than one; a few more make a better message.
constexpr std::int64_t look_up_top = 5;

/// A read whose answer makes no sense (a proxy's page, a body cut short) has changed nothing: it can be made again.
Error unreadable(Error error) {
    if (error.code == ErrorCode::vendor_protocol) error.code = ErrorCode::vendor_unavailable;
    return error;
}

/// After SAP took a change, whatever goes wrong leaves the step in doubt: looking again finds the effect.
Error after_change(Error error) {
    error.code = ErrorCode::answer_lost;
    error.message = "SAP made the change, but its result could not be read: " + error.message;
    return error;
}

Value with_outcome(Value record, bool created, const net::Response* answer) {
    Map& map = record.mutable_map();
    map.set("created", created);
    if (!answer) return record;
    List warnings = read_sap_messages(answer->headers.get("sap-message").value_or(""));
    if (!warnings.empty()) map.set("__warnings", Value(std::move(warnings)));
    return record;
}

std::string described(const Map& unique) {
    std::string out;
    for (const auto& [property, value] : unique) out += (out.empty() ? "" : ", ") + property + " " + value.text();
    return out;
}

bool shows_all(const Value& record, const std::vector<std::string>& expand) {
    for (const std::string& path : expand)
        if (!record.find(path.substr(0, path.find('/')))) return false;
    return true;
}

/// Returns those of `fields` whose value is not there yet. Nested records are always sent.
Map differing(const Map& fields, const Value& record) {
    Map out;
    for (const auto& [name, value] : fields) {
        const Value* there = record.find(name);
        bool nested = value.is_map() || value.is_list();
        // Another case of letters is a change too, unlike in a look-up.
        bool same = there && !nested && fits(name, value, *there) && (!value.is_string() || !there->is_string() || value == *there);
        if (!same) out.set(name, value);
    }
    return out;
}

}  // namespace

Result<Value> Records::read_record_at(connector::CallContext& context, const std::string& target) {
    LS_TRY_ASSIGN(net::Response answer, gateway_.read(context, target));
    Result<Value> record = read_record(answer.body);
    if (!record) return fail(unreadable(std::move(record).error()));
    return record;
}

// Only ever to the configured system, whatever host the address names: a system behind a proxy gives its inner name.
Result<std::string> Records::next_target(const std::string& next, const Entity& entity) const {
    std::size_t query = next.find('?');
    std::string_view path = std::string_view(next).substr(0, query);
    std::string_view set = path.substr(path.rfind('/') + 1);
    bool usable = query != std::string::npos && set == entity.set && next.find_first_of(" \r\n#", query) == std::string::npos;
    if (!usable) return fail(ErrorCode::vendor_protocol, "the address of the next page is not one of this entity: " + next);
    return entity.path() + next.substr(query);
}

Result<void> Records::read_pages(connector::CallContext& context, const ReadInput& read, const TakePage& take) {
    std::string target = read.entity.path() + query_text(read.options);
    for (int page_number = 0; page_number < limits::pages_max; ++page_number) {
        LS_TRY_ASSIGN(net::Response answer, gateway_.read(context, target));
        Result<Page> page = read_page(answer.body);
        if (!page) return fail(unreadable(std::move(page).error()));
        LS_TRY_ASSIGN(const bool more, take(*page));
        if (!more || page->next.empty()) return {};
        LS_TRY_ASSIGN(std::string next, next_target(page->next, read.entity));
        if (next == target) return fail(ErrorCode::vendor_protocol, "a page names itself as the next: " + page->next);
        target = std::move(next);
    }
    return fail(ErrorCode::vendor_protocol, "the query has more pages than allowed: " + std::to_string(limits::pages_max));
}

Result<List> Records::read_all(connector::CallContext& context, const ReadInput& read) {
    List rows;
    const auto top = static_cast<std::size_t>(read.options.top);
    LS_TRY(read_pages(context, read, [&](Page& page) -> Result<bool> {
        for (Value& row : page.rows)
            if (top == 0 || rows.size() < top) rows.push_back(std::move(row));
        return top == 0 || rows.size() < top;
    }));
    return rows;
}

/// A record that is lost between two pages would be an amount too low: SAP's own count must agree. It may differ where
/// records came or went meanwhile; then the read is made again.
Result<List> Records::read_totals(connector::CallContext& context, const ReadInput& read) {
    Totals totals(read.totals);
    std::size_t got = 0;
    std::optional<std::int64_t> counted;
    auto add_page = [&](Page& page) -> Result<bool> {
        for (const Value& row : page.rows) LS_TRY(totals.add(row));
        got += page.rows.size();
        if (page.count) counted = page.count;
        return true;
    };
    LS_TRY(read_pages(context, read, add_page));
    if (counted && *counted != static_cast<std::int64_t>(got))
        return fail(ErrorCode::vendor_unavailable, "SAP counts other records than it gave: " + read.entity.set + ", " +
                                                       std::to_string(got) + " of " + std::to_string(*counted));
    return std::move(totals).rows();
}

Result<Value> Records::query(connector::CallContext& context, const Value& input) {
    LS_TRY_ASSIGN(ReadInput read, read_input(input));
    LS_TRY_ASSIGN(std::optional<AnyOf> any_of, any_of_input(input));
    if (any_of) return query_any_of(context, std::move(read), *any_of);
    LS_TRY_ASSIGN(List rows, read.totals.wanted() ? read_totals(context, read) : read_all(context, read));
    return Value(std::move(rows));
}

Result<Value> Records::query_any_of(connector::CallContext& context, ReadInput read, const AnyOf& any_of) {
    if (read.totals.wanted() || read.options.top > 0)
        return fail(ErrorCode::value_invalid, "any_of makes several reads, so it goes with neither sum nor top: " + any_of.property);
    const std::string filter = std::exchange(read.options.filter, "");
    const std::size_t rest_bytes = (read.entity.path() + query_text(read.options) + "&$filter=").size();
    LS_TRY_ASSIGN(const std::vector<std::string> filters, any_of_filters(any_of, filter, rest_bytes));
    List rows;
    for (const std::string& one : filters) {
        read.options.filter = one;
        LS_TRY_ASSIGN(List part, read_all(context, read));
        std::move(part.begin(), part.end(), std::back_inserter(rows));
    }
    return Value(std::move(rows));
}

Result<Value> Records::get(connector::CallContext& context, const Value& input) {
    LS_TRY_ASSIGN(ReadInput read, read_input(input));
    LS_TRY_ASSIGN(std::string key, key_predicate(input["key"]));
    QueryOptions options{.select = read.options.select, .expand = read.options.expand};
    return read_record_at(context, read.entity.path() + key + query_text(options));
}

Result<std::optional<Value>> Records::look_up(connector::CallContext& context, const UniqueInput& wanted) {
    ReadInput read{.entity = wanted.entity, .options = {.expand = wanted.expand, .top = look_up_top}};
    LS_TRY_ASSIGN(read.options.filter, filter_text(List{Value(wanted.unique), wanted.match}));
    LS_TRY_ASSIGN(List rows, read_all(context, read));
    if (rows.empty()) return std::optional<Value>();
    // A server that ignored the filter would make us adopt a stranger's record.
    for (const Value& row : rows)
        if (std::optional<std::string> property = first_difference(wanted.unique, row))
            return fail(ErrorCode::vendor_protocol, "SAP answers a filter with a record that does not fit it: " + *property + ", " +
                                                        row[*property].text() + " for " + wanted.unique.find(*property)->text());
    if (rows.size() > 1) return fail(ErrorCode::not_unique, "more than one " + wanted.entity.set + " matches: " + described(wanted.unique));
    return std::optional<Value>(std::move(rows.front()));
}

Result<Value> Records::find(connector::CallContext& context, const Value& input) {
    UniqueInput wanted;
    LS_TRY_ASSIGN(wanted.entity, entity_of(input));
    LS_TRY_ASSIGN(wanted.unique, unique_of(input));
    LS_TRY_ASSIGN(wanted.expand, property_paths("expand", input["expand"]));
    wanted.match = input["match"];
    LS_TRY_ASSIGN(std::optional<Value> found, look_up(context, wanted));
    return found ? *std::move(found) : Value();
}

Result<Value> Records::ensure(connector::CallContext& context, const Value& input) {
    LS_TRY_ASSIGN(UniqueInput wanted, unique_input(input, "create"));
    return find_or_create(context, wanted);
}

Result<Value> Records::create(connector::CallContext& context, const Value& input) {
    LS_TRY_ASSIGN(UniqueInput wanted, unique_input(input, "body"));
    return find_or_create(context, wanted);
}

Result<Value> Records::find_or_create(connector::CallContext& context, const UniqueInput& wanted) {
    if (LS_DEFECT("sap: created without a look-up")) return create_new(context, wanted);
    LS_TRY_ASSIGN(std::optional<Value> found, look_up(context, wanted));
    if (found) return with_outcome(*std::move(found), false, nullptr);
    return create_new(context, wanted);
}

Result<Value> Records::create_new(connector::CallContext& context, const UniqueInput& wanted) {
    LS_TRY_ASSIGN(Value body, to_odata(wanted.body));
    LS_TRY_ASSIGN(net::Response answer, gateway_.change(context, {.method = "POST",
                                                                  .service = wanted.entity.service,
                                                                  .target = wanted.entity.path(),
                                                                  .body = json::write(body),
                                                                  .repeatable = true}));
    Result<Value> record = created_record(context, wanted, answer);
    if (!record) return fail(after_change(std::move(record).error()));
    return with_outcome(*std::move(record), true, &answer);
}

/// The record as SAP answered it; read again where that is asked for, or where the answer does not show enough.
Result<Value> Records::created_record(connector::CallContext& context, const UniqueInput& wanted, const net::Response& answer) {
    Result<Value> record = read_record(answer.body);
    if (record && !wanted.read_back && shows_all(*record, wanted.expand)) return record;
    if (std::string segment = own_segment(answer.body, wanted.entity.set); record && !segment.empty()) {
        std::string target = "/" + wanted.entity.service + "/" + segment + query_text({.expand = wanted.expand});
        return read_record_at(context, target);
    }
    LS_TRY_ASSIGN(std::optional<Value> found, look_up(context, wanted));
    if (!found) return fail(ErrorCode::not_found, "the new record is not found: " + described(wanted.unique));
    return *std::move(found);
}

Result<Value> Records::update(connector::CallContext& context, const Value& input) {
    LS_TRY_ASSIGN(Entity entity, entity_of(input));
    LS_TRY_ASSIGN(std::string key, key_predicate(input["key"]));
    if (!input["fields"].is_map()) return fail(ErrorCode::value_invalid, "fields must be a map of properties and values");
    const std::string target = entity.path() + key;
    LS_TRY_ASSIGN(Value record, read_record_at(context, target));
    const std::string etag = record["__etag"].text();
    const std::string seen = input["etag"].text();
    if (!seen.empty() && seen != etag)
        return fail(ErrorCode::precondition_failed, "the record was changed by someone else since it was read: " + target);
    Map changes = differing(input["fields"].as_map(), record);
    if (changes.empty()) return Value(Map{{"updated", false}, {"__etag", etag}});
    LS_TRY_ASSIGN(Value body, to_odata(changes));
    LS_TRY_ASSIGN(
        net::Response answer,
        gateway_.change(context,
                        {.method = "PATCH", .service = entity.service, .target = target, .body = json::write(body), .if_match = etag}));
    return Value(Map{{"updated", true}, {"__etag", std::string(answer.headers.get("ETag").value_or(""))}});
}

}  // namespace lockstep::connectors::sap
