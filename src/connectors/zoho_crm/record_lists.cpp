#include <algorithm>
#include <charconv>

#include "base/limits.h"
#include "connectors/zoho_crm/field_values.h"
#include "connectors/zoho_crm/records.h"
#include "connectors/zoho_crm/version.h"

namespace lockstep::connectors::zoho_crm {
namespace {

/// Source: OpenAPI v8.0, coql.
constexpr std::int64_t rows_per_query_max = 200;

Result<std::int64_t> limit_of(const Value& input) {
    const std::string text = input["limit"].text();
    if (text.empty()) return rows_per_query_max;
    std::int64_t limit = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
    if (error == std::errc() && end == text.data() + text.size() && limit > 0) return limit;
    return fail(ErrorCode::value_invalid, "`limit` is a number of at least 1: " + text);
}

/// A time of whole seconds, as Zoho's are.
Result<Timestamp> since_of(const Value& input) {
    auto since = parse_timestamp(input["since"].text());
    if (since) return Timestamp{.seconds = since->seconds};
    return fail(ErrorCode::value_invalid, "`since` is a time such as 2026-02-18T10:00:00Z: " + input["since"].text());
}

Result<std::string> after_of(const Value& input) {
    std::string after = input["after"].text();
    if (after.empty() || is_record_id(after)) return after;
    return fail(ErrorCode::value_invalid, "`after` is an id of Zoho CRM: " + after);
}

std::string literal(Timestamp time) { return "'" + header_time(time) + "'"; }

// ---- changes ----

struct Change {
    std::string id;
    Timestamp at;
};

/// Ids of one length compare as texts; a longer one is greater.
bool is_before(const Change& a, const Change& b) {
    if (a.at != b.at) return a.at < b.at;
    return a.id.size() != b.id.size() ? a.id.size() < b.id.size() : a.id < b.id;
}

class Changes {
public:
    Changes(Api& api, connector::CallContext& context, std::string module, std::int64_t limit)
        : api_(api), context_(context), module_(std::move(module)), limit_(static_cast<std::size_t>(limit)) {}

    /// Rows of `since` itself come by id, rows after it by time. Where an answer is full its last second may not be whole:
    /// that second is asked for by id.
    Result<List> make(Timestamp since, const std::string& after) {
        LS_TRY(take_second(since, after));
        while (found_.size() < limit_) {
            const Timestamp from = found_.empty() ? since : std::max(since, found_.back().at);
            LS_TRY_ASSIGN(std::vector<Change> rows, ask("Modified_Time > " + literal(from), "Modified_Time"));
            if (rows.empty()) break;
            const bool full = rows.size() == static_cast<std::size_t>(rows_per_query_max);
            const Timestamp last = rows.back().at;
            if (full) std::erase_if(rows, [&](const Change& change) { return change.at == last; });
            std::sort(rows.begin(), rows.end(), is_before);
            found_.insert(found_.end(), rows.begin(), rows.end());
            if (!full) break;
            LS_TRY(take_second(last, ""));
        }
        List list;
        for (const Change& change : found_)
            if (list.size() < limit_) list.push_back(Map{{"id", change.id}, {"at", format_timestamp(change.at)}});
        return list;
    }

private:
    Result<void> take_second(Timestamp second, std::string after) {
        while (found_.size() < limit_) {
            std::string where = "Modified_Time = " + literal(second);
            if (!after.empty()) where = "(" + where + " and id > " + after + ")";
            LS_TRY_ASSIGN(std::vector<Change> rows, ask(where, "id"));
            std::sort(rows.begin(), rows.end(), is_before);
            found_.insert(found_.end(), rows.begin(), rows.end());
            if (rows.size() < static_cast<std::size_t>(rows_per_query_max)) break;
            after = rows.back().id;
        }
        return {};
    }

    Result<std::vector<Change>> ask(const std::string& where, const std::string& order) {
        LS_TRY_ASSIGN(QueryPage page, api_.query(context_, "select id, Modified_Time from " + module_ + " where " + where + " order by " +
                                                               order + " asc limit 0, " + std::to_string(rows_per_query_max)));
        std::vector<Change> rows;
        for (const Value& row : page.rows) {
            LS_TRY_ASSIGN(Timestamp at, time_in(row["Modified_Time"], "Modified_Time"));
            rows.push_back({row["id"].text(), at});
        }
        return rows;
    }

