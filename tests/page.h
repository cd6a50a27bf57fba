#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

/// Pages of the project that say what the code says: tests compare them, or write them.
namespace lockstep::testing {

inline std::string read_project_file(const std::string& path) {
    std::ifstream file(std::string(LOCKSTEP_SOURCE_DIR) + "/" + path, std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

/// Compares a file of the project with the text made from the code. With `LOCKSTEP_WRITE_PAGES=1` in the environment
/// the file is written instead.
inline void expect_page(const std::string& path, const std::string& text) {
    if (std::getenv("LOCKSTEP_WRITE_PAGES")) {
        std::ofstream(std::string(LOCKSTEP_SOURCE_DIR) + "/" + path, std::ios::binary | std::ios::trunc) << text;
        return;
    }
    std::istringstream is_lines(read_project_file(path)), wanted_lines(text);
    std::string is, wanted;
    for (int number = 1;; ++number) {
        bool more_is = static_cast<bool>(std::getline(is_lines, is)), more_wanted = static_cast<bool>(std::getline(wanted_lines, wanted));
        if (!more_is && !more_wanted) return;
        if (more_is == more_wanted && is == wanted) continue;
        ADD_FAILURE() << path << ":" << number
                      << " is not what the code says; write it anew with LOCKSTEP_WRITE_PAGES=1\n  is:     " << (more_is ? is : "(the end)")
                      << "\n  wanted: " << (more_wanted ? wanted : "(the end)");
        return;
    }
}

}  // namespace lockstep::testing
