#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sandbox/salesforce/database.h"
#include "sandbox/sandbox.h"

/// What the organisation sends by itself when its records change.
namespace lockstep::sandbox::salesforce {

/// One outbound message, or one flow's callout, as an administrator sets it up.
struct OutboundRule {
    enum class Kind : std::uint8_t { message, callout };
    Kind kind = Kind::message;
    std::string name, url, action_id;
    const Object* object = nullptr;
    List fields;               ///< of a message: what is sent besides the id
    bool every_write = false;  ///< else: when an opportunity becomes won
    /// Of `every_write`: only where the record is new or one of these fields has another value. Empty: whatever is written.
    std::vector<int> changed;
    std::vector<std::size_t> known;  ///< by row, what stands for the values of `changed`; 0: there was no such record
    Value body;                      ///< of a callout; `{!$Record.Field}` in its texts stands for a value
    Map headers;                     ///< of a callout
    /// Source: SOAP API Developer Guide, "Outbound Messaging": the interval grows exponentially up to two hours.
    std::int64_t retry_base_ms = 15'000, retry_cap_ms = 2 * 3600 * 1000;
};

/// One notification on its way.
struct Delivery {
    enum class State : std::uint8_t { pending, delivered, dropped, failed };
    std::string id, record_id, rule;
    Timestamp created, next;
    State state = State::pending;
    int attempts = 0;
    int status = 0;     ///< of the last answer
    std::string error;  ///< why the last attempt did not deliver
};

/// Watches for changes, queues what they cause, and says what to send when. Source: SOAP API Developer Guide, "Understanding
/// Notifications": a message has up to 100 notifications of one kind, is sent again until it is acknowledged, and is dropped
/// after 24 hours; its contents are those of the moment of sending.
class Outbox {
public:
    Outbox(Database& database, const Options& options) : database_(database), options_(options) {}
    /// Sets rules up, replacing those of the same name; `"IsActive":false` takes one away. Errors: `request_invalid`.
    Result<void> configure(OutboundRule::Kind kind, const List& rules);
    void clear();
    bool active() const { return !rules_.empty(); }

    /// Queues what the changes since the last call cause.
    void watch();
    /// Takes changes as they are, without a notification.
    void overlook();

    /// Gives out what is to be sent now; `settle` says by its id what became of it.
    std::optional<Outgoing> take();
    void settle(const std::string& id, const Result<net::Response>& answer);
    /// When the next attempt is due; nullopt: nothing waits.
    std::optional<Timestamp> due() const { return waiting_.empty() ? std::nullopt : std::optional(waiting_.begin()->first); }

    /// For the control API.
    List rules(OutboundRule::Kind kind) const;
    List deliveries() const;
    std::string fresh_id();

private:
    const OutboundRule* rule(std::string_view name) const;
    void remember();
    void queue(const OutboundRule& rule, const std::string& record_id);
    bool becomes_won(const Table& table, Row row);
    /// Whether a rule is about what was written into a row.
    bool fits(OutboundRule& rule, const Table& table, Row row, bool won) const;
    net::Request request_of(const OutboundRule& rule, const std::vector<Delivery*>& deliveries) const;
    void settle_one(std::uint64_t number, Delivery& delivery, const OutboundRule* rule, bool acknowledged);
    void trim();

    Database& database_;
    const Options& options_;
    std::vector<OutboundRule> rules_;
    std::map<std::uint64_t, Delivery> deliveries_;                 // in the order of their making
    std::set<std::pair<Timestamp, std::uint64_t>> waiting_;        // when which is due
    std::map<std::string, std::vector<std::uint64_t>> under_way_;  // what a message holds, by the message's id
    std::vector<bool> won_;                                        // by row of Opportunity
    std::uint64_t serial_ = 0, actions_ = 1, made_ = 0, sent_ = 0;
};

/// The text of a message: `notifications` are those of `notification_text`.
std::string message_text(const Options& options, std::string_view action_id, std::string_view notifications);
std::string notification_text(const Database& database, const Object& object, const Record& record, const List& fields,
                              std::string_view id);
/// Tells whether an answer acknowledges a message: 200 and `<Ack>true</Ack>` in its envelope.
bool acknowledges(const net::Response& answer);

}  // namespace lockstep::sandbox::salesforce
