#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "net/client.h"
#include "net/server.h"
#include "net/test_sockets.h"

/// GnuTLS 3.7.9 does not free a certificate whose key does not match; once, when a server is refused its start.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libgnutls"; }

namespace lockstep::net {
namespace {

constexpr SendOptions write_call = {.effect = Effect::write};

/// A folder with self-signed certificates, made by the `openssl` command, that is removed at the end.
class Certificates : public ::testing::Test {
protected:
    void SetUp() override {
        std::string pattern = ::testing::TempDir() + "lockstep-tls-XXXXXX";
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
        make("server", "IP:127.0.0.1");
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    void make(const std::string& name, const std::string& subject_alternative) {
        const auto command =
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=test -addext "
            "subjectAltName=" +
            subject_alternative + " -keyout " + file(name + ".key") + " -out " + file(name + ".pem") + " 2>" + file("openssl.log");
        ASSERT_EQ(std::system(command.c_str()), 0) << command;
    }
    std::string file(const std::string& name) const { return folder_ + "/" + name; }
    std::string write(const std::string& name, const std::string& text) const {
        std::ofstream(file(name)) << text;
        return file(name);
    }
    Result<std::unique_ptr<Server>> serve(const std::string& certificate, const std::string& key) {
        return start_server({.certificate_file = file(certificate), .key_file = file(key)},
                            [this](Request request, std::unique_ptr<Responder> responder) {
                                ++applied_;
                                if (request.path() == "/drop") return responder->drop();
                                responder->send(text_response(200, request.method + " " + request.body));
                            });
    }
    static Request post(const Server& server, std::string_view path = "/") {
        return {.method = "POST", .url = "https://127.0.0.1:" + std::to_string(server.port()) + std::string(path), .body = "over TLS"};
    }

    std::string folder_;
    std::atomic<int> applied_ = 0;
};

TEST_F(Certificates, ATrustedOneCarriesCalls) {
    auto server = serve("server.pem", "server.key");
    ASSERT_TRUE(server) << server.error().message;
    const auto client = make_curl_client({.ca_file = file("server.pem")});
    for (int i = 0; i < 3; ++i) {
        const auto answer = client->send(post(**server), write_call);
        ASSERT_TRUE(answer) << answer.error().message;
        EXPECT_EQ(answer->body, "POST over TLS");
    }
    (*server)->drain(testing_sockets::patience_ms);
}

TEST_F(Certificates, AnUntrustedOneIsRefusedBeforeAnythingIsSent) {
    auto server = serve("server.pem", "server.key");
    ASSERT_TRUE(server) << server.error().message;
    const auto answer = make_curl_client()->send(post(**server), write_call);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::unreachable);
    EXPECT_NE(answer.error().message.find("certificate"), std::string::npos) << answer.error().message;
    EXPECT_EQ(applied_, 0);
}

TEST_F(Certificates, OneOfAnotherHostIsRefused) {
    make("other", "DNS:other.example");
    auto server = serve("other.pem", "other.key");
    ASSERT_TRUE(server) << server.error().message;
    const auto answer = make_curl_client({.ca_file = file("other.pem")})->send(post(**server), write_call);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::unreachable);
    EXPECT_EQ(applied_, 0);
}

TEST_F(Certificates, ADropOnAReusedConnectionHappensOnceOverTlsToo) {
    auto server = serve("server.pem", "server.key");
    ASSERT_TRUE(server) << server.error().message;
    const auto client = make_curl_client({.ca_file = file("server.pem")});
    ASSERT_TRUE(client->send(post(**server), write_call));
    const auto dropped = client->send(post(**server, "/drop"), write_call);
    ASSERT_FALSE(dropped);
    EXPECT_EQ(dropped.error().code, ErrorCode::answer_lost) << dropped.error().message;
    EXPECT_EQ(applied_, 2);
}

TEST_F(Certificates, APlainClientGetsNoAnswer) {
    auto server = serve("server.pem", "server.key");
    ASSERT_TRUE(server) << server.error().message;
    auto socket = testing_sockets::Socket::connect_to((*server)->port());
    socket.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(socket.read_all().find("HTTP/1.1 200"), std::string::npos);
    EXPECT_EQ(applied_, 0);
}

TEST_F(Certificates, FilesThatAreNoneAreNamed) {
    make("other", "IP:127.0.0.1");
    write("garbage.pem", "-----BEGIN CERTIFICATE-----\nnot base64\n-----END CERTIFICATE-----\n");
    write("empty.pem", "");
    const std::pair<const char*, const char*> bad[] = {{"absent.pem", "server.key"},  {"server.pem", "absent.key"},
                                                       {"empty.pem", "server.key"},   {"garbage.pem", "server.key"},
                                                       {"server.pem", "garbage.pem"}, {"server.pem", "other.key"}};
    for (const auto& [certificate, key] : bad) {
        const auto server = serve(certificate, key);
        ASSERT_FALSE(server) << certificate << " " << key;
        EXPECT_EQ(server.error().code, ErrorCode::key_file_invalid) << server.error().message;
        const auto& message = server.error().message;
        EXPECT_TRUE(message.find(certificate) != std::string::npos || message.find(key) != std::string::npos) << message;
    }
}

}  // namespace
}  // namespace lockstep::net
