#pragma once

#include <string>
#include <vector>

#include "bench/options.h"
#include "bench/text_template.h"

namespace lockstep::bench {

/// Makes the bytes of each request.
class Requests {
public:
    /// Reads the templates and the ids. Errors: `config_invalid`, `file_unreadable`, and what fetching ids meets.
    static Result<Requests> make(const Options& options);
    /// How many there are; nullopt: no end.
    std::optional<std::uint64_t> count() const { return count_; }
    /// Replaces `out` by the whole request of this number, from 0 on.
    void write(std::string& out, std::uint64_t number) const;
    const std::string& host() const { return host_; }
    const std::string& port() const { return port_; }
    bool is_head() const { return method_ == "HEAD"; }

private:
    Result<void> read_target(const Options& options, std::string_view default_path);
    Result<void> read_body(const Options& options, std::string_view default_body);
    Result<void> take_ids(const Options& options, std::vector<std::vector<std::string>> ids);

    std::string method_, host_, port_, fields_;
    TextTemplate target_, body_;
    bool has_body_ = false;
    std::vector<std::vector<std::string>> ids_;
    std::optional<std::uint64_t> count_;
};

}  // namespace lockstep::bench
