#include "connectors/zoho_crm/version.h"

#include <algorithm>
#include <numeric>

namespace lockstep::connectors::zoho_crm {

std::string write_version(const Version& version) { return format_timestamp(version.modified) + "/" + format_timestamp(version.read); }

Result<Version> read_version(std::string_view text) {
    const std::size_t slash = text.find('/');
    auto modified = parse_timestamp(text.substr(0, slash));
    auto read = slash == std::string_view::npos ? modified : parse_timestamp(text.substr(slash + 1));
    if (slash != std::string_view::npos && modified && read) return Version{*modified, *read};
    return fail(ErrorCode::value_invalid, "not a version that zoho_crm gave: " + std::string(text));
}

std::vector<GuardGroup> guard_groups(const std::vector<Version>& versions) {
    std::vector<std::size_t> left(versions.size());
    std::iota(left.begin(), left.end(), std::size_t{0});
    // The latest first: whatever is older than a group's time fits into it, as far as it was read late enough.
    std::stable_sort(left.begin(), left.end(), [&](std::size_t a, std::size_t b) { return versions[b].modified < versions[a].modified; });
    std::vector<GuardGroup> groups;
    for (std::size_t i : left) {
        const Version& version = versions[i];
        auto fits = [&](const GuardGroup& group) { return version.modified <= group.time && group.time <= version.latest_guard(); };
        auto group = std::find_if(groups.begin(), groups.end(), fits);
        if (group == groups.end()) group = groups.insert(groups.end(), GuardGroup{.time = version.modified, .members = {}});
        group->members.push_back(i);
    }
    for (GuardGroup& group : groups) std::sort(group.members.begin(), group.members.end());
    return groups;
}

std::string header_time(Timestamp time) {
    std::string text = format_timestamp({.seconds = time.seconds});
    text.pop_back();  // `Z`
    return text + "+00:00";
}

}  // namespace lockstep::connectors::zoho_crm
