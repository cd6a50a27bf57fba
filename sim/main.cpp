// `./run simulate`: plays scenarios and says whether every promise held.
#include <malloc.h>
#include <signal.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/defect.h"
#include "sim/campaign.h"
#include "sim/defects.h"
#include "sim/edits.h"
#include "sim/shrink.h"

namespace lockstep::sim {
namespace {

constexpr std::uint64_t seeds_usual = 1'000, defect_seeds_max = 2'000;
constexpr int shrink_tries = 400;
constexpr unsigned play_seconds_max = 120;

struct Wish {
    std::uint64_t seeds = seeds_usual, from = 1, times = 1;
    std::optional<std::uint64_t> replay;
    std::optional<std::string> scenario;
    std::string defect;
    bool defects = false, year = false, shrink = true, help = false, all = false, edits = false, deaths = false;
};

constexpr std::string_view usage =
    R"(lockstep-simulate [--seeds N] [--from S]   plays scenarios S, S+1, …; stops at the first that breaks a promise
                  --replay S                plays one and shows everything that happened
                  --scenario TEXT           the same with a scenario as it is printed: "seed=7 deals=2 fault.late=80 …"
                  --times N                 with either: plays it N times and says how long that takes
                  --deaths                  plays one deal for each seed, once for every point at which the process can die
                  --year                    a year of the reference company, scaled down
                  --edits                   plays histories of edits on both sides of a sync (with --seeds, --from, --replay)
                  --defects                 switches on every deliberate defect in turn; each must be seen
                  --defect NAME             plays with that defect (with --seeds, --replay or --scenario)
                  --all                     goes on after a broken promise, and names every seed that breaks one
                  --no-shrink               shows a failing scenario as it was drawn
)";

bool read_number(std::string_view text, std::uint64_t& into) {
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
    return error == std::errc() && end == text.data() + text.size();
}

std::optional<Wish> read_wish(const std::vector<std::string>& words) {
    Wish wish;
    const std::map<std::string_view, bool*> flags = {
        {"--defects", &wish.defects}, {"--year", &wish.year}, {"--deaths", &wish.deaths}, {"--edits", &wish.edits},
        {"--all", &wish.all},         {"--help", &wish.help}, {"-h", &wish.help}};
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string& word = words[i];
        if (auto flag = flags.find(word); flag != flags.end()) {
            *flag->second = true;
            continue;
        }
        if (word == "--no-shrink") {
            wish.shrink = false;
            continue;
        }
        if (i + 1 == words.size()) return std::nullopt;
        const std::string& value = words[++i];
        if (word == "--scenario") {
            wish.scenario = value;
        } else if (word == "--defect") {
            wish.defect = value;
        } else {
            std::uint64_t number = 0;
            if (!read_number(value, number)) return std::nullopt;
            if (word == "--seeds")
                wish.seeds = number;
            else if (word == "--from")
                wish.from = number;
            else if (word == "--times")
                wish.times = number;
            else if (word == "--replay")
                wish.replay = number;
            else
                return std::nullopt;
        }
    }
    return wish;
}

/// What is being played, for whoever finds the program dead.
char under_way[4096];

void say_what_was_played(int signal) {
    for (std::string_view text : {std::string_view("\nthe program died in the middle of this scenario:\n  ./run simulate --scenario \""),
                                  std::string_view(under_way), std::string_view("\"\n")})
        (void)!::write(STDERR_FILENO, text.data(), text.size());
    ::signal(signal, SIG_DFL);
    ::raise(signal);
}

void begin(const Scenario& scenario) {
    std::string text = scenario.to_string();
    std::snprintf(under_way, sizeof under_way, "%s", text.c_str());
    ::alarm(play_seconds_max);
}

Report play_watched(const Scenario& scenario) {
    begin(scenario);
    return play(scenario);
}

std::string command_of(const Scenario& scenario, const Wish& wish) {
    std::string defect = wish.defect.empty() ? "" : fmt::format(" --defect \"{}\"", wish.defect);
    bool as_drawn = scenario == Scenario::drawn(scenario.seed);
    return as_drawn ? fmt::format("./run simulate --replay {}{}", scenario.seed, defect)
                    : fmt::format("./run simulate --scenario \"{}\"{}", scenario.to_string(), defect);
}

void show(const Scenario& scenario, const Report& report) {
    std::printf("%s\n%s", scenario.to_string().c_str(), report.to_string().c_str());
    std::printf("%s\n", report.ok() ? "every promise held" : "promises were broken");
}

