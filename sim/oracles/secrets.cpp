#include "sim/oracles/secrets.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "net/http.h"
#include "sim/oracles/evidence.h"
#include "value/encoding.h"

/// "Secrets stay secret": absent from logs, traces, errors and every stored row, as they are and as they are written into
/// addresses and headers.
namespace lockstep::sim::oracles {
namespace {

std::uint64_t eight_bytes(const char* at) {
    std::uint64_t bytes;
    std::memcpy(&bytes, at, sizeof(bytes));
    return bytes;
}
std::size_t two_bytes(const char* at) {
    return static_cast<std::size_t>(static_cast<unsigned char>(at[0])) << 8 | static_cast<unsigned char>(at[1]);
}

/// The tokens that vendors gave out, from their own answers.
void add_tokens(const SentCall& call, std::vector<std::string>& secrets) {
    constexpr std::string_view name = "\"access_token\"";
    auto at = call.answer.find(name);
    if (at == std::string::npos) return;
    auto from = call.answer.find('"', call.answer.find(':', at + name.size()));
    if (from == std::string::npos) return;
    auto to = call.answer.find('"', from + 1);
    if (to != std::string::npos) secrets.push_back(call.answer.substr(from + 1, to - from - 1));
}

std::vector<std::string> secrets_of(const History& history) {
    std::vector<std::string> secrets = history.secrets;
    for (const auto& call : history.calls) add_tokens(call, secrets);
    std::sort(secrets.begin(), secrets.end());
    secrets.erase(std::unique(secrets.begin(), secrets.end()), secrets.end());
    for (std::size_t i = 0, count = secrets.size(); i < count; ++i)
        if (std::string written = net::write_form({{"s", secrets[i]}}).substr(2); written != secrets[i])
            secrets.push_back(std::move(written));
    return secrets;
}

}  // namespace

PatternSearch::PatternSearch(const std::vector<std::string>& patterns) : may_begin_(65536) {
    for (std::size_t i = 0; i < patterns.size(); ++i) {
        if (patterns[i].size() < shortest) continue;
        entries_.push_back({eight_bytes(patterns[i].data()), patterns[i], i});
        may_begin_[two_bytes(patterns[i].data())] = true;
    }
    std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) { return a.beginning < b.beginning; });
}

std::optional<std::size_t> PatternSearch::find(std::string_view text) const {
    for (std::size_t at = 0; at + shortest <= text.size(); ++at) {
        if (!may_begin_[two_bytes(text.data() + at)]) continue;
        std::uint64_t beginning = eight_bytes(text.data() + at);
        auto entry = std::lower_bound(entries_.begin(), entries_.end(), beginning,
                                      [](const Entry& its, std::uint64_t wanted) { return its.beginning < wanted; });
        for (; entry != entries_.end() && entry->beginning == beginning; ++entry)
            if (text.substr(at, entry->text.size()) == entry->text) return entry->index;
    }
    return std::nullopt;
}

Sentences no_secret_is_told(const Evidence& evidence) {
    Sentences broken;
    if (!evidence.thorough) return broken;
    const auto& history = *evidence.history;
    auto secrets = secrets_of(history);
    PatternSearch search(secrets);
    auto look = [&](std::string_view text, std::string_view where) {
        auto found = search.find(text);
        if (found) broken.push_back(fmt::format("a secret that begins with {}… stands in {}", secrets[*found].substr(0, 4), where));
    };
    for (const auto& line : history.log) look(line.text, "the log");
    for (const auto& call : history.calls) look(call.error, "an error");
    for (const auto& message : evidence.messages) look(message["text"].text(), "a message");
    for (const auto& commit : history.commits) look(commit.error, "an error of the store");
    for (const auto& alert : evidence.open_alerts) {
        look(alert.text, "an alert");
        look(alert.error, "an alert's error");
    }
    for (const auto& run : evidence.runs) {
        look(run.run.reason, "a run's reason");
        look(run.run.summary_json, "a run's report");
        look(run.event.body_json, "an event");
        for (const auto& row : run.journal) {
            look(row.data_json, "the journal");
            look(row.trace_json, "a trace");
        }
    }
    return broken;
}

}  // namespace lockstep::sim::oracles
