#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "flow/flow.h"

namespace lockstep::flow {

using yaml::Node;

/// Reads one flow file, collecting every problem instead of stopping at the first. Each part of a file has a source of its
/// own: `parse_triggers.cpp`, `parse_sweeps.cpp`, `parse_steps.cpp`, `parse_references.cpp`.
class FlowReader {
public:
    FlowReader(const std::string& file, const FlowContext& context) : file_(file), context_(context) {}

    /// Errors: `flow_invalid`, a line each with file, line and column.
    Result<Flow> read(std::string_view text);

private:
    // ---- what all parts need ----

    void problem(yaml::Place place, const std::string& message);
    void only_keys(const Node& map, std::vector<std::string> known, std::string_view where);
    std::string text_of(const Node& node, std::string_view what);
    std::optional<std::int64_t> duration_of(const Node& node, std::string_view what);
    expr::Template template_of(const Node& node);
    void read_top(const Node& top);
    void read_config(const Node* config);
    void read_key(const Node& key);
    void read_supersedes(const Node& supersedes);

    // ---- triggers ----

    void read_triggers(const Node& on);
    std::vector<std::string> trigger_kinds() const;
    const schema::VendorTrigger* vendor_trigger_of(const Node& item) const;
    void read_path(const Node& item, std::string path, Trigger& trigger);
    void read_trigger_key(const Node& item, const std::string& what, const std::string& example, Trigger& trigger);
    void read_webhook(const Node& item);
    void read_from(const Node& from, Trigger& trigger);
    bool understands_webhooks(const std::string& connector) const;
    void read_vendor_trigger(const Node& item, const schema::VendorTrigger& kind);
    void read_schedule(const Node& item);

    // ---- sweeps ----

    void read_sweep(const Node& item);
    std::string definition_of(const Node& item, const Sweep& sweep);
    std::int64_t sweep_interval(const Node& node);
    Reading read_reading(const Node& item, std::string_view where, std::string as);
    std::string name_of_sweep(const Node& item, const Sweep& sweep);
    void read_sweep_bounds(const Node& item, Sweep& sweep);
    void check_paging(const Node& item, Sweep& sweep);

    // ---- steps ----

    void read_steps(const Node& steps, Section section);
    void read_step(const Node& item, Section section, std::size_t first_of_section);
    std::string made_id(const Node& item, const Step& step);
    void read_kind(const Node& item, const Node& uses, Step& step);
    void check_lock(const Node& item, const Step& step);
    void check_connection(yaml::Place place, const std::string& name, const std::string& connector);
    void read_with(const Node& with, Step& step);
    void check_link_entity(const Node& entity);
    void check_require(const Node& with);
    void check_inputs(const Node& with, const Step& step);
    void read_needs(const Node* needs, Step& step, std::size_t first_of_section);
    void read_policies(const Node& item, Step& step);
    void read_on_conflict(const Node& target, Step& step);
    void read_delivery(const Node& item, Step& step);

    // ---- references of expressions ----

    void check_sweep_references(const Trigger& trigger);
    void check_references();
    static std::set<std::string> with_name(std::set<std::string> names, const std::string& name);
    void check_template(const expr::Template& what, const std::set<std::string>& names, const Step* step, bool all_steps = false);
    void check_config_name(yaml::Place place, const expr::Reference& reference);
    void check_step_reference(yaml::Place place, const std::string& name, const std::set<std::string>& names, const Step* step,
                              bool all_steps);
    bool waits_for(const Step& step, int wanted) const;
    bool waits_for(const Step& step, int wanted, std::vector<bool>& seen) const;

    std::string file_;
    const FlowContext& context_;
    Flow flow_;
    std::vector<std::string> problems_;
};

}  // namespace lockstep::flow
