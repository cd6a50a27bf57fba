#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sandbox/sap/answer.h"
#include "sandbox/sap/entity_atom.h"
#include "sandbox/sap/entity_json.h"
#include "sandbox/sap/query.h"
#include "sandbox/sap/selection.h"
#include "sandbox/sap/state.h"

namespace lockstep::sandbox::sap {

/// A request to one service after authentication, with its path taken apart.
struct ServiceRequest {
    const net::Request* request = nullptr;
    std::string service;
    std::vector<std::string> segments;  ///< decoded, after the service
    net::Parameters parameters;
    Format format = Format::json;
};

/// Takes `/sap/opu/odata/sap/SERVICE;v=1/…` apart. Errors: `url_invalid`.
Result<ServiceRequest> take_apart(const net::Request& request);
inline constexpr std::string_view odata_root = "/sap/opu/odata/sap/";

/// Where a resource path leads.
struct Target {
    const EntityType* type = nullptr;
    /// The entity, if the path names one; nullopt with `is_collection` false: an empty navigation to one.
    std::optional<Row> row;
    bool is_collection = true;
    /// The rows of a navigation to many; nullopt: the whole set.
    std::optional<std::vector<Row>> rows;
    /// The entity and navigation a collection was reached by.
    const EntityType* parent_type = nullptr;
    std::optional<Row> parent_row;
    const Navigation* navigation = nullptr;
    bool count = false;  ///< ends in `/$count`
    int property = -1;   ///< ends in a property's name; -1: it does not
    bool raw = false;    ///< ends in `/$value`

    bool is_entity() const { return type != nullptr && !is_collection && !count && property < 0; }
};

/// The four OData services over the state: reads, deep inserts, changes.
class Service {
public:
    explicit Service(State& state) : state_(state) {}
    net::Response handle(const ServiceRequest& request);
    /// `POST /$batch`: reads, and change sets that happen as a whole or not at all.
    net::Response batch(const ServiceRequest& request);
    void clear();

private:
    Result<net::Response> route(const ServiceRequest& request);
    Result<Target> resolve(const ServiceRequest& request) const;
    Result<void> step(Target& target, std::string_view segment, bool first, std::string_view service) const;
    net::Response service_document(const ServiceRequest& request) const;

    Result<net::Response> read(const ServiceRequest& request);
    Result<net::Response> read_collection(const ServiceRequest& request, const Target& target);
    Result<net::Response> read_property(const ServiceRequest& request, const Target& target);
    net::Response entity_answer(const ServiceRequest& request, int status, const Shape& shape, const Record& record) const;
    net::Response count_answer(const Target& target, const Query& query);
    Window page_of(const Target& target, const Query& query, const Selections::Part& part);
    std::string next_link(const ServiceRequest& request, const Query& query, std::size_t token) const;

    Result<net::Response> create(const ServiceRequest& request);
    Result<net::Response> create_in(const ServiceRequest& request, const Target& target, OrderNotes& notes);
    Result<Row> insert(const Target& target, Draft& draft, OrderNotes& notes);
    /// Adds an entity below one that exists: an item of an order, an address of a partner.
    Result<Row> insert_below(const Target& target, Draft& draft, OrderNotes& notes);
    Result<net::Response> repeatable_create(const ServiceRequest& request);
    Result<net::Response> change(const ServiceRequest& request);
    Result<net::Response> remove(const ServiceRequest& request);
    Result<void> check_etag(const ServiceRequest& request, const EntityType& type, Row row) const;
    Result<void> check_lock(const EntityType& type, const Record& record) const;
    Result<void> apply_change(const EntityType& type, Record record, const Value& body);
    std::string answer_change_set(const ServiceRequest& batch, std::string_view body, const std::string& boundary);
    net::Response answer_inner(const ServiceRequest& batch, net::Request inner);
    Result<void> check_changed(const EntityType& type, const Record& record) const;
    void erase_below(const EntityType& type, const Record& record);
    void after_change(const EntityType& type, const Record& record);

    EntityWriter writer() const { return EntityWriter(state_.tables, state_.options.addresses.sap); }

    AtomWriter atom() const;

    State& state_;
    Selections selections_;
    std::unordered_map<std::string, net::Response> repeated_;  // by RequestID
};

/// The `$metadata` document of a service, for the sets that are emulated.
std::string metadata_document(std::string_view service, const std::string& service_root);

}  // namespace lockstep::sandbox::sap
