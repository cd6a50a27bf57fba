#pragma once

#include <functional>
#include <optional>

#include "connectors/sap/any_of.h"
#include "connectors/sap/gateway.h"
#include "connectors/sap/inputs.h"
#include "connectors/sap/odata_json.h"

namespace lockstep::connectors::sap {

/// Performs the actions on records of one SAP system. Threads: any.
class Records {
public:
    explicit Records(Gateway& gateway) : gateway_(gateway) {}

    /// `sap.query`: all records of all pages (or the first `top`), or what they add up to, as a list.
    Result<Value> query(connector::CallContext& context, const Value& input);
    /// `sap.get`: the record of a key. Errors: `not_found`.
    Result<Value> get(connector::CallContext& context, const Value& input);
    /// `sap.find`: the record with these unique values, or null. Errors: `not_unique`.
    Result<Value> find(connector::CallContext& context, const Value& input);
    /// `sap.ensure` (body under `create`) and `sap.create` (under `body`): finds the record or creates it.
    Result<Value> ensure(connector::CallContext& context, const Value& input);
    Result<Value> create(connector::CallContext& context, const Value& input);
    /// `sap.update`: changes the fields that differ, guarded by the ETag that was read.
    Result<Value> update(connector::CallContext& context, const Value& input);

private:
    using TakePage = std::function<Result<bool>(Page& page)>;  ///< returns false when no more pages are wanted
    Result<void> read_pages(connector::CallContext& context, const ReadInput& read, const TakePage& take);
    Result<List> read_all(connector::CallContext& context, const ReadInput& read);
    Result<List> read_totals(connector::CallContext& context, const ReadInput& read);
    Result<Value> query_any_of(connector::CallContext& context, ReadInput read, const AnyOf& any_of);
    Result<std::string> next_target(const std::string& next, const Entity& entity) const;
    Result<std::optional<Value>> look_up(connector::CallContext& context, const UniqueInput& wanted);
    Result<Value> find_or_create(connector::CallContext& context, const UniqueInput& wanted);
    Result<Value> create_new(connector::CallContext& context, const UniqueInput& wanted);
    Result<Value> created_record(connector::CallContext& context, const UniqueInput& wanted, const net::Response& answer);
    Result<Value> read_record_at(connector::CallContext& context, const std::string& target);

    Gateway& gateway_;
};

}  // namespace lockstep::connectors::sap
