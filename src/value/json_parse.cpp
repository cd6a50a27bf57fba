// The only file that knows Boost.JSON: its SAX parser fills our values.

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <forward_list>
#include <functional>
#include <iterator>
#include <optional>

#include "base/limits.h"
#include "value/json.h"
#include "value/text_place.h"

namespace lockstep::json {
namespace {

namespace bj = boost::json;

/// Most documents are a record or a few: without room for that their stacks grow five times.
constexpr std::size_t values_usual = 48;
/// A value and its key are seldom shorter.
constexpr std::size_t value_bytes_usual = 16;

/// Takes the parser's events. Finished values wait on a stack until their list or map ends.
class Builder {
public:
    static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

    explicit Builder(std::string_view document) : document_(document) {
        const std::size_t room = std::min(document.size() / value_bytes_usual + 1, values_usual);
        values_.reserve(room);
        keys_.reserve(room);
    }
    Value take_value() { return std::move(values_.back()); }
    const std::optional<Error>& refusal() const { return refusal_; }

    bool on_document_begin(bj::error_code&) { return true; }
    bool on_document_end(bj::error_code&) { return true; }

    bool on_array_begin(bj::error_code&) { return true; }
    bool on_array_end(std::size_t count, bj::error_code&) {
        auto first = values_.end() - static_cast<std::ptrdiff_t>(count);
        List list(std::make_move_iterator(first), std::make_move_iterator(values_.end()));
        values_.erase(first, values_.end());
        values_.emplace_back(std::move(list));
        return true;
    }

    bool on_object_begin(bj::error_code&) { return true; }
    bool on_object_end(std::size_t count, bj::error_code&) {
        auto first_value = values_.end() - static_cast<std::ptrdiff_t>(count);
        auto first_key = keys_.end() - static_cast<std::ptrdiff_t>(count);
        std::vector<Map::Entry> entries;
        entries.reserve(count);
        auto key = first_key;
        for (auto value = first_value; value != values_.end(); ++value, ++key) entries.emplace_back(*key, std::move(*value));
        keys_.erase(first_key, keys_.end());
        values_.erase(first_value, values_.end());
        values_.emplace_back(Map::from_entries(std::move(entries)));
        return true;
    }

    bool on_key_part(bj::string_view part, std::size_t, bj::error_code&) { return keep(part); }
    bool on_key(bj::string_view rest, std::size_t, bj::error_code&) {
        keys_.push_back(part_.empty() && is_in_document(rest) ? std::string_view(rest) : written_out_.emplace_front(complete(rest)));
        return true;
    }
    bool on_string_part(bj::string_view part, std::size_t, bj::error_code&) { return keep(part); }
    bool on_string(bj::string_view rest, std::size_t, bj::error_code&) {
        values_.emplace_back(complete(rest));
        return true;
    }

    bool on_number_part(bj::string_view part, bj::error_code&) { return keep(part); }
    bool on_int64(std::int64_t number, bj::string_view, bj::error_code&) {
        part_.clear();
        values_.emplace_back(number);
        return true;
    }
    bool on_uint64(std::uint64_t, bj::string_view rest, bj::error_code& problem) { return add_decimal(rest, problem); }
    bool on_double(double, bj::string_view rest, bj::error_code& problem) { return add_decimal(rest, problem); }

    bool on_bool(bool truth, bj::error_code&) {
        values_.emplace_back(truth);
        return true;
    }
    bool on_null(bj::error_code&) {
        values_.emplace_back();
        return true;
    }
    bool on_comment_part(bj::string_view, bj::error_code&) { return true; }
    bool on_comment(bj::string_view, bj::error_code&) { return true; }

private:
    bool is_in_document(bj::string_view part) const {
        return !std::less<>()(part.data(), document_.data()) && !std::less<>()(document_.data() + document_.size(), part.data());
    }
    bool keep(bj::string_view part) {
        part_.append(part.data(), part.size());
        return true;
    }
    std::string complete(bj::string_view rest) {
        if (part_.empty()) return {rest.data(), rest.size()};
        part_.append(rest.data(), rest.size());
        return std::exchange(part_, {});
    }
    bool add_decimal(bj::string_view rest, bj::error_code& problem) {
        auto number = Decimal::parse(complete(rest));
        if (number) {
            values_.emplace_back(*number);
            return true;
        }
        refusal_ = number.error();
        problem = make_error_code(bj::error::exponent_overflow);
        return false;
    }

    std::vector<Value> values_;
    std::string_view document_;
    std::vector<std::string_view> keys_;          ///< in the document, or in `written_out_`
    std::forward_list<std::string> written_out_;  ///< keys that the document writes with escapes
    std::string part_;
    std::optional<Error> refusal_;
};

std::string describe(const bj::error_code& problem) {
    if (problem == bj::error::too_deep) { return fmt::format("nested deeper than allowed, {} levels", limits::nesting_depth_max); }
    return problem.message();
}

Unexpected failure(std::string_view text, std::size_t offset, ErrorCode code, std::string_view what) {
    auto place = place_of(text, offset);
    return fail(code, fmt::format("{}: line {}, column {}", what, place.line, place.column));
}

}  // namespace

Result<Value> parse(std::string_view text) {
    bj::parse_options options;
    options.max_depth = limits::nesting_depth_max;
    bj::basic_parser<Builder> parser(options, text);
    bj::error_code problem;
    auto consumed = parser.write_some(false, text.data(), text.size(), problem);
    if (const auto& refusal = parser.handler().refusal()) { return failure(text, consumed, refusal->code, refusal->message); }
    if (problem) return failure(text, consumed, ErrorCode::json_syntax, describe(problem));
    if (consumed < text.size()) { return failure(text, consumed, ErrorCode::json_syntax, "text after the end of the document"); }
    return parser.handler().take_value();
}

}  // namespace lockstep::json
