#pragma once

#include <map>
#include <mutex>
#include <set>

#include "api/test_api.h"
#include "connector/records.h"
#include "sync/sync.h"

/// A sync of two vendors that are kept in memory; only `*_test.cpp` may include it.
namespace lockstep::api::testing {

/// A vendor's records, with versions, as the `record_…` actions show them.
struct FakeVendor {
    struct Record {
        Map fields;
        int version = 1;
        std::string by = "Ana", at = "2026-02-18T08:00:00Z";
    };
    std::mutex mutex;
    std::map<std::string, Record> records;
    std::vector<std::string> calls;
    List field_list;
    std::optional<Error> refuses_writes;
    std::function<void()> before_call = [] {};
    int made = 0;

    /// Exactly the fields that were asked for.
    static Value row(const std::string& id, const Record& record, const Value& asked) {
        Map fields;
        for (const Value& name : asked.as_list()) {
            const Value* value = record.fields.find(name.text());
            fields.set(name.text(), value ? *value : Value());
        }
        return Map{{"found", true},
                   {"id", id},
                   {"fields", std::move(fields)},
                   {"version", std::to_string(record.version)},
                   {"modified_at", record.at},
                   {"modified_by", record.by},
                   {"deleted", false},
                   {"merged_into", Value()}};
    }
    Result<Value> perform(std::string_view action, const Value& input) {
        before_call();
        std::lock_guard lock(mutex);
        const std::string what(action.substr(action.find('.') + 1)), id = input["id"].text();
        calls.push_back(id.empty() ? what : what + " " + id);
        if (what == "record_read") return read(id, input["fields"]);
        if (what == "record_update") return update(id, input);
        if (what == "record_create") return create(input);
        if (what == "record_list") return list(input["after"].text(), input["fields"]);
        if (what == "record_fields") return Value(field_list);
        return Value(List{});
    }
    Result<Value> read(const std::string& id, const Value& asked) {
        auto found = records.find(id);
        if (found == records.end()) return Value(Map{{"found", false}, {"id", id}});
        return row(id, found->second, asked);
    }
    Result<Value> update(const std::string& id, const Value& input) {
        if (refuses_writes) return fail(*refuses_writes);
        auto& record = records[id];
        if (!input["version"].text().empty() && input["version"].text() != std::to_string(record.version))
            return fail(ErrorCode::precondition_failed, "the record was changed: " + id);
        for (const auto& [name, value] : input["fields"].as_map()) record.fields.set(name, value);
        ++record.version;
        return Value(Map{{"id", id}, {"version", std::to_string(record.version)}, {"modified_at", record.at}});
    }
    Result<Value> create(const Value& input) {
        if (refuses_writes) return fail(*refuses_writes);
        const std::string id = "made" + std::to_string(++made);
        records[id].fields = input["fields"].as_map();
        for (const auto& [name, value] : input["unique"].as_map()) records[id].fields.set(name, value);
        return Value(Map{{"id", id}, {"created", true}, {"version", "1"}, {"modified_at", "2026-02-18T08:00:00Z"}});
    }
    Result<Value> list(const std::string& after, const Value& asked) {
        List rows;
        Value next;
        for (auto its = records.upper_bound(after); its != records.end(); ++its) {
            if (rows.size() == 2) {
                next = rows.back()["id"];
                break;
            }
            rows.push_back(row(its->first, its->second, asked));
        }
        return Value(Map{{"rows", std::move(rows)}, {"next", std::move(next)}});
    }
};

/// The vendors of the test that runs, by their connections' names.
inline std::map<std::string, FakeVendor>& vendors() {
    static std::map<std::string, FakeVendor> all;
    return all;
}

class FakeConnection : public connector::Connection {
public:
    explicit FakeConnection(FakeVendor& vendor) : vendor_(vendor) {}
    Result<Value> perform(std::string_view action, const Value& input, connector::CallContext&) override {
        return vendor_.perform(action, input);
    }
    Result<void> probe(connector::CallContext&) override { return {}; }
    std::optional<connector::CallBudget> budget() const override { return connector::CallBudget{10, 1000}; }

private:
    FakeVendor& vendor_;
};

inline const connector::Connector& fake_connector() {
    static const connector::Connector fake = [] {
        connector::Connector made;
        made.name = "fake";
        made.actions = connector::records::actions("fake");
        made.make = [](connector::ConnectionParts parts) -> Result<std::unique_ptr<connector::Connection>> {
            return std::unique_ptr<connector::Connection>(std::make_unique<FakeConnection>(vendors()[parts.name]));
        };
        return made;
    }();
    return fake;
}

inline constexpr std::string_view sync_text =
    "sync: people\n"
    "summary: People here and there.\n"
    "left: { connection: here, object: Person, link_field: There_Id }\n"
    "right: { connection: there, object: Persons, link_field: Here_Id }\n"
    "match: { exact: [[Mail, Email]], name: [Name, Full_Name], phone: [Phone, Telephone] }\n"
    "conflict: park\n"
    "sweep: 'off'\n"
    "fields:\n"
    "  - { left: Name, right: Full_Name, length: { left: 20, right: 10 } }\n"
    "  - { left: Phone, right: Telephone }\n"
    "  - { left: Mail, right: Email, conflict: left }\n";

/// The API of an application with one sync of two vendors in memory.
class SyncApiTest : public ApiTest {
protected:
    SyncApiTest() { vendors().clear(); }
    ~SyncApiTest() override {
        api_.reset();
        app_.reset();
    }

