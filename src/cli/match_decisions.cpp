#include "cli/match_decisions.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "value/json.h"

namespace lockstep::cli {
namespace {

Unexpected cannot(const char* what, const std::string& file) {
    return fail(ErrorCode::file_unreadable, fmt::format("the file of decisions cannot be {}: {}, {}", what, file, std::strerror(errno)));
}

Result<void> write_durably(const std::string& file, const std::string& text) {
    const std::string fresh = file + ".new";
    const int target = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (target < 0) return cannot("written", fresh);
    const bool written = ::write(target, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(target) == 0;
    ::close(target);
    if (!written || std::rename(fresh.c_str(), file.c_str()) != 0) return cannot("written", file);
    return {};
}

}  // namespace

Result<MatchDecisions> MatchDecisions::read(const std::string& file, const std::string& sync) {
    MatchDecisions decisions;
    decisions.file_ = file;
    decisions.sync_ = sync;
    if (!std::filesystem::exists(file)) return decisions;
    std::ifstream source(file, std::ios::binary);
    if (!source) return cannot("read", file);
    const std::string text{std::istreambuf_iterator<char>(source), {}};
    auto value = json::parse(text);
    if (!value || !value->is_map() || (*value)["sync"].text() != sync || !(*value)["decisions"].is_list())
        return fail(ErrorCode::config_invalid, fmt::format("the file holds no decisions about {}: {}", sync, file));
    decisions.backfill = (*value)["backfill"].text();
    for (const Value& its : (*value)["decisions"].as_list())
        decisions.set({.left = its["left"].text(),
                       .right = its["right"].text(),
                       .accepted = its["decision"].text() == "accepted",
                       .by = its["by"].text(),
                       .at = its["at"].text(),
                       .score = its["score"].kind() == Value::Kind::integer ? its["score"].as_int() : 0});
    return decisions;
}

Result<void> MatchDecisions::write() const {
    List list;
    for (const auto& [pair, its] : decisions_)
        list.push_back(Map{{"id", proposal_id(its.left, its.right)},
                           {"left", its.left},
                           {"right", its.right},
                           {"decision", its.accepted ? "accepted" : "rejected"},
                           {"score", its.score},
                           {"by", its.by},
                           {"at", its.at}});
    return write_durably(
        file_,
        json::write_pretty(Map{{"sync", sync_}, {"backfill", backfill.empty() ? Value() : Value(backfill)}, {"decisions", list}}) + "\n");
}

const MatchDecisions::Decision* MatchDecisions::find(const std::string& left, const std::string& right) const {
    auto found = decisions_.find({left, right});
    return found == decisions_.end() ? nullptr : &found->second;
}

std::string proposal_id(const std::string& left, const std::string& right) {
    std::uint64_t hash = 14695981039346656037ull;
    for (const unsigned char c : left + "\n" + right) hash = (hash ^ c) * 1099511628211ull;
    return fmt::format("{:016x}", hash).substr(0, 10);
}

}  // namespace lockstep::cli
