#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "sim/oracles/evidence.h"
#include "value/json.h"

/// People hear of every parked run, and at most once within a window of the same cause. A message whose answer was lost may
/// come again: Slack gives no way to find out.
namespace lockstep::sim::oracles {
namespace {

constexpr std::int64_t window_ms = 600'000;
/// Within it a message is put down, sent and answered.
constexpr std::int64_t slack_of_clocks_ms = 1'000;

struct Message {
    std::int64_t at_ms = 0;
    int life = 0;
    bool answered = false;
    std::string title, id, first_reason;
    std::int64_t count = 1;
};

/// `deal-closed: parked at step `order` (3 times)` and, in the last line, `Alert 01J…`.
std::optional<Message> read_alert(std::string_view text) {
    auto id_at = text.rfind("\nAlert ");
    if (id_at == std::string_view::npos) return std::nullopt;
    Message message;
    message.id = text.substr(id_at + 7);
    std::string_view title = text.substr(0, text.find('\n'));
    if (auto times = title.rfind(" ("); title.ends_with(" times)") && times != std::string_view::npos) {
        std::string_view digits = title.substr(times + 2);
        (void)std::from_chars(digits.data(), digits.data() + digits.size(), message.count);
        title = title.substr(0, times);
    }
    message.title = title;
    if (auto bullet = text.find("• "); bullet != std::string_view::npos) {
        std::string_view line = text.substr(bullet, text.find('\n', bullet) - bullet);
        auto reason = line.find(": ");
        if (reason != std::string_view::npos) message.first_reason = line.substr(reason + 2);
    }
    return message;
}

std::vector<Message> messages_of(const History& history) {
    std::vector<Message> all;
    for (const auto& call : history.calls) {
        if (call.connector != "slack" || call.vendor_status < 200 || call.vendor_status > 299) continue;
        auto body = json::parse(call.body);
        auto message = body ? read_alert((*body)["text"].text()) : std::nullopt;
        if (!message) continue;
        message->at_ms = call.sent_ms;
        message->life = call.life;
        message->answered = call.status >= 200 && call.status <= 299 && call.fault.empty();
        all.push_back(*std::move(message));
    }
    return all;
}

/// The same alert twice, although the first one's answer came through.
void check_repeated(const std::vector<Message>& messages, Sentences& broken) {
    std::map<std::string, const Message*> seen;
    for (const auto& message : messages) {
        auto [earlier, fresh] = seen.emplace(message.id, &message);
        if (fresh) continue;
        if (earlier->second->answered && earlier->second->life == message.life)
            broken.push_back("an alert was sent again although it had arrived: " + message.title);
        earlier->second = &message;
    }
}

/// Two alerts of one cause within its window. The cause is not in the message: its title and the reason are.
void check_window(const std::vector<Message>& messages, Sentences& broken) {
    for (std::size_t i = 0; i < messages.size(); ++i)
        for (std::size_t j = i + 1; j < messages.size(); ++j) {
            const auto &a = messages[i], &b = messages[j];
            bool alike = a.title == b.title && a.first_reason == b.first_reason && a.id != b.id && a.life == b.life;
            if (alike && b.at_ms - a.at_ms < window_ms - slack_of_clocks_ms)
                broken.push_back(fmt::format("two alerts within {} s: {}", (b.at_ms - a.at_ms) / 1000, a.title));
        }
}

/// How often runs parked, by what an alert would be titled.
std::map<std::string, std::int64_t> parkings(const std::vector<store::LoadedRun>& runs) {
    std::map<std::string, std::int64_t> all;
    for (const auto& run : runs) {
        std::string step;
        for (const auto& row : run.journal) {
            if (row.kind == "parking")
                if (auto data = json::parse(row.data_json)) step = (*data)["step"].text();
            if (row.kind != "ended") continue;
            auto data = json::parse(row.data_json);
            if (data && (*data)["status"].text() == "parked") ++all[fmt::format("{}: parked at step `{}`", run.run.flow, step)];
        }
    }
    return all;
}

bool gave_up(const History& history) {
    return std::any_of(history.log.begin(), history.log.end(),
                       [](const LogLine& line) { return line.text.find("an alert was given up") != std::string::npos; });
}

void check_everyone_told(const Evidence& evidence, const std::vector<Message>& messages, Sentences& broken) {
    std::map<std::string, std::int64_t> told;
    std::map<std::string, std::int64_t> by_id;
    for (const auto& message : messages)
        if (by_id.emplace(message.id, message.count).second) told[message.title] += message.count;
    for (const auto& alert : evidence.open_alerts)
        if (auto message = read_alert(alert.text); message && !by_id.contains(message->id)) told[message->title] += message->count;
    for (const auto& [title, count] : parkings(evidence.runs))
        if (told[title] < count) broken.push_back(fmt::format("{}: {} times, people were told of {}", title, count, told[title]));
}

}  // namespace

Sentences people_are_told_once(const Evidence& evidence) {
    Sentences broken;
    auto messages = messages_of(*evidence.history);
    check_repeated(messages, broken);
    bool clock_was_set =
        std::any_of(evidence.history->acts.begin(), evidence.history->acts.end(), [](const WorldAct& act) { return act.kind == "clock"; });
    if (!clock_was_set) check_window(messages, broken);
    if (!gave_up(*evidence.history)) check_everyone_told(evidence, messages, broken);
    return broken;
}

}  // namespace lockstep::sim::oracles
