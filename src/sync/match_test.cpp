#include "sync/match.h"

#include <algorithm>
#include <functional>
#include <random>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace lockstep::sync {
namespace {

const std::vector<ExactKey> website_and_name = {{"Website", KeyForm::website}, {"Name", KeyForm::text}};

/// A record whose exact keys are its website and its name.
Candidate account(std::string id, std::string name, std::string website = "", std::string phone = "", std::string city = "",
                  std::string country = "") {
    return {std::move(id), name, website, std::move(phone), std::move(city), std::move(country), "", {website, name}};
}

Candidate linked_to(Candidate record, std::string other) {
    record.link = std::move(other);
    return record;
}

MatchResult match_accounts(std::vector<Candidate> left, std::vector<Candidate> right) {
    return match(std::move(left), std::move(right), website_and_name);
}

/// Everything of a result as text, a line each.
std::string text_of(const MatchResult& result) {
    std::string out;
    for (const auto& link : result.linked) out += fmt::format("link {} {} by {}\n", link.left, link.right, link.by);
    for (const auto& p : result.proposals) {
        out += fmt::format("proposal {} {} {} group {} exact [{}] because {} but {}\n", p.left, p.right, p.score, p.group, p.exact_key,
                           fmt::join(p.reasons, "; "), fmt::join(p.doubts, "; "));
    }
    for (const auto& a : result.ambiguous) {
        out += fmt::format("ambiguous {} {}: {} | {}\n", a.by, a.reason, fmt::join(a.left, " "), fmt::join(a.right, " "));
    }
    return out + fmt::format("left {} right {}\n", fmt::join(result.left_only, " "), fmt::join(result.right_only, " "));
}

bool has(const std::vector<std::string>& texts, const std::string& text) {
    return std::find(texts.begin(), texts.end(), text) != texts.end();
}

TEST(Match, LinksByAnExactKeyThatIsUniqueOnBothSides) {
    auto result = match_accounts({account("1", "Müller GmbH", "https://www.mueller.de/"), account("2", "Beta")},
                                 {account("a", "Müller GmbH", "mueller.de"), account("b", "BÉTA")});
    EXPECT_EQ(text_of(result), "link 1 a by Website\nlink 2 b by Name\nleft  right \n");
}

TEST(Match, TakesTheKeysInTheirOrder) {
    auto result = match_accounts({account("1", "Alpha", "alpha.com")}, {account("a", "Alpha", "alpha.com")});
    EXPECT_EQ(text_of(result), "link 1 a by Website\nleft  right \n");
}

TEST(Match, DoesNotLinkAValueThatTwoRecordsHave) {
    auto result = match_accounts({account("1", "Alpha"), account("2", "ALPHA")}, {account("a", "alpha")});
    EXPECT_TRUE(result.linked.empty());
    ASSERT_EQ(result.ambiguous.size(), 1U);
    EXPECT_EQ(result.ambiguous[0].by, "Name");
    EXPECT_EQ(result.ambiguous[0].reason, "shared by 2 on the left and 1 on the right: alpha");
    EXPECT_EQ(result.ambiguous[0].left, (std::vector<std::string>{"1", "2"}));
    EXPECT_EQ(result.ambiguous[0].right, std::vector<std::string>{"a"});
    EXPECT_EQ(result.proposals.size(), 2U) << "both are proposed, for a person to choose";
    EXPECT_EQ(result.proposals[0].group, result.proposals[1].group);
    EXPECT_TRUE(result.left_only.empty() && result.right_only.empty());
}

TEST(Match, ALaterKeyMayTellApartWhatAnEarlierOneDoesNot) {
    auto result = match_accounts({account("1", "Alpha Bau", "alpha.com"), account("2", "Alpha Holz", "alpha.com")},
                                 {account("a", "Alpha Bau", "alpha.com"), account("b", "Alpha Holz", "alpha.com")});
    EXPECT_EQ(text_of(result), "link 1 a by Name\nlink 2 b by Name\nleft  right \n");
}

TEST(Match, EmptyValuesAndPlaceholdersMatchNothing) {
    auto result =
        match_accounts({account("1", "", "http://"), account("2", "n/a", "https://www.facebook.com/"), account("3", "--", "", "0000000")},
                       {account("a", "", "http://"), account("b", "N/A", "facebook.com"), account("c", "--", "", "0000000")});
    EXPECT_EQ(text_of(result), "left 1 2 3 right a b c\n");
}

TEST(Match, NothingIsNothing) {
    EXPECT_EQ(text_of(match({}, {}, {})), "left  right \n");
    EXPECT_EQ(text_of(match({account("1", "Alpha")}, {}, website_and_name)), "left 1 right \n");
    EXPECT_EQ(text_of(match(std::vector{Candidate{"1"}}, std::vector{Candidate{"a"}}, website_and_name)), "left 1 right a\n")
        << "records without values of the keys";
}

TEST(StoredLinks, OfEitherSideLink) {
    auto result = match_accounts({linked_to(account("1", "Alpha"), "a"), account("2", "Beta"), linked_to(account("3", "Gamma"), "c")},
                                 {linked_to(account("a", "One"), "1"), linked_to(account("b", "Two"), "2"), account("c", "Three")});
    EXPECT_EQ(text_of(result), "link 1 a by stored link\nlink 2 b by stored link\nlink 3 c by stored link\nleft  right \n");
}

TEST(StoredLinks, ThatContradictEachOtherAreToldAndLinkNothing) {
    auto result = match_accounts({linked_to(account("1", "Alpha"), "a"), account("2", "Beta")},
                                 {linked_to(account("a", "Alpha"), "2"), account("b", "Gamma")});
    EXPECT_TRUE(result.linked.empty());
    ASSERT_EQ(result.ambiguous.size(), 1U) << text_of(result);
    EXPECT_EQ(result.ambiguous[0].by, "stored link");
    EXPECT_EQ(result.ambiguous[0].left, (std::vector<std::string>{"1", "2"}));
    EXPECT_EQ(result.ambiguous[0].right, std::vector<std::string>{"a"});
    EXPECT_TRUE(result.proposals.empty());
    EXPECT_EQ(result.right_only, std::vector<std::string>{"b"});
}

TEST(StoredLinks, OfTwoRecordsToOneAreAContradiction) {
    auto result = match_accounts({linked_to(account("1", "Alpha"), "a"), linked_to(account("2", "Beta"), "a")}, {account("a", "Alpha")});
    EXPECT_TRUE(result.linked.empty());
    EXPECT_EQ(result.ambiguous[0].left, (std::vector<std::string>{"1", "2"}));
}

TEST(StoredLinks, ThatLeadNowhereAreToldAndMakeKeysDoubtful) {
    auto result = match_accounts({linked_to(account("1", "Alpha"), "gone")}, {account("a", "Alpha")});
    EXPECT_TRUE(result.linked.empty());
    ASSERT_EQ(result.ambiguous.size(), 1U);
    EXPECT_EQ(result.ambiguous[0].reason, "leads to no record here: gone");
    ASSERT_EQ(result.proposals.size(), 1U);
    EXPECT_TRUE(has(result.proposals[0].doubts, "the stored link of 1 leads to gone"));
}

TEST(StoredLinks, OutweighKeysWhichAreToldOf) {
    auto result =
        match_accounts({linked_to(account("1", "Alpha"), "b"), account("2", "Beta")}, {account("a", "Alpha"), account("b", "Beta")});
    ASSERT_EQ(result.linked.size(), 1U);
    EXPECT_EQ(result.linked[0].right, "b");
    EXPECT_EQ(result.ambiguous.size(), 2U) << text_of(result);
    EXPECT_TRUE(result.left_only.empty() && result.right_only.empty()) << "creating them would make doubles";
}

TEST(Doubt, KeysThatLeadToDifferentRecordsLinkNothing) {
    auto result =
        match_accounts({account("1", "Alpha", "alpha.com")}, {account("a", "Alpha", ""), account("b", "Alpha Holding", "alpha.com")});
    EXPECT_TRUE(result.linked.empty()) << text_of(result);
    ASSERT_EQ(result.proposals.size(), 2U);
    EXPECT_TRUE(has(result.proposals[0].doubts, "Name of 1 leads to a") || has(result.proposals[1].doubts, "Name of 1 leads to a"));
}

TEST(Doubt, TheSameNameWithAnotherWebsiteIsOnlyProposed) {
    auto result = match_accounts({account("1", "Alpha", "alpha-bau.de")}, {account("a", "Alpha", "alphatec.ch")});
    EXPECT_TRUE(result.linked.empty());
    ASSERT_EQ(result.proposals.size(), 1U);
    EXPECT_EQ(result.proposals[0].exact_key, "Name");
    EXPECT_TRUE(has(result.proposals[0].doubts, "domains differ: alpha-bau.de / alphatec.ch"));
}

TEST(Doubt, TheSameNameInAnotherCityOrCountryIsOnlyProposed) {
    auto cities = match_accounts({account("1", "Stadtwerke", "", "", "Bonn")}, {account("a", "Stadtwerke", "", "", "Kiel")});
    EXPECT_TRUE(cities.linked.empty());
    EXPECT_EQ(cities.proposals.size(), 1U);
    auto countries = match_accounts({account("1", "Alpha AG", "", "", "", "Germany")}, {account("a", "Alpha AG", "", "", "", "AT")});
    EXPECT_TRUE(countries.linked.empty());
    EXPECT_TRUE(has(countries.proposals.at(0).doubts, "countries differ: de / at"));
}

TEST(Doubt, ANameThatOthersHaveWithAnotherLegalFormNeedsMoreThanTheName) {
    auto result = match_accounts({account("1", "Alpha GmbH", "", "", "Bonn"), account("2", "Alpha AG", "", "", "Kiel")},
                                 {account("a", "Alpha GmbH"), account("b", "Alpha AG", "", "", "Kiel")});
    ASSERT_EQ(result.linked.size(), 1U) << text_of(result);
    EXPECT_EQ(result.linked[0].left, "2") << "the city confirms it";
    ASSERT_EQ(result.proposals.size(), 1U);
    EXPECT_EQ(result.proposals[0].left, "1");
}

TEST(Doubt, TheSameCityAndCountryInAnotherLanguageAreNoDoubt) {
    auto result = match_accounts({account("1", "Alpha AG", "", "", "80331 München", "Deutschland")},
                                 {account("a", "Alpha AG", "", "", "Munich", "DEU")});
    EXPECT_EQ(result.linked.size(), 1U) << text_of(result);
}

TEST(Doubt, OneWebsiteWithNamesThatHaveNothingInCommonIsOnlyProposed) {
    auto result = match_accounts({account("1", "Alpha Holding AG", "group.com")}, {account("a", "Zeta Logistik GmbH", "group.com")});
    EXPECT_TRUE(result.linked.empty());
    ASSERT_EQ(result.proposals.size(), 1U);
    EXPECT_TRUE(has(result.proposals[0].doubts, "names differ: alpha holding / zeta logistik"));
}

TEST(Doubt, ANumberThatBothHaveLinksWhateverTheNames) {
    Candidate left = account("1", "Alpha"), right = account("a", "Zeta");
    left.exact = {"DE123456789"}, right.exact = {" de123456789 "};
    EXPECT_EQ(text_of(match({left}, {right}, {{"VAT", KeyForm::verbatim}})), "link 1 a by VAT\nleft  right \n");
}

TEST(Near, ProposesTheSameNameWithoutLegalForm) {
    auto result = match_accounts({account("1", "Müller GmbH")}, {account("a", "Mueller Gesellschaft mbH")});
    EXPECT_TRUE(result.linked.empty());
    ASSERT_EQ(result.proposals.size(), 1U);
    EXPECT_EQ(result.proposals[0].reasons, std::vector<std::string>{"same name in another spelling: muller / mueller"});
    EXPECT_GE(result.proposals[0].score, 40);
    EXPECT_LE(result.proposals[0].score, 100);
}

TEST(Near, SaysWhyInWords) {
    auto result = match_accounts({account("1", "Acme Inc.", "https://acme-tools.com/us", "+1 (503) 555-7555", "Portland", "US")},
                                 {account("a", "Acme", "www.acme-tools.com", "503.555.7555", "portland", "United States")});
    ASSERT_EQ(result.proposals.size(), 1U) << text_of(result);
    EXPECT_EQ(result.proposals[0].reasons, (std::vector<std::string>{"same name without legal form: acme", "same domain: acme-tools.com",
                                                                     "same phone digits: 35557555", "same city: portland"}));
    EXPECT_TRUE(result.proposals[0].doubts.empty());
    EXPECT_GT(result.proposals[0].score, 90);
}

TEST(Near, ProposesByDomainAndByPhoneAlone) {
    auto result = match_accounts({account("1", "Alpha", "https://shop.alpha.co.uk"), account("2", "Beta", "", "+49 (0)89 1234 9876")},
                                 {account("a", "Quite Other", "http://alpha.co.uk/de"), account("b", "Unlike", "", "089/12349876")});
    ASSERT_EQ(result.proposals.size(), 2U) << text_of(result);
    EXPECT_EQ(result.proposals[0].reasons, std::vector<std::string>{"same domain: alpha.co.uk"});
    EXPECT_EQ(result.proposals[1].reasons, std::vector<std::string>{"same phone digits: 12349876"});
}

TEST(Near, AMailProviderIsNoReason) {
    auto result = match_accounts({account("1", "Alpha", "gmail.com")}, {account("a", "Beta", "https://gmail.com/")});
    EXPECT_EQ(text_of(result), "left 1 right a\n");
}

TEST(Near, ACityAloneIsNoReason) {
    auto result = match_accounts({account("1", "Alpha", "", "", "Berlin")}, {account("a", "Omega", "", "", "Berlin")});
    EXPECT_EQ(text_of(result), "left 1 right a\n");
}

TEST(Near, SeesTypingErrorsButNotInNumbers) {
    auto result = match_accounts({account("1", "Schneider Elektro GmbH"), account("2", "Kraftwerk 1")},
                                 {account("a", "Schnieder Elektro GmbH"), account("b", "Kraftwerk 2")});
    ASSERT_GE(result.proposals.size(), 1U) << text_of(result);
    EXPECT_EQ(result.proposals[0].reasons, std::vector<std::string>{"similar name: schneider elektro / schnieder elektro"});
    for (const auto& proposal : result.proposals) EXPECT_NE(proposal.left, "2") << text_of(result);
}

TEST(Near, SeesTheSameWordsInAnotherOrder) {
    auto result = match_accounts({account("1", "Bau Meier GmbH")}, {account("a", "Meier Bau")});
    ASSERT_EQ(result.proposals.size(), 1U);
    EXPECT_EQ(result.proposals[0].reasons, std::vector<std::string>{"same words in the name: bau meier / meier bau"});
}

TEST(Near, PutsTheBestFirstAndKeepsOneRecordsProposalsTogether) {
    auto result = match_accounts({account("1", "Alpha Bau GmbH", "", "", "Bonn"), account("2", "Omega Ltd", "omega.io", "", "Leeds")},
                                 {account("a", "Alpha Bau AG", "", "", "Bonn"), account("b", "Alpha Bau KG", "", "", ""),
                                  account("c", "Omega", "omega.io/x", "", "Leeds")});
    ASSERT_EQ(result.proposals.size(), 3U) << text_of(result);
    EXPECT_EQ(result.proposals[0].right, "c");
    EXPECT_EQ(result.proposals[0].group, 1);
    EXPECT_EQ(result.proposals[1].right, "a");
    EXPECT_EQ(result.proposals[1].group, 2);
    EXPECT_EQ(result.proposals[2].group, 2);
    EXPECT_GT(result.proposals[1].score, result.proposals[2].score);
}

TEST(Near, AcrossScripts) {
    auto result = match_accounts({account("1", "株式会社トヨタ"), account("2", "ООО Ромашка"), account("3", "ΑΛΦΑ Α.Ε.")},
                                 {account("a", "ﾄﾖﾀ㈱"), account("b", "РОМАШКА"), account("c", "Άλφα")});
    ASSERT_EQ(result.proposals.size(), 3U) << text_of(result);
    for (const auto& proposal : result.proposals)
        EXPECT_TRUE(proposal.reasons[0].starts_with("same name without legal form")) << proposal.reasons[0];
}

TEST(Match, BytesThatAreNoTextDoNoHarm) {
    std::string broken = "Alpha\xff\xc3";
    auto result =
        match_accounts({account("1", broken), account("2", std::string("\0\x01", 2))}, {account("a", broken), account("b", "\xf0\x9f")});
    ASSERT_EQ(result.linked.size(), 1U);
    EXPECT_EQ(result.linked[0].left, "1");
}

TEST(Match, TheSecondRecordWithAnIdIsIgnored) {
    auto result = match_accounts({account("1", "Alpha"), account("1", "Alpha")}, {account("a", "Alpha")});
    EXPECT_EQ(text_of(result), "link 1 a by Name\nleft  right \n");
}

std::vector<Candidate> many(const std::string& prefix, int count, const std::function<Candidate(std::string id, int number)>& make) {
    std::vector<Candidate> records;
    for (int i = 0; i < count; ++i) records.push_back(make(fmt::format("{}{:05}", prefix, i), i));
    return records;
}

TEST(Hostile, TenThousandEqualNamesAreOneAmbiguity) {
    auto make = [](std::string id, int) { return account(std::move(id), "Müller GmbH", "", "", "Berlin"); };
    auto result = match_accounts(many("l", 10000, make), many("r", 10000, make));
    EXPECT_TRUE(result.linked.empty());
    EXPECT_TRUE(result.proposals.empty());
    ASSERT_EQ(result.ambiguous.size(), 1U);
    EXPECT_EQ(result.ambiguous[0].left.size(), 10000U);
    EXPECT_EQ(result.ambiguous[0].right.size(), 10000U);
}

TEST(Hostile, ACrowdWithoutAnExactKeyIsToldToo) {
    auto make = [](std::string id, int) { return account(std::move(id), "Müller GmbH"); };
    auto result = match(many("l", 200, make), many("r", 200, make), {});
    ASSERT_EQ(result.ambiguous.size(), 1U) << text_of(result);
    EXPECT_EQ(result.ambiguous[0].by, "name");
    EXPECT_EQ(result.ambiguous[0].left.size(), 200U);
}

TEST(Hostile, WhatDistinguishesOneOfACrowdStillFindsIt) {
    auto make = [](std::string id, int number) {
        return account(std::move(id), "Müller GmbH", "", fmt::format("+49 30 {:07}", 7654321 - 13 * number));
    };
    auto result = match(many("l", 300, make), many("r", 300, make), {});
    EXPECT_EQ(result.proposals.size(), 300U);
    for (const auto& proposal : result.proposals) EXPECT_EQ(proposal.left.substr(1), proposal.right.substr(1));
}

TEST(Hostile, LongNamesAndManyWordsAreBounded) {
    std::string words;
    for (int i = 0; i < 5000; ++i) words += fmt::format("w{} ", i);
    auto make = [&](std::string id, int number) {
        return account(std::move(id), number % 2 == 0 ? std::string(100000, 'a') : words, "", "", "x y z");
    };
    auto result = match(many("l", 6, make), many("r", 6, make), {});
    EXPECT_FALSE(result.proposals.empty());
}

TEST(Match, TheOrderOfTheRecordsDoesNotMatter) {
    std::mt19937 random(1);
    const char* names[] = {"Alpha GmbH", "Alpha AG", "Alfa", "Beta Ltd", "Beta Limited", "Gamma", "Gama", "Delta Bau", "Bau Delta KG"};
    auto make = [&](std::string id, int number) {
        Candidate record = account(std::move(id), names[random() % 9], random() % 4 == 0 ? fmt::format("site{}.de", random() % 20) : "",
                                   random() % 3 == 0 ? fmt::format("0{}55{}", random() % 9, 1000000 + random() % 15) : "",
                                   random() % 2 == 0 ? "Bonn" : "Köln");
        if (random() % 9 == 0) record.link = fmt::format("{}{:05}", number % 2 == 0 ? "r" : "l", random() % 60);
        return record;
    };
    auto left = many("l", 60, make), right = many("r", 60, make);
    std::string first = text_of(match_accounts(left, right));
    for (int i = 0; i < 5; ++i) {
        std::shuffle(left.begin(), left.end(), random);
        std::shuffle(right.begin(), right.end(), random);
        EXPECT_EQ(text_of(match_accounts(left, right)), first);
    }
}

/// No record is lost, and none is both linked and something else.
TEST(Match, EveryRecordIsSomewhere) {
    std::mt19937 random(7);
    auto make = [&](std::string id, int) {
        return account(std::move(id), fmt::format("Firma {} GmbH", random() % 150), "", fmt::format("030 77{:05}", random() % 99));
    };
    auto result = match_accounts(many("l", 300, make), many("r", 300, make));
    std::set<std::string> linked, other;
    for (const auto& link : result.linked) linked.insert({link.left, link.right});
    for (const auto& proposal : result.proposals) other.insert({proposal.left, proposal.right});
    for (const auto& ambiguity : result.ambiguous) {
        for (const auto& id : ambiguity.left) other.insert(id);
        for (const auto& id : ambiguity.right) other.insert(id);
    }
    other.insert(result.left_only.begin(), result.left_only.end());
    other.insert(result.right_only.begin(), result.right_only.end());
    std::set<std::string> all = linked;
    all.insert(other.begin(), other.end());
    EXPECT_EQ(all.size(), 600U);
    EXPECT_EQ(linked.size(), 2 * result.linked.size());
    for (const auto& proposal : result.proposals) EXPECT_FALSE(linked.contains(proposal.left) || linked.contains(proposal.right));
}

}  // namespace
}  // namespace lockstep::sync
