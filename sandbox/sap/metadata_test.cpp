#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "sandbox/sap/sap_test_client.h"
#include "value/xml.h"

namespace lockstep::sandbox::sap {

namespace {

constexpr std::array<std::string_view, 4> names = {"API_BUSINESS_PARTNER", "API_SALES_ORDER_SRV", "API_PRODUCT_SRV",
                                                   "API_MATERIAL_STOCK_SRV"};

/// What one may rely on in a `$metadata` document; labels and the like are left out.
using Facts = std::map<std::string, std::string>;

constexpr std::array<std::string_view, 10> property_attributes = {"Type",         "Nullable",        "MaxLength",     "Precision",
                                                                  "Scale",        "ConcurrencyMode", "sap:creatable", "sap:updatable",
                                                                  "sap:sortable", "sap:filterable"};
constexpr std::array<std::string_view, 5> shown_attributes = {"sap:unit", "sap:display-format", "sap:deletable", "sap:creatable",
                                                              "sap:updatable"};

template <typename Names>
std::string attributes_of(const xml::Element& element, const Names& wanted) {
    std::string text;
    for (std::string_view name : wanted) text += std::string(name) + "=" + element.attribute(name) + " ";
    return text;
}

std::string last_part(const std::string& qualified) { return qualified.substr(qualified.rfind('.') + 1); }

/// Association and role → the other side's type and how many there are.
std::map<std::string, std::string> roles_of(const xml::Element& schema) {
    std::map<std::string, std::string> roles;
    for (const xml::Element& child : schema.children) {
        if (child.name != "Association") continue;
        for (const xml::Element& end : child.children)
            if (end.name == "End")
                roles[child.attribute("Name") + " " + end.attribute("Role")] =
                    last_part(end.attribute("Type")) + " " + end.attribute("Multiplicity");
    }
    return roles;
}

void add_type(Facts& facts, const xml::Element& type, const std::map<std::string, std::string>& roles) {
    const std::string name = type.attribute("Name");
    for (const xml::Element& part : type.children) {
        const std::string place = name + "." + part.attribute("Name");
        if (part.name == "Property")
            facts[place] = attributes_of(part, property_attributes) + attributes_of(part, shown_attributes);
        else if (part.name == "NavigationProperty")
            facts[place] = roles.at(last_part(part.attribute("Relationship")) + " " + part.attribute("ToRole"));
        else
            for (const xml::Element& key : part.children) facts[name + " key"] += key.attribute("Name") + " ";
    }
}

Facts facts_of(const std::string& document) {
    Facts facts;
    auto parsed = xml::parse(document);
    EXPECT_TRUE(parsed.has_value()) << (parsed ? "" : parsed.error().message);
    if (!parsed) return facts;
    for (const xml::Element& schema : parsed->child("DataServices")->children) {
        const auto roles = roles_of(schema);
        for (const xml::Element& child : schema.children) {
            if (child.name == "EntityType") add_type(facts, child, roles);
            if (child.name != "EntityContainer") continue;
            for (const xml::Element& set : child.children)
                if (set.name == "EntitySet")
                    facts["set " + set.attribute("Name")] =
                        last_part(set.attribute("EntityType")) + " " + attributes_of(set, shown_attributes);
        }
    }
    return facts;
}

std::string folder() {
    const char* shared = std::getenv("LOCKSTEP_SHARED");
    return (shared != nullptr ? std::string(shared) : std::string(LOCKSTEP_SOURCE_DIR "/../shared")) + "/vendors/edmx/";
}

std::string document_of(std::string_view service) {
    std::ifstream file(folder() + std::string(service) + ".edmx");
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

class SapMetadata : public ::testing::Test, public TestClient {
protected:
    Facts own(std::string_view service) { return facts_of(send("GET", std::string(service) + "/$metadata").body); }
};

}  // namespace

TEST_F(SapMetadata, SaysOfEveryPropertyWhatSapSays) {
    if (!std::filesystem::exists(folder())) {
        std::printf("[ SKIPPED ] no metadata of SAP's at %s; LOCKSTEP_SHARED names the folder that has vendors/edmx\n", folder().c_str());
        return;
    }
    std::size_t compared = 0;
    for (std::string_view service : names) {
        const Facts real = facts_of(document_of(service));
        for (const auto& [place, fact] : own(service)) {
            auto known = real.find(place);
            ASSERT_NE(known, real.end()) << service << " has no " << place;
            EXPECT_EQ(fact, known->second) << service << " " << place;
            ++compared;
        }
    }
    EXPECT_GT(compared, 900u);
}

TEST_F(SapMetadata, NoPropertyOfAnEmulatedTypeIsLeftOut) {
    if (!std::filesystem::exists(folder())) return;
    for (std::string_view service : names) {
        const Facts ours = own(service);
        for (const auto& [place, fact] : facts_of(document_of(service))) {
            const std::string type = place.substr(0, place.find('.'));
            if (place.find('.') == std::string::npos || !ours.contains(type + " key") || fact.find("Type=") == std::string::npos) continue;
            EXPECT_TRUE(ours.contains(place)) << service << " " << place;
        }
    }
}

TEST_F(SapMetadata, SaysWhereItLies) {
    const std::string xml = send("GET", "API_SALES_ORDER_SRV/$metadata").body;
    EXPECT_NE(xml.find("<atom:link rel=\"self\" href=\"http://sap.example/sap/opu/odata/sap/API_SALES_ORDER_SRV/$metadata\""),
              std::string::npos);
}

}  // namespace lockstep::sandbox::sap