int play_often(const Scenario& scenario, std::uint64_t times) {
    Tally tally;
    bool ok = true;
    for (std::uint64_t i = 0; i < times; ++i) {
        begin(scenario);
        ok = play_timed(scenario, tally).ok() && ok;
    }
    std::printf("%s%s\n", tally.to_string().c_str(), ok ? "every promise held" : "promises were broken");
    return ok ? 0 : 1;
}

int play_one(const Scenario& scenario, const Wish& wish) {
    if (wish.times > 1) return play_often(scenario, wish.times);
    Report report = play_watched(scenario);
    show(scenario, report);
    return report.ok() ? 0 : 1;
}

void tell_failure(Failure failure, const Wish& wish) {
    std::printf("\nSEED %llu BREAKS A PROMISE\n", static_cast<unsigned long long>(failure.scenario.seed));
    std::printf("as it was drawn:  %s\n", command_of(failure.scenario, wish).c_str());
    if (wish.shrink) {
        Scenario small = shrunk(failure.scenario, [](const Scenario& scenario) { return !play_watched(scenario).ok(); }, shrink_tries);
        if (!(small == failure.scenario)) {
            failure.report = play_watched(small);
            failure.scenario = small;
            std::printf("made smaller:     %s\n", command_of(small, wish).c_str());
        }
    }
    std::printf("\n");
    show(failure.scenario, failure.report);
}

using NextScenario = std::function<std::optional<Scenario>()>;

NextScenario drawn(const Wish& wish) {
    return [seed = wish.from, end = wish.from + wish.seeds]() mutable {
        return seed == end ? std::nullopt : std::optional(Scenario::drawn(seed++));
    };
}

NextScenario deaths(const Wish& wish) {
    return [seed = wish.from, end = wish.from + wish.seeds, left = std::vector<Scenario>()]() mutable -> std::optional<Scenario> {
        for (; left.empty() && seed != end; ++seed) left = dying_everywhere(one_deal(seed), play_watched(one_deal(seed)));
        if (left.empty()) return std::nullopt;
        Scenario next = std::move(left.back());
        left.pop_back();
        return next;
    };
}

int play_many(const Wish& wish, const NextScenario& next) {
    Tally tally;
    std::uint64_t broken = 0;
    std::optional<Failure> failure;
    for (auto scenario = next(); scenario && !failure; scenario = next()) {
        begin(*scenario);
        if (Report report = play_timed(*scenario, tally); !report.ok()) {
            ++broken;
            if (wish.all)
                std::printf("%s: %s\n", command_of(*scenario, wish).c_str(), report.broken.front().c_str());
            else
                failure = Failure{*std::move(scenario), std::move(report)};
        }
        if (tally.scenarios % 500 == 0 && ::isatty(STDERR_FILENO))
            std::fprintf(stderr, "\r%llu scenarios, %.0f a second ", static_cast<unsigned long long>(tally.scenarios),
                         tally.scenarios_a_second());
    }
    if (failure) tell_failure(*std::move(failure), wish);
    std::printf("\n%s", tally.to_string().c_str());
    if (broken == 0)
        std::printf("every promise held\n");
    else
        std::printf("promises were broken in %llu scenarios\n", static_cast<unsigned long long>(broken));
    return broken == 0 ? 0 : 1;
}

void choose([[maybe_unused]] std::string_view defect) {
#ifdef LOCKSTEP_DEFECTS
    defect::chosen = defect;
#endif
}

/// The scenario as it would be if nobody had spoilt it.
Scenario without(Scenario spoilt) {
    spoilt.network_defects = {};
    spoilt.settle_ms.reset();
    spoilt.payments_interleave = false;
    return spoilt;
}

/// Switches every defect on in turn and looks for the first seed that shows it and is well without it.
int play_defects(const Wish& wish) {
#ifndef LOCKSTEP_DEFECTS
    std::fprintf(stderr, "this program has no defects: ./run simulate --defects builds the one that has\n");
    return 2;
#endif
    int missed = 0;
    for (const auto& defect : defects()) {
        Tally tally;
        std::optional<Failure> failure;
        choose(defect.name);
        for (std::uint64_t seed = wish.from; seed < wish.from + defect_seeds_max && !failure; ++seed) {
            Scenario scenario = Scenario::drawn(seed);
            if (defect.spoil) defect.spoil(scenario);
            Report report = play_watched(scenario);
            if (report.ok()) continue;
            choose({});
            bool because_of_it = play_watched(without(scenario)).ok();
            choose(defect.name);
            if (because_of_it) failure = Failure{std::move(scenario), std::move(report)};
        }
        missed += failure ? 0 : 1;
        std::printf("%-52s %s\n", std::string(defect.name).c_str(),
                    failure ? fmt::format("seed {}: {}", failure->scenario.seed, failure->report.broken.front()).c_str() : "NOT SEEN");
        std::fflush(stdout);
    }
    choose({});
    std::printf("%zu defects, %d not seen within %llu seeds\n", defects().size(), missed,
                static_cast<unsigned long long>(defect_seeds_max));
    return missed == 0 ? 0 : 1;
}

