// Salesforce's Outbound Messages, from the sandbox's sender to the orders, over real processes that are killed.
#include "company.h"
#include "salesforce_user.h"

namespace lockstep::testing {
namespace {

constexpr std::string_view path = "/webhook/salesforce/outbound-message";
constexpr std::string_view another_organization = "00D000000000002AAA";

struct Told {
    int notification;  ///< serial of the notification's id
    std::string deal;
};

std::string own_organization(const Landscape& landscape) { return landscape.state("salesforce/Organization").at(0)["Id"].text(); }

std::string soap(const std::string& organization, const std::vector<Told>& all) {
    std::string text = fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" "
        "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\n <soapenv:Body>\n  <notifications "
        "xmlns=\"http://soap.sforce.com/2005/09/outbound\">\n   <OrganizationId>{}</OrganizationId>\n   <ActionId>{}</ActionId>\n   "
        "<SessionId>00D!SESSION-OF-A-USER</SessionId>\n   <EnterpriseUrl>https://evil.example/c</EnterpriseUrl>\n   "
        "<PartnerUrl>https://evil.example/u</PartnerUrl>\n",
        organization, record_id("04k", 1));
    for (const Told& its : all)
        text += fmt::format(
            "   <Notification>\n    <Id>{}</Id>\n    <sObject xsi:type=\"sf:Opportunity\" "
            "xmlns:sf=\"urn:sobject.enterprise.soap.sforce.com\">\n     <sf:Id>{}</sf:Id>\n     <sf:StageName>Closed Won</sf:StageName>\n"
            "    </sObject>\n   </Notification>\n",
            record_id("04l", its.notification), its.deal);
    return text + "  </notifications>\n </soapenv:Body>\n</soapenv:Envelope>\n";
}

Result<net::Response> send(const Landscape& landscape, const std::string& message) {
    return landscape.try_send("POST", landscape.base() + std::string(path), message,
                              {{"Content-Type", "text/xml; charset=UTF-8"}, {"SOAPAction", "\"\""}});
}

bool is_acknowledged(const Result<net::Response>& answer) {
    return answer && answer->status == 200 && answer->body.find("<Ack>true</Ack>") != std::string::npos;
}

/// Sends a message over a connection of its own and reads no answer.
class UnheardSender {
public:
    UnheardSender(const Landscape& landscape, const std::string& message) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(landscape.port());
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        require(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0, "no connection to lockstep serve");
        const std::string request =
            fmt::format("POST {} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml; charset=UTF-8\r\nContent-Length: {}\r\n\r\n{}",
                        path, message.size(), message);
        require(::write(socket_, request.data(), request.size()) == static_cast<ssize_t>(request.size()), "not sent as a whole");
    }
    ~UnheardSender() { ::close(socket_); }
    UnheardSender(const UnheardSender&) = delete;
    UnheardSender& operator=(const UnheardSender&) = delete;

private:
    int socket_;
};

std::int64_t runs_known(const Landscape& landscape) {
    const Value counts = landscape.counts();
    std::int64_t total = 0;
    for (const char* status : {"waiting", "running", "succeeded", "skipped", "parked"}) total += counts[status].as_int();
    return total;
}

/// A hundred notifications about `deals`, out of order, some of them twice in one message, some deals by two notifications.
std::vector<Told> shuffled(const std::vector<std::string>& deals, std::size_t from) {
    std::vector<Told> all;
    for (int i = 0; i < 90; ++i)
        all.push_back({static_cast<int>(from) + i, deals[(from + static_cast<std::size_t>(i) * 7) % deals.size()]});
    for (int i = 0; i < 10; ++i) all.push_back(all[static_cast<std::size_t>(i) * 3]);
    std::reverse(all.begin(), all.end());
    return all;
}

