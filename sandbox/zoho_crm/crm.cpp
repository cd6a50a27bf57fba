#include "sandbox/zoho_crm/crm.h"

#include <algorithm>

#include "sandbox/zoho/text.h"

namespace lockstep::sandbox::zoho_crm {

namespace {

constexpr RecordId first_id = 5725767000000487001;

}  // namespace

std::string_view name_of(Operation operation) {
    switch (operation) {
        case Operation::create:
            return "create";
        case Operation::edit:
            return "edit";
        case Operation::remove:
            return "delete";
    }
    return "";
}

Crm::Crm(const Options& given) : options(given) { clear(); }

void Crm::clear() {
    tables.clear();
    for (const Module& module : standard_modules()) tables.emplace_back(module);
    users = {{"5725767000000411001", "Lockstep", "Integration", "integration@sandbox.example"},
             {"5725767000000411002", "Sales", "Person", "sales@sandbox.example"}};
    settings = {};
    limits.clear();
    channels.clear();
    rules.clear();
    outbox.clear();
    deliveries.clear();
    page_tokens.clear();
    rows_visited = 0;
    next_id_ = first_id;
}

void Crm::reserve_id(RecordId id) {
    if (id >= next_id_ && id < 9'000'000'000'000'000'000U) next_id_ = id + 1;
}

Table* Crm::table(std::string_view module) {
    const auto found = std::ranges::find_if(tables, [&](const Table& table) { return table.module.api_name == module; });
    return found == tables.end() ? nullptr : &*found;
}

const User* Crm::user(std::string_view id) const {
    const auto found = std::ranges::find(users, id, &User::id);
    return found == users.end() ? nullptr : &*found;
}

std::string crm_time(Timestamp time) {
    std::string text = zoho::zoho_time(time);
    return text.insert(text.size() - 2, ":");
}

Result<Timestamp> read_time(std::string_view text) {
    LS_TRY_ASSIGN(Timestamp time, parse_timestamp(text));
    return Timestamp{time.seconds, 0};
}

}  // namespace lockstep::sandbox::zoho_crm
