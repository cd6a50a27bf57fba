// What people do in the organisation, by the control API: they write under their own names, and what they write sends what it
// would send.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sandbox/salesforce/service.h"

namespace lockstep::sandbox::salesforce {
namespace {

constexpr std::string_view usual_person = "Sales User";

Unexpected invalid(std::string message) { return fail(ErrorCode::request_invalid, std::move(message)); }

/// What the vendor says no to, a person sees on the page.
Result<void> seen(Result<void> done) {
    if (done) return done;
    return invalid(fmt::format("{}: {}", done.error().vendor_code, done.error().message));
}

Map map_in(const Value& given) { return given.is_map() ? given.as_map() : Map{}; }

Result<void> create(Writer& writer, const Object& object, const Value& deed) {
    auto made = writer.create(object, map_in(deed["Fields"]));
    return made ? Result<void>() : Result<void>(fail(made.error()));
}

Result<void> edit(Writer& writer, const Object& object, const Value& deed) {
    return writer.update(object, deed["Id"].text(), map_in(deed["Fields"]));
}

Result<void> remove(Writer& writer, const Object& object, const Value& deed) { return writer.remove(object, deed["Id"].text()); }

Result<void> undelete(Writer& writer, const Object&, const Value& deed) { return writer.undelete(deed["Id"].text()); }

Result<void> merge(Writer& writer, const Object& object, const Value& deed) {
    std::vector<std::string> others;
    if (deed["Others"].is_list())
        for (const Value& id : deed["Others"].as_list()) others.push_back(id.text());
    return writer.merge(object, deed["Id"].text(), others, map_in(deed["Fields"]));
}

struct Deed {
    std::string_view name;
    Result<void> (*perform)(Writer&, const Object&, const Value&);
    bool tells;  ///< automation runs on it. Source: Salesforce help, "Record-Triggered Flows": not on what is undeleted
};
constexpr std::array<Deed, 5> deeds = {{
    {"create", create, true},
    {"edit", edit, true},
    {"delete", remove, true},
    {"undelete", undelete, false},
    {"merge", merge, true},
}};

const Deed* find_deed(std::string_view name) {
    const auto found = std::ranges::find(deeds, name, &Deed::name);
    return found == deeds.end() ? nullptr : &*found;
}

}  // namespace

bool Service::is_deed(std::string_view name) { return find_deed(name) != nullptr; }

Result<void> Service::act(std::string_view name, const List& records) {
    const Deed* deed = find_deed(name);
    for (const Value& given : records) {
        const Object* object = Schema::instance().find(given["Object"].string_or("Account"));
        if (object == nullptr) return invalid("no such Object: " + given["Object"].text());
        LS_TRY_ASSIGN(const std::string user, person(given["By"].string_or(usual_person)));
        outbox_.watch();
        Writer writer(database_, {user, options_.clock()});
        LS_TRY(seen(deed->perform(writer, *object, given)));
        if (deed->tells)
            outbox_.watch();
        else
            outbox_.overlook();
    }
    return {};
}

Result<std::string> Service::person(const std::string& name) {
    const Object& users = *Schema::instance().find("User");
    const Table& table = database_.table(users);
    for (Row row = 0; row < table.size(); ++row)
        if (database_.read(users, table.at(row), "Name").text() == name) return table.id_of(row);
    const std::string username = fmt::format("user-{}@sandbox.example", table.size() + 1);
    const Map user{{"Username", username}, {"LastName", name}, {"Email", username}, {"Alias", "user"}, {"IsActive", true}};
    LS_TRY(Loader(database_, author()).load(users, {Value(user)}));
    return table.id_of(static_cast<Row>(table.size() - 1));
}

}  // namespace lockstep::sandbox::salesforce
