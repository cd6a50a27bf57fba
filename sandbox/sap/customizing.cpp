#include <algorithm>
#include <array>
#include <utility>

#include "sandbox/sap/state.h"

// The made-up company's customising: what its SAP system knows of the world and of its own organisation.
namespace lockstep::sandbox::sap {

namespace {

/// [ISO 4217]: currencies with other than two decimals carry their number.
constexpr std::array<std::pair<std::string_view, int>, 44> currencies = {{
    {"AED", 2}, {"AUD", 2}, {"BGN", 2}, {"BHD", 3}, {"BRL", 2}, {"CAD", 2}, {"CHF", 2}, {"CLP", 0}, {"CNY", 2}, {"COP", 2}, {"CZK", 2},
    {"DKK", 2}, {"EGP", 2}, {"EUR", 2}, {"GBP", 2}, {"HKD", 2}, {"HUF", 2}, {"IDR", 2}, {"ILS", 2}, {"INR", 2}, {"ISK", 0}, {"JOD", 3},
    {"JPY", 0}, {"KRW", 0}, {"KWD", 3}, {"MXN", 2}, {"MYR", 2}, {"NOK", 2}, {"NZD", 2}, {"OMR", 3}, {"PHP", 2}, {"PLN", 2}, {"RON", 2},
    {"RSD", 2}, {"SAR", 2}, {"SEK", 2}, {"SGD", 2}, {"THB", 2}, {"TND", 3}, {"TRY", 2}, {"TWD", 2}, {"UAH", 2}, {"USD", 2}, {"ZAR", 2},
}};

/// [ISO 3166-1 alpha-2]
constexpr std::string_view countries =
    " AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ "
    "CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR "
    "GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO "
    "JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR "
    "MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO "
    "RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV "
    "TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW ";

constexpr std::array<std::string_view, 3> sales_organizations = {"1010", "1020", "1030"};

struct Unit {
    std::string_view sap, iso, other;
};
constexpr std::array<Unit, 12> units = {{
    {"PC", "PCE", "ST"},
    {"EA", "EA", ""},
    {"KG", "KGM", ""},
    {"G", "GRM", ""},
    {"TO", "TNE", "T"},
    {"M", "MTR", ""},
    {"CM", "CMT", ""},
    {"L", "LTR", ""},
    {"M2", "MTK", ""},
    {"M3", "MTQ", ""},
    {"BOX", "BX", "KI"},
    {"H", "HUR", "HR"},
}};

}  // namespace

std::optional<int> currency_decimals(std::string_view code) {
    for (const auto& [known, decimals] : currencies)
        if (known == code) return decimals;
    return std::nullopt;
}

bool is_country(std::string_view code) {
    return code.size() == 2 && countries.find(" " + std::string(code) + " ") != std::string_view::npos;
}

bool is_sales_area(std::string_view organization, std::string_view channel, std::string_view division) {
    const bool known = std::find(sales_organizations.begin(), sales_organizations.end(), organization) != sales_organizations.end();
    return known && (channel == "10" || channel == "20") && division == "00";
}

bool is_company_code(std::string_view code) {
    return std::find(sales_organizations.begin(), sales_organizations.end(), code) != sales_organizations.end();
}

std::string_view sap_unit(std::string_view unit) {
    for (const Unit& known : units)
        if (!unit.empty() && (known.sap == unit || known.iso == unit || known.other == unit)) return known.sap;
    return {};
}

std::string_view iso_unit(std::string_view unit) {
    for (const Unit& known : units)
        if (known.sap == unit) return known.iso;
    return {};
}

}  // namespace lockstep::sandbox::sap
