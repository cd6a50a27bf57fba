#include "bench/ids.h"

#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <iterator>

#include "net/client.h"
#include "value/json.h"

namespace lockstep::bench {
namespace {

using Columns = std::vector<std::string>;

std::optional<Columns> deal_columns(const Value& record) {
    const bool won = record["StageName"].text() == "Closed Won" && record["SAP_Order_Number__c"].text().empty();
    return won ? std::optional(Columns{record["Id"].text()}) : std::nullopt;
}

std::optional<Columns> payment_columns(const Value& record) {
    const Value& invoice = record.at_path("invoices.0.invoice_id");
    if (invoice.is_null()) return std::nullopt;
    return Columns{record["payment_id"].text(), record["amount"].text(), record["date"].text(), record["payment_mode"].text(),
                   invoice.text()};
}

Result<Value> records_of(const std::string& control, const Kind& kind) {
    net::Request request;
    request.url = fmt::format("{}/state/{}", control, kind.state);
    LS_TRY_ASSIGN(const auto answer, net::make_curl_client()->send(request, {}));
    if (!answer.ok())
        return fail(ErrorCode::vendor_protocol, fmt::format("no ids from {}: {} {}", request.url, answer.status, answer.body));
    return json::parse(answer.body);
}

}  // namespace

Ids split_ids(std::string_view text) {
    Ids ids;
    while (!text.empty()) {
        std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.empty()) continue;
        Columns columns;
        for (std::size_t end = 0; end != std::string_view::npos; line.remove_prefix(std::min(line.size(), end + 1))) {
            end = line.find(',');
            columns.emplace_back(line.substr(0, end));
        }
        ids.push_back(std::move(columns));
    }
    return ids;
}

Result<std::string> read_file(const std::string& path) {
    using Bytes = std::istreambuf_iterator<char>;
    if (path == "-") return std::string(Bytes(std::cin), Bytes());
    std::ifstream file(path, std::ios::binary);
    if (!file) return fail(ErrorCode::file_unreadable, "the file cannot be read: " + path);
    return std::string(Bytes(file), Bytes());
}

Result<Ids> read_ids(const Options& options) {
    if (!options.ids_file.empty()) {
        LS_TRY_ASSIGN(const std::string text, read_file(options.ids_file));
        return split_ids(text);
    }
    const Kind& kind = *find_kind(options.kind);
    LS_TRY_ASSIGN(const Value state, records_of(options.ids_from, kind));
    if (!state["records"].is_list()) return fail(ErrorCode::vendor_protocol, "this is no sandbox's control API: " + options.ids_from);
    Ids ids;
    for (const Value& record : state["records"].as_list())
        if (auto columns = kind.name == "deal" ? deal_columns(record) : payment_columns(record)) ids.push_back(*std::move(columns));
    return ids;
}

}  // namespace lockstep::bench
