#include <algorithm>
#include <cctype>

#include "connector/kept_token.h"
#include "connectors/salesforce/actions.h"
#include "connectors/salesforce/connection.h"
#include "connectors/salesforce/errors.h"
#include "connectors/salesforce/receive.h"
#include "connectors/salesforce/record_id.h"

namespace lockstep::connectors::salesforce {
namespace {

constexpr std::string_view default_version = "v60.0";

/// Takes `v60.0`, `60.0` and `60`.
Result<std::string> api_version(const connector::Settings& settings) {
    std::string given = settings.text("api_version");
    if (given.empty()) return std::string(default_version);
    std::string_view digits = given;
    if (digits.starts_with('v')) digits.remove_prefix(1);
    if (digits.ends_with(".0")) digits.remove_suffix(2);
    bool fits = digits.size() == 2 && std::all_of(digits.begin(), digits.end(), [](unsigned char c) { return std::isdigit(c); });
    if (!fits) return fail(ErrorCode::config_invalid, "not an API version such as v60.0: api_version, " + given);
    return "v" + std::string(digits) + ".0";
}

std::vector<connector::Setting> settings() {
    return {
        {.name = "client_id", .environment = "SF_CLIENT_ID", .required = true, .summary = "consumer key of the connected app"},
        {.name = "private_key_path",
         .environment = "SF_PRIVATE_KEY_PATH",
         .summary = "PEM file of the RSA key that signs in (JWT); the app has its certificate"},
        {.name = "username", .environment = "SF_USERNAME", .summary = "user to act as (JWT)"},
        {.name = "login_url",
         .environment = "SF_LOGIN_URL",
         .fallback = "https://login.salesforce.com",
         .summary = "where tokens are asked for: login, test or the organisation's own address"},
        {.name = "instance_url", .environment = "SF_INSTANCE_URL", .summary = "the instance that tokens may name; the token's own is used"},
        {.name = "client_secret",
         .environment = "SF_CLIENT_SECRET",
         .secret = true,
         .summary = "consumer secret (client credentials, refresh token)"},
        {.name = "refresh_token", .environment = "SF_REFRESH_TOKEN", .secret = true, .summary = "refresh token, in place of a key"},
        {.name = "api_version", .fallback = std::string(default_version), .summary = "version of the REST API"},
        {.name = "organization_id",
         .environment = "SF_ORGANIZATION_ID",
         .summary = "the organisation (00D…) whose Outbound Messages are taken; default the one that signs in"},
    };
}

Result<std::string> organization_id(const connector::Settings& settings) {
    std::string given = settings.text("organization_id");
    if (given.empty()) return given;
    Result<std::string> id = normalise_record_id(given);
    if (id && id->starts_with("00D")) return id;
    return fail(ErrorCode::config_invalid,
                "not an id of an organisation (00D… with 15 or 18 characters): organization_id (SF_ORGANIZATION_ID), " + given);
}

std::vector<schema::Action> actions() {
    std::vector<schema::Action> all;
    for (const ActionEntry& entry : action_entries()) all.push_back(entry.action);
    return all;
}

const ActionEntry* find_action(std::string_view name) {
    const std::vector<ActionEntry>& all = action_entries();
    auto found = std::find_if(all.begin(), all.end(), [&](const ActionEntry& entry) { return entry.action.name == name; });
    return found == all.end() ? nullptr : &*found;
}

}  // namespace

const connector::Connector& descriptor() {
    static const connector::Connector connector{
        .name = "salesforce",
        .summary = "Salesforce through its REST API",
        .settings = settings(),
        .actions = actions(),
        .default_limits = {.joint_wait_ms = 300},
        .triggers = {{.name = std::string(outbound_message),
                      .connector = "salesforce",
                      .topic = "an object, such as Opportunity",
                      .default_path = std::string(outbound_message_path)}},
        .make = SalesforceConnection::make,
    };
    return connector;
}

Result<std::unique_ptr<connector::Connection>> SalesforceConnection::make(connector::ConnectionParts parts) {
    LS_TRY_ASSIGN(SignIn sign_in, choose_sign_in(parts.settings));
    LS_TRY_ASSIGN(std::string version, api_version(parts.settings));
    LS_TRY_ASSIGN(std::string organization, organization_id(parts.settings));
    return std::unique_ptr<connector::Connection>(
        new SalesforceConnection(parts, std::move(sign_in), std::move(version), std::move(organization)));
}

SalesforceConnection::SalesforceConnection(connector::ConnectionParts& parts, SignIn sign_in, std::string version, std::string organization)
    : configured_organization_(std::move(organization)),
      authenticator_(std::move(sign_in), parts.vault, parts.name),
      session_(dialect(parts.name), parts.runtime, parts.vault, parts.name),
      api_(session_, std::move(version), [this] { return secrets(); }) {
    std::optional<std::string> kept = parts.vault ? parts.vault->load(parts.name) : std::nullopt;
    std::string fingerprint = connector::account_fingerprint(dialect(parts.name));
    if (std::optional<connector::Token> token = kept ? connector::read_kept_token(*kept, fingerprint) : std::nullopt)
        note_organization(*token);
}

connector::Dialect SalesforceConnection::dialect(const std::string& name) {
    const SignIn& sign_in = authenticator_.sign_in();
    connector::Dialect dialect;
    dialect.connection = name;
    dialect.account = sign_in.login_url + ' ' + sign_in.client_id + ' ' + sign_in.username + ' ' + sign_in.instance_url;
    dialect.secrets = {sign_in.client_secret, sign_in.refresh_token};
    dialect.classify = [this](const net::Response& response, net::Effect effect) {
        note_budget(response);
        return classify(response, effect);
    };
    dialect.fetch_token = [this](connector::CallContext& context) {
        Result<connector::Token> token = authenticator_.fetch(context, session_);
        if (token) note_organization(*token);
        return token;
    };
    dialect.authorize = [this](net::Request& request, const connector::Token& token) {
        note_access(token.access);
        request.headers.set("Authorization", "Bearer " + token.access.reveal());
    };
    return dialect;
}

Result<Value> SalesforceConnection::perform(std::string_view action, const Value& input, connector::CallContext& context) {
    const ActionEntry* entry = find_action(action);
    if (!entry) return fail(ErrorCode::value_invalid, "salesforce has no such action: " + std::string(action));
    connector::Inputs inputs(action, input);
    LS_TRY(inputs.check(entry->action));
    return entry->perform(api_, inputs, context);
}

std::optional<JointKey> SalesforceConnection::joint_key(std::string_view action, const Value& input) const {
    const ActionEntry* entry = find_action(action);
    connector::Inputs inputs(action, input);
    if (!entry || !entry->joint_key || !inputs.check(entry->action)) return std::nullopt;
    return entry->joint_key(api_, inputs);
}

std::string SalesforceConnection::joint_name(std::string_view action, const Value& input) const {
    std::optional<JointKey> key = joint_key(action, input);
    return key ? key->name : std::string();
}

/// One record may be read for several runs at once; two changes of it are never made together.
std::string SalesforceConnection::joint_record(std::string_view action, const Value& input) const {
    const ActionEntry* entry = find_action(action);
    if (!entry || entry->action.effect == schema::ActionEffect::read) return {};
    std::optional<JointKey> key = joint_key(action, input);
    return key ? key->record : std::string();
}

std::vector<Result<Value>> SalesforceConnection::perform_jointly(std::string_view action, const std::vector<connector::JointCall>& calls) {
    const std::string name = calls.empty() ? std::string() : joint_name(action, calls.front().input);
    auto fits = [&](const connector::JointCall& call) { return joint_name(action, call.input) == name; };
    if (name.empty() || !std::all_of(calls.begin(), calls.end(), fits)) return Connection::perform_jointly(action, calls);
    auto alone = [&](std::size_t i) { return perform(action, calls[i].input, calls[i].context); };
    return find_action(action)->perform_jointly({api_, action, calls, joint_size_, alone});
}

Result<void> SalesforceConnection::probe(connector::CallContext& context) {
    LS_TRY(api_.get(context, api_.path({"limits"})));
    return {};
}

std::optional<CallBudget> SalesforceConnection::budget() const {
    std::lock_guard lock(mutex_);
    return budget_;
}

Result<connector::Delivery> SalesforceConnection::receive(const net::Request& request) const {
    std::string organization = configured_organization_;
    if (organization.empty()) {
        std::lock_guard lock(mutex_);
        organization = organization_;
    }
    return receive_outbound_message(request, organization);
}

net::Response SalesforceConnection::acknowledge(const Result<void>& taken, net::Response plain) const {
    return acknowledge_outbound_message(taken, std::move(plain));
}

void SalesforceConnection::note_organization(const connector::Token& token) {
    if (token.owner.empty()) return;
    std::lock_guard lock(mutex_);
    organization_ = token.owner;
}

void SalesforceConnection::note_access(const Secret& access) {
    std::lock_guard lock(mutex_);
    if (access_ != access) access_ = access;
}

std::vector<Secret> SalesforceConnection::secrets() const {
    std::lock_guard lock(mutex_);
    return {authenticator_.sign_in().client_secret, authenticator_.sign_in().refresh_token, access_};
}

void SalesforceConnection::note_budget(const net::Response& response) {
    std::optional<CallBudget> budget = call_budget(response);
    if (!budget) return;
    std::lock_guard lock(mutex_);
    budget_ = budget;
}

}  // namespace lockstep::connectors::salesforce
