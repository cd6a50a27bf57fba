#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <set>
#include <sstream>

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

/// The texts in `code` of a line.
std::vector<std::string> codes_of(const std::string& line) {
    std::vector<std::string> codes;
    for (std::size_t at = 0; (at = line.find('`', at)) != std::string::npos;) {
        const std::size_t end = line.find('`', at + 1);
        if (end == std::string::npos) break;
        codes.push_back(line.substr(at + 1, end - at - 1));
        at = end + 1;
    }
    return codes;
}

/// The tests that a file has, as `Suite.Name`.
std::set<std::string> tests_of(const std::string& file) {
    std::string text = lockstep::testing::read_project_file(file);
    std::erase_if(text, [](unsigned char c) { return std::isspace(c) != 0; });
    std::set<std::string> tests;
    for (std::string macro : {"TEST(", "TEST_F(", "TEST_P("})
        for (std::size_t at = 0; (at = text.find(macro, at)) != std::string::npos;) {
            at += macro.size();
            std::string name = text.substr(at, text.find(')', at) - at);
            std::replace(name.begin(), name.end(), ',', '.');
            tests.insert(name);
        }
    return tests;
}

/// The fields of a row of a table, without the bars; none if the line is no row.
std::vector<std::string> fields_of(const std::string& line) {
    std::vector<std::string> fields;
    if (!line.starts_with("| ")) return fields;
    for (std::size_t at = 1, end; (end = line.find('|', at)) != std::string::npos; at = end + 1)
        fields.push_back(line.substr(at + 1, end - at - 2));
    return fields;
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

TEST(PitfallsPage, HasEachOnceAndNamesOnlyTestsThatAreThere) {
    std::istringstream lines(lockstep::testing::read_project_file("docs/pitfalls.md"));
    std::set<std::string> numbers;
    bool built = true;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("## ")) built = !line.starts_with("## Not built yet");
        const auto fields = fields_of(line);
        if (fields.empty() || fields[0].find_first_not_of("0123456789") != std::string::npos) continue;
        EXPECT_TRUE(numbers.insert(fields[0]).second) << "twice: " << fields[0];
        ASSERT_EQ(fields.size(), built ? 4u : 3u) << line;
        if (!built) {
            EXPECT_TRUE(fields[2].starts_with("not built yet")) << line;
            continue;
        }
        std::set<std::string> there;
        std::size_t shown = 0;
        for (const auto& code : codes_of(fields[3])) {
            if (code.ends_with(".cpp"))
                there = tests_of(code);
            else {
                EXPECT_TRUE(there.contains(code)) << fields[0] << " names " << code << ", which is not in the file before it";
                ++shown;
            }
        }
        EXPECT_GT(shown, 0u) << "no test shows " << fields[0];
    }
    EXPECT_EQ(numbers.size(), 91u);
    for (int number = 1; number <= 91; ++number) EXPECT_TRUE(numbers.contains(std::to_string(number))) << number;
}

}  // namespace
}  // namespace lockstep::config
