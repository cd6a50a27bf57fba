#include "engine/schedules.h"

#include <algorithm>

namespace lockstep::engine {
namespace {

/// A schedule's events are about the flow itself unless its `key:` says otherwise: so its runs never overlap.
std::string key_of(const flow::Flow& flow, const flow::Trigger& trigger) {
    expr::MapEnvironment environment(Map{{"config", flow.config}, {"body", Map{}}});
    auto key = trigger.key.render(environment);
    return key && key->is_string() ? key->as_string() : flow.name;
}

}  // namespace

Result<Schedules> Schedules::make(const std::vector<flow::Flow>& flows, const std::vector<store::ScheduleRow>& known, Timestamp now) {
    Schedules schedules;
    for (const auto& flow : flows) {
        for (std::size_t i = 0; i < flow.triggers.size(); ++i) {
            const auto& trigger = flow.triggers[i];
            if (trigger.kind != flow::Trigger::Kind::schedule) continue;
            LS_TRY_ASSIGN(auto cron, Cron::parse(trigger.cron));
            Entry entry{.flow = flow.name,
                        .key = key_of(flow, trigger),
                        .zone = trigger.time_zone,
                        .expression = trigger.cron + " " + trigger.time_zone,
                        .trigger = static_cast<int>(i),
                        .cron = std::move(cron)};
            auto last = std::find_if(known.begin(), known.end(), [&](const auto& row) {
                return row.flow == flow.name && row.trigger == entry.trigger && row.expression == entry.expression;
            });
            Timestamp after = last == known.end() ? now : Timestamp::from_ms(last->last_tick_ms);
            if (last == known.end())
                schedules.fresh_.push_back(
                    {.flow = flow.name, .trigger = entry.trigger, .expression = entry.expression, .last_tick_ms = now.ms()});
            LS_TRY_ASSIGN(auto next, entry.cron.next_after(after, entry.zone));
            entry.next_ms = next.ms();
            schedules.entries_.push_back(std::move(entry));
        }
    }
    return schedules;
}

std::vector<Schedules::Due> Schedules::take_due(Timestamp now) {
    std::vector<Due> due;
    for (auto& entry : entries_) {
        if (entry.next_ms > now.ms()) continue;
        due.push_back({entry.flow,
                       entry.key,
                       {.flow = entry.flow, .trigger = entry.trigger, .expression = entry.expression, .last_tick_ms = now.ms()}});
        auto next = entry.cron.next_after(now, entry.zone);
        LS_ASSERT(next.has_value());
        entry.next_ms = next->ms();
    }
    return due;
}

std::optional<std::int64_t> Schedules::next_ms() const {
    std::optional<std::int64_t> next;
    for (const auto& entry : entries_) next = next ? std::min(*next, entry.next_ms) : entry.next_ms;
    return next;
}

}  // namespace lockstep::engine
