#include "value/xml.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace lockstep {
namespace {

xml::Element read(std::string_view text) {
    auto parsed = xml::parse(text);
    EXPECT_TRUE(parsed.has_value()) << text << ": " << (parsed ? "" : parsed.error().message);
    return parsed ? *parsed : xml::Element();
}

std::string refusal(std::string_view text) {
    auto parsed = xml::parse(text);
    EXPECT_FALSE(parsed.has_value()) << text;
    if (parsed) return "";
    EXPECT_EQ(parsed.error().code, ErrorCode::xml_syntax);
    return parsed.error().message;
}

TEST(Xml, ResolvesNamespacesByUriWhateverThePrefix) {
    auto first = read(R"(<s:Envelope xmlns:s="urn:soap"><s:Body><n xmlns="urn:out"><Id>1</Id></n></s:Body></s:Envelope>)");
    auto second = read(R"(<Envelope xmlns="urn:soap"><Body><x:n xmlns:x="urn:out"><x:Id>1</x:Id></x:n></Body></Envelope>)");
    for (const auto& envelope : {first, second}) {
        EXPECT_EQ(envelope.name, "Envelope");
        EXPECT_EQ(envelope.namespace_uri, "urn:soap");
        const auto* body = envelope.child("Body");
        ASSERT_NE(body, nullptr);
        const auto* notification = body->child("n");
        ASSERT_NE(notification, nullptr);
        EXPECT_EQ(notification->namespace_uri, "urn:out");
        EXPECT_EQ(notification->child("Id")->namespace_uri, "urn:out");
        EXPECT_EQ(notification->child("Id")->text, "1");
    }
}

TEST(Xml, BindingsEndWithTheirElementAndMayBeTakenBack) {
    auto root = read(R"(<r xmlns="urn:a"><x xmlns="urn:b"/><y/><z xmlns=""><w/></z></r>)");
    EXPECT_EQ(root.child("x")->namespace_uri, "urn:b");
    EXPECT_EQ(root.child("y")->namespace_uri, "urn:a");
    EXPECT_EQ(root.child("z")->child("w")->namespace_uri, "");
}

TEST(Xml, AnUndeclaredPrefixIsRefused) {
    EXPECT_NE(refusal("<a:b/>").find("prefix is not declared: a"), std::string::npos);
    EXPECT_NE(refusal(R"(<r><x xmlns:p="urn:p"/><p:y/></r>)").find("prefix is not declared: p"), std::string::npos);
}

TEST(Xml, ReadsTextEntitiesAndCdata) {
    auto root = read(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- c --><a b=\"x &amp; &quot;y&quot;\">1 &lt; 2 <![CDATA[& "
        "<b>]]>&#233;&#xE9;&#x1F600;ü</a>");
    EXPECT_EQ(root.text, "1 < 2 & <b>éé😀ü");
    EXPECT_EQ(root.attribute("b"), "x & \"y\"");
    EXPECT_EQ(root.attribute("none"), "");
    EXPECT_EQ(read("<a>&amp;lt;</a>").text, "&lt;");
    EXPECT_EQ(read("<a> x </a>").text, " x ");
    EXPECT_EQ(read("<a>\n  <b/>\n</a>").text, "");
    EXPECT_EQ(read("<a xsi:nil=\"true\" xmlns:xsi=\"urn:i\"/>").attribute("xsi:nil"), "true");
}

TEST(Xml, DocumentTypesAreRefusedAndWithThemTheBillionLaughs) {
    EXPECT_NE(refusal("<!DOCTYPE a><a/>").find("document type"), std::string::npos);
    EXPECT_NE(refusal(R"(<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]><lolz>&lol2;</lolz>)").find("document type"),
              std::string::npos);
    EXPECT_NE(refusal(R"(<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>)").find("document type"), std::string::npos);
    EXPECT_NE(refusal(R"(<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>)").find("document type"), std::string::npos);
}

TEST(Xml, UnknownEntitiesAreRefused) {
    for (auto text : {"<a>&nbsp;</a>", "<a>&</a>", "<a>& b</a>", "<a>&#0;</a>", "<a>&#xD800;</a>", "<a>&#x110000;</a>", "<a b=\"&lol;\"/>",
                      "<a>&#;</a>", "<a>&#99999999999;</a>", "<a>&amp</a>"}) {
        EXPECT_NE(refusal(text).find("entity is not known"), std::string::npos) << text;
    }
}

TEST(Xml, RefusesWhatIsNotOneDocument) {
    for (auto text : {"", "  ", "text", "<a>", "<a></b>", "<a/><b/>", "<a/>text", "text<a/>", "<a b='1' b='2'/>", "<a b='' b=''/>",
                      "<a b=1/>", "<a b/>", "{\"json\":1}", "<a>\xff</a>", "<!-- only -->", "<a", "<a></a></a>", "</a>"}) {
        refusal(text);
    }
    refusal(std::string_view("<a/>\0<b/>", 9));
    refusal("<a>\x01</a>");
    refusal("<:a/>");
    EXPECT_NE(refusal("<a>\n<b></c>\n</a>").find("line 2"), std::string::npos) << refusal("<a>\n<b></c>\n</a>");
}

TEST(Xml, DeepNestingIsRefused) {
    auto nested = [](int depth) {
        std::string text;
        for (int i = 0; i < depth; ++i) text += "<a>";
        for (int i = 0; i < depth; ++i) text += "</a>";
        return text;
    };
    EXPECT_TRUE(xml::parse(nested(limits::nesting_depth_max)).has_value());
    EXPECT_NE(refusal(nested(limits::nesting_depth_max + 1)).find("deeper"), std::string::npos);
    EXPECT_NE(refusal(nested(200'000)).find("deeper"), std::string::npos);
}

TEST(Xml, EscapedTextReadsAsItself) {
    std::string nasty = "a<b>&\"c'd ü ]]>";
    EXPECT_EQ(xml::escape("<&>\"'"), "&lt;&amp;&gt;&quot;&apos;");
    auto root = read("<r x=\"" + xml::escape(nasty) + "\">" + xml::escape(nasty) + "</r>");
    EXPECT_EQ(root.text, nasty);
    EXPECT_EQ(root.attribute("x"), nasty);
    EXPECT_EQ(xml::escape(std::string_view("a\0b\x01\xff\r", 6)),
              "a\xef\xbf\xbd"
              "b\xef\xbf\xbd\xef\xbf\xbd&#13;");
}

}  // namespace
}  // namespace lockstep
