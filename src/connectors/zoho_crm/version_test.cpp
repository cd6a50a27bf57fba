#include "connectors/zoho_crm/version.h"

#include <gtest/gtest.h>

#include "connectors/zoho_crm/api.h"

namespace lockstep::connectors::zoho_crm {
namespace {

Timestamp at(std::int64_t second) { return {.seconds = 1'771'408'800 + second}; }
Version version(std::int64_t modified, std::int64_t read) { return {at(modified), at(read)}; }

}  // namespace

TEST(CrmVersion, IsATextThatIsReadBack) {
    EXPECT_EQ(write_version(version(0, 7)), "2026-02-18T10:00:00Z/2026-02-18T10:00:07Z");
    EXPECT_EQ(*read_version(write_version(version(0, 7))), version(0, 7));
    for (const char* wrong : {"", "x", "2026-02-18T10:00:00Z", "2026-02-18T10:00:00Z/", "/2026-02-18T10:00:00Z"})
        EXPECT_FALSE(read_version(wrong)) << wrong;
}

TEST(CrmVersion, GuardsOnlyIfItsSecondWasOverWhenItWasRead) {
    EXPECT_FALSE(version(5, 5).can_guard());
    EXPECT_FALSE(version(5, 4).can_guard());
    EXPECT_TRUE(version(5, 6).can_guard());
}

TEST(CrmVersion, EachGroupHasATimeThatGuardsAllOfIt) {
    const std::vector<Version> versions = {version(5, 20), version(7, 30), version(-100, 8), version(40, 50), version(0, 3)};
    std::vector<int> seen(versions.size());
    const auto groups = guard_groups(versions);
    for (const GuardGroup& group : groups)
        for (std::size_t i : group.members) {
            EXPECT_LE(versions[i].modified, group.time) << "it would be refused though nobody has changed it";
            EXPECT_LT(group.time, versions[i].read) << "a change in the second of reading would not be noticed";
            ++seen[i];
        }
    EXPECT_EQ(seen, std::vector<int>(versions.size(), 1));
    EXPECT_EQ(groups.size(), 3u);
}

TEST(CrmVersion, TheEarliestLookIsBeforeTheAnswerByAllTheTimeItTook) {
    net::Response response;
    response.headers.set("Date", "Wed, 18 Feb 2026 10:00:09 GMT");
    EXPECT_EQ(earliest_look(response, at(1000), 0), at(9));
    EXPECT_EQ(earliest_look(response, at(1000), 1), at(8)) << "the last second may have begun after the look";
    EXPECT_EQ(earliest_look(response, at(1000), 2500), at(6));
    EXPECT_EQ(earliest_look({}, at(1000), 0), at(700)) << "no Date: our clock may be five minutes before";
}

}  // namespace lockstep::connectors::zoho_crm
