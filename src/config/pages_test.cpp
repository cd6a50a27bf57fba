#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "tests/page.h"

namespace lockstep::config {
namespace {

namespace files = std::filesystem;

const files::path root = LOCKSTEP_SOURCE_DIR;

/// Every page of the project, as a path from its root.
std::vector<std::string> pages() {
    std::vector<std::string> all;
    for (const auto& entry : files::directory_iterator(root))
        if (entry.path().extension() == ".md") all.push_back(entry.path().filename().string());
    for (std::string folder : {"docs", "src", "sandbox", "sim", "tests", "flows"})
        for (const auto& entry : files::recursive_directory_iterator(root / folder))
            if (entry.path().extension() == ".md") all.push_back(files::relative(entry.path(), root).string());
    return all;
}

/// The targets of a page's links to other pages.
std::vector<std::string> links_of(const std::string& text) {
    std::vector<std::string> links;
    for (std::size_t at = 0; (at = text.find("](", at)) != std::string::npos; at += 2) {
        std::string target = text.substr(at + 2, text.find(')', at) - at - 2);
        target = target.substr(0, target.find('#'));
        if (!target.empty() && target.find("://") == std::string::npos) links.push_back(target);
    }
    return links;
}

/// The paths that a page writes in `code`, or as docs/….md: those that begin with a folder of the project.
std::set<std::string> paths_of(const std::string& text) {
    const std::string of_paths = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./";
    std::set<std::string> paths;
    for (std::string folder : {"docs/", "src/", "sandbox/", "sim/", "tests/", "flows/", "tools/", "packaging/", "bench/"})
        for (std::size_t at = 0; (at = text.find(folder, at)) != std::string::npos; at += folder.size()) {
            if (at > 0 && of_paths.find(text[at - 1]) != std::string::npos) continue;
            std::size_t end = std::min(text.find_first_not_of(of_paths, at), text.size());
            if (end < text.size() && std::string("<*{").find(text[end]) != std::string::npos) continue;  // stands for many
            if (text.compare(end, 3, "…") == 0) continue;
            std::string path = text.substr(at, end - at);
            while (path.ends_with('.')) path.pop_back();
            paths.insert(path);
        }
    return paths;
}

TEST(Pages, LinkOnlyToWhatIsThere) {
    ASSERT_GE(pages().size(), 20u);
    for (const auto& page : pages())
        for (const auto& link : links_of(lockstep::testing::read_project_file(page)))
            EXPECT_TRUE(files::exists(root / files::path(page).parent_path() / link)) << page << " links to " << link;
}

TEST(Pages, NameOnlyFilesThatAreThere) {
    for (const auto& page : pages())
        for (const auto& path : paths_of(lockstep::testing::read_project_file(page)))
            EXPECT_TRUE(files::exists(root / path)) << page << " names " << path;
}

TEST(Pages, AreReachedFromTheReadme) {
    std::set<std::string> linked;
    for (const auto& link : links_of(lockstep::testing::read_project_file("README.md"))) linked.insert(link);
    for (const auto& page : pages())
        if (page.starts_with("docs/") && page.find('/', 5) == std::string::npos) { EXPECT_TRUE(linked.contains(page)) << page; }
}

}  // namespace
}  // namespace lockstep::config
