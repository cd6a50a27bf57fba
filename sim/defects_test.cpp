#include "sim/defects.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace lockstep::sim {
namespace {

/// Names of all switches in the sources of the program.
std::set<std::string> names_in_sources() {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(std::filesystem::path(LOCKSTEP_SOURCE_DIR) / "src")) {
        if (entry.path().extension() != ".cpp") continue;
        std::ostringstream text;
        text << std::ifstream(entry.path()).rdbuf();
        std::string all = text.str();
        constexpr std::string_view opening = "LS_DEFECT(\"";
        for (std::size_t at = all.find(opening); at != std::string::npos; at = all.find(opening, at + 1)) {
            std::size_t from = at + opening.size();
            names.insert(all.substr(from, all.find('"', from) - from));
        }
    }
    return names;
}

TEST(Defects, EverySwitchOfTheSourcesIsListedAndEveryListedOneIsSomewhere) {
    const std::set<std::string> there = names_in_sources();
    std::set<std::string> listed;
    for (const auto& defect : defects()) {
        EXPECT_TRUE(listed.insert(std::string(defect.name)).second) << defect.name;
        EXPECT_TRUE(defect.spoil || there.contains(std::string(defect.name))) << "no such switch: " << defect.name;
    }
    for (const auto& name : there) EXPECT_TRUE(listed.contains(name)) << "not listed: " << name;
    EXPECT_GE(listed.size(), 20u);
}

}  // namespace
}  // namespace lockstep::sim
