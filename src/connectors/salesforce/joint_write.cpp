// Writes of one record each, made by one sObject Collections request; what became of a record is told to its call alone.
#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

#include "connectors/salesforce/collection_call.h"
#include "connectors/salesforce/joint.h"
#include "connectors/salesforce/record_id.h"
#include "connectors/salesforce/records.h"
#include "value/json.h"

namespace lockstep::connectors::salesforce {
namespace {

/// Since when the resources are there. Source: REST API Developer Guide, "Update Records Using sObject Collections" and
/// "Upsert Records Using sObject Collections".
constexpr int collections_since = 42;
constexpr int upsert_since = 46;

/// Values that a collection takes as a single record does: files need a form of their own, and what names a parent by its
/// external id is left to the request that is documented to take it.
bool is_plain(const Value& value) {
    switch (value.kind()) {
        case Value::Kind::null:
        case Value::Kind::boolean:
        case Value::Kind::integer:
        case Value::Kind::unsigned_integer:
        case Value::Kind::decimal:
        case Value::Kind::string:
        case Value::Kind::date:
        case Value::Kind::timestamp:
            return true;
        default:
            return false;
    }
}

bool has_plain_fields(const connector::Inputs& inputs) {
    const Value& fields = inputs.value("fields");
    return fields.is_map() && !fields.as_map().empty() &&
           std::all_of(fields.as_map().begin(), fields.as_map().end(), [](const auto& field) { return is_plain(field.second); });
}

/// Unique texts may be compared without their case.
std::string folded(std::string text) {
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

/// What one call of a `JointWrite` has to write.
struct Written {
    CollectionRow row;
    std::string record;  ///< as of `JointKey`
    std::string object;
};

/// How one action takes part.
struct Form {
    Result<Written> (*read)(const connector::Inputs& inputs);
    std::string (*target)(const Api& api, const connector::Inputs& inputs);
    Result<Value> (*output)(const CollectionRow& row, const Value& said);
};

/// The calls of one `perform_jointly`. All write records of one object, by one external id if by any.
class JointWrite {
public:
    JointWrite(const Joint& joint, const Form& form) : joint_(joint), form_(form) {
        for (const auto& call : joint.calls) written_.push_back(form.read(connector::Inputs(joint.action, call.input)));
    }

    std::vector<Result<Value>> make() {
        return make_in_groups(joint_, groups(), [this](const auto& group, auto& results) { return together(group, results); });
    }

private:
    /// 200 a request, none of a record twice. What cannot be read is left to the call itself to say.
    std::vector<std::vector<std::size_t>> groups() const {
        std::vector<std::vector<std::size_t>> groups;
        std::set<std::string> seen;
        std::vector<std::size_t> open;
        for (std::size_t i = 0; i < written_.size(); ++i) {
            if (!written_[i] || !seen.insert(written_[i]->record).second) {
                groups.push_back({i});
                continue;
            }
            open.push_back(i);
            if (open.size() == collection_records_max) groups.push_back(std::exchange(open, {}));
        }
        if (!open.empty()) groups.insert(groups.begin(), open);
        return groups;
    }

    std::vector<std::size_t> together(const std::vector<std::size_t>& group, std::vector<Result<Value>>& results) {
        std::vector<CollectionRow> rows;
        for (std::size_t i : group) rows.push_back(written_[i]->row);
        JointRequest request(joint_.api, joint_.calls, group);
        const connector::Inputs first(joint_.action, joint_.calls[group.front()].input);
        auto sent = send_rows(joint_.api, request.context(), form_.target(joint_.api, first), rows);
        joint_.size.learn(group.size(), sent ? nullptr : &sent.error(), request.deadline_over());
        std::vector<std::size_t> again;
        for (std::size_t k = 0; k < group.size(); ++k) {
            const std::size_t i = group[k];
            const RowResult result = sent ? (*sent)[k] : RowResult{.said = {}, .error = sent.error()};
            request.tell(part_of(rows[k], result, group.size()), joint_.calls[i].context.trace);
            if (result.error && (sent ? is_better_sent_alone(*result.error) : is_of_one_row(*result.error, rows)))
                again.push_back(i);
            else
                results[i] = outcome(*written_[i], result);
        }
        return again;
    }

    Result<Value> outcome(const Written& written, const RowResult& result) const {
        if (!result.error) return form_.output(written.row, result.said);
        return fail(naming_record(*result.error, written.object, written.row.id));
    }

    static JointPart part_of(const CollectionRow& row, const RowResult& result, std::size_t calls) {
        const std::string others = std::to_string(calls - 1) + " others";
        Map request = collection_body({row}).as_map();
        request.set("…", "and the records of " + others);
        return {.target = {},
                .request = json::write(request),
                .response = result.missing() ? "nothing about this record, or not to be read"
                                             : json::write(List{result.said, "… and those of " + others})};
    }

    const Joint& joint_;
    const Form& form_;
    std::vector<Result<Written>> written_;
};

Result<Written> written_update(const connector::Inputs& inputs) {
    LS_TRY_ASSIGN(RecordUpdate record, read_update(inputs));
    return Written{update_row(record.object, record.id, record.fields), record.id, record.object};
}

Written written_by_key(RecordUpsert record) {
    Map body{{"attributes", Map{{"type", record.key.object}}}, {record.key.field, record.key.value}};
    for (const auto& [name, value] : record.fields) body.set(name, value);
    return Written{{.id = {}, .body = Value(std::move(body))}, folded(record.key.value), record.key.object};
}

Result<Written> written_upsert(const connector::Inputs& inputs) {
    LS_TRY_ASSIGN(RecordUpsert record, read_upsert(inputs));
    return written_by_key(std::move(record));
}

Result<Written> written_create(const connector::Inputs& inputs) {
    LS_TRY_ASSIGN(RecordUpsert record, read_create(inputs));
    return written_by_key(std::move(record));
}

std::optional<JointKey> key_of(const Api& api, const Result<RecordUpsert>& record) {
    if (api.version() < upsert_since || !record) return std::nullopt;
    return JointKey{record->key.object + " " + record->key.field, folded(record->key.value)};
}

const Form updates = {
    .read = written_update,
    .target = [](const Api& api, const connector::Inputs&) { return api.path({"composite", "sobjects"}); },
    .output = [](const CollectionRow& row, const Value&) -> Result<Value> { return Value(Map{{"id", row.id}, {"changed", true}}); },
};

Result<Value> upserted(const CollectionRow&, const Value& said) {
    Result<std::string> id = normalise_record_id(said["id"].text());
    if (!id) return fail(ErrorCode::answer_lost, "the collections answer of Salesforce has no id for the record");
    return Value(Map{{"id", *std::move(id)}, {"created", said["created"] == Value(true)}});
}

template <Result<RecordUpsert> (*read)(const connector::Inputs&)>
std::string upsert_target(const Api& api, const connector::Inputs& inputs) {
    Result<RecordUpsert> record = read(inputs);
    LS_ASSERT(record);  // only what could be read is in a group
    return api.path({"composite", "sobjects", record->key.object, record->key.field});
}

const Form upserts = {.read = written_upsert, .target = upsert_target<read_upsert>, .output = upserted};
const Form creates = {.read = written_create, .target = upsert_target<read_create>, .output = upserted};

}  // namespace

std::optional<JointKey> update_key(const Api& api, const connector::Inputs& inputs) {
    if (api.version() < collections_since || !has_plain_fields(inputs)) return std::nullopt;
    Result<RecordUpdate> record = read_update(inputs);
    if (!record) return std::nullopt;
    return JointKey{record->object, record->id};
}

std::optional<JointKey> upsert_key(const Api& api, const connector::Inputs& inputs) {
    return has_plain_fields(inputs) ? key_of(api, read_upsert(inputs)) : std::nullopt;
}

std::optional<JointKey> create_key(const Api& api, const connector::Inputs& inputs) {
    return has_plain_fields(inputs) ? key_of(api, read_create(inputs)) : std::nullopt;
}

std::vector<Result<Value>> update_jointly(const Joint& joint) { return JointWrite(joint, updates).make(); }
std::vector<Result<Value>> upsert_jointly(const Joint& joint) { return JointWrite(joint, upserts).make(); }
std::vector<Result<Value>> create_jointly(const Joint& joint) { return JointWrite(joint, creates).make(); }

}  // namespace lockstep::connectors::salesforce