void show(const EditHistory& history, const Report& report) {
    std::printf("%s\n%s%s\n", history.to_string().c_str(), report.to_string().c_str(),
                report.ok() ? "every promise held" : "promises were broken");
}

int play_histories(const Wish& wish) {
    if (wish.replay) {
        const EditHistory history = EditHistory::drawn(*wish.replay);
        const Report report = play(history);
        show(history, report);
        return report.ok() ? 0 : 1;
    }
    EditTally tally;
    std::uint64_t broken = 0;
    for (std::uint64_t seed = wish.from; seed < wish.from + wish.seeds; ++seed) {
        std::snprintf(under_way, sizeof under_way, "--edits --replay %llu", static_cast<unsigned long long>(seed));
        ::alarm(play_seconds_max);
        auto failure = play_edits(seed, 1, tally);
        if (!failure) continue;
        ++broken;
        std::printf("\nSEED %llu BREAKS A PROMISE: ./run simulate --edits --replay %llu\n", static_cast<unsigned long long>(seed),
                    static_cast<unsigned long long>(seed));
        if (wish.all) {
            std::printf("%s\n", failure->report.broken.front().c_str());
            continue;
        }
        show(failure->smallest, failure->report);
        break;
    }
    const double seconds = static_cast<double>(tally.real_us) / 1e6;
    std::printf(
        "%llu histories in %.1f s (%.0f a second): %llu edits, %llu calls (%llu spoilt), %llu writes, %llu conflicts, "
        "%llu times read again, %llu deaths\n%s\n",
        static_cast<unsigned long long>(tally.histories), seconds, static_cast<double>(tally.histories) / seconds,
        static_cast<unsigned long long>(tally.edits), static_cast<unsigned long long>(tally.calls),
        static_cast<unsigned long long>(tally.spoilt), static_cast<unsigned long long>(tally.writes),
        static_cast<unsigned long long>(tally.conflicts), static_cast<unsigned long long>(tally.rewinds),
        static_cast<unsigned long long>(tally.crashes), broken == 0 ? "every promise held" : "promises were broken");
    return broken == 0 ? 0 : 1;
}

int play_year(const Wish& wish) {
    Scenario scenario = Scenario::year(wish.from);
    std::snprintf(under_way, sizeof under_way, "--year --from %llu", static_cast<unsigned long long>(wish.from));
    Tally tally;
    Report report = play_timed(scenario, tally);
    for (const auto& sentence : report.broken) std::printf("broken: %s\n", sentence.c_str());
    std::printf("a year of a company with %d deals, and %zu things that people do\n%s%s\n", scenario.plan.deals, scenario.plan.acts.size(),
                tally.to_string().c_str(), report.ok() ? "every promise held" : "promises were broken");
    return report.ok() ? 0 : 1;
}

int run(const Wish& wish) {
    if (wish.help) {
        std::fputs(std::string(usage).c_str(), stdout);
        return 0;
    }
    if (wish.defects) return play_defects(wish);
    if (wish.year) return play_year(wish);
    if (wish.edits) return play_histories(wish);
#ifndef LOCKSTEP_DEFECTS
    if (!wish.defect.empty()) {
        std::fprintf(stderr, "this program has no defects: ./run simulate --defect builds the one that has\n");
        return 2;
    }
#endif
    choose(wish.defect);
    if (wish.replay) return play_one(Scenario::drawn(*wish.replay), wish);
    if (wish.scenario) {
        auto scenario = Scenario::parse(*wish.scenario);
        if (scenario) return play_one(*scenario, wish);
        std::fprintf(stderr, "%s\n", scenario.error().message.c_str());
        return 2;
    }
    return play_many(wish, wish.deaths ? deaths(wish) : drawn(wish));
}

}  // namespace
}  // namespace lockstep::sim

int main(int argc, char** argv) {
    auto wish = lockstep::sim::read_wish({argv + 1, argv + argc});
    if (!wish) {
        std::fputs(std::string(lockstep::sim::usage).c_str(), stderr);
        return 2;
    }
    // Every play takes and gives back the same memory: the system need not see it.
    ::mallopt(M_TRIM_THRESHOLD, 1 << 30);
    ::mallopt(M_MMAP_THRESHOLD, 1 << 30);
    for (int signal : {SIGABRT, SIGSEGV, SIGALRM}) ::signal(signal, lockstep::sim::say_what_was_played);
    return lockstep::sim::run(*wish);
}
