#include <algorithm>
#include <cctype>

#include "connector/inputs.h"
#include "connectors/zoho_crm/actions.h"
#include "connectors/zoho_crm/receive.h"

namespace lockstep::connectors::zoho_crm {
namespace {

using connector::ConnectionParts;
using connector::Setting;

/// Calls at once that the smallest edition allows. Source: zoho.com/crm/developer/docs/api/v8/api-limits, "Concurrency".
constexpr int concurrency_of_free_edition = 5;

class CrmConnection : public connector::Connection {
public:
    CrmConnection(ApiSettings settings, const ConnectionParts& parts)
        : webhook_secret_(parts.settings.secret("webhook_secret")),
          api_(std::move(settings), parts.runtime, parts.vault),
          metadata_(api_) {}

    Result<Value> perform(std::string_view action, const Value& input, connector::CallContext& context) override {
        LS_TRY_ASSIGN(const ActionEntry* entry, checked(action, input));
        const Crm crm{api_, metadata_, webhook_secret_};
        if (entry->alone) return entry->alone(crm, context, input);
        return make_together({{input, context}}, [&](Joint& joint) { return entry->together(crm, joint); }).front();
    }

    std::string joint_name(std::string_view action, const Value& input) const override {
        auto entry = checked(action, input);
        return entry && (*entry)->group ? (*entry)->group(input) : std::string();
    }

    /// A record may be read for several calls at once; two changes of it are never made together.
    std::string joint_record(std::string_view action, const Value& input) const override {
        const ActionEntry* entry = find_action(action);
        if (!entry || entry->action.effect == schema::ActionEffect::read) return {};
        if (entry->together != record_create) return input["id"].text();
        auto key = unique_of(input);
        return key ? folded(key->value) : std::string();
    }

    std::size_t joint_max() const override { return records_per_request_max; }

    std::vector<Result<Value>> perform_jointly(std::string_view action, const std::vector<connector::JointCall>& calls) override {
        const std::string name = calls.empty() ? std::string() : joint_name(action, calls.front().input);
        auto fits = [&](const connector::JointCall& call) { return joint_name(action, call.input) == name; };
        if (name.empty() || calls.size() > records_per_request_max || !std::all_of(calls.begin(), calls.end(), fits))
            return Connection::perform_jointly(action, calls);
        const ActionEntry* entry = find_action(action);
        const Crm crm{api_, metadata_, webhook_secret_};
        return make_together(calls, [&](Joint& joint) { return entry->together(crm, joint); });
    }

    Result<void> probe(connector::CallContext& context) override {
        LS_TRY(api_.get(context, "/Accounts", {{"fields", "id"}, {"per_page", "1"}}));
        return {};
    }

    Result<connector::Delivery> receive(const net::Request& request) const override { return receive_change(webhook_secret_, request); }

    std::optional<connector::CallBudget> budget() const override { return api_.budget(); }

private:
    static Result<const ActionEntry*> checked(std::string_view action, const Value& input) {
        const ActionEntry* entry = find_action(action);
        if (!entry) return fail(ErrorCode::value_invalid, "zoho_crm has no such action: " + std::string(action));
        LS_TRY(connector::Inputs(action, input).check(entry->action));
        return entry;
    }

    /// Unique texts may be compared without their case.
    static std::string folded(std::string text) {
        std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
        return text;
    }

    const Secret webhook_secret_;
    Api api_;
    Metadata metadata_;
};

Result<void> read_path(const connector::Settings& settings, ApiSettings& api) {
    if (settings.has("api_path")) api.path = settings.text("api_path");
    bool path_ok = api.path.starts_with('/') && !api.path.ends_with('/') && api.path.find_first_of("?# ") == std::string::npos;
    if (!path_ok) return fail(ErrorCode::config_invalid, "api_path must be a path such as /crm/v8: " + api.path);
    return {};
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
         .environment = "ZOHO_CRM_REFRESH_TOKEN",
         .required = true,
         .secret = true,
         .summary =
             "refresh token with scopes of Zoho CRM; may be that of Zoho Books if it has both; `stored`: what `lockstep auth zoho` keeps"},
        {.name = "data_centre",
         .environment = "",
         .fallback = "com",
         .summary = "com, eu, in, com.au, jp, com.cn, sa or ca: gives the two addresses below"},
        {.name = "accounts_url", .environment = "ZOHO_ACCOUNTS_URL", .summary = "accounts server; default by the data centre"},
        {.name = "api_url",
         .environment = "ZOHO_CRM_API_URL",
         .summary = "API; default what the token answer names, else by the data centre"},
        {.name = "api_path", .environment = "", .fallback = "/crm/v8", .summary = "path of the API's version"},
        {.name = "credits_per_day",
         .environment = "",
         .summary = "API credits of 24 hours that the edition has, for the reserve; default as far as Zoho's answers let it be guessed"},
        {.name = "webhook_secret",
         .environment = "ZOHO_CRM_WEBHOOK_SECRET",
         .secret = true,
         .summary = "what the function in Zoho CRM sends as X-Lockstep-Secret; with it, everything that comes must prove itself"},
    };
}

std::vector<schema::Action> actions() {
    std::vector<schema::Action> all;
    for (const ActionEntry& entry : action_entries()) all.push_back(entry.action);
    return all;
}

Result<std::unique_ptr<connector::Connection>> make(ConnectionParts parts) {
    parts.settings = connector::zoho::with_stored(parts.settings, parts.vault, parts.name);
    ApiSettings api{.name = parts.name,
                    .addresses = {},
                    .client = {parts.settings.text("client_id"), parts.settings.secret("client_secret")},
                    .refresh_token = parts.settings.secret("refresh_token")};
    if (api.client.id.empty() || api.client.secret.empty() || api.refresh_token.empty())
        return fail(ErrorCode::config_invalid,
                    "Zoho CRM needs the settings client_id, client_secret and refresh_token "
                    "(ZOHO_CLIENT_ID, ZOHO_CLIENT_SECRET, ZOHO_CRM_REFRESH_TOKEN)");
    LS_TRY_ASSIGN(api.addresses, connector::zoho::choose_addresses(parts.settings, "ZOHO_CRM_API_URL"));
    LS_TRY(read_path(parts.settings, api));
    LS_TRY_ASSIGN(api.credits_per_day, parts.settings.integer("credits_per_day", 0));
    if (api.credits_per_day < 0) return fail(ErrorCode::config_invalid, "credits_per_day is a number of at least 0");
    return std::unique_ptr<connector::Connection>(std::make_unique<CrmConnection>(std::move(api), parts));
}

}  // namespace

const connector::Connector& descriptor();
const connector::Connector& descriptor() {
    static const connector::Connector described{
        .name = "zoho_crm",
        .summary = "Zoho CRM: accounts, contacts and what else it has",
        .settings = settings(),
        .actions = actions(),
        .default_limits = {.concurrency_max = concurrency_of_free_edition, .joint_wait_ms = 300},
        .triggers = {{.name = std::string(change_trigger),
                      .connector = "zoho_crm",
                      .topic = "a module, such as Accounts",
                      .default_path = std::string(change_path)}},
        .make = make,
    };
    return described;
}

}  // namespace lockstep::connectors::zoho_crm
