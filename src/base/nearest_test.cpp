#include "base/nearest.h"

#include <gtest/gtest.h>

#include <vector>

namespace lockstep {
namespace {

const std::vector<std::string> fields = {"StageName", "Amount", "AccountId", "CloseDate", "order", "id"};

TEST(Nearest, FindsTheTypo) {
    EXPECT_EQ(nearest_name("ordre", fields), "order");
    EXPECT_EQ(nearest_name("Ammount", fields), "Amount");
    EXPECT_EQ(nearest_name("stagename", fields), "StageName");
    EXPECT_EQ(nearest_name("ClosDate", fields), "CloseDate");
    EXPECT_EQ(nearest_name("ACCOUNTID", fields), "AccountId");
}

TEST(Nearest, SaysNothingIfNothingIsClose) {
    EXPECT_EQ(nearest_name("Probability", fields), "");
    EXPECT_EQ(nearest_name("", fields), "");
    EXPECT_EQ(nearest_name("xy", fields), "");
    EXPECT_EQ(nearest_name("order", {}), "");
    EXPECT_EQ(nearest_name("odrre", fields), "");
}

TEST(Nearest, TheCloserOfTwoWins) {
    std::vector<std::string> names = {"invoice_items", "invoice_date", "invoices"};
    EXPECT_EQ(nearest_name("invoice_dat", names), "invoice_date");
    EXPECT_EQ(nearest_name("invoices", names), "invoices");
}

TEST(Nearest, AsksAsAPersonWould) {
    EXPECT_EQ(did_you_mean("ordre", fields), " (did you mean `order`?)");
    EXPECT_EQ(did_you_mean("Probability", fields), "");
}

}  // namespace
}  // namespace lockstep
