// Records that belong together. Source: REST API Developer Guide, "Composite Graph" and "sObject Tree": a graph, or a
// tree, is made as a whole or not at all.
#include <fmt/format.h>

#include <set>

#include "sandbox/salesforce/refusal.h"
#include "sandbox/salesforce/service.h"
#include "value/json.h"

namespace lockstep::sandbox::salesforce {
namespace {

constexpr std::size_t graphs_max = 75, nodes_max = 500, failures_max = 14;
constexpr std::size_t tree_records_max = 200, tree_levels_max = 5;

// Nodes are single records: `/services/data/vNN.0/sobjects/Object[/key…]`.
bool is_node_address(std::string_view url) {
    const auto path = net::split_path(url.substr(0, url.find('?')));
    return path && path->size() >= 5 && path->size() <= 7 && (*path)[3] == "sobjects" && path->back() != "describe";
}

Result<std::size_t> check_graph(const Value& graph) {
    const Value& nodes = graph["compositeRequest"];
    if (graph["graphId"].string_or("").empty()) return refuse("JSON_PARSER_ERROR", "a graph needs a graphId");
    if (!nodes.is_list() || nodes.as_list().empty()) return refuse("JSON_PARSER_ERROR", "compositeRequest must be a list with a node");
    for (const Value& node : nodes.as_list()) {
        if (node["method"].string_or("").empty() || !node["url"].is_string())
            return refuse("JSON_PARSER_ERROR", "a node needs method and url");
        // A reference may stand in the address.
        if (node["url"].as_string().find("@{") == std::string::npos && !is_node_address(node["url"].as_string()))
            return refuse("INVALID_INPUT", fmt::format("a graph's nodes are sObject resources: {}", node["url"].as_string()));
    }
    return nodes.as_list().size();
}

Result<void> check_graphs(const Value& graphs) {
    if (!graphs.is_list() || graphs.as_list().empty()) return refuse("JSON_PARSER_ERROR", "graphs must be a list with at least one graph");
    if (graphs.as_list().size() > graphs_max)
        return refuse("LIMIT_EXCEEDED", fmt::format("The limit of {} graphs is exceeded: {}", graphs_max, graphs.as_list().size()));
    std::size_t nodes = 0;
    std::set<std::string> names;
    for (const Value& graph : graphs.as_list()) {
        LS_TRY_ASSIGN(const std::size_t more, check_graph(graph));
        nodes += more;
        if (!names.insert(graph["graphId"].as_string()).second)
            return refuse("INVALID_INPUT", fmt::format("graphId is not unique: {}", graph["graphId"].as_string()));
    }
    if (nodes > nodes_max) return refuse("LIMIT_EXCEEDED", fmt::format("The limit of {} nodes is exceeded: {}", nodes_max, nodes));
    return {};
}

struct TreeResult {
    std::string reference, id;
    std::optional<Error> error;
};

// Creates the records of a tree, parents first.
class Tree {
public:
    Tree(Database& database, Author author) : writer_(database, std::move(author)) {}

