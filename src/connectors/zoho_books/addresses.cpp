#include "connectors/zoho_books/addresses.h"

#include <algorithm>
#include <array>

namespace lockstep::connectors::zoho_books {
namespace {

struct DataCentre {
    std::string_view name, accounts, api;
};

/// Source: zoho.com/accounts/protocol/oauth, "Multi DC support"; Zoho Books API, "Data centers".
constexpr std::array<DataCentre, 8> data_centres = {{
    {"com", "https://accounts.zoho.com", "https://www.zohoapis.com"},
    {"eu", "https://accounts.zoho.eu", "https://www.zohoapis.eu"},
    {"in", "https://accounts.zoho.in", "https://www.zohoapis.in"},
    {"com.au", "https://accounts.zoho.com.au", "https://www.zohoapis.com.au"},
    {"jp", "https://accounts.zoho.jp", "https://www.zohoapis.jp"},
    {"com.cn", "https://accounts.zoho.com.cn", "https://www.zohoapis.com.cn"},
    {"sa", "https://accounts.zoho.sa", "https://www.zohoapis.sa"},
    {"ca", "https://accounts.zohocloud.ca", "https://www.zohoapis.ca"},
}};

std::string without_slash(std::string url) {
    while (url.ends_with('/')) url.pop_back();
    return url;
}

Result<std::string> address(const connector::Settings& settings, std::string_view name, std::string_view environment,
                            std::string_view fallback) {
    std::string url = without_slash(settings.text(name));
    if (url.empty()) return std::string(fallback);
    if (net::parse_url(url) && url.find_first_of("?#") == std::string::npos) return url;
    return fail(ErrorCode::config_invalid, std::string(environment) + " is not an http or https address: " + url);
}

}  // namespace

Result<Addresses> choose_addresses(const connector::Settings& settings) {
    std::string wanted = settings.text("data_centre");
    if (wanted.empty()) wanted = "com";
    auto centre = std::find_if(data_centres.begin(), data_centres.end(), [&](const DataCentre& d) { return d.name == wanted; });
    if (centre == data_centres.end())
        return fail(ErrorCode::config_invalid, "no such data centre of Zoho (com, eu, in, com.au, jp, com.cn, sa, ca): " + wanted);
    Addresses addresses;
    LS_TRY_ASSIGN(addresses.accounts, address(settings, "accounts_url", "ZOHO_ACCOUNTS_URL", centre->accounts));
    LS_TRY_ASSIGN(addresses.api, address(settings, "api_url", "ZOHO_API_URL", centre->api));
    addresses.api_is_fixed =
        std::none_of(data_centres.begin(), data_centres.end(), [&](const DataCentre& d) { return d.api == addresses.api; });
    return addresses;
}

bool is_zoho_host(std::string_view url) {
    Result<net::Url> parts = net::parse_url(url);
    return parts && (parts->host.starts_with("www.zohoapis.") || parts->host.starts_with("accounts.zoho"));
}

}  // namespace lockstep::connectors::zoho_books