    Api& api_;
    connector::CallContext& context_;
    std::string module_;
    std::size_t limit_;
    std::vector<Change> found_;
};

// ---- deletions ----

/// Source: OpenAPI v8.0, record, "Get Deleted Records", header `If-Modified-Since`.
Result<std::vector<Change>> deletions_since(Api& api, connector::CallContext& context, const std::string& module, Timestamp since) {
    std::vector<Change> found;
    const net::Headers newer{{"If-Modified-Since", header_time(since.plus_ms(-1000))}};
    for (int page = 1; page <= limits::pages_max; ++page) {
        LS_TRY_ASSIGN(Answer answer, api.get(context, "/" + module + "/deleted",
                                             {{"type", "all"}, {"page", std::to_string(page)}, {"per_page", "200"}}, newer));
        for (const Value& row : answer.data().is_list() ? answer.data().as_list() : List()) {
            LS_TRY_ASSIGN(Timestamp at, time_in(row["deleted_time"], "deleted_time"));
            if (at >= since) found.push_back({row["id"].text(), at});
        }
        if (answer.body.at_path("info.more_records") != Value(true)) return found;
    }
    return fail(ErrorCode::vendor_protocol, "the list of deleted records has more pages than allowed: " + module);
}

// ---- list ----

struct Page {
    std::vector<ReadRecord> records;
    std::string next;  ///< empty: the end
};

std::string joined(const std::vector<std::string>& names) {
    std::string all;
    for (const std::string& name : names)
        if (name != "id") all += ", " + name;
    return all;
}

std::string list_query(const std::string& module, const std::string& columns, const std::string& after, std::int64_t limit) {
    const std::string where = after.empty() ? "id is not null" : "id > " + after;
    return "select id" + columns + " from " + module + " where " + where + " order by id asc limit 0, " + std::to_string(limit);
}

/// By the id of the last record, which neither runs out as a page token does nor ends at 100 000 records.
Result<Page> list_page(Api& api, connector::CallContext& context, const std::string& module, const std::vector<std::string>& names,
                       const std::string& after, std::int64_t limit) {
    std::vector<std::string> columns = names;
    if (std::find(names.begin(), names.end(), "Modified_Time") == names.end()) columns.emplace_back("Modified_Time");
    Result<QueryPage> page = api.query(context, list_query(module, joined(columns), after, limit));
    // Some kinds of fields cannot be queried, and what Zoho says then is a refusal: the records are read by their ids.
    const bool by_ids = !page && page.error().code == ErrorCode::vendor_rejected;
    if (by_ids) page = api.query(context, list_query(module, "", after, std::min<std::int64_t>(limit, records_per_request_max)));
    if (!page) return fail(page.error());
    Page made;
    std::vector<std::string> ids;
    for (const Value& row : page->rows) {
        ids.push_back(row["id"].text());
        if (!by_ids) made.records.push_back({ids.back(), row, page->earliest});
    }
    if (page->more && !ids.empty()) made.next = ids.back();
    if (by_ids) { LS_TRY_ASSIGN(made.records, read_by_ids(api, context, module, ids, names)); }
    return made;
}

}  // namespace

Result<Value> record_changes(const Crm& crm, connector::CallContext& context, const Value& input) {
    LS_TRY_ASSIGN(std::string module, module_of(input));
    LS_TRY_ASSIGN(Timestamp since, since_of(input));
    LS_TRY_ASSIGN(std::string after, after_of(input));
    LS_TRY_ASSIGN(std::int64_t limit, limit_of(input));
    LS_TRY_ASSIGN(List list, Changes(crm.api, context, std::move(module), limit).make(since, after));
    return Value(std::move(list));
}

Result<Value> record_deletions(const Crm& crm, connector::CallContext& context, const Value& input) {
    LS_TRY_ASSIGN(std::string module, module_of(input));
    LS_TRY_ASSIGN(Timestamp since, since_of(input));
    LS_TRY_ASSIGN(std::vector<Change> found, deletions_since(crm.api, context, module, since));
    std::sort(found.begin(), found.end(), is_before);
    List list;
    for (const Change& change : found) list.push_back(Map{{"id", change.id}, {"at", format_timestamp(change.at)}});
    return Value(std::move(list));
}

Result<Value> record_list(const Crm& crm, connector::CallContext& context, const Value& input) {
    LS_TRY_ASSIGN(std::string module, module_of(input));
    LS_TRY_ASSIGN(std::vector<std::string> names, field_names_of(input));
    LS_TRY_ASSIGN(std::string after, after_of(input));
    LS_TRY_ASSIGN(std::int64_t limit, limit_of(input));
    LS_TRY_ASSIGN(Page page, list_page(crm.api, context, module, names, after, std::min(limit, rows_per_query_max)));
    List rows;
    for (const ReadRecord& record : page.records) {
        if (record.row.is_null()) continue;  // deleted since
        LS_TRY_ASSIGN(std::string version, version_of(record.row, record.earliest));
        LS_TRY_ASSIGN(std::string at, modified_at(record.row));
        rows.push_back(Map{{"id", record.id},
                           {"fields", field_values(record.row, names)},
                           {"version", std::move(version)},
                           {"modified_at", std::move(at)}});
    }
    return Value(Map{{"rows", std::move(rows)}, {"next", page.next.empty() ? Value() : Value(page.next)}});
}

Result<Value> record_fields(const Crm& crm, connector::CallContext& context, const Value& input) {
    LS_TRY_ASSIGN(std::string module, module_of(input));
    LS_TRY_ASSIGN(List fields, crm.metadata.fields(context, module));
    List described;
    for (const Value& field : fields) described.push_back(described_field(field));
    return Value(std::move(described));
}

}  // namespace lockstep::connectors::zoho_crm