    Result<void> plant(const Value& records, const Object& object, int parent_field, const std::string& parent_id, std::size_t level) {
        if (!records.is_list() || records.as_list().empty())
            return refuse("INVALID_INPUT", "records must be a list with at least one record");
        if (level > tree_levels_max) return refuse("INVALID_INPUT", fmt::format("a tree has at most {} levels", tree_levels_max));
        for (const Value& record : records.as_list()) LS_TRY(plant_one(record, object, parent_field, parent_id, level));
        return {};
    }
    const std::vector<TreeResult>& results() const { return results_; }
    bool failed() const { return failed_; }

private:
    Result<void> plant_one(const Value& record, const Object& object, int parent_field, const std::string& parent_id, std::size_t level) {
        const std::string reference = record.at_path("attributes.referenceId").string_or("");
        const Object* type = Schema::instance().find(record.at_path("attributes.type").string_or(""));
        if (type != &object) return refuse("INVALID_INPUT", fmt::format("a record of the tree must be of type {}", object.table.name));
        if (reference.empty() || !references_.insert(reference).second)
            return refuse("INVALID_INPUT", fmt::format("Duplicate or missing ReferenceId: {}", reference));
        if (references_.size() > tree_records_max)
            return refuse("INVALID_INPUT", fmt::format("a tree has at most {} records", tree_records_max));
        Map fields;
        std::vector<std::pair<const Child*, const Value*>> children;
        for (const auto& [name, value] : record.as_map()) {
            const Child* child = value.is_map() && value.as_map().contains("records") ? object.child(name) : nullptr;
            if (child != nullptr)
                children.emplace_back(child, &value["records"]);
            else
                fields.set(name, value);
        }
        if (parent_field >= 0) fields.set(std::string(object.fields[static_cast<std::size_t>(parent_field)].name), parent_id);
        auto id = writer_.create(object, fields);
        results_.push_back({reference, id ? *id : std::string(), id ? std::nullopt : std::optional(id.error())});
        failed_ |= !id;
        for (const auto& [child, list] : children) {
            const Object& there = *Schema::instance().find(child->object);
            // Without its parent a child cannot be tried.
            if (id) LS_TRY(plant(*list, there, there.field_index(child->field), *id, level + 1));
        }
        return {};
    }

    Writer writer_;
    std::set<std::string> references_;
    std::vector<TreeResult> results_;
    bool failed_ = false;
};

List field_names(std::string_view joined) {
    List out;
    while (!joined.empty()) {
        const std::size_t comma = joined.find(',');
        out.emplace_back(joined.substr(0, comma));
        joined = comma == std::string_view::npos ? std::string_view{} : joined.substr(comma + 1);
    }
    return out;
}

Value tree_error(const TreeResult& result) {
    const Map error{
        {"statusCode", result.error->vendor_code}, {"message", result.error->message}, {"fields", field_names(result.error->field)}};
    return Map{{"referenceId", result.reference}, {"errors", List{Value(error)}}};
}

}  // namespace

net::Response Service::post_graph(const Call& call) {
    auto body = body_of(call);
    if (!body) return error_response(body.error());
    const Value given(*std::move(body));
    if (auto checked = check_graphs(given["graphs"]); !checked) return error_response(checked.error());
    List results;
    std::size_t failures = 0;
    for (const Value& graph : given["graphs"].as_list()) {
        Composed done;
        if (failures < failures_max) {
            done = compose(call, graph["compositeRequest"].as_list(), true);
        } else {
            done.failed = true;
            const Map error{{"errorCode", "PROCESSING_HALTED"}, {"message", "Processing halted because too many graphs failed."}};
            for (const Value& node : graph["compositeRequest"].as_list())
                done.results.push_back(Map{
                    {"body", List{Value(error)}}, {"httpHeaders", Map{}}, {"httpStatusCode", 400}, {"referenceId", node["referenceId"]}});
        }
        failures += done.failed ? 1 : 0;
        results.push_back(Map{{"graphId", graph["graphId"]},
                              {"graphResponse", Map{{"compositeResponse", std::move(done.results)}}},
                              {"isSuccessful", !done.failed}});
    }
    return json_text(200, json::write(Map{{"graphs", std::move(results)}}));
}

net::Response Service::post_tree(const Call& call) {
    const Object* object = Schema::instance().find(call.segments[2]);
    if (object == nullptr) return error_response(refuse("NOT_FOUND", "The requested resource does not exist").error());
    auto body = body_of(call);
    if (!body) return error_response(body.error());
    Tree tree(database_, author());
    database_.begin();
    auto planted = tree.plant(Value(*body)["records"], *object, -1, {}, 1);
    database_.finish(planted && !tree.failed());
    if (!planted) return error_response(planted.error());
    List results;
    for (const TreeResult& result : tree.results()) {
        if (result.error)
            results.push_back(tree_error(result));
        else if (!tree.failed())
            results.push_back(Map{{"referenceId", result.reference}, {"id", result.id}});
    }
    return json_text(tree.failed() ? 400 : 201, json::write(Map{{"hasErrors", tree.failed()}, {"results", std::move(results)}}));
}

}  // namespace lockstep::sandbox::salesforce
