// The demo as a person starts it: one program, a whole day, and an exit code that says whether every promise held.
#include <gtest/gtest.h>

#include "landscape.h"

namespace lockstep::testing {
namespace {

Finished demo(const TemporaryFolder& folder, std::vector<std::string> options) {
    options.insert(options.begin(), {program(), "demo"});
    return run_to_end({.arguments = std::move(options), .folder = folder.path(), .name = "demo"}, 180'000);
}
bool says(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }
/// A row of the table of proof: what was expected was found.
bool proves(const std::string& text, const std::string& what, int count) {
    const auto at = text.find("  = " + what + " ");
    if (at == std::string::npos) return false;
    std::istringstream figures(text.substr(at + what.size() + 4, text.find('\n', at) - at - what.size() - 4));
    int expected = -1, found = -1;
    figures >> expected >> found;
    return expected == count && found == count;
}

TEST(Demo, ShowsEveryFlowAndProvesItFromTheVendorsRecords) {
    const TemporaryFolder folder;
    const Finished day = demo(folder, {"--deals", "8"});
    EXPECT_EQ(day.exit, 0) << day.out << day.err;
    EXPECT_EQ(day.err, "");
    for (const char* part : {"The morning: 4 deals are won", "A full hour: stock", "newly low on stock", "Payments in Zoho Books",
                             "SAP is down", "SAP answers again", "cannot go through", "mended", "Proof: 8 deals"})
        EXPECT_TRUE(says(day.out, part)) << part << " is not in\n" << day.out;
    for (const char* made : {"deals synced in Salesforce", "sales orders in SAP", "invoices in Zoho Books", "invoices emailed"})
        EXPECT_TRUE(proves(day.out, made, 8)) << made << "\n" << day.out;
    EXPECT_TRUE(proves(day.out, "deals parked for a person, with the reason", 2)) << day.out;
    EXPECT_TRUE(proves(day.out, "deals parked by the outage", 0)) << day.out;
    EXPECT_TRUE(proves(day.out, "deals shown as paid in full", 3)) << day.out;
    EXPECT_TRUE(proves(day.out, "products with SAP's stock", 300)) << day.out;
    EXPECT_TRUE(proves(day.out, "writes of a stock run without changes", 0)) << day.out;
    EXPECT_FALSE(says(day.out, "≠")) << day.out;
    EXPECT_FALSE(says(day.out, "\033")) << "no colours where nobody sees them";
}

TEST(Demo, WithoutFaultsHasNoOutageAndProvesTheRest) {
    const TemporaryFolder folder;
    const Finished day = demo(folder, {"--deals", "1", "--seed", "7", "--no-faults"});
    EXPECT_EQ(day.exit, 0) << day.out << day.err;
    EXPECT_FALSE(says(day.out, "SAP is down")) << day.out;
    EXPECT_TRUE(says(day.out, "retries        0")) << day.out;
    EXPECT_TRUE(says(day.out, "Proof: 8 deals")) << "the least that shows everything\n" << day.out;
}

}  // namespace
}  // namespace lockstep::testing
