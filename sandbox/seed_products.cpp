#include "sandbox/seed_products.h"

#include <array>
#include <cstdio>

namespace lockstep::sandbox {

namespace {

struct Family {
    std::string_view name, prefix, sap_unit, salesforce_unit;
    int count;
    std::int64_t cents_min, cents_max;
    std::array<std::string_view, 5> kinds;
};

/// 300 together. Codes are SAP's material numbers.
constexpr std::array<Family, 7> families = {{
    {"Pumps",
     "PMP",
     "PC",
     "Each",
     60,
     18900,
     489000,
     {"Centrifugal pump", "Gear pump", "Diaphragm pump", "Submersible pump", "Förderpumpe"}},
    {"Valves", "VLV", "PC", "Each", 60, 2490, 89900, {"Ball valve", "Butterfly valve", "Check valve", "Überströmventil", "Solenoid valve"}},
    {"Motors",
     "MOT",
     "PC",
     "Each",
     40,
     14900,
     329000,
     {"Three-phase motor", "Servo motor", "Geared motor", "Explosion-proof motor", "Stepper motor"}},
    {"Controls",
     "CTL",
     "PC",
     "Each",
     40,
     4990,
     249000,
     {"Frequency converter", "Level controller", "Pressure transmitter", "Flow meter 1\"", "Valve positioner"}},
    {"Seals", "SEA", "PC", "Piece", 40, 45, 4900, {"O-ring, NBR", "Mechanical seal", "Gasket set", "Shaft seal", "Packing <graphite>"}},
    {"Spare Parts",
     "SPR",
     "M",
     "Metre",
     30,
     190,
     8900,
     {"Suction hose", "Pressure hose", "Heating cable", "Pipe, stainless", "Cable, shielded"}},
    {"Spare Parts",
     "LUB",
     "KG",
     "Kilogram",
     30,
     490,
     6900,
     {"Bearing grease", "Gear oil & additive", "Sealing compound", "Cleaning agent", "Corrosion inhibitor"}},
}};

std::string number_text(const char* format, int number) {
    char text[32];
    std::snprintf(text, sizeof text, format, number);
    return text;
}

}  // namespace

std::uint64_t SeedSequence::below(std::uint64_t bound) {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return (z ^ (z >> 31)) % bound;
}

std::string cents_text(std::int64_t cents) {
    char text[32];
    std::snprintf(text, sizeof text, "%lld.%02lld", static_cast<long long>(cents / 100), static_cast<long long>(cents % 100));
    return text;
}

std::int64_t price_in(std::int64_t eur_cents, std::string_view currency) {
    if (currency == "USD") return eur_cents * 110 / 100;
    if (currency == "GBP") return eur_cents * 87 / 100;
    if (currency == "JPY") return eur_cents * 160 / 100 * 100;
    return eur_cents;
}

std::vector<SeedProduct> seed_products(std::uint64_t seed) {
    SeedSequence sequence(seed ^ 0x70726f64U);
    std::vector<SeedProduct> products;
    for (const Family& family : families)
        for (int i = 0; i < family.count; ++i) {
            const auto span = static_cast<std::uint64_t>(family.cents_max - family.cents_min);
            products.push_back(
                {.code = std::string(family.prefix) + "-" + number_text("%04d", 1001 + i),
                 .name = std::string(family.kinds[static_cast<std::size_t>(i) % 5]) + " " + number_text("DN %d", 15 + 5 * (i / 5)),
                 .family = std::string(family.name),
                 .sap_unit = std::string(family.sap_unit),
                 .salesforce_unit = std::string(family.salesforce_unit),
                 .eur_cents = family.cents_min + static_cast<std::int64_t>(sequence.below(span))});
        }
    return products;
}

}  // namespace lockstep::sandbox
