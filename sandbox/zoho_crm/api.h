#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/zoho_crm/crm.h"
#include "sandbox/zoho_crm/refusal.h"

namespace lockstep::sandbox::zoho_crm {

/// A call after authentication, with the variable parts of its path and the body as it was read.
struct Call {
    const net::Request* request = nullptr;
    net::Parameters parameters;
    std::vector<std::string> ids;
    Value body;

    std::optional<std::string> parameter(std::string_view name) const { return net::parameter(parameters, name); }
    /// A header with a time. Errors: INVALID_DATA.
    Result<std::optional<Timestamp>> time_header(std::string_view name) const;
};

using Handler = Result<net::Response> (*)(Crm&, const Call&);
struct Route {
    std::string_view method, path;  ///< path segments; `*` takes any text
    /// `ZohoCRM.settings.fields` and so on, the operation goes behind it; `*` stands for the module's.
    std::string_view scope;
    std::string_view operation;
    Handler handler;
    std::string_view also = {};  ///< another scope that the call needs
};

std::span<const Route> write_routes();
std::span<const Route> read_routes();
std::span<const Route> settings_routes();
std::span<const Route> query_routes();
std::span<const Route> watch_routes();

/// The module of the path. Errors: INVALID_MODULE.
Result<Table*> table_of(Crm& crm, const Call& call);
/// The list under this name in the body, of one to `length_max` objects. Errors: refusals.
Result<List> list_of(const Call& call, std::string_view name, std::size_t length_max);

/// `GET /state` and `POST /load` of the control API.
std::optional<List> state_records(const Crm& crm, std::string_view object);
Result<void> load_object(Crm& crm, std::string_view object, const Value& record);

}  // namespace lockstep::sandbox::zoho_crm
