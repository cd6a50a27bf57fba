#include "sim/program.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <map>

#include <fmt/format.h>
#include <unistd.h>

#include "store/scratch.h"
#include "value/json.h"

namespace lockstep::sim {
namespace {

constexpr int workers = 12;
/// In one play of some only so few runs are held in memory: who waits gives up its place.
constexpr std::uint64_t crowded_every = 4;
constexpr int crowded_runs_max = 6;

/// A folder in memory where there is one.
std::filesystem::path scratch_folder() {
    std::error_code none;
    std::filesystem::path memory = "/dev/shm";
    return std::filesystem::is_directory(memory, none) && ::access(memory.c_str(), W_OK) == 0 ? memory
                                                                                              : std::filesystem::temp_directory_path();
}

/// What all plays of a process share.
struct Common {
    sandbox::Credentials credentials;
    std::filesystem::path folder, key_file, empty_store;
    std::string private_key;
    store::Scratch scratch;

    Common() : folder(scratch_folder() / fmt::format("lockstep-sim-{}", ::getpid())), key_file(folder / "key.pem") {
        auto made = sandbox::generate_credentials();
        LS_ASSERT(made.has_value());
        credentials = made->credentials;
        std::filesystem::create_directories(folder);
        private_key = made->sf_private_key_pem;
        std::ofstream(key_file) << private_key;
        std::filesystem::permissions(key_file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
        empty_store = folder / "empty.db";
        LS_ASSERT(store::open_sqlite({.path = empty_store}).has_value());
        auto opened = store::open_scratch();
        LS_ASSERT(opened.has_value());
        scratch = *std::move(opened);
    }
    ~Common() {
        std::error_code none;
        std::filesystem::remove_all(folder, none);
    }
};

Common& common() {
    static Common made;
    return made;
}

/// Of so many plays one has its database in a file; the others share one in memory, which keeps what was committed whatever
/// becomes of the program, as a file does, and need neither be copied nor opened.
constexpr std::uint64_t files_every = 8, files_at = 3;

/// Signing costs as much as a tenth of a short play: most programs sign in to Salesforce by a secret.
constexpr std::uint64_t signing_every = 48;

std::optional<std::string> environment(const std::string& name, bool signs) {
    const auto& its = credentials();
    if (!signs && (name == "SF_PRIVATE_KEY_PATH" || name == "SF_USERNAME")) return std::nullopt;
    if (!signs && name == "SF_CLIENT_SECRET") return its.sf_client_secret;
    static const std::map<std::string, std::string> all = {{"SF_CLIENT_ID", its.sf_client_id},
                                                           {"SF_PRIVATE_KEY_PATH", common().key_file},
                                                           {"SF_USERNAME", its.sf_username},
                                                           {"SF_LOGIN_URL", addresses().salesforce},
                                                           {"SF_INSTANCE_URL", addresses().salesforce},
                                                           {"SAP_BASE_URL", addresses().sap},
                                                           {"SAP_TOKEN_URL", addresses().sap + "/oauth/token"},
                                                           {"SAP_CLIENT_ID", its.sap_client_id},
                                                           {"SAP_CLIENT_SECRET", its.sap_client_secret},
                                                           {"ZOHO_CLIENT_ID", its.zoho_client_id},
                                                           {"ZOHO_CLIENT_SECRET", its.zoho_client_secret},
                                                           {"ZOHO_REFRESH_TOKEN", its.zoho_refresh_token},
                                                           {"ZOHO_ORG_ID", its.zoho_org_id},
                                                           {"ZOHO_ACCOUNTS_URL", addresses().zoho},
                                                           {"ZOHO_API_URL", addresses().zoho},
                                                           {"SLACK_WEBHOOK_URL", addresses().slack + its.slack_path}};
    auto found = all.find(name);
    return found == all.end() ? std::nullopt : std::optional(found->second);
}

/// Every run locks a name of its own instead of the invoices'.
void forget_names(config::Config& config) {
    constexpr std::string_view names = "concerned.invoices.map(id, 'zoho_books/invoices/' + id)";
    for (auto& flow : config.flows)
        if (auto at = flow.text.find(names); at != std::string::npos) {
            flow.text.replace(at, names.size(), "[run.id]");
            return;
        }
    LS_ASSERT(!"the flow locks something else");
}

/// A configuration with its flows, read once.
struct Configured : Setup {
    Configured(bool signs, void (*change)(config::Config&)) {
        auto loaded = config::load_environment([signs](const std::string& name) { return environment(name, signs); });
        LS_ASSERT(loaded.has_value());
        config = *std::move(loaded);
        config.workers = workers;
        config.keep = {};  // whoever judges reads all of it
        // Deals are as old as they are, whenever the play begins.
        for (auto& flow : config.flows)
            if (flow.text.find("sweep_closed_since") != std::string::npos) flow.config.set("sweep_closed_since", "2026-01-01");
        if (change) change(config);
        auto read = config::load_flows(config);
        LS_ASSERT(read.has_value());
        flows = std::make_shared<const std::vector<flow::Flow>>(*std::move(read));
        for (auto& flow : config.flows) flow.text.clear();  // copied at every start, and read
    }
};

const Configured& configured(const Scenario& scenario) {
    if (scenario.payments_interleave) {
        static const Configured interleaving(false, forget_names);
        return interleaving;
    }
    static const Configured signing(true, nullptr), usual(false, nullptr);
    return scenario.seed % signing_every == 0 ? signing : usual;
}

/// What the batch says of connections that were told when to come back.
std::vector<Commit::Rest> rests_in(const store::Batch& batch) {
    constexpr std::string_view pause = "pause/";
    std::vector<Commit::Rest> all;
    for (const auto& cursor : batch.cursors) {
        if (!cursor.name.starts_with(pause)) continue;
        auto kept = json::parse(cursor.value);
        const bool rests = kept && (*kept)["state"].text() == "resting";
        all.push_back({cursor.name.substr(pause.size()), rests ? (*kept)["until_ms"].as_int() : 0});
    }
    return all;
}

constexpr std::array deaths = {"killed at a switch", "killed before a commit", "killed after a commit"};
std::string_view death_of(Crash::Where where) { return deaths[static_cast<std::size_t>(where)]; }

}  // namespace

const sandbox::Addresses& addresses() {
    static const sandbox::Addresses all{.salesforce = "http://salesforce.test",
                                        .sap = "http://sap.test",
                                        .zoho = "http://zoho.test",
                                        .slack = "http://slack.test",
                                        .control = {}};
    return all;
}

const sandbox::Credentials& credentials() { return common().credentials; }
const std::string& private_key() { return common().private_key; }

/// The program's store, watched.
class Program::Disk : public FlakyStore {
public:
    Disk(store::Store& real, std::unique_ptr<store::Store> owned, Program& program) : FlakyStore(real), owned_(std::move(owned)) {
        before_commit = [&program](const store::Batch& batch) { return program.before_commit(batch); };
        after_commit = [&program](const store::Batch& batch, const Result<void>& done) { program.after_commit(batch, done); };
    }

private:
    std::unique_ptr<store::Store> owned_;
};

Program::Program(const Scenario& scenario, FiberRuntime& runtime, net::HttpClient& http, History& history, const Setup* setup)
    : scenario_(scenario),
      runtime_(runtime),
      http_(http),
      history_(history),
      setup_(setup ? setup : &configured(scenario)),
      crashes_(scenario.crashes) {
    static std::uint64_t plays = 0;
    play_ = ++plays;
    if (has_file())
        std::filesystem::copy_file(common().empty_store, path_of(life_));
    else
        LS_ASSERT(common().scratch.empty().has_value());
}

Program::~Program() {
    if (is_alive()) end();
    if (has_file()) forget_files(life_);
}

bool Program::has_file() const { return scenario_.seed % files_every == files_at; }

std::filesystem::path Program::path_of(int life) const { return common().folder / fmt::format("{}-{}.db", play_, life); }

void Program::forget_files(int life) const {
    std::error_code none;
    for (const char* ending : {"", "-wal", "-shm", ".lock"}) std::filesystem::remove(path_of(life).string() + ending, none);
}

Result<std::unique_ptr<store::Store>> Program::open_disk(const std::string& path) {
    if (!has_file()) return std::unique_ptr<store::Store>(std::make_unique<Disk>(*common().scratch.store, nullptr, *this));
    LS_TRY_ASSIGN(auto opened, store::open_sqlite({.path = path}));
    store::Store& real = *opened;
    return std::unique_ptr<store::Store>(std::make_unique<Disk>(real, std::move(opened), *this));
}

bool Program::start() {
    const auto& its = *setup_;
    config::Config config = its.config;
    config.store_path = path_of(life_).string();
    if (scenario_.settle_ms)
        for (auto& connection : config.connections) connection.limits.settle_ms = *scenario_.settle_ms;
    for (auto& connection : config.connections) limit(connection);
    history_.lives.push_back({.started_ms = runtime_.monotonic_ms()});
    auto made = config::Application::make(
        config, {.runtime = &runtime_,
                 .http = &http_,
                 .flows = its.flows,
                 .active_runs_max = scenario_.seed % crowded_every == 2 ? std::optional(crowded_runs_max) : std::nullopt,
                 .open_store = [this](const std::string& path) { return open_disk(path); }});
    if (!made) std::fprintf(stderr, "%s\n", made.error().to_text().c_str());
    LS_ASSERT(made.has_value());  // a configuration that cannot be used is no part of any scenario
    application_ = *std::move(made);
    auto started = application_->engine().start();
    if (started) return true;
    kill("could not start: " + started.error().to_text());
    return false;
}

void Program::limit(config::ConnectionConfig& connection) const {
    if (scenario_.own_minute && connection.connector->name == "zoho_books")
        connection.settings.set("per_minute", std::to_string(scenario_.zoho_calls_per_minute));
    if (scenario_.has_daily_limit()) connection.limits.daily_reserve_percent = tight_reserve_percent;
}

Result<engine::Submission> Program::receive(const Message& message) {
    LS_TRY_ASSIGN(auto delivery, application_->connection(message.connection)->receive(message.request));
    LS_ASSERT(delivery.size() == 1);
    for (const auto& flow : engine().flows())
        for (const auto& trigger : flow.triggers) {
            if (trigger.connection != message.connection || trigger.kind != flow::Trigger::Kind::webhook) continue;
            if (!trigger.topic.empty() && trigger.topic != delivery[0].topic) continue;
            LS_TRY_ASSIGN(auto key, flow::event_key(flow, trigger, delivery[0].body));
            return engine::Submission{.flow = flow.name,
                                      .key = std::move(key),
                                      .trigger = trigger.name,
                                      .dedupe_id = delivery[0].id,
                                      .body_json = json::write(delivery[0].body)};
        }
    return fail(ErrorCode::not_found, "no flow listens to what " + message.connection + " sends");
}

void Program::note_counters() {
    auto counters = application_->engine().status().counters;
    retries_ += counters.retries;
    in_doubt_ += counters.in_doubt;
}

void Program::kill(std::string_view of_what) {
    history_.lives.back().died_ms = runtime_.monotonic_ms();
    history_.lives.back().died_of = of_what;
    // As the files are now, before anybody closes them.
    for (const char* ending : {"", "-wal"})
        if (std::filesystem::path file = path_of(life_).string() + ending; has_file() && std::filesystem::exists(file))
            std::filesystem::copy_file(file, path_of(life_ + 1).string() + ending);
    note_counters();
    runtime_.abandon();
    application_.reset();
    if (has_file()) forget_files(life_);
    ++life_;
    death_ = {};
}

void Program::end() {
    history_.lives.back().died_ms = runtime_.monotonic_ms();
    history_.lives.back().died_of = "end";
    note_counters();
    crashes_.clear();
    if (!death_.empty()) runtime_.abandon();  // it was to die in the middle of a commit, and waits there
    application_.reset();
}

std::string_view Program::due_death() {
    if (!death_.empty()) return death_;
    std::uint64_t switches = runtime_.switches();
    auto due = [&](const Crash& crash) { return crash.where == Crash::Where::at_switch && switches >= crash.number; };
    auto found = std::find_if(crashes_.begin(), crashes_.end(), due);
    if (found == crashes_.end()) return {};
    crashes_.erase(found);
    return death_ = death_of(Crash::Where::at_switch);
}

/// The process dies in the middle of its commit: the task goes no further, and the world kills it when it looks.
void Program::dies_here(Crash::Where where) {
    auto due = [&](const Crash& crash) { return crash.where == where && commits_ >= crash.number; };
    auto found = std::find_if(crashes_.begin(), crashes_.end(), due);
    if (found == crashes_.end()) return;
    crashes_.erase(found);
    death_ = death_of(where);
    (void)runtime_.stop_here();
}

void Program::note_commit(const store::Batch& batch, const Result<void>& done) {
    history_.commits.push_back({.at_ms = runtime_.monotonic_ms(),
                                .life = static_cast<int>(history_.lives.size()) - 1,
                                .done = done.has_value(),
                                .error = done ? std::string() : done.error().to_text(),
                                .events = batch.events.size(),
                                .runs = batch.runs.size(),
                                .journal = batch.journal.size(),
                                .links = batch.links.size(),
                                .schedules = batch.schedules.size(),
                                .cursors = batch.cursors.size(),
                                .alerts = batch.alerts.size(),
                                .tokens = batch.tokens.size(),
                                .audit = batch.audit.size(),
                                .rests = rests_in(batch)});
}

Result<void> Program::before_commit(const store::Batch& batch) {
    ++commits_;
    dies_here(Crash::Where::before_commit);
    std::int64_t now = runtime_.monotonic_ms();
    for (const auto& fault : scenario_.disk_faults)
        if (now >= fault.from_ms && now < fault.from_ms + fault.for_ms) {
            Result<void> failed =
                fault.full ? fail(ErrorCode::store_full, "the disk is full") : fail(ErrorCode::store_failed, "the disk fails");
            note_commit(batch, failed);
            return failed;
        }
    return {};
}

void Program::after_commit(const store::Batch& batch, const Result<void>& done) {
    note_commit(batch, done);
    dies_here(Crash::Where::after_commit);
}

}  // namespace lockstep::sim
