#include "connectors/zoho_books/email.h"

#include "base/defect.h"

#include <algorithm>
#include <cctype>

namespace lockstep::connectors::zoho_books {
namespace {

/// Of a contact person's address. Source: OpenAPI of contact persons, `email`: Max-length [100].
constexpr std::size_t address_length_max = 100;

bool is_address_char(char c) {
    return static_cast<unsigned char>(c) > ' ' && c != '\x7f' && std::string_view("\"(),:;<>@[\\]").find(c) == std::string_view::npos;
}

bool is_dotted(std::string_view text) {
    return !text.empty() && text.front() != '.' && text.back() != '.' && text.find("..") == std::string_view::npos &&
           std::all_of(text.begin(), text.end(), is_address_char);
}

List as_list(const std::vector<std::string>& texts) { return List(texts.begin(), texts.end()); }

Value outcome(const Value& invoice, bool adopted) {
    return Map{{"emailed", true}, {"adopted", adopted}, {"invoice_id", invoice["invoice_id"]}};
}

/// An entry of the history that Zoho itself wrote: "Invoice emailed to …". Source: observed; the OpenAPI says only that
/// `GET /invoices/{id}/comments` has the history.
bool tells_of_email(const Value& comment) {
    std::string text = comment["description"].text();
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text.find("emailed to") != std::string::npos || text.find("mailed to") != std::string::npos ||
           text.find("email sent") != std::string::npos || text.find("has been emailed") != std::string::npos;
}

Result<bool> history_tells_of_email(connector::CallContext& context, Api& api, const std::string& id) {
    LS_TRY_ASSIGN(Value answer, api.read(context, "/invoices/" + id + "/comments", {}));
    const Value& comments = answer["comments"];
    return comments.is_list() && std::any_of(comments.as_list().begin(), comments.as_list().end(), tells_of_email);
}

Result<bool> was_emailed(connector::CallContext& context, Api& api, const std::string& id, const Value& invoice) {
    if (invoice["is_emailed"] == Value(true)) return true;
    if (invoice["status"].text() == "draft" || invoice["status"].text().empty()) return false;
    return history_tells_of_email(context, api, id);
}

Result<Map> email_body(const Value& input) {
    LS_TRY_ASSIGN(std::vector<std::string> to, email_addresses("to", input["to"]));
    LS_TRY_ASSIGN(std::vector<std::string> cc, email_addresses("cc", input["cc"]));
    if (to.empty()) return fail(ErrorCode::value_invalid, "nobody to send the invoice to: to");
    Map body{{"to_mail_ids", as_list(to)}};
    if (!cc.empty()) body.set("cc_mail_ids", as_list(cc));
    for (std::string_view name : {"subject", "body"})
        if (!input[name].text().empty()) body.set(std::string(name), input[name].text());
    return body;
}

}  // namespace

bool is_email_address(std::string_view text) {
    std::size_t at = text.find('@');
    if (text.size() > address_length_max || at == std::string_view::npos || at > 64) return false;
    std::string_view domain = text.substr(at + 1);
    return is_dotted(text.substr(0, at)) && is_dotted(domain) && domain.find('.') != std::string_view::npos;
}

Result<std::vector<std::string>> email_addresses(std::string_view what, const Value& addresses) {
    std::vector<std::string> out;
    if (addresses.is_null()) return out;
    List given = addresses.is_list() ? addresses.as_list() : List{addresses};
    for (const Value& entry : given) {
        std::string text = entry.text();
        if (!is_email_address(text))
            return fail(ErrorCode::value_invalid, "not an email address: " + std::string(what) + ", " + (text.empty() ? "empty" : text));
        if (std::find(out.begin(), out.end(), text) == out.end()) out.push_back(std::move(text));
    }
    return out;
}

Result<Value> email_invoice(connector::CallContext& context, Api& api, const Value& input) {
    LS_TRY_ASSIGN(std::string id, record_id("invoice_id", input["invoice_id"]));
    LS_TRY_ASSIGN(Map body, email_body(input));
    Value invoice = Map{{"invoice_id", id}};
    bool surely_unsent = LS_DEFECT("zoho_books: emailed again without asking") || context.first_attempt;
    surely_unsent = surely_unsent && input["just_created"] == Value(true);
    if (!surely_unsent) {
        LS_TRY_ASSIGN(const Entity* invoices, find_entity("invoices"));
        LS_TRY_ASSIGN(invoice, api.record(context, *invoices, id));
        if (invoice["status"].text() == "void")
            return fail(ErrorCode::vendor_rejected, "the invoice is void and is not sent: " + invoice["invoice_number"].text());
        LS_TRY_ASSIGN(bool sent_before, was_emailed(context, api, id, invoice));
        if (sent_before) return outcome(invoice, true);
    }
    LS_TRY(api.post(context, "/invoices/" + id + "/email", body));
    return outcome(invoice, false);
}

}  // namespace lockstep::connectors::zoho_books
