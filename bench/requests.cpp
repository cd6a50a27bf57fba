#include "bench/requests.h"

#include <fmt/format.h>

#include <algorithm>

#include "bench/ids.h"
#include "net/http.h"

namespace lockstep::bench {

Result<void> Requests::read_target(const Options& options, std::string_view default_path) {
    LS_TRY_ASSIGN(const net::Url url, net::parse_url(options.url));
    host_ = url.host;
    port_ = url.port;
    const bool bare = url.target.empty() || url.target == "/";
    // The places are read from what was given: a parsed target has its braces encoded.
    const std::size_t slash = options.url.find('/', options.url.find("://") + 3);
    const std::string given = slash == std::string::npos ? "/" : options.url.substr(slash);
    LS_TRY_ASSIGN(target_, TextTemplate::parse(bare && !default_path.empty() ? default_path : given));
    return {};
}

Result<void> Requests::read_body(const Options& options, std::string_view default_body) {
    std::string text = options.body_template.empty() ? std::string(default_body) : options.body_template;
    if (text.starts_with('@')) { LS_TRY_ASSIGN(text, read_file(text.substr(1))); }
    has_body_ = !text.empty();
    LS_TRY_ASSIGN(body_, TextTemplate::parse(text));
    method_ = !options.method.empty() ? options.method : has_body_ ? "POST" : "GET";
    const bool is_token = std::ranges::all_of(method_, [](char c) { return c >= 'A' && c <= 'Z'; });
    if (!is_token) return fail(ErrorCode::config_invalid, "--method is a word in capitals: " + method_);
    return {};
}

Result<void> Requests::take_ids(const Options& options, Ids ids) {
    const std::size_t needed = std::max(target_.columns_needed(), body_.columns_needed());
    for (std::size_t line = 0; line < ids.size(); ++line)
        if (ids[line].size() < needed)
            return fail(ErrorCode::config_invalid, fmt::format("line {} of the ids has {} of the {} columns that the template takes",
                                                               line + 1, ids[line].size(), needed));
    if (ids.empty() && needed > 0) return fail(ErrorCode::config_invalid, "there are no ids to send");
    ids_ = std::move(ids);
    count_ = options.count;
    if (ids_.empty() || options.repeat_ids) return {};
    if (count_ && *count_ > ids_.size())
        return fail(ErrorCode::config_invalid,
                    fmt::format("there are fewer ids than requests, {} for {}: --repeat-ids begins again", ids_.size(), *count_));
    if (!count_) count_ = ids_.size();
    return {};
}

Result<Requests> Requests::make(const Options& options) {
    const Kind* kind = find_kind(options.kind);
    Requests made;
    LS_TRY(made.read_target(options, kind == nullptr ? std::string_view() : kind->path));
    LS_TRY(made.read_body(options, kind == nullptr ? std::string_view() : kind->body));
    Ids ids;
    if (!options.ids_file.empty() || !options.ids_from.empty()) { LS_TRY_ASSIGN(ids, read_ids(options)); }
    LS_TRY(made.take_ids(options, std::move(ids)));
    made.fields_ = fmt::format(" HTTP/1.1\r\nHost: {}:{}\r\n", made.host_, made.port_);
    for (const std::string& header : options.headers) made.fields_ += header + "\r\n";
    if (made.has_body_) made.fields_ += "Content-Type: " + options.content_type + "\r\n";
    return made;
}

void Requests::write(std::string& out, std::uint64_t number) const {
    const Filling filling{ids_.empty() ? nullptr : &ids_[number % ids_.size()], number};
    out.assign(method_);
    out += ' ';
    target_.append(out, filling);
    out += fields_;
    if (!has_body_) {
        out += "\r\n";
        return;
    }
    std::string body;
    body_.append(body, filling);
    fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n\r\n{}", body.size(), body);
}

}  // namespace lockstep::bench
