#include <algorithm>
#include <array>

#include "sandbox/sap/refusal.h"
#include "sandbox/sap/service.h"
#include "sandbox/sap/values.h"
#include "value/json.h"

namespace lockstep::sandbox::sap {

namespace {

/// Sets that only come into being below another entity.
constexpr std::array<std::string_view, 3> dependent_sets = {"A_SalesOrderItem", "A_SalesOrderItemPrElement", "A_SalesOrderScheduleLine"};

Result<Value> read_body(const net::Request& request) {
    const std::string_view type = request.headers.get("Content-Type").value_or(std::string_view());
    if (!type.starts_with("application/json"))
        return refuse(media_type_error, "Unsupported media type requested: " + std::string(type), {}, ErrorCode::value_invalid);
    auto body = json::parse(request.body);
    if (!body) return refuse(property_error, "Error while parsing the JSON payload: " + body.error().message);
    const Value* wrapped = body->find("d");
    return wrapped != nullptr && wrapped->is_map() ? *wrapped : *body;
}

Unexpected no_method(std::string_view method, const EntityType& type) {
    return refuse(method_not_allowed, "Method '" + std::string(method) + "' not allowed for entity set '" + std::string(type.set) + "'", {},
                  ErrorCode::permission_missing);
}

/// Clients that write back what they read send empty navigations too.
bool brings_entities(const Value& navigation) {
    if (navigation.is_list()) return !navigation.as_list().empty();
    if (!navigation.is_map() || navigation.find("__deferred") != nullptr) return false;
    const Value* results = navigation.find("results");
    return results == nullptr || brings_entities(*results);
}

/// What is left of an entity that `PUT` replaces: what a client cannot change.
Record to_replace(const EntityType& type, Record record) {
    for (std::size_t i = 0; i < type.properties.size(); ++i)
        if (!type.properties[i].has(key) && !type.properties[i].has(no_update)) record.set(static_cast<int>(i), {});
    return record;
}

}  // namespace

Result<net::Response> Service::create(const ServiceRequest& request) {
    LS_TRY_ASSIGN(Target target, resolve(request));
    if (target.type == nullptr) return refuse(method_not_allowed, "POST is not allowed here", {}, ErrorCode::permission_missing);
    if (!target.is_collection || target.count || !target.type->allows(not_creatable)) return no_method("POST", *target.type);
    if (target.type->set == "A_Product" && target.navigation == nullptr)
        return refuse("API_PRD_MSG/009", "Creation of products is not supported");  // [sap-s4hana, section 5]
    OrderNotes notes;
    return create_in(request, target, notes);
}

Result<net::Response> Service::create_in(const ServiceRequest& request, const Target& target, OrderNotes& notes) {
    LS_TRY_ASSIGN(Value body, read_body(*request.request));
    LS_TRY_ASSIGN(Draft draft, read_draft(*target.type, body, DraftMode::create));
    LS_TRY_ASSIGN(Row row, insert(target, draft, notes));
    const Record& record = state_.tables[target.type->set].at(row);
    net::Response response = entity_answer(request, 201, shape_of(draft), record);
    response.headers.set("Location", writer().uri(*target.type, record));
    if (!notes.incomplete.empty()) response.headers.set("sap-message", sap_message(notes));
    return response;
}

Result<Row> Service::insert(const Target& target, Draft& draft, OrderNotes& notes) {
    if (target.type->set == "A_BusinessPartner") return create_partner(state_, draft);
    if (target.type->set == "A_SalesOrder") return create_order(state_, draft, notes);
    if (target.navigation != nullptr) {
        const Record parent = state_.tables[target.parent_type->set].at(*target.parent_row);
        const Join& join = join_of(*target.navigation);
        for (std::size_t at = 0; at < join.from.size(); ++at) draft.record.set(join.to[at], parent.text(join.from[at]));
    }
    const bool dependent = std::find(dependent_sets.begin(), dependent_sets.end(), target.type->set) != dependent_sets.end();
    if (dependent && target.navigation == nullptr) return no_method("POST", *target.type);
    LS_TRY(check_lock(*target.type, draft.record));
    return insert_below(target, draft, notes);
}

Result<Row> Service::insert_below(const Target& target, Draft& draft, OrderNotes& notes) {
    const EntityType& type = *target.type;
    Table& table = state_.tables[type.set];
    if (type.set == "A_SalesOrderItem") return add_item(state_, draft.text("SalesOrder"), draft, notes);
    if (table.find(table.key_of(draft.record)))
        return refuse("/IWBEP/CM_MGW_RT/021", "Entity of type " + std::string(type.set) + "Type with this key already exists");
    if (type.service == "API_BUSINESS_PARTNER") return add_to_partner(state_, draft);
    const bool known_order = state_.tables["A_SalesOrder"].find_by({draft.text("SalesOrder")}).has_value();
    if (type.service != "API_SALES_ORDER_SRV" || !known_order) return no_method("POST", type);
    const Row row = store_draft(state_.tables, draft);
    refresh_order(state_, draft.text("SalesOrder"));
    return row;
}

/// The rules that hold for a changed entity as for a new one.
Result<void> Service::check_changed(const EntityType& type, const Record& record) const {
    Draft draft(type);
    draft.record = record;
    if (type.set == "A_BusinessPartnerAddress") return check_address(draft, false);
    const bool nameless =
        type.set == "A_BusinessPartner" && draft.text("BusinessPartnerCategory") == "2" && draft.text("OrganizationBPName1").empty();
    if (nameless) return refuse("R1/206", "Enter a name for the organization", "OrganizationBPName1");
    return {};
}

Result<void> Service::check_etag(const ServiceRequest& request, const EntityType& type, Row row) const {
    const std::string current = etag_of(type, state_.tables[type.set].at(row));
    if (current.empty()) return {};
    auto sent = request.request->headers.get("If-Match");
    if (!sent) return refuse(precondition_missing, "Precondition required: header If-Match is missing", {}, ErrorCode::requirement_failed);
    if (*sent == "*" || *sent == current) return {};
    return refuse(precondition_error, "The entity was changed by another user: precondition failed", {}, ErrorCode::precondition_failed);
}

Result<void> Service::check_lock(const EntityType& type, const Record& record) const {
    return state_.locks.check(state_.tables, type, record, state_.options.clock());
}

Result<net::Response> Service::change(const ServiceRequest& request) {
    LS_TRY_ASSIGN(Target target, resolve(request));
    if (!target.is_entity() || !target.row)
        return refuse(method_not_allowed, "The address does not name an entity", {}, ErrorCode::permission_missing);
    if (!target.type->allows(not_updatable)) return no_method(request.request->method, *target.type);
    LS_TRY(check_etag(request, *target.type, *target.row));
    LS_TRY(check_lock(*target.type, state_.tables[target.type->set].at(*target.row)));
    LS_TRY_ASSIGN(Value body, read_body(*request.request));
    const Record& stored = state_.tables[target.type->set].at(*target.row);
    LS_TRY(apply_change(*target.type, request.request->method == "PUT" ? to_replace(*target.type, stored) : stored, body));
    net::Response response{.status = 204};
    if (std::string tag = etag_of(*target.type, state_.tables[target.type->set].at(*target.row)); !tag.empty())
        response.headers.set("ETag", tag);
    return response;
}

Result<void> Service::apply_change(const EntityType& type, Record record, const Value& body) {
    if (!body.is_map()) return refuse(property_error, "Error while parsing an entity of type " + std::string(type.set) + "Type");
    for (const auto& [name, value] : body.as_map()) {
        if (name == "__metadata") continue;
        if (type.navigation(name) != nullptr) {
            if (brings_entities(value)) return refuse(property_error, "Deep update is not supported: " + name, name);
            continue;
        }
        const int property = type.find(name);
        if (property < 0) return refuse(property_error, "Property '" + name + "' is invalid", name);
        const Property& facts = type.properties[static_cast<std::size_t>(property)];
        LS_TRY_ASSIGN(std::string text, text_from_json(facts, value));
        // `0` and an amount that was never set are the same.
        const bool same = compare(scalar_of(facts, record.text(property)), scalar_of(facts, text)) == 0;
        if (!same && (facts.has(no_update) || facts.has(key)))
            return refuse(property_error, "Property '" + name + "' is read-only and cannot be changed", name);
        record.set(property, text);
    }
    LS_TRY(check_changed(type, record));
    state_.tables[type.set].put(record);
    after_change(type, record);
    return {};
}

Result<net::Response> Service::remove(const ServiceRequest& request) {
    LS_TRY_ASSIGN(Target target, resolve(request));
    if (!target.is_entity() || !target.row)
        return refuse(method_not_allowed, "The address does not name an entity", {}, ErrorCode::permission_missing);
    if (target.type->set == "A_BusinessPartner")
        return refuse("CI_DRAFTBP_MESSAGE/032", "Deletion of a business partner is not possible");  // [sap-s4hana, section 3]
    if (!target.type->allows(not_deletable)) return no_method("DELETE", *target.type);
    LS_TRY(check_etag(request, *target.type, *target.row));
    const Record record = state_.tables[target.type->set].at(*target.row);
    LS_TRY(check_lock(*target.type, record));
    erase_below(*target.type, record);
    state_.tables[target.type->set].erase(*target.row);
    after_change(*target.type, record);
    return net::Response{.status = 204};
}

void Service::erase_below(const EntityType& type, const Record& record) {
    for (const Navigation& navigation : type.navigations) {
        if (!navigation.to_many) continue;
        const EntityType& target = *entity_type(navigation.target);
        for (Row row : state_.tables.navigate(type, record, navigation)) {
            erase_below(target, Record(state_.tables[target.set].at(row)));
            state_.tables[target.set].erase(row);
        }
    }
}

/// What a change of a part means for the whole: totals, change times.
void Service::after_change(const EntityType& type, const Record& record) {
    const int order = type.find("SalesOrder");
    if (order >= 0) refresh_order(state_, record.text(order));
    const int partner = type.find("BusinessPartner");
    if (partner < 0) return;
    if (auto row = state_.tables["A_BusinessPartner"].find_by({record.text(partner)})) refresh_partner(state_, *row);
}

/// Repeatable requests: the same RequestID is executed once [sap-s4hana, section 9]. Only when the settings say so.
Result<net::Response> Service::repeatable_create(const ServiceRequest& request) {
    const auto id = request.request->headers.get("RequestID");
    const bool asked = id && request.request->headers.contains("RepeatabilityCreation");
    if (!asked || !state_.settings.repeatability) return create(request);
    if (auto known = repeated_.find(std::string(*id)); known != repeated_.end()) return known->second;
    LS_TRY_ASSIGN(net::Response response, create(request));
    response.headers.set("RepeatabilityResult", "accepted");
    repeated_[std::string(*id)] = response;
    return response;
}

Result<net::Response> Service::route(const ServiceRequest& request) {
    const std::string& method = request.request->method;
    if (method == "GET" || method == "HEAD") return read(request);
    if (method == "POST") return repeatable_create(request);
    if (method == "PATCH" || method == "MERGE" || method == "PUT") return change(request);
    if (method == "DELETE") return remove(request);
    return refuse(method_not_allowed, "Method '" + method + "' not allowed", {}, ErrorCode::permission_missing);
}

void Service::clear() {
    repeated_.clear();
    selections_.clear();
}

net::Response Service::handle(const ServiceRequest& request) {
    auto response = route(request);
    if (response) return *std::move(response);
    return error_response(state_, response.error(), request.service, request.format);
}

}  // namespace lockstep::sandbox::sap
