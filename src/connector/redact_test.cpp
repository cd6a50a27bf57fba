#include <gtest/gtest.h>

#include <array>
#include <random>

#include "base/limits.h"
#include "connector/session.h"
#include "value/encoding.h"

namespace lockstep::connector {

TEST(Redact, HidesTheValuesOfKnownKeysInEveryNotation) {
    EXPECT_EQ(redact(R"({"access_token":"abc","scope":"api"})", {}), R"({"access_token":"[redacted]","scope":"api"})");
    EXPECT_EQ(redact(R"({"password" : "a\"b", "x": 1})", {}), R"({"password" : "[redacted]", "x": 1})");
    EXPECT_EQ(redact("grant_type=x&client_secret=abc&y=1", {}), "grant_type=x&client_secret=[redacted]&y=1");
    EXPECT_EQ(redact("Authorization: Bearer abc\r\nAccept: x", {}), "Authorization: [redacted]\r\nAccept: x");
    EXPECT_EQ(redact(R"({"notify_url":"https://hub.example/webhook?token=abc","token":"def","next_page_token":"ghi"})", {}),
              R"({"notify_url":"https://hub.example/webhook?token=[redacted]","token":"[redacted]","next_page_token":"ghi"})");
    EXPECT_EQ(redact("<SessionId>abc</SessionId>", {}), "<SessionId>[redacted]</SessionId>");
    EXPECT_EQ(redact(R"("{\"refresh_token\":\"abc\",\"x\":1}")", {}), R"("{\"refresh_token\":\"[redacted]\",\"x\":1}")");
    EXPECT_EQ(redact(R"({"password":12345})", {}), R"({"password":[redacted]})");
    EXPECT_EQ(redact("?assertion=abc.def.ghi", {}), "?assertion=[redacted]");
}

TEST(Redact, LeavesWordsThatOnlyBeginLikeAKey) {
    EXPECT_EQ(redact(R"({"passwords":"x","password_hint":"y"})", {}), R"({"passwords":"x","password_hint":"y"})");
    EXPECT_EQ(redact("the password was refused", {}), "the password was refused");
}

TEST(Redact, HidesSecretsWhereverTheyStandAndHoweverTheyAreWritten) {
    std::vector<Secret> secrets = {Secret("a/b\"c"), Secret("wxyz")};
    EXPECT_EQ(redact("1 a/b\"c 2", secrets), "1 [redacted] 2");
    EXPECT_EQ(redact("?k=a%2Fb%22c&l=wxyz", secrets), "?k=[redacted]&l=[redacted]");
    EXPECT_EQ(redact(R"({"k":"a/b\"c"})", secrets), R"({"k":"[redacted]"})");
}

TEST(Redact, IgnoresSecretsThatWouldBeFoundInOrdinaryWords) {
    EXPECT_EQ(redact("a message", {Secret(""), Secret("s")}), "a message");
    EXPECT_EQ(redact("password=s&x=1", {Secret("s")}), "password=[redacted]&x=1");
}

TEST(Redact, CutsLongTextsBetweenCharacters) {
    std::string text;
    while (text.size() < limits::trace_body_bytes_max * 2) text += "ä€";
    std::string cut = redact(text, {});
    EXPECT_LE(cut.size(), limits::trace_body_bytes_max);
    EXPECT_TRUE(cut.ends_with("… [cut]"));
    EXPECT_TRUE(encoding::is_valid_utf8(cut));
}

TEST(Redact, NeverLeavesAHalfSecretAtTheCut) {
    for (std::size_t shift = 0; shift < 40; ++shift) {
        std::string text(limits::trace_body_bytes_max - shift, 'x');
        std::string cut = redact(text + "SECRETSECRETSECRET" + text, {Secret("SECRETSECRETSECRET")});
        EXPECT_EQ(cut.find("SECRET"), std::string::npos) << shift;
    }
}

std::string text_of_pieces(std::minstd_rand& random) {
    constexpr std::array<std::string_view, 34> pieces = {
        "hide-me-1",
        "hide/me\"2",
        "hide%2Fme%222",
        "hide/me\\\"2",
        "hide",
        "hid",
        "access_token",
        "Token",
        "token",
        "PASSWORD",
        "apikey",
        "x-csrf-token",
        "Set-Cookie",
        "to",
        "acces",
        "set",
        "words are",
        "{\"",
        "\":\"",
        "\",\"",
        "\"}",
        "\\\"",
        "=",
        "&",
        ": ",
        "\r\n",
        "<",
        ">",
        "_",
        "-",
        "ä",
        "a",
        "h",
        " ",
    };
    std::string text;
    for (int left = 1 + static_cast<int>(random() % 30); left > 0; --left) text += pieces[random() % pieces.size()];
    return text;
}

TEST(Redact, FindsAsMuchAsALookAtEveryByteDoes) {
    const std::vector<Secret> secrets = {Secret("hide-me-1"), Secret("hide/me\"2")};
    std::vector<Secret> secrets_of_every_byte = secrets;
    for (int byte = 0; byte < 256; ++byte)
        secrets_of_every_byte.emplace_back(std::string(4, static_cast<char>(byte)) + "no piece of any text");
    const Redactor redactor(secrets), looks_at_every_byte(secrets_of_every_byte);
    std::minstd_rand random(1);
    for (int i = 0; i < 4'000; ++i) {
        const std::string text = text_of_pieces(random);
        ASSERT_EQ(redactor.redact(text), looks_at_every_byte.redact(text)) << text;
    }
}

TEST(Redact, SurvivesTextsThatEndInTheMiddle) {
    for (std::string_view text :
         {"access_token", "access_token=", "\"access_token\":", "\"access_token\":\"", "\"access_token\":\"a\\", "password:\\\""})
        EXPECT_TRUE(redact(text, {}).starts_with(text.substr(0, 8))) << text;
}

}  // namespace lockstep::connector
