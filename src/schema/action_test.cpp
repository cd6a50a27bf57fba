#include "schema/action.h"

#include <gtest/gtest.h>

namespace lockstep::schema {

TEST(Catalogue, FindsAnActionByItsWholeNameOnly) {
    Catalogue catalogue({{.name = "slack.post"}, {.name = "sap.create", .effect = ActionEffect::unique}});
    ASSERT_NE(catalogue.find("sap.create"), nullptr);
    EXPECT_EQ(catalogue.find("sap.create")->effect, ActionEffect::unique);
    EXPECT_EQ(catalogue.find("sap.creat"), nullptr);
    EXPECT_EQ(catalogue.find("sap.create2"), nullptr);
    EXPECT_EQ(catalogue.find(""), nullptr);
}

TEST(Catalogue, ListsItsNamesInOrder) {
    Catalogue catalogue({{.name = "slack.post"}, {.name = "sap.create"}});
    EXPECT_EQ(catalogue.names(), (std::vector<std::string>{"sap.create", "slack.post"}));
}

TEST(CatalogueDeathTest, RefusesTwoActionsOfOneName) { EXPECT_DEATH(Catalogue({{.name = "sap.create"}, {.name = "sap.create"}}), "twice"); }

TEST(ActionEffect, HasANameForEach) {
    EXPECT_EQ(to_string(ActionEffect::read), "read");
    EXPECT_EQ(to_string(ActionEffect::idempotent), "idempotent");
    EXPECT_EQ(to_string(ActionEffect::unique), "unique");
    EXPECT_EQ(to_string(ActionEffect::stateful), "stateful");
}

}  // namespace lockstep::schema
