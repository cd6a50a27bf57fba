#include <array>

#include "connectors/zoho_books/email.h"
#include "connectors/zoho_books/receive.h"
#include "connectors/zoho_books/records.h"

namespace lockstep::connectors::zoho_books {
namespace {

using connector::ConnectionParts;
using connector::Setting;
using schema::Action;
using schema::ActionEffect;

/// Of every plan. Source: Zoho Books API v3, "API call limit".
constexpr std::int64_t calls_per_minute_of_zoho = 100;
/// Of the free plan; paid ones have 10. Source: the same.
constexpr int concurrency_of_free_plan = 5;

class BooksConnection : public connector::Connection {
public:
    BooksConnection(ApiSettings settings, bool unique_fields, WebhookSettings webhooks, const ConnectionParts& parts)
        : webhooks_(std::move(webhooks)),
          api_(std::move(settings), parts.runtime, parts.vault),
          currencies_(api_, parts.runtime),
          records_(api_, currencies_, unique_fields) {}

    Result<Value> perform(std::string_view action, const Value& input, connector::CallContext& context) override {
        if (action == "zoho_books.email_invoice") return email_invoice(context, api_, input);
        for (const Entry& entry : table)
            if (entry.action == action) return (records_.*entry.perform)(context, input);
        return fail(ErrorCode::internal, "no such action: " + std::string(action));
    }

    Result<void> probe(connector::CallContext& context) override {
        LS_TRY(api_.read(context, "/invoices", {{"per_page", "1"}}));
        return {};
    }

    Result<connector::Delivery> receive(const net::Request& request) const override { return receive_webhook(webhooks_, request); }

    std::optional<connector::CallBudget> budget() const override { return api_.budget(); }

private:
    struct Entry {
        std::string_view action;
        Result<Value> (Records::*perform)(connector::CallContext&, const Value&);
    };
    static constexpr std::array<Entry, 7> table = {{
        {"zoho_books.ensure", &Records::ensure},
        {"zoho_books.create", &Records::create},
        {"zoho_books.get", &Records::get},
        {"zoho_books.find", &Records::find},
        {"zoho_books.invoice_payments", &Records::invoice_payments},
        {"zoho_books.query", &Records::query},
        {"zoho_books.update", &Records::update},
    }};

