#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "sim/oracles/evidence.h"

/// "Events of one record run one after the other": never two at a time, and first in the order in which they were
/// acknowledged. Journal times are of the wall clock, so where somebody set it they prove nothing.
namespace lockstep::sim::oracles {
namespace {

struct Activity {
    std::int64_t from_ms = 0, to_ms = 0;
    std::string run_id;
};

/// When the run was being carried out: once, and again after each replay.
std::vector<Activity> activities(const store::LoadedRun& run) {
    static const std::set<std::string, std::less<>> of_people = {"replayed", "corrected", "waived"};
    std::vector<Activity> all;
    bool active = false;
    for (const auto& row : run.journal) {
        if (of_people.contains(row.kind)) continue;
        if (!active) all.push_back({row.at_ms, INT64_MAX, run.run.id});
        active = row.kind != "ended";
        if (!active) all.back().to_ms = row.at_ms;
    }
    return all;
}

bool was_set(const History& history) {
    return std::any_of(history.acts.begin(), history.acts.end(), [](const WorldAct& act) { return act.kind == "clock"; });
}

void check_key(const std::string& key, std::vector<Activity> all, Sentences& broken) {
    std::stable_sort(all.begin(), all.end(), [](const Activity& a, const Activity& b) { return a.from_ms < b.from_ms; });
    for (std::size_t i = 1; i < all.size(); ++i)
        if (all[i].from_ms < all[i - 1].to_ms && all[i].run_id != all[i - 1].run_id)
            broken.push_back(fmt::format("{}: run {} began before run {} had ended", key, all[i].run_id, all[i - 1].run_id));
    std::string newest;
    std::set<std::string> seen;
    for (const auto& activity : all) {
        if (!seen.insert(activity.run_id).second) continue;  // a replay
        if (activity.run_id < newest)
            broken.push_back(fmt::format("{}: run {} began after the later run {}", key, activity.run_id, newest));
        newest = std::max(newest, activity.run_id);
    }
}

/// Who was acknowledged earlier has the earlier run.
void check_events(const History& history, Sentences& broken) {
    std::map<std::string, std::vector<const GivenTrigger*>> by_key;
    for (const auto& trigger : history.triggers)
        if (trigger.acknowledged_ms && !trigger.duplicate && !trigger.run_id.empty())
            by_key[trigger.flow + " " + trigger.key].push_back(&trigger);
    for (auto& [key, all] : by_key) {
        std::stable_sort(all.begin(), all.end(), [](auto* a, auto* b) { return a->acknowledged_ms < b->acknowledged_ms; });
        for (std::size_t i = 1; i < all.size(); ++i)
            if (all[i - 1]->acknowledged_ms < all[i]->acknowledged_ms && all[i]->run_id < all[i - 1]->run_id)
                broken.push_back(fmt::format("{}: the event acknowledged later comes first", key));
    }
}

}  // namespace

Sentences keys_in_order(const Evidence& evidence) {
    Sentences broken;
    if (was_set(*evidence.history)) return broken;
    std::map<std::string, std::vector<Activity>> by_key;
    for (const auto& run : evidence.runs) {
        auto its = activities(run);
        auto& all = by_key[run.run.flow + " " + run.run.key];
        all.insert(all.end(), its.begin(), its.end());
    }
    for (auto& [key, all] : by_key) check_key(key, std::move(all), broken);
    check_events(*evidence.history, broken);
    return broken;
}

}  // namespace lockstep::sim::oracles
