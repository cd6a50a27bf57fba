#include "connectors/zoho_books/currencies.h"

#include <algorithm>

namespace lockstep::connectors::zoho_books {
namespace {

bool is_currency_code(const std::string& code) {
    return code.size() == 3 && std::all_of(code.begin(), code.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

}  // namespace

Result<Currencies::Ids> Currencies::fetch(connector::CallContext& context) {
    LS_TRY_ASSIGN(const Entity* entity, find_entity("currencies"));
    LS_TRY_ASSIGN(List rows, api_.all(context, *entity, {}));
    Ids ids;
    for (const Value& row : rows) ids[row["currency_code"].text()] = row["currency_id"].text();
    return ids;
}

Result<std::string> Currencies::id_of(connector::CallContext& context, const std::string& code) {
    if (!is_currency_code(code)) return fail(ErrorCode::value_invalid, "not a currency code: " + code);
    auto read = [&] { return fetch(context); };
    LS_TRY_ASSIGN(auto ids, known_.get(read));
    if (!ids.value.contains(code)) { LS_TRY_ASSIGN(ids, known_.renew(ids.version, read)); }
    auto found = ids.value.find(code);
    if (found != ids.value.end()) return found->second;
    return fail(ErrorCode::value_invalid, "the organisation in Zoho Books has no such currency: " + code);
}

Result<void> Currencies::put_id(connector::CallContext& context, Map& body) {
    const Value* code = body.find("currency_code");
    if (!code) return {};
    if (!body.contains("currency_id") && !code->is_null()) {
        LS_TRY_ASSIGN(std::string id, id_of(context, code->text()));
        body.set("currency_id", id);
    }
    body.erase("currency_code");
    return {};
}

}  // namespace lockstep::connectors::zoho_books
