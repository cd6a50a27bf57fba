#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "sandbox/sap/table.h"
#include "value/value.h"

namespace lockstep::sandbox::sap {

/// Who holds an order, a partner or a material, as another user of the system would. Made and released by the control
/// API's object `locks`.
class Locks {
public:
    /// `{"object","key","user","until"}` or with `seconds`; without either it holds until `{"object","key","user":""}`.
    /// `code` and `message` replace SAP's words. Errors: `request_invalid`.
    Result<void> load(const Value& record, Timestamp now);
    /// Refuses what would change a record that is held, or belongs to one that is. Errors: `vendor_rejected`.
    Result<void> check(const Tables& tables, const EntityType& type, const Record& record, Timestamp now) const;
    Result<void> check(std::string_view object, std::string_view key, Timestamp now) const;
    List values(Timestamp now) const;
    void clear() { held_.clear(); }

private:
    struct Lock {
        std::string object, key, user, code, message;
        std::optional<Timestamp> until;

        bool holds(Timestamp now) const { return !until || now < *until; }
    };
    std::vector<Lock> held_;
};

}  // namespace lockstep::sandbox::sap
