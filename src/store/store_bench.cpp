/// Measures the store as the engine uses it, on the disk of the directory that is its argument:
/// `store_bench DIRECTORY [runs in the large database]`. Prints one line a figure.

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "store/store.h"

namespace lockstep::store {
namespace {

constexpr int journal_rows = 8;

double now_s() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

double cpu_s() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    return static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

/// Bytes that this process has given to the system to write.
std::int64_t written_bytes() {
    std::ifstream io("/proc/self/io");
    std::string name;
    for (std::int64_t value = 0; io >> name >> value;) {
        if (name == "wchar:") return value;
    }
    return 0;
}

[[noreturn]] void give_up(const Error& error) {
    std::fprintf(stderr, "%s\n", error.to_text().c_str());
    std::exit(1);
}

template <class T>
T must(Result<T> result) {
    if (!result) give_up(result.error());
    return *std::move(result);
}

void must(const Result<void>& result) {
    if (!result) give_up(result.error());
}

unsigned long long scattered(std::int64_t number) { return static_cast<unsigned long long>(number) * 0x9E3779B97F4A7C15ull; }

/// As many letters as a sortable id, the first ones in order of the number, the rest unlike its neighbours'.
std::string id_of(std::int64_t number) {
    char text[32];
    std::snprintf(text, sizeof text, "01K%011lld%012llX", static_cast<long long>(number), scattered(number) >> 16);
    return text;
}

std::string key_of(std::int64_t number) {
    char text[32];
    std::snprintf(text, sizeof text, "006%014llX", scattered(number) >> 8);
    return text;
}

RunRow run_at(std::int64_t number, RunStatus status) {
    const bool ended = status != RunStatus::waiting && status != RunStatus::running;
    return {.id = id_of(number),
            .event_id = "E" + id_of(number),
            .flow = number % 10 == 0 ? "payment" : "deal-closed",
            .key = key_of(number),
            .status = status,
            .created_at_ms = number,
            .updated_at_ms = number,
            .ended_at_ms = ended ? number : 0,
            .summary_json = ended ? R"({"order":"4711","invoice":"INV-000042","total":"1234.50 EUR"})" : ""};
}

Batch arrival(std::int64_t number) {
    const RunRow run = run_at(number, RunStatus::waiting);
    return {.events = {{.id = run.event_id,
                        .flow = run.flow,
                        .key = run.key,
                        .dedupe_id = "deal:" + run.key,
                        .trigger = "webhook",
                        .body_json = R"({"opportunityId":")" + run.key + R"("})",
                        .received_at_ms = number}},
            .runs = {run}};
}

/// One step of a run: a journal row with what a vendor said, now and then with the run's new status.
Batch progress(std::int64_t number, int seq) {
    Batch batch;
    batch.journal = {{.run_id = id_of(number),
                      .seq = seq,
                      .at_ms = number,
                      .kind = seq % 2 == 0 ? "done" : "intended",
                      .step = "order",
                      .data_json = std::string(200, 'd'),
                      .trace_json = seq % 2 == 0 ? std::string(600, 't') : ""}};
    if (seq == 1) batch.runs = {run_at(number, RunStatus::running)};
    const RunStatus end = number % 100 == 0 ? RunStatus::parked : RunStatus::succeeded;
    if (seq == journal_rows) batch.runs = {run_at(number, end)};
    return batch;
}

void measure(const char* what, std::int64_t count, const std::function<void()>& work) {
    const double start = now_s(), start_cpu = cpu_s();
    const std::int64_t start_bytes = written_bytes();
    work();
    const double each = static_cast<double>(count);
    std::printf("%-56s %9.0f /s %8.1f us CPU %9.0f bytes written, each\n", what, each / (now_s() - start),
                (cpu_s() - start_cpu) / each * 1e6, static_cast<double>(written_bytes() - start_bytes) / each);
    std::fflush(stdout);
}

/// `width` runs at a time go through all their steps, a commit for each step of all of them.
void whole_runs(Store& store, std::int64_t first, std::int64_t count, int width) {
    for (std::int64_t from = first; from < first + count; from += width) {
        for (int seq = 0; seq <= journal_rows; ++seq) {
            Batch batch;
            for (std::int64_t number = from; number < from + width; ++number) {
                batch.append(seq == 0 ? arrival(number) : progress(number, seq));
            }
            must(store.commit(batch));
        }
    }
}

void measure_writes(Store& store) {
    measure("arrivals, a commit each", 3000, [&] {
        for (std::int64_t n = 0; n < 3000; ++n) must(store.commit(arrival(n)));
    });
    measure("arrivals, 64 a commit", 64000, [&] {
        for (std::int64_t n = 10000; n < 74000; n += 64) {
            Batch batch;
            for (std::int64_t i = n; i < n + 64; ++i) batch.append(arrival(i));
            must(store.commit(batch));
        }
    });
    measure("whole runs, 64 side by side", 32000, [&] { whole_runs(store, 100000, 32000, 64); });
    measure("whole runs, 8 side by side", 4000, [&] { whole_runs(store, 200000, 4000, 8); });
}

void measure_reads(Store& store, std::int64_t runs) {
    measure("load a run", 20000, [&] {
        for (std::int64_t n = 0; n < 20000; ++n) must(store.load_run(id_of(n * 7919 % runs)));
    });
    const auto list = [&](const char* what, const RunFilter& filter, int times) {
        measure(what, times, [&] {
            for (int i = 0; i < times; ++i) must(store.list_runs(filter));
        });
    };
    list("list 50, newest", {}, 200);
    list("list 50, parked", {.status = RunStatus::parked}, 200);
    list("list 50, parked of a flow", {.status = RunStatus::parked, .flow = "payment"}, 200);
    list("list 50, succeeded of a flow", {.status = RunStatus::succeeded, .flow = "payment"}, 200);
    list("list 50, waiting (there are none)", {.status = RunStatus::waiting}, 200);
    list("list 50, dropped of a flow (there are none)", {.status = RunStatus::dropped, .flow = "payment"}, 200);
    list("list 50, skipped of a flow (there are none)", {.status = RunStatus::skipped, .flow = "payment"}, 20);
    list("list 50, a key", {.key = key_of(runs / 2)}, 200);
    list("list 50, ended, from the middle", {.before_id = id_of(runs / 2), .ended_only = true}, 200);
    measure("open runs, none", 200, [&] {
        for (int i = 0; i < 200; ++i) must(store.open_runs("", 1000));
    });
    measure("find an event by its dedupe id", 20000, [&] {
        for (std::int64_t n = 0; n < 20000; ++n) {
            const std::int64_t number = n * 7919 % runs;
            must(store.event_by_dedupe_id(run_at(number, RunStatus::waiting).flow, "deal:" + key_of(number)));
        }
    });
    measure("count by status", 20, [&] {
        for (int i = 0; i < 20; ++i) must(store.status_counts());
    });
}

/// What a start does with runs that were in the middle when the process was killed.
void measure_recovery(Store& store, std::int64_t first) {
    constexpr std::int64_t open = 10000;
    for (std::int64_t from = first; from < first + open; from += 500)
        for (int seq = 0; seq < journal_rows; ++seq) {
            Batch batch;
            for (std::int64_t n = from; n < from + 500; ++n) batch.append(seq == 0 ? arrival(n) : progress(n, seq));
            must(store.commit(batch));
        }
    std::vector<std::vector<std::string>> pages;
    measure("open runs, a page of 1,000, of each", open, [&] {
        std::string after;
        for (;;) {
            const auto page = must(store.open_runs(after, 1000));
            if (page.empty()) break;
            pages.emplace_back();
            for (const auto& run : page) pages.back().push_back(run.id);
            after = page.back().id;
        }
    });
    measure("load 10,000 open runs in pages, of each", open, [&] {
        for (const auto& ids : pages) must(store.load_runs(ids));
    });
    measure("load 10,000 open runs one by one, of each", open, [&] {
        for (const auto& ids : pages)
            for (const auto& id : ids) must(store.load_run(id));
    });
}

void trim_all(Store& store, const char* what, const TrimLimits& limits, std::int64_t slices_max) {
    std::int64_t runs = 0, slices = 0;
    double longest = 0;
    const double start = now_s();
    while (slices < slices_max) {
        const double before = now_s();
        const std::int64_t touched = must(store.trim(limits));
        longest = std::max(longest, now_s() - before);
        runs += touched;
        ++slices;
        if (touched == 0) break;
    }
    std::printf("%-48s %4d a slice %9.0f runs/s %8.2f ms a slice, longest %.2f\n", what, limits.runs_max,
                static_cast<double>(runs) / (now_s() - start), (now_s() - start) / static_cast<double>(slices) * 1e3, longest * 1e3);
}

/// The ends of the runs are their numbers.
void measure_trimming(Store& store, std::int64_t runs) {
    measure("trim, nothing to do", 1000, [&] {
        for (int i = 0; i < 1000; ++i) must(store.trim({.ended_before_ms = 0, .journal_before_ms = 0, .audit_before_ms = 1}));
    });
    for (const int runs_max : {10, 50, 200}) trim_all(store, "trim journals", {.journal_before_ms = runs / 10, .runs_max = runs_max}, 100);
    for (const int runs_max : {10, 50, 200})
        trim_all(store, "trim runs without journal", {.ended_before_ms = runs / 100, .runs_max = runs_max}, 20);
    for (const int runs_max : {10, 50, 200}) trim_all(store, "trim whole runs", {.ended_before_ms = runs / 2, .runs_max = runs_max}, 100);
}

/// A database in which as much is trimmed as comes: its size must level off, but for the one in a hundred that is parked and
/// stays.
void measure_levelling(Store& store) {
    for (std::int64_t round = 0; round < 24; ++round) {
        const std::int64_t first = round * 5000;
        whole_runs(store, first, 5000, 50);
        while (must(store.trim({.ended_before_ms = first - 10000, .journal_before_ms = first - 5000})) > 0) {}
        if (round % 3 != 2) continue;
        const auto size = must(store.size());
        std::printf("  after %6lld runs: %6.1f MB, free %5.1f MB, log %5.1f MB\n", static_cast<long long>(first + 5000),
                    static_cast<double>(size.bytes) / 1e6, static_cast<double>(size.free_bytes) / 1e6,
                    static_cast<double>(size.log_bytes) / 1e6);
    }
}

/// Reads beside a writer that commits without a pause.
void measure_reads_beside_writes(Store& store, std::int64_t runs) {
    std::atomic<bool> done = false;
    std::int64_t commits = 0;
    std::thread writer([&] {
        for (std::int64_t n = 0; !done; n += 8, commits += journal_rows + 1) whole_runs(store, 10 * runs + n, 8, 8);
    });
    const double start = now_s();
    measure("load a run, beside the writer", 20000, [&] {
        for (std::int64_t n = 0; n < 20000; ++n) must(store.load_run(id_of(n * 7919 % runs)));
    });
    done = true;
    writer.join();
    std::printf("%-58s %10.0f /s\n", "  commits meanwhile", static_cast<double>(commits) / (now_s() - start));
}

std::unique_ptr<Store> open_at(const std::string& path) {
    std::unique_ptr<Store> store;
    measure("open", 1, [&] { store = must(open_sqlite({.path = path})); });
    return store;
}

void measure_large(const std::string& path, std::int64_t runs) {
    {
        const auto store = open_at(path);
        measure("fill the large database: runs", runs, [&] { whole_runs(*store, 0, runs, 500); });
    }
    const auto size = static_cast<std::int64_t>(std::filesystem::file_size(path));
    std::printf("%-56s %9lld bytes a run\n", "size", static_cast<long long>(size / runs));
    const auto store = open_at(path);
    measure_reads(*store, runs);
    measure_reads_beside_writes(*store, runs);
    measure("arrivals into the large database, a commit each", 2000, [&] {
        for (std::int64_t n = 0; n < 2000; ++n) must(store->commit(arrival(20 * runs + n)));
    });
    measure("whole runs into the large database, 64 side by side", 6400, [&] { whole_runs(*store, 30 * runs, 6400, 64); });
    measure_recovery(*store, 40 * runs);
    measure_trimming(*store, runs);
}

}  // namespace
}  // namespace lockstep::store

int main(int argc, char** argv) {
    using namespace lockstep::store;
    if (argc < 2) {
        std::fprintf(stderr, "usage: store_bench DIRECTORY [RUNS]\n");
        return 2;
    }
    const std::string small = std::string(argv[1]) + "/store_bench_small.db";
    const std::string large = std::string(argv[1]) + "/store_bench_large.db";
    const std::string level = std::string(argv[1]) + "/store_bench_level.db";
    for (const auto& path : {small, large, level}) {
        for (const char* suffix : {"", "-wal", "-shm", ".lock"}) std::filesystem::remove(path + suffix);
    }
    measure_writes(*open_at(small));
    measure_levelling(*open_at(level));
    if (argc > 2) measure_large(large, std::atoll(argv[2]));
    return 0;
}
