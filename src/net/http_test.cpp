#include "net/http.h"

#include <gtest/gtest.h>

namespace lockstep::net {
namespace {

TEST(Headers, CompareNamesWithoutCase) {
    const Headers headers = {{"Content-Type", "application/json"}, {"X-CSRF-Token", "abc"}};
    EXPECT_EQ(headers.get("content-type"), "application/json");
    EXPECT_EQ(headers.get("x-csrf-token"), "abc");
    EXPECT_FALSE(headers.get("content"));
    EXPECT_FALSE(headers.contains("Content-Typ"));
}

TEST(Headers, KeepRepeatedFieldsInOrder) {
    Headers headers;
    headers.add("Set-Cookie", "a=1");
    headers.add("Other", "x");
    headers.add("set-cookie", "b=2");
    EXPECT_EQ(headers.all("Set-Cookie"), (std::vector<std::string_view>{"a=1", "b=2"}));
    EXPECT_EQ(headers.get("SET-COOKIE"), "a=1");
}

TEST(Headers, SetReplacesEveryFieldOfTheName) {
    Headers headers = {{"A", "1"}, {"B", "2"}, {"a", "3"}};
    headers.set("A", "4");
    EXPECT_EQ(headers.size(), 2u);
    EXPECT_EQ(headers.get("a"), "4");
    headers.set("C", "5");
    EXPECT_EQ(headers.get("c"), "5");
}

TEST(Headers, EraseRemovesEveryFieldOfTheName) {
    Headers headers = {{"A", "1"}, {"B", "2"}, {"a", "3"}};
    headers.erase("a");
    EXPECT_EQ(headers.size(), 1u);
    EXPECT_EQ(headers.get("B"), "2");
}

TEST(Request, SplitsAnOriginFormUrl) {
    const Request request{.url = "/a%20b/c?x=1&y=http://z/"};
    EXPECT_EQ(request.path(), "/a%20b/c");
    EXPECT_EQ(request.query(), "x=1&y=http://z/");
    EXPECT_EQ(request.origin(), "");
}

TEST(Request, SplitsAnAbsoluteUrl) {
    const Request request{.url = "https://host.example:8443/a/b?x=1#part"};
    EXPECT_EQ(request.path(), "/a/b");
    EXPECT_EQ(request.query(), "x=1");
    EXPECT_EQ(request.origin(), "https://host.example:8443");
}

TEST(Request, GivesAnAbsoluteUrlWithoutPathTheRoot) {
    EXPECT_EQ(Request{.url = "http://host"}.path(), "/");
    EXPECT_EQ(Request{.url = "http://host?x=1"}.path(), "/");
    EXPECT_EQ(Request{.url = "http://host?x=1"}.query(), "x=1");
    EXPECT_EQ(Request{.url = "http://host?x=1"}.origin(), "http://host");
}

TEST(ParseForm, DecodesNamesAndValues) {
    const auto parsed = parse_form("a=1&b+c=%C3%BC+x&empty=&flag&&a=2");
    ASSERT_TRUE(parsed) << parsed.error().message;
    const Parameters expected = {{"a", "1"}, {"b c", "ü x"}, {"empty", ""}, {"flag", ""}, {"a", "2"}};
    EXPECT_EQ(*parsed, expected);
    EXPECT_EQ(parameter(*parsed, "a"), "1");
    EXPECT_EQ(parameter(*parsed, "flag"), "");
    EXPECT_FALSE(parameter(*parsed, "absent"));
}

TEST(ParseForm, KeepsEqualsSignsInTheValue) {
    const auto parsed = parse_form("token=abc==");
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parameter(*parsed, "token"), "abc==");
}

TEST(ParseForm, RefusesABrokenEscape) {
    for (const auto* text : {"a=%", "a=%2", "%zz=1", "a=1&b=%f"}) {
        const auto parsed = parse_form(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().code, ErrorCode::url_invalid) << text;
    }
}

TEST(WriteForm, IsReadBackAsItWas) {
    const Parameters parameters = {{"q", "SELECT Id FROM Account WHERE Name = 'O''Neill & Söhne'"}, {"a+b", "100% = x"}, {"", ""}};
    const auto parsed = parse_form(write_form(parameters));
    ASSERT_TRUE(parsed);
    EXPECT_EQ(*parsed, parameters);
}

TEST(JoinPath, EncodesEachSegment) {
    EXPECT_EQ(join_path({"sobjects", "Account", "001 5/x?y#z"}), "/sobjects/Account/001%205%2Fx%3Fy%23z");
    EXPECT_EQ(join_path({}), "/");
}

TEST(JoinPath, LetsNoSegmentClimb) {
    EXPECT_EQ(join_path({"a", "..", "b"}), "/a/%2E%2E/b");
    EXPECT_EQ(join_path({"a", "."}), "/a/%2E");
    EXPECT_EQ(join_path({"a", "../b"}), "/a/..%2Fb");
}

TEST(SplitPath, DecodesAndDropsEmptySegments) {
    const auto segments = split_path("/a%20b//c+d/%C3%BC/");
    ASSERT_TRUE(segments);
    EXPECT_EQ(*segments, (std::vector<std::string>{"a b", "c+d", "ü"}));
    EXPECT_TRUE(split_path("/")->empty());
    EXPECT_TRUE(split_path("")->empty());
}

TEST(SplitPath, KeepsAnEncodedSlashInsideItsSegment) {
    const auto segments = split_path("/a%2Fb/c");
    ASSERT_TRUE(segments);
    EXPECT_EQ(*segments, (std::vector<std::string>{"a/b", "c"}));
}

TEST(SplitPath, RefusesDotsAndBrokenEscapes) {
    for (const auto* path : {"/a/../b", "/a/./b", "/a/%2e%2E/b", "/..", "/%zz", "/a%"}) {
        const auto segments = split_path(path);
        ASSERT_FALSE(segments) << path;
        EXPECT_EQ(segments.error().code, ErrorCode::url_invalid) << path;
    }
    EXPECT_TRUE(split_path("/a/.../b"));
}

struct UrlCase {
    std::string text, scheme, host, port, target;
};

TEST(ParseUrl, ReadsTheParts) {
    const UrlCase cases[] = {
        {"http://host", "http", "host", "80", "/"},
        {"HTTPS://Host.Example/A?b=C", "https", "host.example", "443", "/A?b=C"},
        {"http://127.0.0.1:4010/x#part", "http", "127.0.0.1", "4010", "/x"},
        {"https://[::1]:8443?x=1", "https", "[::1]", "8443", "/?x=1"},
        {"https://[fe80::1]/", "https", "[fe80::1]", "443", "/"},
        {"https://h/A_SalesOrder(SalesOrder='1')?$top=2", "https", "h", "443", "/A_SalesOrder(SalesOrder='1')?$top=2"},
    };
    for (const auto& expected : cases) {
        const auto url = parse_url(expected.text);
        ASSERT_TRUE(url) << expected.text << ": " << url.error().message;
        EXPECT_EQ(url->scheme, expected.scheme) << expected.text;
        EXPECT_EQ(url->host, expected.host) << expected.text;
        EXPECT_EQ(url->port, expected.port) << expected.text;
        EXPECT_EQ(url->target, expected.target) << expected.text;
    }
}

TEST(ParseUrl, RefusesWhatIsNotAPlainHttpUrl) {
    for (const auto* text : {"",
                             "host/path",
                             "/path",
                             "ftp://host/",
                             "file:///etc/passwd",
                             "http://",
                             "http:///x",
                             "http://user:pw@host/",
                             "http://host:0/",
                             "http://host:65536/",
                             "http://host:x/",
                             "http://host:/",
                             "http://ho st/",
                             "http://host/a b",
                             "http://host/\r\nX: y",
                             "http://h\\ost/",
                             "http://[::1/",
                             "http://[]/",
                             "http://[::1]x/",
                             "http://hö.example/",
                             "http://host/ü"}) {
        const auto url = parse_url(text);
        ASSERT_FALSE(url) << text;
        EXPECT_EQ(url.error().code, ErrorCode::url_invalid) << text;
    }
}

TEST(ParseUrl, KeepsSecretsOutOfItsMessages) {
    EXPECT_EQ(parse_url("http://user:hidden@host/").error().message.find("hidden"), std::string::npos);
    EXPECT_EQ(parse_url("ftp://host/?token=hidden").error().message.find("hidden"), std::string::npos);
}

TEST(Responses, CarryTheirContentType) {
    const auto json = json_response(201, Map{{"id", 1}});
    EXPECT_EQ(json.status, 201);
    EXPECT_EQ(json.body, R"({"id":1})");
    EXPECT_EQ(json.headers.get("content-type"), "application/json");
    EXPECT_TRUE(json.ok());
    const auto text = text_response(404, "no");
    EXPECT_EQ(text.headers.get("content-type"), "text/plain; charset=utf-8");
    EXPECT_FALSE(text.ok());
}

TEST(ReasonPhrase, KnowsTheRegistry) {
    EXPECT_EQ(reason_phrase(200), "OK");
    EXPECT_EQ(reason_phrase(429), "Too Many Requests");
    EXPECT_EQ(reason_phrase(299), "");
}

}  // namespace
}  // namespace lockstep::net
