#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "sandbox/sandbox.h"
#include "sandbox/zoho_crm/limits.h"
#include "sandbox/zoho_crm/table.h"

namespace lockstep::sandbox::zoho_crm {

struct User {
    std::string id, first_name, last_name, email;

    std::string name() const { return first_name.empty() ? last_name : first_name + ' ' + last_name; }
};

/// How the organisation takes what the documents leave open, and its limits.
struct Settings {
    bool accept_new_picklist_values = false;   ///< else: INVALID_DATA with `supported_values`
    bool refuse_unknown_fields = false;        ///< else they are ignored, as seen on the live service
    std::int64_t search_delay_s = 0;           ///< how long a write is missing from `search`
    std::int64_t channel_life_s = 3600;        ///< of a channel whose expiry is not given
    std::int64_t channel_life_max_s = 86'400;  ///< a later expiry is cut to this
    std::int64_t body_bytes_max = 0;           ///< 0: no bound
};

/// What happened to a record.
enum class Operation : std::uint8_t { create, edit, remove };
std::string_view name_of(Operation operation);  ///< `create`, `edit`, `delete`

struct Change {
    Operation operation = Operation::create;
    const Table* table = nullptr;
    Record record;               ///< as it is now; of a deletion, as it was
    std::vector<int> positions;  ///< the fields that got another value
};

/// A channel of the notification API.
struct Channel {
    std::string id, url, token;
    std::vector<std::string> events;  ///< `Accounts.edit`
    Timestamp expires;
    bool with_values = false, on_related = false;
    Value conditions;  ///< `notification_condition`: which fields must have changed
};

/// A workflow rule with the function that it calls.
struct Rule {
    std::string name, module, url, method = "POST";
    std::vector<std::string> events;  ///< any of create, edit, delete; none: all
    Value criteria;                   ///< a text as `search` takes it; null: every record
    Map headers;
    Value body;  ///< `${Accounts.Phone}` and `${operation}` in its texts stand for values
    bool active = true;
};

/// What the organisation has sent or is about to send.
struct Delivery {
    std::string id, kind, source, module, operation;  ///< kind: `notification` or `workflow`; source: the channel's or rule's name
    std::vector<std::string> record_ids;
    net::Request request;
    Timestamp created;
    bool sent = false;
    int status = 0;  ///< 0: no answer
    std::string answer, error;
};

/// How far a list has been read.
struct PageToken {
    std::string bound_to;  ///< the other parameters
    std::size_t delivered = 0;
    std::pair<std::int64_t, RecordId> last;  ///< what was sorted by, and the id
    int page = 1;
    Timestamp expires;
};

/// What the emulated Zoho CRM organisation holds.
struct Crm {
    explicit Crm(const Options& given);

    Options options;
    std::vector<Table> tables;
    std::vector<User> users;  ///< the first is the client's, the second a person's
    Settings settings;
    Limits limits;
    std::vector<Channel> channels;
    std::vector<Rule> rules;
    std::deque<Delivery> outbox;
    std::deque<Delivery> deliveries;
    std::map<std::string, PageToken> page_tokens;
    std::int64_t rows_visited = 0;  ///< records that lists and queries looked at, in all

    void clear();
    /// 19 digits, as the vendor's.
    RecordId make_id() { return next_id_++; }
    /// Keeps fresh ids ahead of loaded ones.
    void reserve_id(RecordId id);
    /// Now, in whole seconds: the vendor's times have no fraction.
    Timestamp now() const { return {options.clock().seconds, 0}; }
    Table* table(std::string_view module);
    const Table* table(std::string_view module) const { return const_cast<Crm*>(this)->table(module); }
    const User* user(std::string_view id) const;
    const User& client() const { return users[0]; }
    const User& person() const { return users[1]; }

private:
    RecordId next_id_ = 0;
};

/// `2026-02-18T11:00:00+01:00`: the organisation is in Berlin.
std::string crm_time(Timestamp time);
/// Reads a time with offset. Errors: `time_invalid`.
Result<Timestamp> read_time(std::string_view text);

}  // namespace lockstep::sandbox::zoho_crm