TEST(OutboundMessage, OfTheSandboxBecomesAnOrderAndIsAcknowledged) {
    Landscape landscape;
    const auto deals = load_company(landscape, {.accounts = 2, .deals = 3});
    landscape.start_serve();
    List ids;
    for (const auto& deal : deals) ids.emplace_back(deal);
    const Value emitted = landscape.control("POST", "/emit/salesforce/outbound_message",
                                            Map{{"object", "Opportunity"},
                                                {"ids", ids},
                                                {"fields", List{"Amount", "StageName"}},
                                                {"url", landscape.base() + std::string(path)}});
    EXPECT_EQ(emitted["status"], Value(200)) << json::write(emitted);
    EXPECT_NE(emitted["body"].text().find("<Ack>true</Ack>"), std::string::npos) << emitted["body"].text();
    ASSERT_TRUE(landscape.wait_until_quiet(60'000));
    expect_done_once(landscape, deals);
    const List runs = landscape.runs("flow=deal-closed");
    ASSERT_EQ(runs.size(), 3u);
    const Value run = landscape.run(runs[0]["id"].text());
    EXPECT_EQ(run["event"]["trigger"].text(), "outbound_message");
    EXPECT_EQ(run["event"]["body"]["StageName"].text(), "Closed Won");
    EXPECT_TRUE(run["event"]["body"]["Amount"].is_string()) << "what a message says is a hint, and text";
}

TEST(OutboundMessage, WhoseAcknowledgementWasLostMakesOneOrderOfEachDeal) {
    Landscape landscape;
    const auto deals = load_company(landscape, {.accounts = 7, .deals = 90});
    landscape.start_serve();
    const auto told = shuffled(deals, 0);
    const std::string message = soap(own_organization(landscape), told);
    {
        const UnheardSender sender(landscape, message);
        ASSERT_TRUE(wait_until(30'000, [&] { return runs_known(landscape) == 90; }, 2)) << runs_known(landscape);
        landscape.kill_serve();
    }
    landscape.start_serve();
    EXPECT_EQ(runs_known(landscape), 90) << "what was taken is kept";
    EXPECT_TRUE(is_acknowledged(send(landscape, message))) << "it comes again because nobody heard the answer";
    EXPECT_EQ(runs_known(landscape), 90) << "every notification is known";
    ASSERT_TRUE(landscape.wait_until_quiet(120'000)) << json::write(landscape.counts());
    expect_done_once(landscape, deals);
    for (const char* file : {"", "-wal"})
        EXPECT_EQ(read_file(landscape.store_path() + file).find("SESSION-OF-A-USER"), std::string::npos) << "session ids are not kept";
    EXPECT_EQ(landscape.serve().errors().find("SESSION-OF-A-USER"), std::string::npos) << "nor logged";
}

/// The kill comes before, within or after the commit; the sender knows nothing but whether it was acknowledged.
TEST(OutboundMessage, ThatIsSentUntilItIsAcknowledgedIsTakenAsAWholeAndOnce) {
    Landscape landscape;
    const auto deals = load_company(landscape, {.accounts = 7, .deals = 90});
    landscape.start_serve();
    const std::string own = own_organization(landscape);
    std::mt19937 random(7);
    for (int message = 0; message < 8; ++message) {
        const std::string text = soap(own, shuffled(deals, static_cast<std::size_t>(message) * 20));
        {
            const UnheardSender sender(landscape, text);
            std::this_thread::sleep_for(std::chrono::microseconds(std::uniform_int_distribution(0, 12'000)(random)));
            landscape.kill_serve();
        }
        landscape.start_serve();
        const std::int64_t before = runs_known(landscape);
        ASSERT_TRUE(wait_until(30'000, [&] { return is_acknowledged(send(landscape, text)); }));
        const std::int64_t after = runs_known(landscape);
        EXPECT_TRUE(after - before == 0 || after - before == (message == 0 ? 90 : 20)) << "all or nothing: " << before << " → " << after;
    }
    ASSERT_TRUE(landscape.wait_until_quiet(180'000)) << json::write(landscape.counts());
    EXPECT_EQ(runs_known(landscape), 90 + 7 * 20);
    for (const Value& run : landscape.runs("flow=deal-closed")) EXPECT_NE(run["status"].text(), "parked") << json::write(run);
    expect_done_once(landscape, deals);
}

/// Nobody but the sandbox sends here: deals are won in Salesforce, and it sends until it hears `Ack`.
TEST(OutboundMessage, OfTheOrganisationItselfArrivesThroughKillsAndMakesEachOrderOnce) {
    Landscape landscape;
    const auto deals = load_company(landscape, {.accounts = 5, .deals = 60, .stage = "Negotiation/Review"});
    const SalesforceUser user(landscape);
    landscape.load("salesforce/OutboundMessage", {Map{{"Name", "Deal won"},
                                                      {"EndpointUrl", landscape.base() + std::string(path)},
                                                      {"Fields", List{"Name", "Amount", "StageName"}},
                                                      {"RetryBaseMs", 20},
                                                      {"RetryCapMs", 200}}});
    // Nobody is there for the first ones.
    user.win({deals.begin(), deals.begin() + 20});
    ASSERT_TRUE(wait_until(20'000, [&] { return landscape.state("salesforce/OutboundDelivery").at(0)["Attempts"].as_int() >= 2; }));
    landscape.start_serve();
    std::mt19937 random(11);
    for (std::size_t i = 20; i < deals.size(); i += 20) {
        user.win({deals.begin() + static_cast<std::ptrdiff_t>(i), deals.begin() + static_cast<std::ptrdiff_t>(i + 20)});
        std::this_thread::sleep_for(std::chrono::milliseconds(std::uniform_int_distribution(0, 60)(random)));
        landscape.kill_serve();
        landscape.start_serve();
    }
    ASSERT_TRUE(wait_until(60'000, [&] {
        const List sent = landscape.state("salesforce/OutboundDelivery");
        return sent.size() == deals.size() &&
               std::all_of(sent.begin(), sent.end(), [](const Value& its) { return its["State"].text() == "delivered"; });
    })) << json::write(landscape.state("salesforce/OutboundDelivery")).substr(0, 3000);
    ASSERT_TRUE(landscape.wait_until_quiet(120'000)) << json::write(landscape.counts());
    EXPECT_EQ(runs_known(landscape), 60) << "a notification that was sent again made no run";
    expect_done_once(landscape, deals);
}

/// What Lockstep writes back is a change too: a rule that sends every change hears of it, and the answer must not be another change.
TEST(OutboundMessage, AboutWhatLockstepWroteItselfComesToRest) {
    Landscape landscape;
    const auto deals = load_company(landscape, {.accounts = 2, .deals = 4, .stage = "Negotiation/Review"});
    const CompanyOptions without_address{.accounts = 1, .deals = 1, .first = 50, .stage = "Negotiation/Review"};
    landscape.load("salesforce/Account", {account(50)});
    landscape.load("salesforce/Opportunity", {deal(50, without_address)});
    landscape.load("salesforce/OpportunityLineItem", line_items(50));
    const SalesforceUser user(landscape);
    landscape.load("salesforce/OutboundMessage", {Map{{"Name", "Every change"},
                                                      {"EndpointUrl", landscape.base() + std::string(path)},
                                                      {"When", "every_write"},
                                                      {"Fields", List{"StageName"}},
                                                      {"RetryBaseMs", 20},
                                                      {"RetryCapMs", 200}}});
    landscape.start_serve();
    user.win(deals);
    user.win({deal_id(50)});
    // A person's change and Lockstep's own: two a deal. If each run wrote again there would soon be many more.
    ASSERT_TRUE(wait_until(30'000, [&] { return runs_known(landscape) >= 10; })) << runs_known(landscape);
    EXPECT_FALSE(wait_until(3'000, [&] { return runs_known(landscape) > 10; }, 100)) << runs_known(landscape);
    ASSERT_TRUE(landscape.wait_until_quiet(30'000));
    const Value counts = landscape.counts();
    EXPECT_EQ(counts["succeeded"], Value(4)) << json::write(counts);
    EXPECT_EQ(counts["skipped"], Value(4)) << json::write(counts);
    EXPECT_EQ(counts["parked"], Value(2)) << json::write(counts);
    expect_done_once(landscape, deals);
}

TEST(OutboundMessage, BadOnesLeaveNothingAndTheServerStands) {
    Landscape landscape;
    const auto deals = load_company(landscape, {.accounts = 1, .deals = 1});
    landscape.start_serve();
    const std::string own = own_organization(landscape), good = soap(own, {{1, deals[0]}});
    std::vector<Told> many;
    for (int i = 0; i < 101; ++i) many.push_back({i, deals[0]});
    auto with = [&](const std::string& what, const std::string& other) {
        std::string text = good;
        return text.replace(text.find(what), what.size(), other);
    };
    struct Bad {
        std::string text;
        int status;
    };
    for (const Bad& its :
         {Bad{"", 400}, Bad{good.substr(0, good.size() - 40), 400}, Bad{soap(own, {}), 400}, Bad{soap(own, many), 400},
          Bad{with("<soapenv:Envelope", "<!DOCTYPE a [<!ENTITY b \"c\">]><soapenv:Envelope"), 400},
          Bad{soap(std::string(another_organization), {{1, deals[0]}}), 403}, Bad{with("sf:Opportunity", "sf:Lead"), 404},
          Bad{with("<sf:Id>" + deals[0], "<sf:Id>" + account_id(1)), 400}, Bad{std::string(2 << 20, 'x'), 413}}) {
        // The organisation is known once somebody has signed in.
        if (its.status == 403) (void)landscape.wait_for(landscape.close_deal(deals[0]));
        const auto answer = send(landscape, its.text);
        EXPECT_FALSE(is_acknowledged(answer)) << its.text.substr(0, 200);
        if (answer) { EXPECT_EQ(answer->status, its.status) << answer->body; }
    }
    EXPECT_EQ(runs_known(landscape), 1);
    EXPECT_TRUE(is_acknowledged(send(landscape, good)));
}

}  // namespace
}  // namespace lockstep::testing
