#pragma once

#include <map>
#include <mutex>
#include <string>

#include "connectors/zoho_crm/api.h"

namespace lockstep::connectors::zoho_crm {

/// What Zoho says of a module's fields, kept for a while. Threads: any.
class Metadata {
public:
    explicit Metadata(Api& api) : api_(api) {}

    /// `settings/fields?module=…` as Zoho answers it, asked for anew.
    Result<List> fields(connector::CallContext& context, const std::string& module);
    /// Fields to write: `{id}` where a field is a reference to another record, everything as `written_value` has it.
    /// Zoho is asked only for values that look like an id.
    Result<Map> written(connector::CallContext& context, const std::string& module, const Map& fields);

private:
    struct Kept {
        std::int64_t at_ms = 0;
        List fields;
    };
    Result<List> kept(connector::CallContext& context, const std::string& module);

    Api& api_;
    std::mutex mutex_;
    std::map<std::string, Kept> kept_;
};

/// A field in the form of `record_fields`: {name, label, type, length, scale, mandatory, writable, unique, values}.
Value described_field(const Value& field);

}  // namespace lockstep::connectors::zoho_crm
