#include "base/limits.h"
#include "tests/fuzz/target.h"
#include "value/json.h"
#include "value/yaml.h"

using namespace lockstep;

namespace {

int depth_of(const yaml::Node& node) {
    int inner = 0;
    for (const auto& item : node.items) inner = std::max(inner, depth_of(item));
    for (const auto& entry : node.entries) inner = std::max(inner, depth_of(entry.value));
    return inner + (node.kind == yaml::Node::Kind::list || node.kind == yaml::Node::Kind::map ? 1 : 0);
}

}  // namespace

/// JSON is YAML: what was read and written as JSON reads the same.
FUZZ(yaml) {
    const auto node = yaml::parse(data);
    if (!node) {
        LS_ASSERT(node.error().code == ErrorCode::yaml_syntax);
        return;
    }
    LS_ASSERT(depth_of(*node) <= limits::nesting_depth_max);
    const Value value = node->to_value();
    const std::string text = json::write(value);
    const auto again = json::parse(text);
    LS_ASSERT(again && *again == value);
}
