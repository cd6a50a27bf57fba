#include "bench/answer_reader.h"

#include <gtest/gtest.h>

namespace lockstep::bench {
namespace {

using State = AnswerReader::State;

State read(AnswerReader& reader, std::string_view text) {
    reader.begin();
    return reader.take(text);
}

TEST(AnswerReader, ReadsAnAnswerWithALength) {
    AnswerReader reader;
    EXPECT_EQ(read(reader, "HTTP/1.1 202 Accepted\r\nContent-Length: 4\r\n\r\ndone"), State::done);
    EXPECT_EQ(reader.status(), 202);
    EXPECT_TRUE(reader.keep_alive());
}

TEST(AnswerReader, ReadsTheSameHoweverItIsCut) {
    const std::string answers[] = {
        "HTTP/1.1 200 OK\r\nContent-Length: 11\r\nX: y\r\n\r\nhello world",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n6\r\n world\r\n0\r\nX-Trailer: 1\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length:0\r\n\r\n",
    };
    for (const std::string& answer : answers)
        for (std::size_t cut = 1; cut < answer.size(); ++cut) {
            AnswerReader reader;
            reader.begin();
            EXPECT_EQ(reader.take(std::string_view(answer).substr(0, cut)), State::reading) << cut;
            EXPECT_EQ(reader.take(std::string_view(answer).substr(cut)), State::done) << cut;
            EXPECT_EQ(reader.status(), 200);
        }
}

TEST(AnswerReader, EndsWithTheHeadWhereThereIsNoBody) {
    AnswerReader reader;
    EXPECT_EQ(read(reader, "HTTP/1.1 204 No Content\r\n\r\n"), State::done);
    EXPECT_EQ(read(reader, "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"), State::done);
    reader.begin(true);
    EXPECT_EQ(reader.take("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"), State::done);
}

TEST(AnswerReader, EndsWithTheConnectionOnlyIfNoLengthWasSaid) {
    AnswerReader reader;
    EXPECT_EQ(read(reader, "HTTP/1.1 200 OK\r\n\r\nsome"), State::reading);
    EXPECT_FALSE(reader.keep_alive());
    EXPECT_EQ(reader.end(), State::done);
    EXPECT_EQ(read(reader, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nsome"), State::reading);
    EXPECT_EQ(reader.end(), State::malformed);
    reader.begin();
    EXPECT_TRUE(reader.untouched());
    EXPECT_EQ(reader.end(), State::malformed);
}

TEST(AnswerReader, KnowsWhetherTheConnectionStays) {
    AnswerReader reader;
    read(reader, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    EXPECT_FALSE(reader.keep_alive());
    read(reader, "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n");
    EXPECT_FALSE(reader.keep_alive());
    read(reader, "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 0\r\n\r\n");
    EXPECT_TRUE(reader.keep_alive());
}

TEST(AnswerReader, RefusesWhatIsNoAnswer) {
    AnswerReader reader;
    for (const std::string_view text :
         {"SSH-2.0-x\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nmore", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"})
        EXPECT_EQ(read(reader, text), State::malformed) << text;
    EXPECT_EQ(read(reader, "HTTP/1.1 200 OK\r\nX: " + std::string(70'000, 'x')), State::malformed);
}

}  // namespace
}  // namespace lockstep::bench
