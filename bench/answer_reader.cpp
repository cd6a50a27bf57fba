#include "bench/answer_reader.h"

#include <strings.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace lockstep::bench {
namespace {

constexpr std::size_t head_bytes_max = 64u << 10;

bool same(std::string_view a, std::string_view b) { return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0; }

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
    return text;
}

template <class Number>
bool read_number(std::string_view text, Number& number, int base = 10) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

void AnswerReader::begin(bool to_head) {
    part_ = Part::head;
    buffer_.clear();
    left_ = 0;
    status_ = 0;
    to_head_ = to_head;
    keep_alive_ = true;
    chunked_ = has_length_ = false;
}

AnswerReader::State AnswerReader::take(std::string_view bytes) {
    while (!bytes.empty() && part_ != Part::malformed) {
        if (part_ == Part::done) part_ = Part::malformed;
        std::size_t used = 0;
        if (part_ == Part::head) used = take_head(bytes);
        if (part_ == Part::body || part_ == Part::body_to_end || part_ == Part::chunk)
            used += take_body(bytes.substr(used));
        else if (part_ == Part::chunk_size || part_ == Part::trailer)
            used += take_line(bytes.substr(used));
        bytes.remove_prefix(used);
    }
    if (part_ == Part::malformed) return State::malformed;
    return part_ == Part::done ? State::done : State::reading;
}

AnswerReader::State AnswerReader::end() {
    part_ = part_ == Part::done || part_ == Part::body_to_end ? Part::done : Part::malformed;
    return part_ == Part::done ? State::done : State::malformed;
}

// Most heads arrive whole, and are read where they are.
std::size_t AnswerReader::take_head(std::string_view bytes) {
    constexpr std::string_view blank = "\r\n\r\n";
    if (buffer_.empty()) {
        const std::size_t end = bytes.find(blank);
        if (end != std::string_view::npos) {
            read_head(bytes.substr(0, end + 2));
            return end + blank.size();
        }
    }
    const std::size_t before = buffer_.size();
    buffer_.append(bytes);
    const std::size_t end = buffer_.find(blank, before < blank.size() ? 0 : before - blank.size());
    if (end == std::string::npos) {
        if (buffer_.size() > head_bytes_max) part_ = Part::malformed;
        return bytes.size();
    }
    const std::string head = buffer_.substr(0, end + 2);
    buffer_.clear();
    read_head(head);
    return end + blank.size() - before;
}

void AnswerReader::read_head(std::string_view head) {
    const std::size_t line_end = head.find("\r\n");
    const std::string_view line = head.substr(0, line_end);
    if (!line.starts_with("HTTP/1.") || line.size() < 12 || !read_number(line.substr(9, 3), status_) || status_ < 100) {
        part_ = Part::malformed;
        return;
    }
    keep_alive_ = line[7] != '0';
    for (head.remove_prefix(line_end + 2); !head.empty();) {
        const std::size_t end = head.find("\r\n");
        const std::string_view field = head.substr(0, end);
        const std::size_t colon = field.find(':');
        if (colon != std::string_view::npos) read_field(field.substr(0, colon), trimmed(field.substr(colon + 1)));
        head.remove_prefix(end + 2);
    }
    if (part_ != Part::malformed) choose_body();
}

void AnswerReader::read_field(std::string_view name, std::string_view value) {
    if (same(name, "Content-Length")) {
        has_length_ = true;
        if (!read_number(value, left_)) part_ = Part::malformed;
    } else if (same(name, "Transfer-Encoding")) {
        chunked_ = same(value, "chunked");
    } else if (same(name, "Connection")) {
        keep_alive_ = same(value, "close") ? false : same(value, "keep-alive") || keep_alive_;
    }
}

void AnswerReader::choose_body() {
    if (status_ < 200)
        begin(to_head_);  // 100 Continue and the like: the answer itself follows
    else if (to_head_ || status_ == 204 || status_ == 304)
        part_ = Part::done;
    else if (chunked_)
        part_ = Part::chunk_size;
    else if (has_length_)
        part_ = left_ == 0 ? Part::done : Part::body;
    else {
        part_ = Part::body_to_end;
        keep_alive_ = false;
    }
}

std::size_t AnswerReader::take_body(std::string_view bytes) {
    if (part_ == Part::body_to_end) return bytes.size();
    const std::size_t used = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
    left_ -= used;
    if (left_ == 0) part_ = part_ == Part::body ? Part::done : Part::chunk_size;
    return used;
}

std::size_t AnswerReader::take_line(std::string_view bytes) {
    const std::size_t end = bytes.find('\n');
    buffer_.append(bytes.substr(0, end));
    if (buffer_.size() > head_bytes_max) part_ = Part::malformed;
    if (end == std::string_view::npos) return bytes.size();
    const std::string line = std::exchange(buffer_, {});
    read_line(trimmed(line));
    return end + 1;
}

void AnswerReader::read_line(std::string_view line) {
    if (part_ == Part::trailer) {
        if (line.empty()) part_ = Part::done;
        return;
    }
    const std::string_view size = trimmed(line.substr(0, line.find(';')));
    if (size.empty() || !read_number(size, left_, 16)) {
        part_ = Part::malformed;
    } else if (left_ == 0) {
        part_ = Part::trailer;
    } else {
        left_ += 2;  // the line end after the chunk
        part_ = Part::chunk;
    }
}

}  // namespace lockstep::bench
