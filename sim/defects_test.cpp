#include "sim/defects.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

namespace lockstep::sim {
namespace {

/// Names of all switches in the sources of the program.
std::set<std::string> names_in_sources() {
    static const std::regex a_switch("LS_DEFECT\\(\"([^\"]+)\"\\)");
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(std::filesystem::path(LOCKSTEP_SOURCE_DIR) / "src")) {
        if (entry.path().extension() != ".cpp") continue;
        std::ostringstream text;
        text << std::ifstream(entry.path()).rdbuf();
        std::string all = text.str();
        for (std::sregex_iterator found(all.begin(), all.end(), a_switch), end; found != end; ++found) names.insert((*found)[1]);
    }
    return names;
}

TEST(Defects, EverySwitchOfTheSourcesIsListedAndEveryListedOneIsSomewhere) {
    std::set<std::string> listed;
    for (const auto& defect : defects()) {
        EXPECT_TRUE(listed.insert(std::string(defect.name)).second) << defect.name;
        if (!defect.spoil) EXPECT_TRUE(names_in_sources().contains(std::string(defect.name))) << "no such switch: " << defect.name;
    }
    for (const auto& name : names_in_sources()) EXPECT_TRUE(listed.contains(name)) << "not listed: " << name;
    EXPECT_GE(listed.size(), 20u);
}

}  // namespace
}  // namespace lockstep::sim
