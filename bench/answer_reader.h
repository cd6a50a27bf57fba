#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lockstep::bench {

/// Reads one HTTP/1.1 answer as its bytes arrive; knows its status and its end, and forgets the rest.
class AnswerReader {
public:
    enum class State : std::uint8_t { reading, done, malformed };

    /// Begins the next answer; the answer to HEAD has no body, whatever its head says.
    void begin(bool to_head = false);
    /// Takes what has arrived. Bytes after the end are malformed: nobody asked for them.
    State take(std::string_view bytes);
    /// The server has closed the connection: an answer that says no length ends here, any other is malformed.
    State end();

    int status() const { return status_; }
    bool keep_alive() const { return keep_alive_; }
    /// Nothing of the answer has arrived.
    bool untouched() const { return part_ == Part::head && buffer_.empty(); }

private:
    enum class Part : std::uint8_t { head, body, body_to_end, chunk_size, chunk, trailer, done, malformed };
    std::size_t take_head(std::string_view bytes);
    std::size_t take_body(std::string_view bytes);
    std::size_t take_line(std::string_view bytes);
    void read_head(std::string_view head);
    void read_field(std::string_view name, std::string_view value);
    void read_line(std::string_view line);
    void choose_body();

    Part part_ = Part::head;
    std::string buffer_;  ///< of a head or line that is not complete
    std::uint64_t left_ = 0;
    int status_ = 0;
    bool to_head_ = false, keep_alive_ = true, chunked_ = false, has_length_ = false;
};

}  // namespace lockstep::bench
