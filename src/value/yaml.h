#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "value/value.h"

namespace lockstep::yaml {

struct Place {
    int line = 0;
    int column = 0;
};  // both from 1

/// A YAML node that still knows where it stands, so that errors of flows and configuration can say so.
struct Node {
    enum class Kind { null, scalar, list, map };
    Kind kind = Kind::null;
    Place place;
    std::string text;         ///< of a scalar, as written
    bool quoted = false;      ///< a quoted or block scalar is always a string
    std::vector<Node> items;  ///< of a list
    struct Entry;             ///< of a map, in order: key node and value node
    std::vector<Entry> entries;

    const Node* find(std::string_view key) const;
    /// Converts to a Value by YAML's core schema: null, booleans (true/false only), integers, decimals, else strings.
    Value to_value() const;
};
struct Node::Entry {
    Node key;
    Node value;
};

/// Reads one document. Refuses duplicate keys, anchors and aliases that loop, tags, and more than one document.
/// Errors: `yaml_syntax` with line and column.
Result<Node> parse(std::string_view text);

}  // namespace lockstep::yaml
