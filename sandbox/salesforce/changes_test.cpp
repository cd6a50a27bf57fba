#include "sandbox/salesforce/test_organisation.h"

namespace lockstep::sandbox::salesforce {
namespace {

std::string span(const std::string& which, const std::string& start, const std::string& end) {
    return "/sobjects/Account/" + which + "?" + net::write_form({{"start", start}, {"end", end}});
}

TEST(Changes, AreThoseOfTheSpanInWholeMinutes) {
    Organisation organisation;
    organisation.now = *parse_timestamp("2026-02-18T10:00:30Z");
    const std::string early = organisation.create("Account", R"({"Name":"Early"})");
    organisation.now = *parse_timestamp("2026-02-18T10:05:10Z");
    const std::string late = organisation.create("Account", R"({"Name":"Late"})");
    organisation.now = *parse_timestamp("2026-02-18T11:00:00Z");
    const auto updated = [&](const char* start, const char* end) {
        return Organisation::parse(organisation.api("GET", span("updated", start, end)))["ids"];
    };
    // 10:00:59 means 10:00:00, and 10:05:59 means 10:05:00, which does not hold 10:05:10.
    EXPECT_EQ(updated("2026-02-18T10:00:59Z", "2026-02-18T10:05:59+00:00"), Value(List{early}));
    EXPECT_EQ(updated("2026-02-18T10:01:00Z", "2026-02-18T10:06:00Z"), Value(List{late}));
}

TEST(Changes, ADeletedRecordIsNoUpdatedOne) {
    Organisation organisation;
    const std::string id = organisation.create("Account", R"({"Name":"Gone"})");
    ASSERT_EQ(organisation.api("DELETE", "/sobjects/Account/" + id).status, 204);
    organisation.now = organisation.now.plus_ms(600'000);
    EXPECT_EQ(Organisation::parse(organisation.api("GET", span("updated", "2026-02-18T10:00:00Z", "2026-02-18T10:05:00Z")))["ids"],
              Value(List{}));
    const Value deleted = Organisation::parse(organisation.api("GET", span("deleted", "2026-02-18T10:00:00Z", "2026-02-18T10:05:00Z")));
    EXPECT_EQ(deleted.at_path("deletedRecords.0.id"), Value(id));
    EXPECT_EQ(deleted.at_path("deletedRecords.0.deletedDate"), Value("2026-02-18T10:00:00.000+0000"));
}

TEST(Changes, SpansThatTheVendorRefuses) {
    Organisation organisation;
    const std::pair<const char*, const char*> spans[] = {{"2026-02-18T10:00:00Z", "2026-02-18T10:00:59Z"},
                                                         {"2026-02-18T10:00:00Z", "2026-02-18T09:00:00Z"},
                                                         {"2026-01-01T10:00:00Z", "2026-02-18T09:00:00Z"}};
    for (const auto& [start, end] : spans)
        EXPECT_EQ(Organisation::code(organisation.api("GET", span("updated", start, end))), "INVALID_REPLICATION_DATE") << start;
    EXPECT_EQ(organisation.api("GET", "/sobjects/Account/deleted?start=2026-02-18T10:00:00Z").status, 400);
    EXPECT_EQ(organisation.api("GET", span("deleted", "yesterday", "today")).status, 400);
}

}  // namespace
}  // namespace lockstep::sandbox::salesforce
