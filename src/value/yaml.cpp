// The only file that knows yaml-cpp: its events fill our nodes.

#include "value/yaml.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>
#include <unordered_set>

#include "base/limits.h"
#include "value/encoding.h"
#include "value/text_place.h"

namespace lockstep::yaml {
namespace {

/// Aliases may multiply a small text; no flow or configuration has as many nodes as this.
constexpr std::size_t nodes_max = 100'000;

/// Leaves yaml-cpp's parser from inside an event; never leaves this file.
struct Refusal {
    Place place;
    std::string message;
};

Place place_at(const YAML::Mark& mark) { return {mark.line + 1, mark.column + 1}; }

struct Extent {
    std::size_t nodes = 1;
    std::size_t depth = 0;  ///< lists and maps within each other
};

Extent extent_of(const Node& node) {
    Extent extent;
    auto add = [&](const Node& inner) {
        const Extent its = extent_of(inner);
        extent.nodes += its.nodes;
        extent.depth = std::max(extent.depth, its.depth);
    };
    for (const auto& item : node.items) add(item);
    for (const auto& entry : node.entries) {
        add(entry.key);
        add(entry.value);
    }
    if (node.kind == Node::Kind::list || node.kind == Node::Kind::map) ++extent.depth;
    return extent;
}

Refusal too_deep(Place place) { return {place, fmt::format("nested deeper than allowed, {} levels", limits::nesting_depth_max)}; }

class Builder : public YAML::EventHandler {
public:
    Node take_root() { return std::move(root_); }

    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        Node node;
        node.place = place_at(mark);
        finish(std::move(node), anchor);
    }

    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& text) override {
        refuse_tag(mark, tag);
        Node node;
        node.kind = Node::Kind::scalar;
        node.place = place_at(mark);
        node.text = text;
        node.quoted = tag == "!";
        finish(std::move(node), anchor);
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        auto known = anchors_.find(anchor);
        if (known == anchors_.end()) throw Refusal{place_at(mark), "alias stands inside its own anchor"};
        const Extent extent = extent_of(known->second);
        if (open_.size() + extent.depth > static_cast<std::size_t>(limits::nesting_depth_max)) throw too_deep(place_at(mark));
        nodes_ += extent.nodes - 1;
        finish(known->second, YAML::NullAnchor);
    }

    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
        open(Node::Kind::list, mark, tag, anchor);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
        open(Node::Kind::map, mark, tag, anchor);
    }
    void OnMapEnd() override { close(); }

private:
    struct Open {
        Node node;
        YAML::anchor_t anchor;
        std::optional<Node> key = {};
        std::unordered_set<std::string> keys = {};
    };

    static void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
        if (tag.empty() || tag == "?" || tag == "!") return;
        throw Refusal{place_at(mark), "tags are not allowed: " + tag};
    }

    void open(Node::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
        refuse_tag(mark, tag);
        if (open_.size() >= static_cast<std::size_t>(limits::nesting_depth_max)) throw too_deep(place_at(mark));
        Node node;
        node.kind = kind;
        node.place = place_at(mark);
        open_.push_back({std::move(node), anchor});
    }

    void close() {
        Open closed = std::move(open_.back());
        open_.pop_back();
        finish(std::move(closed.node), closed.anchor);
    }

    void finish(Node node, YAML::anchor_t anchor) {
        if (++nodes_ > nodes_max) throw Refusal{node.place, fmt::format("more nodes than allowed, {}", nodes_max)};
        if (anchor != YAML::NullAnchor) anchors_[anchor] = node;
        if (open_.empty()) {
            root_ = std::move(node);
        } else if (open_.back().node.kind == Node::Kind::list) {
            open_.back().node.items.push_back(std::move(node));
        } else {
            add_to_map(open_.back(), std::move(node));
        }
    }

    static void add_to_map(Open& map, Node node) {
        if (map.key) {
            map.node.entries.push_back({std::move(*map.key), std::move(node)});
            map.key.reset();
            return;
        }
        if (node.kind != Node::Kind::scalar) throw Refusal{node.place, "a key must be text"};
        if (!map.keys.insert(node.text).second) throw Refusal{node.place, "key stands twice: " + node.text};
        map.key = std::move(node);
    }

    Node root_;
    std::vector<Open> open_;
    std::map<YAML::anchor_t, Node> anchors_;
    std::size_t nodes_ = 0;
};

Unexpected failure(Place place, std::string_view what) {
    return fail(ErrorCode::yaml_syntax, fmt::format("{}: line {}, column {}", what, place.line, place.column));
}

/// Control characters are no YAML (1.2.2, 5.1), and yaml-cpp takes a text that begins with a NUL for UTF-16 or UTF-32.
bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r'; }

/// What yaml-cpp says, and what people usually did.
struct Hint {
    std::string_view message;
    std::string_view hint;
};
constexpr Hint hints[] = {
    {"illegal map value", "a text that contains `: ` needs quotes"},
    {"unknown token", "a text that begins with @, ` or % needs quotes"},
    {"end of map not found", "the line is indented wrongly, or text follows a closing quote or bracket"},
    {"end of map flow not found", "`{` is not closed, or a text with braces needs quotes"},
    {"end of sequence flow not found", "`[` is not closed, or a text with brackets needs quotes"},
};

std::string with_hint(const std::string& message) {
    for (const auto& known : hints) {
        if (known.message == message) return fmt::format("{} ({})", message, known.hint);
    }
    return message;
}

Node read_single_document(std::string_view text) {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    Builder first;
    parser.HandleNextDocument(first);
    Builder second;
    if (parser.HandleNextDocument(second)) throw Refusal{second.take_root().place, "second document, or a line that is indented wrongly"};
    return first.take_root();
}

}  // namespace

Result<Node> parse(std::string_view text) {
    if (!encoding::is_valid_utf8(text)) return fail(ErrorCode::yaml_syntax, "text is not valid UTF-8");
    const auto control = std::find_if(text.begin(), text.end(), is_control);
    if (control != text.end()) {
        auto place = place_of(text, static_cast<std::size_t>(control - text.begin()));
        return failure({place.line, place.column}, "control characters are not allowed");
    }
    try {
        return read_single_document(text);
    } catch (const Refusal& refusal) { return failure(refusal.place, refusal.message); } catch (const YAML::Exception& problem) {
        return failure(place_at(problem.mark), with_hint(problem.msg));
    } catch (const std::exception& problem) { return fail(ErrorCode::yaml_syntax, problem.what()); }
}

}  // namespace lockstep::yaml
