#include <gtest/gtest.h>

#include "connector/zoho_accounts.h"
#include "connectors/zoho_books/custom_fields.h"
#include "connectors/zoho_books/email.h"
#include "connectors/zoho_books/entities.h"
#include "value/json.h"

namespace lockstep::connectors::zoho_books {
namespace {

Result<connector::zoho::Addresses> addresses(Map settings) {
    return connector::zoho::choose_addresses(connector::Settings(std::move(settings)), "ZOHO_API_URL");
}

Value read(std::string_view text) { return *json::parse(text); }

}  // namespace

TEST(BooksAddresses, FollowFromTheDataCentre) {
    EXPECT_EQ(addresses({})->accounts, "https://accounts.zoho.com");
    EXPECT_EQ(addresses({{"data_centre", "eu"}})->api, "https://www.zohoapis.eu");
    EXPECT_EQ(addresses({{"data_centre", "ca"}})->accounts, "https://accounts.zohocloud.ca");
    EXPECT_EQ(addresses({{"data_centre", "mars"}}).error().code, ErrorCode::config_invalid);
}

TEST(BooksAddresses, OnlyAnAddressThatIsNoDefaultIsFixed) {
    EXPECT_FALSE(addresses({})->api_is_fixed);
    EXPECT_FALSE(addresses({{"api_url", "https://www.zohoapis.com/"}})->api_is_fixed);
    EXPECT_TRUE(addresses({{"api_url", "http://127.0.0.1:4012"}})->api_is_fixed);
    EXPECT_FALSE(addresses({{"api_url", "127.0.0.1"}}));
    EXPECT_FALSE(addresses({{"accounts_url", "https://x/?y"}}));
}

TEST(BooksAddresses, ZohosOwnHostsAreKnown) {
    EXPECT_TRUE(connector::zoho::is_zoho_host("https://www.zohoapis.in"));
    EXPECT_TRUE(connector::zoho::is_zoho_host("https://accounts.zohocloud.ca"));
    EXPECT_FALSE(connector::zoho::is_zoho_host("http://127.0.0.1:4012"));
    EXPECT_FALSE(connector::zoho::is_zoho_host("https://example.com/www.zohoapis.com"));
}

TEST(BooksFields, IdsAreTextsAndMoneyIsDecimal) {
    Value tidied = tidy(read(R"({"invoice":{"invoice_id":982000000567114123,"total":100,"balance":"40.50","status":"sent",
        "contact_persons":[982000000870911],"line_items":[{"line_item_id":5,"rate":1.10,"quantity":2,"item_order":1}],
        "discount":"10%","payment_terms":15}})"));
    const Value& invoice = tidied["invoice"];
    EXPECT_EQ(invoice["invoice_id"], Value("982000000567114123"));
    EXPECT_EQ(invoice["total"].kind(), Value::Kind::decimal);
    EXPECT_EQ(invoice["balance"], Value(*Decimal::parse("40.50")));
    EXPECT_EQ(invoice["contact_persons"].as_list()[0], Value("982000000870911"));
    EXPECT_EQ(tidied.at_path("invoice.line_items.0.rate").as_decimal().to_string(), "1.10");
    EXPECT_EQ(tidied.at_path("invoice.line_items.0.line_item_id"), Value("5"));
    EXPECT_EQ(tidied.at_path("invoice.line_items.0.item_order"), Value(1));
    EXPECT_EQ(invoice["discount"], Value("10%"));
    EXPECT_EQ(invoice["payment_terms"], Value(15));
}

TEST(BooksFields, IdsHaveDigitsOnly) {
    EXPECT_EQ(*record_id("id", "460000000026049"), "460000000026049");
    EXPECT_EQ(*record_id("id", 460000), "460000");
    for (const char* bad : {"", "../contacts", "1 OR 1", "12a", "1?x=1"}) EXPECT_FALSE(record_id("id", bad)) << bad;
    EXPECT_FALSE(record_id("id", Value()));
}

TEST(BooksFields, UnknownEntitiesAreNamedWithTheNearest) {
    Result<const Entity*> entity = find_entity("invoice");
    ASSERT_FALSE(entity);
    EXPECT_NE(entity.error().message.find("invoices"), std::string::npos);
    EXPECT_TRUE(can_filter_by(**find_entity("invoices"), "reference_number"));
    EXPECT_FALSE(can_filter_by(**find_entity("invoices"), "reference"));
    EXPECT_FALSE(can_filter_by(**find_entity("invoices"), ""));
}

TEST(BooksFields, CustomFieldsAreReadWhereverTheyStand) {
    EXPECT_EQ(custom_field_text(read(R"({"cf_x":"1"})"), "cf_x"), "1");
    EXPECT_EQ(custom_field_text(read(R"({"custom_field_hash":{"cf_x":"2"}})"), "cf_x"), "2");
    EXPECT_EQ(custom_field_text(read(R"({"custom_fields":[{"api_name":"cf_y","value":"9"},{"api_name":"cf_x","value":"3"}]})"), "cf_x"),
              "3");
    EXPECT_EQ(custom_field_text(read(R"({"custom_fields":[{"placeholder":"cf_x","value":4}]})"), "cf_x"), "4");
    EXPECT_EQ(custom_field_text(read(R"({"custom_fields":[]})"), "cf_x"), std::nullopt);
}

TEST(BooksFields, CustomFieldsMoveToTheirList) {
    Result<Map> body =
        with_custom_fields({{"contact_name", "A"}, {"cf_x", "1"}, {"custom_fields", List{Map{{"label", "Y"}, {"value", "2"}}}}});
    ASSERT_TRUE(body);
    EXPECT_EQ(Value(*body), read(R"({"contact_name":"A","custom_fields":[{"label":"Y","value":"2"},{"api_name":"cf_x","value":"1"}]})"));
    EXPECT_FALSE(with_custom_fields({{"cf_x", "1"}, {"custom_fields", List{Map{{"api_name", "cf_x"}, {"value", "2"}}}}}));
    EXPECT_FALSE(with_custom_fields({{"cf_x", "1"}, {"custom_fields", "x"}}));
    EXPECT_FALSE(is_custom_field("cf_"));
    EXPECT_FALSE(is_custom_field("cf_a&b"));
}

TEST(BooksEmail, AddressesAreChecked) {
    for (std::string_view good : {"ap@acme.example", "jürgen.müller@söhne.example", "a+b@x.y.z"})
        EXPECT_TRUE(is_email_address(good)) << good;
    for (std::string_view bad : {"", "a", "@x.y", "a@", "a@b", "a@@b.c", "a b@c.d", "a@b.c,d@e.f", "<a@b.c>", "a@b..c", ".a@b.c",
                                 "a@b.c\r\nBcc: x@y.z", "a;b@c.d"})
        EXPECT_FALSE(is_email_address(bad)) << bad;
    EXPECT_FALSE(is_email_address(std::string(200, 'a') + "@b.c"));
    EXPECT_EQ(email_addresses("to", List{"a@b.c", "a@b.c", "d@e.f"})->size(), 2u);
    EXPECT_EQ(email_addresses("to", "a@b.c")->size(), 1u);
    EXPECT_FALSE(email_addresses("to", List{"a@b.c", ""}));
}

}  // namespace lockstep::connectors::zoho_books
