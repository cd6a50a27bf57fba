#include "connectors/zoho_books/auth.h"

#include <array>

namespace lockstep::connectors::zoho_books {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 4> required = {{
    {"client_id", "ZOHO_CLIENT_ID"},
    {"client_secret", "ZOHO_CLIENT_SECRET"},
    {"refresh_token", "ZOHO_REFRESH_TOKEN"},
    {"organization_id", "ZOHO_ORG_ID"},
}};

std::string missing_names(const connector::Settings& settings) {
    std::string names;
    for (const auto& [name, environment] : required)
        if (!settings.has(name)) names += (names.empty() ? "" : ", ") + std::string(environment);
    return names;
}

}  // namespace

Result<Account> read_account(const connector::Settings& settings) {
    if (std::string missing = missing_names(settings); !missing.empty())
        return fail(ErrorCode::config_invalid, "Zoho Books needs settings that are missing: " + missing);
    Account account{.addresses = {},
                    .client = {settings.text("client_id"), settings.secret("client_secret")},
                    .refresh_token = settings.secret("refresh_token"),
                    .organization_id = settings.text("organization_id")};
    LS_TRY_ASSIGN(account.addresses, connector::zoho::choose_addresses(settings, "ZOHO_API_URL"));
    if (account.organization_id.find_first_not_of("0123456789") != std::string::npos)
        return fail(ErrorCode::config_invalid, "ZOHO_ORG_ID has digits only: " + account.organization_id);
    return account;
}

}  // namespace lockstep::connectors::zoho_books
