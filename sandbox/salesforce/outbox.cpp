#include "sandbox/salesforce/outbox.h"

#include <fmt/format.h>

#include <algorithm>

#include "sandbox/salesforce/convert.h"
#include "sandbox/salesforce/record_id.h"
#include "value/json.h"
#include "value/xml.h"

namespace lockstep::sandbox::salesforce {
namespace {

constexpr std::size_t notifications_max = 100;
constexpr std::int64_t life_ms = 24LL * 3600 * 1000;
// How many settled deliveries the control API still shows.
constexpr std::size_t settled_max = 10'000;

constexpr std::string_view state_names[] = {"pending", "delivered", "dropped", "failed"};

Unexpected invalid(std::string message) { return fail(ErrorCode::request_invalid, std::move(message)); }

Result<std::int64_t> milliseconds(const Value& given, std::int64_t otherwise) {
    if (given.is_null()) return otherwise;
    if (given.kind() != Value::Kind::integer || given.as_int() < 1)
        return invalid("an interval is a number of milliseconds: " + given.text());
    return given.as_int();
}

// Takes `Name`, `EndpointUrl`, `Object`, `Fields`, `When`, `Changed`, `Body`, `Headers`, `RetryBaseMs` and `RetryCapMs`.
Result<OutboundRule> read_rule(OutboundRule::Kind kind, const Value& given) {
    OutboundRule rule;
    rule.kind = kind;
    rule.name = given["Name"].string_or(kind == OutboundRule::Kind::message ? "OutboundMessage" : "FlowCallout");
    rule.url = given["EndpointUrl"].string_or("");
    if (!net::parse_url(rule.url)) return invalid("EndpointUrl must be an address: " + given["EndpointUrl"].text());
    rule.object = Schema::instance().find(given["Object"].string_or("Opportunity"));
    if (rule.object == nullptr) return invalid("no such Object: " + given["Object"].text());
    if (given["Fields"].is_list()) rule.fields = given["Fields"].as_list();
    for (const Value& field : rule.fields)
        if (rule.object->field_index(field.text()) < 0)
            return invalid(fmt::format("{} has no such field: {}", rule.object->table.name, field.text()));
    const std::string when = given["When"].string_or("becomes_won");
    rule.every_write = when == "every_write";
    if (!rule.every_write && (when != "becomes_won" || &rule.object->table != &opportunity_table))
        return invalid("When is `every_write`, or for Opportunity `becomes_won`: " + when);
    if (given["Changed"].is_list())
        for (const Value& field : given["Changed"].as_list()) {
            rule.changed.push_back(rule.object->field_index(field.text()));
            if (rule.changed.back() < 0 || !rule.every_write)
                return invalid(
                    fmt::format("Changed names fields of {}, with When `every_write`: {}", rule.object->table.name, field.text()));
        }
    rule.body = given["Body"].is_null() ? Value(Map{{"opportunityId", "{!$Record.Id}"}}) : given["Body"];
    if (given["Headers"].is_map()) rule.headers = given["Headers"].as_map();
    LS_TRY_ASSIGN(rule.retry_base_ms, milliseconds(given["RetryBaseMs"], rule.retry_base_ms));
    LS_TRY_ASSIGN(rule.retry_cap_ms, milliseconds(given["RetryCapMs"], rule.retry_cap_ms));
    return rule;
}

List names_of(const OutboundRule& rule) {
    List names;
    for (const int field : rule.changed) names.emplace_back(rule.object->fields[static_cast<std::size_t>(field)].name);
    return names;
}

// What stands for the values that a rule watches; never 0.
std::size_t mark_of(const OutboundRule& rule, const Record& record) {
    std::string texts;
    for (const int field : rule.changed) texts += json::write(record.get(field)) + '\n';
    return std::hash<std::string>()(texts) | 1;
}

// Keeps the values of a row for the next time. Returns whether they are others.
bool note(OutboundRule& rule, const Table& table, Row row) {
    if (rule.known.size() <= row) rule.known.resize(std::max<std::size_t>(row + 1, table.size()));
    const std::size_t before = std::exchange(rule.known[row], mark_of(rule, table.at(row)));
    return before != rule.known[row];
}

// Puts the record's values in place of `{!$Record.Field}`; a text that is nothing else takes the value's own type.
Value filled(const Value& pattern, const Database& database, const Object& object, const Record& record) {
    if (pattern.is_list()) {
        List out;
        for (const Value& item : pattern.as_list()) out.push_back(filled(item, database, object, record));
        return out;
    }
    if (pattern.is_map()) {
        Map out;
        for (const auto& [name, item] : pattern.as_map()) out.set(name, filled(item, database, object, record));
        return out;
    }
    if (!pattern.is_string()) return pattern;
    constexpr std::string_view start = "{!$Record.";
    std::string text = pattern.as_string();
    for (std::size_t at = text.find(start); at != std::string::npos; at = text.find(start, at)) {
        const std::size_t end = text.find('}', at);
        if (end == std::string::npos) break;
        const int field = object.field_index(std::string_view(text).substr(at + start.size(), end - at - start.size()));
        Value scratch;
        const Value value = field < 0 ? Value() : database.read(object, record, field, scratch);
        if (at == 0 && end + 1 == text.size())
            return value.kind() == Value::Kind::timestamp ? Value(datetime_text(value.as_timestamp())) : value;
        const std::string shown = value.text();
        text.replace(at, end + 1 - at, shown);
        at += shown.size();
    }
    return text;
}

}  // namespace

bool acknowledges(const net::Response& answer) {
    if (answer.status != 200) return false;
    auto envelope = xml::parse(answer.body);
    const xml::Element* body = envelope && envelope->name == "Envelope" ? envelope->child("Body") : nullptr;
    const xml::Element* response = body == nullptr ? nullptr : body->child("notificationsResponse");
    const xml::Element* ack = response == nullptr ? nullptr : response->child("Ack");
    return ack != nullptr && ack->text == "true";
}

Result<void> Outbox::configure(OutboundRule::Kind kind, const List& rules) {
    std::vector<OutboundRule> read;
    for (const Value& given : rules) {
        const bool goes = given["IsActive"] == Value(false);
        auto rule = goes ? Result<OutboundRule>(OutboundRule{.kind = kind, .name = given["Name"].text()}) : read_rule(kind, given);
        if (!rule) return fail(rule.error());
        read.push_back(*std::move(rule));
    }
    if (!active()) remember();
    for (OutboundRule& rule : read) {
        std::erase_if(rules_, [&](const OutboundRule& old) { return old.name == rule.name; });
        if (rule.url.empty()) continue;
        rule.action_id = make_record_id("04k", ++actions_);
        const Table& table = database_.table(*rule.object);
        for (Row row = 0; row < table.size() && !rule.changed.empty(); ++row) note(rule, table, row);
        rules_.push_back(std::move(rule));
    }
    // What no rule is about is not kept in mind.
    for (const Object& object : Schema::instance().objects()) {
        Table& table = database_.table(object);
        table.watch(std::ranges::any_of(rules_, [&](const OutboundRule& rule) { return rule.object == &object; }));
        table.take_touched();
    }
    return {};
}

void Outbox::clear() {
    rules_.clear();
    deliveries_.clear();
    waiting_.clear();
    under_way_.clear();
    won_.clear();
}

const OutboundRule* Outbox::rule(std::string_view name) const {
    for (const OutboundRule& rule : rules_)
        if (rule.name == name) return &rule;
    return nullptr;
}

std::string Outbox::fresh_id() { return make_record_id("04l", ++serial_); }

// What is won already is no news.
void Outbox::remember() {
    const Table& table = database_.table("Opportunity");
    won_.clear();
    for (Row row = 0; row < table.size(); ++row) becomes_won(table, row);
}

bool Outbox::becomes_won(const Table& table, Row row) {
    static const int is_won = Schema::instance().find("Opportunity")->field_index("IsWon");
    if (won_.size() <= row) won_.resize(row + 1);
    const Record& record = table.at(row);
    const bool was = won_[row];
    won_[row] = !record.deleted && record.get(is_won) == Value(true);
    return won_[row] && !was;
}

void Outbox::queue(const OutboundRule& rule, const std::string& record_id) {
    const Timestamp now = options_.clock();
    deliveries_.emplace(++made_, Delivery{.id = fresh_id(), .record_id = record_id, .rule = rule.name, .created = now, .next = now});
    waiting_.emplace(now, made_);
}

bool Outbox::fits(OutboundRule& rule, const Table& table, Row row, bool won) const {
    if (!rule.changed.empty()) return note(rule, table, row);
    return rule.every_write || won;
}

void Outbox::watch() {
    if (rules_.empty()) return;
    for (const Object& object : Schema::instance().objects()) {
        Table& table = database_.table(object);
        Rows rows = table.take_touched();
        std::ranges::sort(rows);
        rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
        for (const Row row : rows) {
            const Table& read = table;
            const bool won = &object.table == &opportunity_table && becomes_won(read, row);
            if (read.at(row).deleted) continue;
            for (OutboundRule& rule : rules_)
                if (rule.object == &object && fits(rule, read, row, won)) queue(rule, read.id_of(row));
        }
    }
}

void Outbox::overlook() {
    if (rules_.empty()) return;
    for (const Object& object : Schema::instance().objects()) {
        Table& table = database_.table(object);
        const Rows rows = table.take_touched();
        for (OutboundRule& rule : rules_)
            for (const Row row : rows)
                if (rule.object == &object && !rule.changed.empty()) note(rule, table, row);
    }
    remember();
}

net::Request Outbox::request_of(const OutboundRule& rule, const std::vector<Delivery*>& deliveries) const {
    net::Request request;
    request.method = "POST";
    request.url = rule.url;
    const Table& table = database_.table(*rule.object);
    if (rule.kind == OutboundRule::Kind::callout) {
        request.headers.set("Content-Type", "application/json;charset=UTF-8");
        request.headers.set("User-Agent", "SFDC-Callout/60.0");
        for (const auto& [name, value] : rule.headers) request.headers.set(name, value.text());
        request.body = json::write(filled(rule.body, database_, *rule.object, table.at(*table.find(deliveries.front()->record_id))));
        return request;
    }
    std::string notifications;
    for (const Delivery* delivery : deliveries)
        notifications += notification_text(database_, *rule.object, table.at(*table.find(delivery->record_id)), rule.fields, delivery->id);
    request.headers.set("Content-Type", "text/xml; charset=UTF-8");
    request.headers.set("SOAPAction", "\"\"");
    request.body = message_text(options_, rule.action_id, notifications);
    return request;
}

std::optional<Outgoing> Outbox::take() {
    const Timestamp now = options_.clock();
    std::vector<std::uint64_t> numbers;
    std::vector<Delivery*> chosen;
    const OutboundRule* by = nullptr;
    for (auto at = waiting_.begin(); at != waiting_.end() && at->first <= now;) {
        Delivery& delivery = deliveries_.at(at->second);
        const OutboundRule* own = rule(delivery.rule);
        if (own == nullptr || now.ms() - delivery.created.ms() >= life_ms) {
            delivery.state = Delivery::State::dropped;
            at = waiting_.erase(at);
            continue;
        }
        if (by != nullptr && own != by) {
            ++at;
            continue;
        }
        by = own;
        numbers.push_back(at->second);
        chosen.push_back(&delivery);
        at = waiting_.erase(at);
        if (chosen.size() == (by->kind == OutboundRule::Kind::message ? notifications_max : 1)) break;
    }
    if (by == nullptr) return std::nullopt;
    for (Delivery* delivery : chosen) ++delivery->attempts;
    Outgoing out{fmt::format("{}/{}", by->name, ++sent_), request_of(*by, chosen)};
    under_way_.emplace(out.id, std::move(numbers));
    return out;
}

void Outbox::settle_one(std::uint64_t number, Delivery& delivery, const OutboundRule* rule, bool acknowledged) {
    if (acknowledged) {
        delivery.state = Delivery::State::delivered;
        return;
    }
    // A flow's callout is made once, whatever comes of it.
    if (rule == nullptr || rule->kind == OutboundRule::Kind::callout) {
        delivery.state = rule == nullptr ? Delivery::State::dropped : Delivery::State::failed;
        return;
    }
    if (options_.clock().ms() - delivery.created.ms() >= life_ms) {
        delivery.state = Delivery::State::dropped;
        return;
    }
    std::int64_t wait_ms = rule->retry_base_ms;
    for (int i = 1; i < delivery.attempts && wait_ms < rule->retry_cap_ms; ++i) wait_ms *= 2;
    delivery.next = options_.clock().plus_ms(std::min(wait_ms, rule->retry_cap_ms));
    waiting_.emplace(delivery.next, number);
}

void Outbox::settle(const std::string& id, const Result<net::Response>& answer) {
    const auto found = under_way_.find(id);
    if (found == under_way_.end()) return;
    for (const std::uint64_t number : found->second) {
        Delivery& delivery = deliveries_.at(number);
        const OutboundRule* own = rule(delivery.rule);
        const bool callout = own != nullptr && own->kind == OutboundRule::Kind::callout;
        const bool taken = answer && (callout ? answer->ok() : acknowledges(*answer));
        delivery.status = answer ? answer->status : 0;
        delivery.error = !answer   ? answer.error().to_text()
                         : taken   ? ""
                         : callout ? "the answer is no success"
                                   : "the answer does not acknowledge";
        settle_one(number, delivery, own, taken);
    }
    under_way_.erase(found);
    trim();
}

void Outbox::trim() {
    if (!under_way_.empty()) return;
    while (deliveries_.size() > settled_max && deliveries_.begin()->second.state != Delivery::State::pending)
        deliveries_.erase(deliveries_.begin());
}

List Outbox::rules(OutboundRule::Kind kind) const {
    List out;
    for (const OutboundRule& rule : rules_) {
        if (rule.kind != kind) continue;
        out.push_back(Map{{"Id", rule.action_id},
                          {"Name", rule.name},
                          {"EndpointUrl", rule.url},
                          {"Object", rule.object->table.name},
                          {"Fields", rule.fields},
                          {"When", rule.every_write ? "every_write" : "becomes_won"},
                          {"Changed", names_of(rule)},
                          {"RetryBaseMs", rule.retry_base_ms},
                          {"RetryCapMs", rule.retry_cap_ms}});
    }
    return out;
}

List Outbox::deliveries() const {
    List out;
    for (const auto& [number, delivery] : deliveries_)
        out.push_back(Map{{"Id", delivery.id},
                          {"Rule", delivery.rule},
                          {"RecordId", delivery.record_id},
                          {"State", state_names[static_cast<std::size_t>(delivery.state)]},
                          {"Attempts", delivery.attempts},
                          {"LastStatus", delivery.status},
                          {"LastError", delivery.error},
                          {"CreatedDate", format_timestamp(delivery.created)},
                          {"NextAttempt", delivery.state == Delivery::State::pending ? Value(format_timestamp(delivery.next)) : Value()}});
    return out;
}

}  // namespace lockstep::sandbox::salesforce
