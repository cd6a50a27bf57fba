#include "sandbox/sap/draft.h"

#include "base/limits.h"
#include "sandbox/sap/refusal.h"
#include "sandbox/sap/values.h"

namespace lockstep::sandbox::sap {

namespace {

Result<Draft> read(const EntityType& type, const Value& body, DraftMode mode, int depth);

/// `[…]`, `{"results":[…]}`, or one object of a navigation to one.
Result<std::vector<Value>> sent_entities(const Navigation& navigation, const Value& value) {
    if (value.is_list()) return value.as_list();
    if (!value.is_map())
        return refuse(property_error, "Failed to read property '" + std::string(navigation.name) + "' at offset '0'",
                      std::string(navigation.name));
    const Value* results = value.find("results");
    if (results != nullptr && results->is_list()) return results->as_list();
    return std::vector<Value>{value};
}

Result<void> read_navigation(Draft& draft, const Navigation& navigation, const Value& value, DraftMode mode, int depth) {
    if (value.is_null() || value.find("__deferred") != nullptr) return {};
    LS_TRY_ASSIGN(auto entities, sent_entities(navigation, value));
    if (!navigation.to_many && entities.size() != 1)
        return refuse(property_error, "Property " + std::string(navigation.name) + " takes one entity", std::string(navigation.name));
    std::vector<Draft>& list = draft.list(navigation.name);
    for (const Value& entity : entities) {
        LS_TRY_ASSIGN(Draft child, read(*entity_type(navigation.target), entity, mode, depth + 1));
        list.push_back(std::move(child));
    }
    return {};
}

/// Loaded data may say `12.5` where SAP's wire says `"12.5"`.
Value as_sent(const Property& property, const Value& value, DraftMode mode) {
    if (mode == DraftMode::load && property.type == Edm::decimal && value.is_number()) return value.text();
    return value;
}

Result<void> read_property(Draft& draft, const std::string& name, const Value& value, DraftMode mode) {
    const int property = draft.type->find(name);
    if (property < 0) return refuse(property_error, "Property '" + name + "' is invalid", name);
    const Property& facts = draft.type->properties[static_cast<std::size_t>(property)];
    if (mode == DraftMode::create && facts.has(no_create))
        return refuse(property_error, "Property '" + name + "' is read-only and cannot be created", name);
    LS_TRY_ASSIGN(std::string text, text_from_json(facts, as_sent(facts, value, mode)));
    draft.record.set(property, text);
    return {};
}

Result<Draft> read(const EntityType& type, const Value& body, DraftMode mode, int depth) {
    if (!body.is_map() || depth > limits::nesting_depth_max)
        return refuse(property_error, "Error while parsing an entity of type " + std::string(type.set) + "Type");
    Draft draft(type);
    for (const auto& [name, value] : body.as_map()) {
        if (name == "__metadata") continue;
        const Navigation* navigation = type.navigation(name);
        if (navigation != nullptr)
            LS_TRY(read_navigation(draft, *navigation, value, mode, depth));
        else
            LS_TRY(read_property(draft, name, value, mode));
    }
    return draft;
}

void hand_down(const Draft& parent, const Navigation& navigation, Draft& child) {
    const Join& join = join_of(navigation);
    for (std::size_t i = 0; i < join.from.size(); ++i) child.record.set(join.to[i], parent.record.text(join.from[i]));
    if (join.fixed_property >= 0) child.record.set(join.fixed_property, join.fixed_value);
}

void add_expansions(Shape& shape, const Draft& draft) {
    for (const auto& [navigation, children] : draft.children) {
        LS_ASSERT(expand(shape, navigation->name).has_value());
        for (const Draft& child : children)
            for (Shape::Expansion& expansion : shape.expanded)
                if (expansion.navigation == navigation) add_expansions(expansion.shape, child);
    }
}

}  // namespace

void Draft::propose(std::string_view property, std::string_view value) {
    if (text(property).empty()) set(property, value);
}

std::vector<Draft>* Draft::find(std::string_view navigation) {
    for (auto& [known, list] : children)
        if (known->name == navigation) return &list;
    return nullptr;
}

const std::vector<Draft>* Draft::find(std::string_view navigation) const { return const_cast<Draft*>(this)->find(navigation); }

std::vector<Draft>& Draft::list(std::string_view navigation) {
    if (std::vector<Draft>* found = find(navigation)) return *found;
    const Navigation* known = type->navigation(navigation);
    LS_ASSERT(known != nullptr);
    return children.emplace_back(known, std::vector<Draft>{}).second;
}

Result<Draft> read_draft(const EntityType& type, const Value& body, DraftMode mode) { return read(type, body, mode, 0); }

Row store_draft(Tables& tables, Draft& draft) {
    const Row row = tables[draft.type->set].put(draft.record);
    for (auto& [navigation, children] : draft.children)
        for (Draft& child : children) {
            hand_down(draft, *navigation, child);
            store_draft(tables, child);
        }
    return row;
}

Shape shape_of(const Draft& draft) {
    Shape shape = whole(*draft.type);
    add_expansions(shape, draft);
    return shape;
}

}  // namespace lockstep::sandbox::sap
