#include "sync/normal_form.h"

#include <gtest/gtest.h>

#include "sync/contact.h"
#include "sync/legal_form.h"
#include "sync/place.h"

namespace lockstep::sync {
namespace {

TEST(NormalForm, FoldsCaseAccentsAndWidths) {
    EXPECT_EQ(normal_text("MÜLLER  Straße"), "muller strasse");
    EXPECT_EQ(normal_text("Mu\xcc\x88ller"), "muller") << "a letter with its mark apart";
    EXPECT_EQ(normal_text("Ærøskøbing Łódź Đorđe İstanbul ŒUVRE"), "aeroskobing lodz dorde istanbul oeuvre");
    EXPECT_EQ(normal_text("Ｆｕｊｉ　１２３ ﬁne"), "fuji 123 fine");
    EXPECT_EQ(normal_text("ΑΛΦΆ Ёлка"), "αλφα елка");
    EXPECT_EQ(normal_text("Việt Nam Công Ty"), "viet nam cong ty");
}

TEST(NormalForm, BringsTheWritingsOfKanaTogether) {
    EXPECT_EQ(normal_text("ｶﾞｽ"), normal_text("ガス"));
    EXPECT_EQ(normal_text("㈱日立"), "株 日立");
    EXPECT_EQ(normal_text("㍿日立"), "株式会社日立");
}

TEST(NormalForm, SeparatesWordsAtPunctuationAndKeepsAbbreviationsTogether) {
    EXPECT_EQ(normal_text("Müller-Bau, G.m.b.H."), "muller bau gmbh");
    EXPECT_EQ(normal_text("Fiat S.p.A./Turin"), "fiat spa turin");
    EXPECT_EQ(normal_text("O’Reilly L'Oréal"), "oreilly loreal");
    EXPECT_EQ(normal_text("A.Hartrodt St.Gallen"), "a hartrodt st gallen");
    EXPECT_EQ(normal_text("Marks&Spencer"), "marks & spencer");
    EXPECT_EQ(normal_text(" \t\n.,;— "), "");
}

TEST(NormalForm, KeepsApartWhatOnlySignsTellApart) {
    EXPECT_NE(normal_text("C++"), normal_text("C#"));
    EXPECT_NE(normal_text("1.50"), normal_text("150"));
    EXPECT_NE(normal_form("a.b@x.com", KeyForm::text), normal_form("ab@x.com", KeyForm::text));
}

TEST(NormalForm, TakesPlaceholdersForNothing) {
    for (const char* text : {"", " ", "-", "n/a", "N.A.", "none", "Unknown", "???", "keine"}) {
        EXPECT_EQ(normal_form(text, KeyForm::text), "") << text;
    }
}

TEST(NormalForm, TakesTheFormFromTheNamesOfTheFields) {
    EXPECT_EQ(key_form_of("Website", "Website"), KeyForm::website);
    EXPECT_EQ(key_form_of("Name", "Account_Name"), KeyForm::text);
    EXPECT_EQ(key_form_of("Phone", "Mobile"), KeyForm::phone);
    EXPECT_EQ(key_form_of("AccountNumber", "Account_Number"), KeyForm::verbatim);
    EXPECT_EQ(key_form_of("Website", "Account_Name"), KeyForm::text);
}

TEST(Website, IsHostAndPathWithoutWhatVaries) {
    EXPECT_EQ(website_place("https://www.Example.com:443/"), "example.com");
    EXPECT_EQ(website_place("HTTP://example.com/De/?utm=1#x"), "example.com/de");
    EXPECT_EQ(website_place("//user@example.com"), "example.com");
    EXPECT_EQ(website_place("example.com; other.com"), "example.com");
    EXPECT_EQ(website_place("https://facebook.com/acme/"), "facebook.com/acme");
}

TEST(Website, ThatIsNoneIsEmpty) {
    for (const char* text : {"", "http://", "www", "no website", "10.0.0.1", "a..b", ".com", "com.", "https://www.facebook.com", "://", "@",
                             "/", "http://:80/"}) {
        EXPECT_EQ(website_place(text), "") << text;
        EXPECT_EQ(website_domain(text), "") << text;
    }
}

TEST(Website, HasTheDomainThatSomebodyRegistered) {
    EXPECT_EQ(website_domain("https://shop.example.co.uk/de"), "example.co.uk");
    EXPECT_EQ(website_domain("https://a.b.example.com"), "example.com");
    EXPECT_EQ(website_domain("https://t.co"), "");
    EXPECT_EQ(website_domain("https://acme.wixsite.com/home"), "acme.wixsite.com");
    EXPECT_EQ(website_domain("https://wixsite.com/acme"), "");
    EXPECT_EQ(website_domain("https://facebook.com/acme"), "") << "the page is nobody's domain";
}

TEST(Phone, IsItsDigitsInEveryWriting) {
    for (const char* text :
         {"+49 (0)89 1234-9876", "0049 89 12349876", "089/12349876", "(089) 1234 9876 ext. 12", "０８９ １２３４９８７６"}) {
        EXPECT_EQ(phone_tail(text), "12349876") << text;
    }
    EXPECT_EQ(phone_digits("+49 (0)89 12349876"), "498912349876");
    EXPECT_EQ(phone_tail("089 12349876 / 089 5554321"), "12349876") << "the first of two";
}

TEST(Phone, ThatIsNoneIsEmpty) {
    for (const char* text : {"", "0", "123", "00000000000", "12345678", "+49 11111111", "none", "call me"})
        EXPECT_EQ(phone_tail(text), "") << text;
}

std::string core(std::string_view name) { return split_company_name(normal_text(name)).key; }
std::string form(std::string_view name) { return split_company_name(normal_text(name)).legal_form; }

TEST(LegalForm, IsCutOffInItsWritings) {
    for (const char* name : {"Acme GmbH",
                             "ACME G.m.b.H.",
                             "Acme Gesellschaft mit beschränkter Haftung",
                             "Acme GmbH & Co. KG",
                             "Acme GmbH und Co KG",
                             "Acme AG",
                             "Acme Ltd.",
                             "Acme Co., Ltd.",
                             "Acme Limited",
                             "Acme, Inc.",
                             "Acme L.L.C.",
                             "Acme S.A.",
                             "Acme S. A.",
                             "Acme SARL",
                             "Acme S.à r.l.",
                             "Acme S.p.A.",
                             "Acme B.V.",
                             "Acme Oy",
                             "Acme Oyj",
                             "Acme AB (publ)",
                             "Acme A/S",
                             "Acme Pty Ltd",
                             "Acme Pty. Limited",
                             "Acme Sp. z o.o.",
                             "Acme Sp. z o.o. sp. k.",
                             "Acme s.r.o.",
                             "Acme spol. s r.o.",
                             "Acme Kft.",
                             "Acme d.o.o.",
                             "Acme SA de CV",
                             "Acme S. de R.L. de C.V.",
                             "Acme Ltda.",
                             "Acme Sdn. Bhd.",
                             "Acme Pvt. Ltd.",
                             "PT Acme Tbk",
                             "UAB Acme",
                             "ООО Acme",
                             "Acme K.K.",
                             "株式会社Acme",
                             "Acme株式会社",
                             "(株)Acme",
                             "Acme 有限公司",
                             "주식회사 Acme",
                             "Acme Ltd. Şti.",
                             "Acme UG (haftungsbeschränkt)",
                             "Acme e.K.",
                             "The Acme Company",
                             "Firma Acme"}) {
        EXPECT_EQ(core(name), "acme") << name;
    }
}

TEST(LegalForm, IsNamedTheSameInItsWritings) {
    EXPECT_EQ(form("Acme Limited"), "ltd");
    EXPECT_EQ(form("Acme Ltd"), "ltd");
    EXPECT_EQ(form("Acme Gesellschaft mbH & Co. KG"), form("Acme GmbH & Co. KG"));
    EXPECT_NE(form("Acme GmbH"), form("Acme AG"));
    EXPECT_EQ(form("Acme"), "");
}

TEST(LegalForm, LeavesANameThatIsNothingElse) {
    EXPECT_EQ(core("AG"), "ag");
    EXPECT_EQ(core("Limited"), "limited");
    EXPECT_EQ(core("株式会社"), "株式会社");
    EXPECT_EQ(core("SAS Institute"), "sasinstitute") << "a form counts at its place only";
    EXPECT_EQ(core(""), "");
    EXPECT_EQ(core("&"), "&");
}

TEST(Place, BringsTheNamesOfACityTogether) {
    EXPECT_EQ(city_key("80331 MÜNCHEN"), city_key("Munich"));
    EXPECT_EQ(city_key("Frankfurt am Main"), city_key("Frankfurt/Main").substr(0, 9));
    EXPECT_EQ(city_key("Köln"), city_key("Cologne"));
    EXPECT_NE(city_key("Bonn"), city_key("Berlin"));
    EXPECT_EQ(city_key("n/a"), "");
}

TEST(Place, KnowsCountriesByCodeAndName) {
    for (const char* text : {"DE", "deu", "Germany", "Deutschland", "Allemagne"}) EXPECT_EQ(country_key(text), "de") << text;
    for (const char* text : {"US", "U.S.A.", "United States of America", "usa"}) EXPECT_EQ(country_key(text), "us") << text;
    EXPECT_EQ(country_key("Atlantis"), "");
}

}  // namespace
}  // namespace lockstep::sync