    void open_sync(const std::string& token = "") {
        auto config = config_of();
        if (!token.empty()) config.server.api_token = Secret(token);
        auto app = config::Application::make(config, {.http = &http_});
        ASSERT_TRUE(app) << app.error().message;
        app_ = *std::move(app);
        api_ = std::make_unique<Api>(*app_);
        auto running = app_->engine().start();
        ASSERT_TRUE(running) << running.error().message;
    }
    config::Config config_of() const {
        config::Config config;
        config.store_path = directory_.path("lockstep.db");
        config.workers = 2;
        config.alert_connection = "";
        for (const char* name : {"here", "there"})
            config.connections.push_back({.name = name, .connector = &fake_connector(), .settings = {}, .limits = {}});
        config.flows = {{.file = "people.yaml", .text = std::string(sync_text), .config = {}, .named = true}};
        return config;
    }

    static FakeVendor& here() { return vendors()["here"]; }
    static FakeVendor& there() { return vendors()["there"]; }
    /// A person on the left, partner or none, after a first run.
    net::Response run(const std::string& body) { return post("/api/v1/syncs/people/run", body); }
    /// Links l1 with a record that is made for it there; its id.
    std::string linked() {
        here().records["l1"].fields = Map{{"Name", "Ana"}, {"Phone", "1"}, {"Mail", "a@example.com"}};
        auto made = body_of(run(R"({"id":"l1"})"));
        EXPECT_EQ(made["status"].text(), "succeeded") << json::write(made);
        return made["right_id"].text();
    }
    static void edit(FakeVendor& vendor, const std::string& id, const std::string& field, const Value& value, const std::string& by) {
        std::lock_guard lock(vendor.mutex);
        auto& record = vendor.records[id];
        record.fields.set(field, value);
        record.by = by;
        ++record.version;
    }
    /// Both sides change the telephone number; the run parks. Its id.
    std::string conflict(const std::string& right_id) {
        edit(here(), "l1", "Phone", "2", "Ana");
        edit(there(), right_id, "Telephone", "3", "Ben");
        auto parked = run(R"({"id":"l1"})");
        EXPECT_EQ(parked.status, 409) << parked.body;
        return body_of(parked)["run_id"].text();
    }
};

}  // namespace lockstep::api::testing
