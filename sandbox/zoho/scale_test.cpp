// Look-ups must cost the same in a large organisation: rows are counted, not milliseconds.
#include "sandbox/zoho/zoho_test_client.h"

namespace lockstep::sandbox::zoho {

namespace {

constexpr int records = 2'000;

std::string contact_id(int i) { return std::to_string(480'000'000'008'000'000 + i); }
std::string invoice_id(int i) { return std::to_string(480'000'000'009'000'000 + i); }

class ZohoScale : public ::testing::Test, public TestClient {
protected:
    void SetUp() override {
        List contacts, invoices;
        for (int i = 0; i < records; ++i) {
            const std::string n = std::to_string(i);
            contacts.push_back(Map{{"contact_id", contact_id(i)},
                                   {"contact_name", "Company " + n},
                                   {"custom_fields", List{Map{{"api_name", "cf_salesforce_id"}, {"value", "001" + n}}}}});
            invoices.push_back(Map{{"invoice_id", invoice_id(i)},
                                   {"customer_id", contact_id(i)},
                                   {"reference_number", "SF-" + n},
                                   {"status", "sent"},
                                   {"line_items", List{Map{{"name", "Pump"}, {"rate", 10}}}}});
        }
        ASSERT_TRUE(vendor->load("contacts", contacts));
        ASSERT_TRUE(vendor->load("invoices", invoices));
    }
    std::int64_t visited() const { return state("counters")["rows_visited"].as_int(); }
    /// The rows that a list call looks at; `found` is what it must answer with.
    std::int64_t rows_of(const std::string& target, const char* name, std::size_t found) {
        const std::int64_t before = visited();
        EXPECT_EQ(send("GET", target)[name].as_list().size(), found) << target << last.body;
        return visited() - before;
    }
};

}  // namespace

TEST_F(ZohoScale, LookUpsVisitOnlyWhatTheyFind) {
    EXPECT_EQ(rows_of("contacts?cf_salesforce_id=0011234", "contacts", 1), 1);
    EXPECT_EQ(rows_of("contacts?contact_name=company%201234", "contacts", 1), 1);
    EXPECT_EQ(rows_of("contacts?contact_name=nobody", "contacts", 0), 0);
    EXPECT_EQ(rows_of("invoices?reference_number=SF-1234", "invoices", 1), 1);
    EXPECT_EQ(rows_of("invoices?customer_id=" + contact_id(1234) + "&status=sent", "invoices", 1), 1);
    EXPECT_EQ(rows_of("invoices?invoice_number=INV-001000", "invoices", 1), 1);
    const std::int64_t before = visited();
    EXPECT_EQ(invoice(invoice_id(1234))["reference_number"].text(), "SF-1234");
    const std::string paid = pay(contact_id(1234), "10", {{invoice_id(1234), "10"}})["payment_id"].string_or("");
    EXPECT_EQ(send("GET", "invoices/" + invoice_id(1234) + "/payments")["payments"].as_list().size(), 1u);
    send("DELETE", "customerpayments/" + paid);
    EXPECT_EQ(visited(), before) << "nothing of this reads a list";
}

TEST_F(ZohoScale, APageVisitsItsOwnRows) {
    EXPECT_EQ(rows_of("invoices?page=10", "invoices", 200), 200);
    EXPECT_EQ(rows_of("invoices?page=11", "invoices", 0), 0);
    EXPECT_EQ(rows_of("contacts?page=1&per_page=25&sort_order=D", "contacts", 25), 25);
    EXPECT_EQ(send("GET", "contacts?per_page=1&sort_order=D").at_path("contacts.0.contact_name").text(), "Company 1999");
    EXPECT_EQ(rows_of("invoices?status=sent&per_page=10", "invoices", 10), 11) << "the page, and one to know of more";
    EXPECT_EQ(rows_of("invoices?sort_column=total&per_page=10", "invoices", 10), records + 10) << "sorting needs them all";
}

TEST_F(ZohoScale, PagesFollowWhatIsAddedAndRemoved) {
    send("DELETE", "invoices/" + invoice_id(0));
    EXPECT_EQ(send("GET", "invoices?per_page=1").at_path("invoices.0.invoice_id").text(), invoice_id(1));
    ASSERT_TRUE(vendor->load(
        "invoices",
        {Map{{"invoice_id", invoice_id(0)}, {"customer_id", contact_id(0)}, {"line_items", List{Map{{"name", "Pump"}, {"rate", 10}}}}}}));
    EXPECT_EQ(send("GET", "invoices?per_page=1").at_path("invoices.0.invoice_id").text(), invoice_id(0));
    const std::string made = send("POST", "invoices", invoice_body(contact_id(0)))["invoice"]["invoice_id"].text();
    EXPECT_EQ(send("GET", "invoices?per_page=1&sort_order=D").at_path("invoices.0.invoice_id").text(), made);
    EXPECT_EQ(send("GET", "invoices?page=11")["invoices"].as_list().size(), 1u);
}

}  // namespace lockstep::sandbox::zoho