    WebhookSettings webhooks_;
    Api api_;
    Currencies currencies_;
    Records records_;
};

/// The calls a minute that we allow ourselves: as configured, else Zoho's figure where Zoho itself answers.
Result<int> calls_per_minute(const connector::Settings& settings, const connector::zoho::Addresses& addresses) {
    const std::string& answers = addresses.api_is_fixed ? addresses.api : addresses.accounts;
    LS_TRY_ASSIGN(std::int64_t calls,
                  settings.integer("per_minute", connector::zoho::is_zoho_host(answers) ? calls_per_minute_of_zoho : 0));
    if (calls >= 0 && calls <= 1'000'000) return static_cast<int>(calls);
    return fail(ErrorCode::config_invalid, "per_minute is out of bounds: " + std::to_string(calls));
}

Result<bool> yes_or_no(const connector::Settings& settings, std::string_view name, bool fallback) {
    std::string text = settings.text(name);
    if (text.empty()) return fallback;
    if (text == "true" || text == "false") return text == "true";
    return fail(ErrorCode::config_invalid, "setting must be true or false: " + std::string(name) + ", " + text);
}

Result<void> read_path_and_zone(const connector::Settings& settings, ApiSettings& api) {
    if (settings.has("api_path")) api.path = settings.text("api_path");
    if (settings.has("time_zone")) api.day_zone = settings.text("time_zone");
    bool path_ok = api.path.starts_with('/') && !api.path.ends_with('/') && api.path.find_first_of("?# ") == std::string::npos;
    if (!path_ok) return fail(ErrorCode::config_invalid, "api_path must be a path such as /books/v3: " + api.path);
    if (!to_civil(Timestamp{}, api.day_zone)) return fail(ErrorCode::config_invalid, "no such time zone: " + api.day_zone);
    return {};
}

Result<std::unique_ptr<connector::Connection>> make(ConnectionParts parts) {
    parts.settings = connector::zoho::with_stored(parts.settings, parts.vault, parts.name);
    ApiSettings api{.name = parts.name};
    LS_TRY_ASSIGN(api.account, read_account(parts.settings));
    LS_TRY_ASSIGN(api.calls_per_minute, calls_per_minute(parts.settings, api.account.addresses));
    LS_TRY_ASSIGN(bool unique_fields, yes_or_no(parts.settings, "unique_fields", true));
    LS_TRY(read_path_and_zone(parts.settings, api));
    LS_TRY_ASSIGN(WebhookSettings webhooks, read_webhook_settings(parts.settings));
    return std::unique_ptr<connector::Connection>(
        std::make_unique<BooksConnection>(std::move(api), unique_fields, std::move(webhooks), parts));
}

std::vector<Setting> settings() {
    return {
        {.name = "client_id", .environment = "ZOHO_CLIENT_ID", .required = true, .summary = "client id of the API console"},
        {.name = "client_secret",
         .environment = "ZOHO_CLIENT_SECRET",
         .required = true,
         .secret = true,
         .summary = "client secret of the API console"},
        {.name = "refresh_token",
         .environment = "ZOHO_REFRESH_TOKEN",
         .required = true,
         .secret = true,
         .summary = "refresh token with scopes of Zoho Books; `stored`: what `lockstep auth zoho` keeps"},
        {.name = "organization_id", .environment = "ZOHO_ORG_ID", .required = true, .summary = "organisation in Zoho Books"},
        {.name = "data_centre",
         .environment = "",
         .fallback = "com",
         .summary = "com, eu, in, com.au, jp, com.cn, sa or ca: gives the two addresses below"},
        {.name = "accounts_url", .environment = "ZOHO_ACCOUNTS_URL", .summary = "accounts server; default by the data centre"},
        {.name = "api_url", .environment = "ZOHO_API_URL", .summary = "API; default what the token answer names, else by the data centre"},
        {.name = "api_path", .environment = "", .fallback = "/books/v3", .summary = "path of the API's version"},
        {.name = "per_minute", .environment = "", .summary = "calls a minute, 0 for no bound; default 100 at Zoho"},
        {.name = "unique_fields",
         .environment = "",
         .fallback = "true",
         .summary = "custom fields that look-ups go by are set to refuse duplicates, so that Zoho guards creates"},
        {.name = "time_zone", .environment = "", .fallback = "UTC", .summary = "where the day of the daily call limit ends"},
        {.name = "webhook_secret",
         .environment = "ZOHO_WEBHOOK_SECRET",
         .secret = true,
         .summary = "the secret that is set on the webhooks in Zoho Books; with it, every webhook must be signed"},
        {.name = "webhook_signature",
         .environment = "",
         .fallback = "parameters_and_body",
         .summary = "what the signature is made of: parameters_and_body, or body alone"},
    };
}

schema::ActionInput entity_input() {
    return {.name = "entity", .type = "text", .required = true, .summary = "contacts, invoices, customerpayments, items, …"};
}
schema::ActionInput id_input() { return {.name = "id", .type = "id", .required = true, .summary = "id of the record"}; }
schema::ActionInput unique_inputs() {
    return {.name = "unique",
            .type = "map",
            .required = true,
            .summary = "fields and values that find the record: reference_number, or a custom field cf_…"};
}
schema::ActionInput key_input() {
    return {.name = "unique_key", .type = "map", .summary = "{field, value}: custom field by which Zoho refuses a second one"};
}
schema::ActionInput read_back_input() { return {.name = "read_back", .type = "boolean", .summary = "read the whole record again"}; }

Action ensure_action() {
    return {.name = "zoho_books.ensure",
            .summary = "Finds the record of a link, or creates it.",
            .effect = ActionEffect::unique,
            .inputs = {entity_input(),
                       {.name = "link", .type = "id", .required = true, .summary = "the record of the other system it belongs to"},
                       unique_inputs(),
                       key_input(),
                       read_back_input(),
                       {.name = "create", .type = "map", .required = true, .summary = "the record to create"}},
            .output = "the record; `created` says whether it is new",
            .lock_inputs = {"entity", "link"}};
}

Action create_action() {
    return {.name = "zoho_books.create",
            .summary = "Creates a record once: looks for it by `unique` first.",
            .effect = ActionEffect::unique,
            .inputs = {entity_input(),
                       unique_inputs(),
                       key_input(),
                       read_back_input(),
                       {.name = "body", .type = "map", .required = true, .summary = "the record to create"}},
            .output = "the record; `created` says whether it is new",
            .lock_inputs = {"entity", "unique"}};
}

Action get_action() {
    return {.name = "zoho_books.get",
            .summary = "Reads one record.",
            .effect = ActionEffect::read,
            .inputs = {entity_input(), id_input()},
            .output = "the record"};
}

Action find_action() {
    return {.name = "zoho_books.find",
            .summary = "Reads one record that may have been deleted.",
            .effect = ActionEffect::read,
            .inputs = {entity_input(), id_input()},
            .output = "the record, or null if Zoho Books says that it does not exist"};
}

Action invoice_payments_action() {
    return {.name = "zoho_books.invoice_payments",
            .summary = "Reads the payments applied to an invoice, page after page.",
            .effect = ActionEffect::read,
            .inputs = {{.name = "invoice_id", .type = "id", .required = true, .summary = "the invoice"}},
            .output = "the list of payments; `amount` is what was applied to this invoice, not the whole payment"};
}

Action query_action() {
    return {.name = "zoho_books.query",
            .summary = "Reads all records of a list, page after page, or one page of it.",
            .effect = ActionEffect::read,
            .inputs = {entity_input(),
                       {.name = "parameters", .type = "map", .summary = "the list's filters and sorting"},
                       {.name = "page", .type = "integer", .summary = "only this page, from 1, of 200 records"}},
            .output = "the list of records, as rows"};
}

Action update_action() {
    return {.name = "zoho_books.update",
            .summary = "Changes fields of a record.",
            .effect = ActionEffect::idempotent,
            .inputs = {entity_input(),
                       id_input(),
                       {.name = "fields", .type = "map", .required = true, .summary = "fields and their new values"}},
            .output = "the record"};
}

Action email_action() {
    return {.name = "zoho_books.email_invoice",
            .summary = "Sends an invoice by email, unless it was sent already.",
            .effect = ActionEffect::stateful,
            .inputs = {{.name = "invoice_id", .type = "id", .required = true, .summary = "the invoice"},
                       {.name = "to", .type = "list", .required = true, .summary = "addresses"},
                       {.name = "cc", .type = "list", .summary = "more addresses"},
                       {.name = "subject", .type = "text", .summary = "default: of the template"},
                       {.name = "body", .type = "text", .summary = "default: of the template"},
                       {.name = "just_created",
                        .type = "boolean",
                        .summary = "true if this run has just created it: the first attempt does not ask Zoho whether it was sent"}},
            .output = "`emailed`, and `adopted`: whether it had been sent before",
            .lock_inputs = {"invoice_id"}};
}

connector::Connector describe() {
    return {.name = "zoho_books",
            .summary = "Zoho Books: contacts, invoices, payments",
            .settings = settings(),
            .actions = {ensure_action(), create_action(), get_action(), find_action(), invoice_payments_action(), query_action(),
                        update_action(), email_action()},
            .default_limits = {.concurrency_max = concurrency_of_free_plan},
            .triggers = {{.name = "webhook", .connector = "zoho_books"}},
            .make = make};
}

}  // namespace

const connector::Connector& descriptor();
const connector::Connector& descriptor() {
    static const connector::Connector described = describe();
    return described;
}

}  // namespace lockstep::connectors::zoho_books
